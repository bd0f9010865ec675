"""How much the hub holds, and what it brought."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from mdm.api.answers import answer, described
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.services.watching import measures

router = APIRouter(prefix="/v1", tags=["operation"], route_class=JsonRoute)
Reading = Annotated[Caller, Depends(Requires("read statistics"))]
EXAMPLE = {
    "hub": "hub", "positions": {"log": 4721, "feed": 9002}, "waiting_seconds": 0,
    "entity_types": {"customer": {
        "source_records": 3000, "golden_records": 1200, "open_tasks": 40, "quarantined": 3, "pending": 0, "marked": 0,
        "duplicates_removed": 1800,
        "divergence": {"open": 120, "opened": 150, "closed": 30},
        "tasks": {"opened": 90, "decided": 50, "median_seconds_to_decide": 5400},
        "median_seconds_to_all_systems": 86400,
        "readiness": {"quote_to_project": {
            "golden_records": 1200, "ready": 900, "median_seconds_to_ready": 172800,
            "blocked_by": [{"code": "system", "what": "a record in billing", "system": "billing",
                            "golden_records": 240}],
        }},
    }},
    "history": [{"day": "2026-03-01", "entity_type": "customer", "duplicates_removed": 12, "tasks_opened": 3,
                 "tasks_decided": 5, "divergence_opened": 4, "divergence_closed": 6,
                 "median_seconds_to_decide": 3600, "median_seconds_to_all_systems": 86400}],
}  # fmt: skip


@router.get("/stats", summary="Count what the hub holds", **described(EXAMPLE, perhaps=("history",)))
def stats(
    caller: Reading,
    since: Annotated[str | None, Query(description="Also what happened on each day since.", max_length=10)] = None,
) -> Response:
    """What the hub holds by entity type, what it brought, how long that took, and what blocks processes most.

    `history` says by how much each count went up on each day, and the medians of what was decided, or reached the last
    of all systems, on it. Other medians are of what was reached since that day, or in the last 90 days. Times are those
    of facts in the log.
    """
    found = measures.stats(caller.hub, since=since)
    own = caller.principal.entity_type
    shown = {name: counts for name, counts in found["entity_types"].items() if own in {None, name}}
    if "history" in found:
        found["history"] = [one for one in found["history"] if own in {None, one["entity_type"]}]
    return answer({**found, "entity_types": shown})
