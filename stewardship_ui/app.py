"""The application with its user interface: the API, and the pages of the stewards' desk over the same services."""

from fastapi import FastAPI

from mdm.api import addresses
from mdm.api.app import create_app as create_api
from mdm.settings import Settings
from stewardship_ui import (
    activity,
    admin,
    agreement,
    approvals,
    around_record,
    bulk,
    cluster,
    effects,
    filters,
    glossary,
    golden_record,
    history,
    home,
    merging,
    quality,
    quarantine,
    queue,
    refusals,
    rules,
    rules_trial,
    search,
    second_opinions,
    setting_values,
    settings,
    shortcomings,
    sign_in,
    source_matrix,
    splitting,
    static_files,
    value_lineage,
    verbs,
    why,
    workbench,
)

ROUTERS = (
    home.router,
    queue.router,
    bulk.router,
    approvals.router,
    second_opinions.router,
    agreement.router,
    filters.router,
    workbench.router,
    effects.router,
    verbs.router,
    golden_record.router,
    around_record.router,
    search.router,
    source_matrix.router,
    value_lineage.router,
    setting_values.router,
    settings.router,
    history.router,
    why.router,
    cluster.router,
    splitting.router,
    merging.router,
    quarantine.router,
    quality.router,
    shortcomings.router,
    rules_trial.router,
    rules.router,
    activity.router,
    admin.router,
    glossary.router,
    sign_in.router,
    static_files.router,
)
PUBLIC = frozenset({"/", "/static/{version}/{name:path}"}) | sign_in.PUBLIC
"""The addresses, besides those of the API, that need no key; the first page tells a stranger nothing of any record."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make the API and the pages over it in one application."""
    app = create_api(settings)
    addresses.add(app, ROUTERS)
    refusals.install(app)
    return app
