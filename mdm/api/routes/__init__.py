"""The routes, one module per noun; each declares its action, its example and its summary."""

from mdm.api.routes import (
    changes,
    code_lists,
    decisions,
    forecast,
    golden_records,
    health,
    proposals,
    quality,
    quarantine,
    relations,
    rules,
    source_records,
    stats,
    task_work,
    tasks,
    xref,
)

ROUTERS = (
    source_records.router,
    xref.router,
    golden_records.router,
    relations.router,
    forecast.router,
    tasks.router,
    task_work.router,
    decisions.router,
    proposals.router,
    changes.router,
    rules.router,
    code_lists.router,
    quarantine.router,
    stats.router,
    quality.router,
    health.router,
)
