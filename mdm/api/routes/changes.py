"""The change feed: pages of CloudEvents, waiting for the next one where that is asked for."""

import asyncio
import time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from mdm.api.answers import answer, described
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import Limit, TypeFilter
from mdm.services import changes, masking
from mdm.services.shown import Shown

router = APIRouter(prefix="/v1", tags=["changes"], route_class=JsonRoute)
Reading = Annotated[Caller, Depends(Requires("read the feed"))]
PAUSE = 0.25
EXAMPLE = {"items": [{
    "specversion": "1.0", "id": "00000000000000000042", "source": "/hub/hub", "type": "mdm.golden.updated",
    "subject": "cus_000002a", "time": "2026-03-01T09:30:00.000000Z", "datacontenttype": "application/json",
    "sequence": "00000000000000000042", "partitionkey": "cus_000002a",
    "data": {"entity_type": "customer", "seq": 4712, "golden_id": "cus_000002a", "keys": ["erp:customer:4711"],
             "before": {"version": 2, "rules_version": "9c1d4a5e6f708192", "attributes": {"name": "Acme"}},
             "after": {"version": 3, "attributes": {"name": "Acme GmbH"}}, "rules_version": "9c1d4a5e6f708192"},
}], "next": 42}  # fmt: skip


@router.get("/changes", summary="Follow the change feed", **described(EXAMPLE, 404))
async def page(
    request: Request, caller: Reading,
    after: Annotated[int, Query(description="`next` of the page before; 0 begins.", ge=0, le=2**62)] = 0,
    limit: Limit = 100, entity_type: TypeFilter = None,
    wait: Annotated[float, Query(description="Seconds to wait while there is nothing new.", ge=0, le=30)] = 0,
) -> Response:  # fmt: skip
    """Gapless and in order, at least once; go on with `after` set to `next`."""
    of = caller.own_type(entity_type)
    deadline = time.monotonic() + wait
    while True:
        # Waiting holds no thread: the loop sleeps, and only the query itself runs in one.
        found = await run_in_threadpool(changes.page, caller.hub, after=after, limit=limit, entity_type=of)
        if found["items"] or time.monotonic() >= deadline or await request.is_disconnected():
            return answer(await run_in_threadpool(_masked, caller, found))
        after = found["next"]
        await asyncio.sleep(min(PAUSE, max(0.0, deadline - time.monotonic())))


def _masked(caller: Caller, found: dict[str, Any]) -> dict[str, Any]:
    rules = Shown(caller.hub)
    items = [masking.event(caller.principal, rules, one) for one in found["items"]]
    return {"items": items, "next": found["next"]}
