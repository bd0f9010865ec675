"""What will change by itself: of one golden record, and of all of an entity type."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.answers import answer, described, tagged
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import Cursor, GoldenId, Limit, TypeFilter
from mdm.services.access import masking
from mdm.services.reading import forecast, golden

router = APIRouter(prefix="/v1", tags=["golden records"], route_class=JsonRoute)
Reading = Annotated[Caller, Depends(Requires("read golden records"))]
Until = Annotated[
    str | None,
    Query(description="The last day to look at; a year on unless given.", max_length=10, examples=["2026-12-31"]),
]
CHANGES = [{
    "date": "2026-09-01", "attribute": "tax_id", "from": "DE136695976", "to": "DE811907980",
    "because": "no value meets the condition of step 1 any more",
}]  # fmt: skip
DAYS = {"since": "2026-03-01", "until": "2027-03-01"}
ONE = {"golden_id": "cus_000002a", "entity_type": "customer", "status": "active", **DAYS, "changes": CHANGES}
ITEM = {"golden_id": "cus_000002a", "entity_type": "customer", "changes": CHANGES}


@router.get(
    "/golden-records/{golden_id}/forecast", summary="What will change by itself", **described(ONE, 404, etag=True)
)  # fmt: skip
def one(request: Request, caller: Reading, golden_id: GoldenId, until: Until = None) -> Response:
    """The values that decay, expiry or a condition on age will flip, to what, when and why, if nothing else arrives."""
    entity_type = caller.entity_type(golden.entity_type_of(caller.hub, golden_id)[0])
    found = forecast.of_one(caller.hub, golden_id, until=until)
    return tagged(request, masking.forecast(caller.principal, entity_type, found))


@router.get(
    "/forecast", summary="Which golden records will change by themselves",
    **described({**DAYS, "items": [ITEM], "next": None}, 404),
)  # fmt: skip
def listed(
    caller: Reading, entity_type: TypeFilter = None, until: Until = None, cursor: Cursor = None, limit: Limit = 100
) -> Response:
    """By golden ID; a page looks at `limit` that may change, and lists those that will. Go on with `next`."""
    wanted = caller.own_type(entity_type)
    found = forecast.page(caller.hub, entity_type=wanted, until=until, cursor=cursor, limit=limit)
    entity_types = caller.hub.entity_types()
    items = [masking.forecast(caller.principal, entity_types[one["entity_type"]], one) for one in found["items"]]
    return answer({**found, "items": items})
