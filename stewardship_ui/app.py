"""The application with its user interface: the API, and the pages of the stewards' desk over the same services."""

from fastapi import FastAPI

from mdm.api import addresses
from mdm.api.app import create_app as create_api
from mdm.settings import Settings
from stewardship_ui import (
    around_record,
    effects,
    golden_record,
    history,
    home,
    quarantine,
    queue,
    refusals,
    search,
    setting_values,
    sign_in,
    source_matrix,
    static_files,
    value_lineage,
    verbs,
    workbench,
)

ROUTERS = (
    home.router,
    queue.router,
    workbench.router,
    effects.router,
    verbs.router,
    golden_record.router,
    around_record.router,
    search.router,
    source_matrix.router,
    value_lineage.router,
    setting_values.router,
    history.router,
    quarantine.router,
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
