"""Exports: golden records, their crosswalk and their lineage as files, streamed as they are read."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from mdm.api.answers import described
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import AsOf, AtTime
from mdm.publish.files import MEDIA_TYPES, Format, pieces
from mdm.services.access import masking
from mdm.services.access.shown import Shown
from mdm.services.feed import exporting
from mdm.services.feed.exporting import What

router = APIRouter(prefix="/v1", tags=["exports"], route_class=JsonRoute)
Reading = Annotated[Caller, Depends(Requires("read golden records"))]
Of = Annotated[str, Query(alias="type", description="The entity type.", examples=["customer"], max_length=100)]
WrittenAs = Annotated[Format, Query(alias="format", description="One JSON document a line, csv or parquet.")]
Since = Annotated[
    str | None,
    Query(description="Only what has changed since: `MDM-Position` of an export before, or a moment.", max_length=64),
]
Safe = Annotated[
    bool, Query(alias="spreadsheet_safe", description="In csv, an apostrophe before what would begin a formula.")
]
POSITION = "MDM-Position"
GOLDEN = {
    "golden_id": "cus_000002a", "entity_type": "customer", "status": "active", "version": 3,
    "rules_version": "9c1d4a5e6f708192", "attributes": {"name": "Acme GmbH"},
    "crosswalk": [{"source": "crm", "source_id": "0015g"}],
}  # fmt: skip
CROSSWALK = {
    "golden_id": "cus_000002a", "entity_type": "customer", "source": "crm", "source_id": "0015g", "since": 4712,
    "status": "active",
}  # fmt: skip
LINEAGE = {
    "golden_id": "cus_000002a", "version": 3, "entity_type": "customer", "attribute": "name", "outcome": "won",
    "value": "Acme GmbH", "source": "crm", "source_id": "0015g", "event_time": None, "decision_id": None,
    "because": None, "file": "crm.csv", "line": 7, "source_version": "7", "strategy": "most_frequent",
    "rules_version": "9c1d4a5e6f708192", "status": "active",
}  # fmt: skip


def _files(example: object) -> dict[str, Any]:
    """What OpenAPI says of an export: a file in one of the formats, with the position it stands at."""
    told = described(example, 404)
    line = orjson.dumps(example).decode() + "\n"
    told["responses"][200] = {
        "description": "The file",
        "headers": {POSITION: {"description": "What it is as of; `since` of the next", "schema": {"type": "integer"}}},
        "content": {
            kind.partition(";")[0]: {"schema": {"type": "string"}, **({"example": line} if "json" in kind else {})}
            for kind in MEDIA_TYPES.values()
        },
    }
    return {**told, "response_class": StreamingResponse}


@router.get("/golden-records:export", summary="Export golden records", **_files(GOLDEN))
async def golden_records(
    caller: Reading, entity_type: Of, when: AtTime, written_as: WrittenAs = "jsonl", since: Since = None,
    *, safe: Safe = False,
) -> Response:  # fmt: skip
    """All golden records of an entity type, or with `since` those that changed: who left is told with its `status`."""
    asked = {"as_of": when.as_of, "on": when.on, "since": since}
    return await _streamed(caller, "golden-records", entity_type, written_as, safe=safe, **asked)


@router.get("/xref:export", summary="Export the crosswalk", **_files(CROSSWALK))
async def crosswalk(
    caller: Reading, entity_type: Of, as_of: AsOf = None, written_as: WrittenAs = "jsonl", since: Since = None,
    *, safe: Safe = False,
) -> Response:  # fmt: skip
    """Every source key with its golden ID; with `since` those of golden records that changed, deleted ones too."""
    return await _streamed(caller, "crosswalk", entity_type, written_as, safe=safe, as_of=as_of, since=since)


@router.get("/lineage:export", summary="Export the lineage", **_files(LINEAGE))
async def lineage(
    caller: Reading, entity_type: Of, as_of: AsOf = None, written_as: WrittenAs = "jsonl", since: Since = None,
    *, safe: Safe = False,
) -> Response:  # fmt: skip
    """A row for each value that won or lost, with where it came from; with `since` of golden records that changed."""
    return await _streamed(caller, "lineage", entity_type, written_as, safe=safe, as_of=as_of, since=since)


async def _streamed(
    caller: Caller, what: What, entity_type: str, written_as: Format, *, safe: bool, **asked: str | None
) -> Response:
    """The first piece is made before the answer begins, so that a refusal is a problem and no torn file."""
    caller.ensure(entity_type=entity_type)
    rules, opened = Shown(caller.hub), ExitStack()

    def begun() -> tuple[int, Iterator[bytes], bytes]:
        found = opened.enter_context(exporting.export(
            caller.hub, what, entity_type, mask=lambda one: masking.golden(caller.principal, rules, one), **asked
        ))  # fmt: skip
        told = pieces(written_as, found.sheet, found.documents, safe=safe)
        return found.position, told, next(told, b"")

    async def body(told: Iterator[bytes], piece: bytes | None) -> AsyncIterator[bytes]:
        try:
            while piece is not None:
                yield piece
                piece = await run_in_threadpool(next, told, None)
        finally:
            opened.close()

    try:
        position, told, first = await run_in_threadpool(begun)
    except BaseException:
        opened.close()
        raise
    name = f"{entity_type}-{what}-{position}.{written_as}"
    headers = {
        POSITION: str(position), "Content-Disposition": f'attachment; filename="{name}"',
        "Vary": "Authorization", "Cache-Control": "private, no-cache",
    }  # fmt: skip
    return StreamingResponse(body(told, first), media_type=MEDIA_TYPES[written_as], headers=headers)
