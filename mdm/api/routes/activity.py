"""Activity: who decided what and when."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from mdm.api.answers import answer, described
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import Cursor, Limit, TypeFilter
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.deciding import activity
from mdm.services.deciding.activity import Wanted

router = APIRouter(prefix="/v1", tags=["decisions"], route_class=JsonRoute)
Reading = Annotated[Caller, Depends(Requires("read tasks"))]
Person = Annotated[str | None, Query(max_length=100, description="Who; `me` is the caller.", examples=["user:anna"])]
Verb = Annotated[str | None, Query(max_length=20, description=f"One of {', '.join(activity.VERBS)}.")]
Since = Annotated[str | None, Query(max_length=10, description="From this day on (UTC).", examples=["2026-03-01"])]
Until = Annotated[str | None, Query(max_length=10, description="Up to this day, included.", examples=["2026-03-31"])]
ITEM = {
    "seq": 4720, "decision_id": "dec_4720", "verb": "distinct", "entity_type": "customer", "actor": "user:anna",
    "recorded_at": "2026-03-01T09:30:00.000000Z", "reason": "Two branches", "in_force": True, "verdict": "distinct",
    "keys": ["crm:customer:0015g", "erp:customer:4711"], "records": 2, "golden_ids": ["cus_000002a", "cus_0000041"],
}  # fmt: skip
COUNT = {"actor": "user:anna", "decisions": 41, "kinds": {"undo": 1, "verdict": 40}, "taken_back": 1}


@router.get("/activity", summary="List what people decided", **described({"items": [ITEM], "next": None}, 404))
def listed(  # noqa: PLR0913  what can be asked for
    caller: Reading, *, actor: Person = None, verb: Verb = None, entity_type: TypeFilter = None, since: Since = None,
    until: Until = None, cursor: Cursor = None, limit: Limit = 100,
) -> Response:  # fmt: skip
    """Newest first, for ever: verdicts, merges, splits, overrides, undo, mappings of codes and rules.

    A page may hold fewer items than asked for, or none, and still have a `next`.
    """
    wanted = Wanted(caller.person(actor), verb, caller.own_type(entity_type), since, until)
    found, rules = activity.page(caller.hub, wanted, cursor=cursor, limit=limit), Shown(caller.hub)
    items = [masking.activity(caller.principal, rules, one) for one in found["items"]]
    return answer({"items": items, "next": found["next"]})


@router.get("/activity:counts", summary="Count what each person decided", **described({"items": [COUNT]}, 404))
def counts(
    caller: Reading, *, actor: Person = None, entity_type: TypeFilter = None, since: Since = None, until: Until = None
) -> Response:  # fmt: skip
    """Who decided most comes first; `taken_back` no longer holds, as it was undone or another took its place."""
    wanted = Wanted(caller.person(actor), None, caller.own_type(entity_type), since, until)
    return answer(activity.counts(caller.hub, wanted))
