"""Merges that no source told: deleted records that look like a living one of their own source."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from mdm.api.answers import answer, described
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import Cursor, Limit
from mdm.services.intake import suspected_merges

router = APIRouter(prefix="/v1", tags=["source records"], route_class=JsonRoute)
Reading = Annotated[Caller, Depends(Requires("read tasks"))]
Type = Annotated[str, Query(alias="type", description="The entity type.", max_length=100, examples=["customer"])]
ITEM = {
    "deleted": "erp:customer:17", "deleted_since": "2026-03-01T09:30:00.000000Z", "golden_id": "cus_0000041",
    "like": [{"record": "erp:customer:4", "golden_id": "cus_000002a", "match_weight": 4.1,
              "match_probability": 0.945}],
}  # fmt: skip


@router.get(
    "/source-merges:suspected", summary="Deleted records that may have been merged",
    **described({"items": [ITEM], "next": None}, 404),
)  # fmt: skip
def suspected(caller: Reading, entity_type: Type, cursor: Cursor = None, limit: Limit = 100) -> Response:
    """Listed until their source's merge is told (`POST .../{source_id}:merge`) or a person has decided on the pair."""
    caller.ensure(entity_type=entity_type)
    return answer(suspected_merges.page(caller.hub, entity_type, cursor=cursor, limit=limit))
