"""How much the hub holds."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from mdm.api.answers import answer, described
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.services import health

router = APIRouter(prefix="/v1", tags=["operation"], route_class=JsonRoute)
Reading = Annotated[Caller, Depends(Requires("read statistics"))]
EXAMPLE = {
    "hub": "hub", "positions": {"log": 4721, "feed": 9002},
    "entity_types": {"customer": {"source_records": 3000, "golden_records": 1200, "open_tasks": 40, "quarantined": 3}},
}  # fmt: skip


@router.get("/stats", summary="Count what the hub holds", **described(EXAMPLE))
def stats(caller: Reading) -> Response:
    """Source records, golden records, open tasks and rows in quarantine by entity type."""
    found = health.stats(caller.hub)
    own = caller.principal.entity_type
    shown = {name: counts for name, counts in found["entity_types"].items() if own in {None, name}}
    return answer({**found, "entity_types": shown})
