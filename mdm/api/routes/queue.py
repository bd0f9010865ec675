"""The queue as a list, and the filters that people keep for it."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from mdm.api.answers import answer, described
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import Cursor, Limit, TypeFilter
from mdm.api.work_bodies import SavedFilterBody
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.stewarding import queue, saved_filters
from mdm.services.stewarding.choosing import Order, View
from mdm.services.stewarding.queue import Choice, Looking
from mdm.services.stewarding.task_kinds import TaskKind
from mdm.settings import now

router = APIRouter(prefix="/v1", tags=["tasks"], route_class=JsonRoute)
Reading = Annotated[Caller, Depends(Requires("read tasks"))]
Deciding = Annotated[Caller, Depends(Requires("decide"))]
FilterName = Annotated[str, Path(examples=["Likely customers"], max_length=saved_filters.LONGEST)]
Probability = Annotated[float | None, Query(description="A match probability.", ge=0, le=1)]
ROW = {
    "id": "task_5f1e0c9a7b3d2e4f6a8b", "kind": "review", "entity_type": "customer", "status": "open", "priority": 45,
    "due": "2026-03-08", "opened": 4712, "closed": None, "match_weight": 3.8, "match_probability": 0.933,
    "about": None,
    "golden_records": [
        {"key": "crm:customer:0015g", "golden_id": "cus_000002a", "label": "Acme GmbH"},
        {"key": "erp:customer:4711", "golden_id": "cus_0000041", "label": "ACME"},
    ],
    "claim": None, "assigned_to": "user:anna", "escalated": None, "snoozed_until": None, "proposed": None,
    "overtaken": None,
}  # fmt: skip
SAVED = {
    "name": "Likely customers", "owner": "user:anna", "own": True, "shared": True,
    "filter": {"entity_type": "customer", "kind": "review", "view": "all", "order": "likeliest",
               "min_probability": 0.9, "max_probability": None},
}  # fmt: skip

PAGE = {"items": [ROW], "next": None, "counts": {
    "open": 148, "overdue": 3, "due_today": 12,
    "by": [{"entity_type": "customer", "kind": "review", "open": 148, "overdue": 3, "due_today": 12}],
    "views": {"all": 148, "mine": 1, "held": 0, "asked": 0, "overdue": 3, "snoozed": 2, "proposed": 0},
}, "filters": [SAVED]}  # fmt: skip
REMOVED = {"removed": "Likely customers"}


async def _asked(
    *, entity_type: TypeFilter = None, kind: Annotated[TaskKind | None, Query()] = None,
    view: Annotated[View, Query(description="How you stand to them.")] = "all",
    order: Annotated[Order, Query(description="What comes first, over all pages.")] = "urgent",
    min_probability: Probability = None, max_probability: Probability = None,
) -> Choice:  # fmt: skip
    return Choice(entity_type, kind, view, order, min_probability, max_probability)


Asked = Annotated[Choice, Depends(_asked)]


@router.get("/queue", summary="List the queue", **described(PAGE, 404))
def listed(caller: Reading, choice: Asked, *, cursor: Cursor = None, limit: Limit = 30) -> Response:
    """Tasks by the names of the golden records they are about, with counts to choose by; evidence is with each task.

    `mine`, `held` and `asked` are what is assigned to you, claimed by you, or escalated to you and not yet decided by
    anybody. `overdue` is in the order of `due`.
    """
    rules = Shown(caller.hub)
    choice = replace(choice, entity_type=caller.own_type(choice.entity_type))
    looking = Looking(caller.actor, rules.now, now(), caller.principal.entity_type)
    found = queue.page(caller.hub, choice, looking, cursor=cursor, limit=limit)
    return answer({**found, "items": [masking.queue_row(caller.principal, rules, one) for one in found["items"]]})


@router.get("/filters", summary="List saved filters", **described({"items": [SAVED]}))
def saved(caller: Reading) -> Response:
    """Your own, and those that others share."""
    return answer({"items": saved_filters.listed(caller.hub, caller.actor)})


@router.put("/filters/{name}", summary="Save a filter", **described(SAVED, 404, 415))
def save(caller: Deciding, name: FilterName, body: SavedFilterBody) -> Response:
    """Keep a choice of tasks under a name, in place of your own of the same name; `shared`: others see it too."""
    choice = Choice(**body.filter.model_dump())
    caller.ensure(entity_type=choice.entity_type)
    return answer(saved_filters.save(caller.hub, name, choice, shared=body.shared, author=caller.author()))


@router.delete("/filters/{name}", summary="Remove a filter", **described(REMOVED, 404))
def remove(caller: Deciding, name: FilterName) -> Response:
    """Forget your own filter of this name."""
    saved_filters.remove(caller.hub, name, author=caller.author())
    return answer({"removed": name})
