"""Cross-references: which golden record a source record belongs to."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api.answers import answer, described, tagged
from mdm.api.bodies import LookupBody
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import AsOf, PathKey, key
from mdm.errors import TooLarge
from mdm.services.reading import lookup
from mdm.services.reading.valid_time import day

router = APIRouter(prefix="/v1", tags=["cross-references"], route_class=JsonRoute)
LookingUp = Annotated[Caller, Depends(Requires("look up"))]
AnyDay = Annotated[
    str | None,
    Query(description="A day: a cross-reference holds on all of them.", max_length=10, examples=["2026-03-01"]),
]
EXAMPLE = {
    "golden_id": "cus_000002a", "status": "active", "since": 4712, "entity_type": "customer",
    "crosswalk": [
        {"source": "crm", "source_id": "0015g", "needs_refetch": {"since": 4700, "version": 8}},
        {"source": "erp", "source_id": "4711"},
    ],
    "seq": 4712,
}  # fmt: skip


@router.get(
    "/xref/{source}/{entity_type}/{source_id:path}",
    summary="Look up one source key",
    **described(EXAMPLE, 404, etag=True),
)
def one(
    request: Request, caller: LookingUp, record: PathKey,
    target: Annotated[str | None, Query(description="Only the entries of this system.", max_length=100)] = None,
    as_of: AsOf = None, on: AnyDay = None,
) -> Response:  # fmt: skip
    """Give the golden ID that a source record bears, and every other source record that bears it.

    `needs_refetch`, of the record itself and in the crosswalk, says that it has changed in its source since its last
    version arrived: `since` which position, and the `version` and `event_time` that were named.
    """
    day(on)
    found = lookup.xref(caller.hub, record, target=target, as_of=as_of)
    return tagged(request, found)


@router.post("/xref:lookup", summary="Look up many source keys", **described({"items": [EXAMPLE, None]}, 413, 415))
def many(caller: LookingUp, body: LookupBody, as_of: AsOf = None, on: AnyDay = None) -> Response:
    """One result per key, in their order; null for what has never arrived, or had not by then."""
    day(on)
    limit = caller.hub.settings.batch_limit
    if len(body.keys) > limit:
        raise TooLarge(f"{len(body.keys):,} keys in one request; at most {limit:,} are taken, so send them in parts")
    keys = [key(*parts, pointer=f"/keys/{index}") for index, parts in enumerate(body.keys)]
    for entity_type in {one.entity_type for one in keys}:
        caller.ensure(entity_type=entity_type)
    return answer({"items": lookup.xrefs(caller.hub, keys, as_of=as_of)})
