"""The change feed: pages of CloudEvents, waited for, or as a stream; and the snapshot to begin with.

Source: the HTML standard, server-sent events.
"""

import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Header, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from mdm.api.answers import answer, described
from mdm.api.caller import Caller, Requires
from mdm.api.feed_watch import FeedWatch
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import Cursor, Limit, TypeFilter
from mdm.api.routes.golden_records import EXAMPLE as GOLDEN
from mdm.errors import Fault, HubError, InvalidInput
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.feed import changes, feed_start
from mdm.services.feed.changes import Wanted
from mdm.settings import now

router = APIRouter(prefix="/v1", tags=["changes"], route_class=JsonRoute)
Reading = Annotated[Caller, Depends(Requires("read the feed"))]
EXAMPLE = {"items": [{
    "specversion": "1.0", "id": "00000000000000000042", "source": "/hub/hub", "type": "mdm.golden.updated",
    "subject": "cus_000002a", "time": "2026-03-01T09:30:00.000000Z", "datacontenttype": "application/json",
    "sequence": "00000000000000000042", "partitionkey": "cus_000002a",
    "data": {"entity_type": "customer", "seq": 4712, "golden_id": "cus_000002a", "keys": ["erp:customer:4711"],
             "before": {"version": 2, "rules_version": "9c1d4a5e6f708192", "attributes": {"name": "Acme"}},
             "after": {"version": 3, "attributes": {"name": "Acme GmbH"}}, "rules_version": "9c1d4a5e6f708192"},
}], "next": 42}  # fmt: skip


def _described() -> dict[str, Any]:
    told = described(EXAMPLE, 404, 410)
    told["responses"][200]["content"] |= STREAM
    return told


Source = Annotated[str | None, Query(description="Only events that touch a record of this source.", max_length=100)]
Events = Annotated[
    list[str] | None, Query(description="Only these types of events; may be repeated.", examples=[["mdm.xref.moved"]])
]
LastEventId = Annotated[str | None, Header(description="Of a stream that broke off: the `id` of its last event.")]
HEARTBEAT = 15.0
"""Seconds after which a stream says that it lives."""
STREAM = {
    "text/event-stream": {"schema": {"type": "string"}, "example": "id: 42\nevent: mdm.golden.updated\ndata: {}\n\n"}
}


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who follows the feed: the request, the caller, and which events are wanted."""

    request: Request
    caller: Caller
    wanted: Wanted
    limit: int

    @property
    def watch(self) -> FeedWatch:
        watch: FeedWatch = self.request.app.state.feed_watch
        return watch

    async def page(self, after: int) -> dict[str, Any]:
        return await run_in_threadpool(_masked, self.caller, self.wanted, after, self.limit)

    async def wait(self, after: int, seconds: float) -> None:
        # Waiting holds no thread.
        await self.watch.wait(self.caller.hub, after=after, seconds=seconds)


@router.get("/changes", summary="Follow the change feed", **_described())
async def page(  # noqa: PLR0913, PLR0917  what can be asked for; not sent to another thread
    request: Request, caller: Reading,
    after: Annotated[int, Query(description="`next` of the page before; 0 begins.", ge=0, le=2**62)] = 0,
    limit: Limit = 100, entity_type: TypeFilter = None, source: Source = None, event: Events = None,
    wait: Annotated[float, Query(description="Seconds to wait while there is nothing new.", ge=0, le=30)] = 0,
    last_event_id: LastEventId = None,
) -> Response:  # fmt: skip
    """Gapless and in order, at least once; go on with `after` set to `next`.

    With `Accept: text/event-stream` a stream that never ends: each event with its `id`, which the browser or client
    sends as `Last-Event-ID` to go on. A cursor that the feed is kept for no longer, or has not come to, is
    answered with 410, and the address of the snapshot to begin again with.
    """
    of = caller.own_type(entity_type)
    wanted = await run_in_threadpool(changes.wanted, caller.hub, entity_type=of, source=source, events=event or ())
    after = _position(last_event_id, after)
    await run_in_threadpool(feed_start.ensure_kept, caller.hub, after, at=now())
    reader = _Reader(request, caller, wanted, limit)
    if "text/event-stream" in request.headers.get("accept", ""):
        return StreamingResponse(_stream(reader, after), media_type="text/event-stream", headers=STREAMED)
    deadline = time.monotonic() + wait
    while True:
        found = await reader.page(after)
        left = deadline - time.monotonic()
        if found["items"] or left <= 0 or reader.watch.stopping or await request.is_disconnected():
            return answer(found)
        after = found["next"]
        await reader.wait(after, left)


# Not to be kept, nor gathered on the way until it is long enough.
STREAMED = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


async def _stream(reader: _Reader, after: int) -> AsyncIterator[bytes]:
    """Events as they come, until the server stops, or the key is no longer let in."""
    yield b"retry: 1000\n\n"
    again = Requires(reader.caller.action)
    while not reader.watch.stopping:
        try:
            await again(reader.request)
            found = await reader.page(after)
        except HubError:  # the client comes back with its last id, and is told
            return
        if found["items"]:
            yield b"".join(_written(one) for one in found["items"])
        elif found["next"] == after:
            before = time.monotonic()
            await reader.wait(after, HEARTBEAT)
            if time.monotonic() - before >= HEARTBEAT:
                yield b": nothing new\n\n"
        after = found["next"]


def _written(event: dict[str, Any]) -> bytes:
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (int(event["sequence"]), event["type"].encode(), orjson.dumps(event))


def _position(last_event_id: str | None, after: int) -> int:
    if last_event_id is None:
        return after
    if not re.fullmatch(r"[0-9]{1,18}", last_event_id, re.ASCII):
        detail = "Last-Event-ID is the id of an event of this feed"
        raise InvalidInput(detail, faults=[Fault("/header/last-event-id", detail, "last_event_id")])
    return int(last_event_id)


def _masked(caller: Caller, wanted: Wanted, after: int, limit: int) -> dict[str, Any]:
    found = changes.page(caller.hub, after=after, limit=limit, wanted=wanted)
    rules = Shown(caller.hub)
    items = [masking.event(caller.principal, rules, one) for one in found["items"]]
    return {"items": items, "next": found["next"]}


@router.get(
    "/snapshot", summary="Begin with all golden records",
    **described({"items": [GOLDEN], "next": None, "after": 42, "as_of": 4712}, 404),
)  # fmt: skip
def snapshot(caller: Reading, entity_type: TypeFilter = None, cursor: Cursor = None, limit: Limit = 100) -> Response:
    """All active golden records as of one moment, page by page, and the cursor of the feed to go on from.

    Go on with `cursor` set to `next` until that is null, then follow `/v1/changes?after=` what `after` says.
    """
    found = feed_start.snapshot(caller.hub, entity_type=caller.own_type(entity_type), cursor=cursor, limit=limit)
    rules = Shown(caller.hub)
    return answer({**found, "items": [masking.golden(caller.principal, rules, one) for one in found["items"]]})
