"""Quarantine: input that was rejected, with row, column and rule."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from mdm.api.answers import answer, described
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import Cursor, Limit, TypeFilter
from mdm.services import masking, quarantine

router = APIRouter(prefix="/v1", tags=["quarantine"], route_class=JsonRoute)
Reading = Annotated[Caller, Depends(Requires("read quarantine"))]
EXAMPLE = {
    "id": "qua_5f1e0c9a7b3d2e4f6a8b", "batch": "request-0f3a", "source": "crm", "entity_type": "customer",
    "file": "customers.csv", "line": 17, "column": "name", "value": None, "rule": "required",
    "detail": "name is required", "raw": "0015g,,Berlin", "status": "open",
    "recorded_at": "2026-03-01T09:30:00.000000Z",
}  # fmt: skip


@router.get("/quarantine", summary="List rejected rows", **described({"items": [EXAMPLE], "next": None}))
def listed(
    caller: Reading, source: Annotated[str | None, Query(max_length=100)] = None, entity_type: TypeFilter = None,
    status: Annotated[str, Query(max_length=20)] = "open", cursor: Cursor = None, limit: Limit = 100,
) -> Response:  # fmt: skip
    """Oldest ids first; a key of one source sees that source's rows."""
    caller.ensure(source=source)
    found = quarantine.page(
        caller.hub, source=source or caller.principal.source, entity_type=caller.own_type(entity_type), status=status,
        cursor=cursor, limit=limit,
    )  # fmt: skip
    entity_types = caller.hub.entity_types()
    items = [masking.rejected(caller.principal, entity_types.get(row["entity_type"]), row) for row in found["items"]]
    return answer({"items": items, "next": found["next"]})


@router.get("/quarantine/{quarantine_id}", summary="Read a rejected row", **described(EXAMPLE, 404))
def one(caller: Reading, quarantine_id: Annotated[str, Path(max_length=60)]) -> Response:
    """The row as it came in, where it stood, and the rule it broke."""
    found = quarantine.get(caller.hub, quarantine_id)
    caller.ensure(source=found["source"], entity_type=found["entity_type"])
    entity_type = caller.hub.entity_types().get(found["entity_type"])
    return answer(masking.rejected(caller.principal, entity_type, found))
