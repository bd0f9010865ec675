"""Quarantine: input that was rejected, with row, column and rule; mended and taken after all, or discarded."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends, Path, Query
from starlette.responses import Response

from mdm.api.answers import answer, described
from mdm.api.bodies import ReasonBody, RetryBody, RetryManyBody
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import JsonRoute
from mdm.api.parameters import Cursor, Limit, TypeFilter
from mdm.services.access import masking
from mdm.services.intake import quarantine
from mdm.store.quarantine import Filter

router = APIRouter(prefix="/v1", tags=["quarantine"], route_class=JsonRoute)
Reading = Annotated[Caller, Depends(Requires("read quarantine"))]
Mending = Annotated[Caller, Depends(Requires("mend quarantine"))]
QuarantineId = Annotated[str, Path(max_length=60, examples=["5f1e0c9a7b3d2e4f6a8b"])]
Wanted = Annotated[str | None, Query(max_length=1_000)]
EXAMPLE = {
    "id": "5f1e0c9a7b3d2e4f6a8b", "batch": "request-0f3a", "source": "crm", "entity_type": "customer",
    "file": "customers.csv", "line": 17, "column": "name", "value": None, "rule": "required",
    "detail": "name is required", "raw": "0015g,,Berlin", "status": "open",
    "recorded_at": "2026-03-01T09:30:00.000000Z", "settled_by": None, "settled_at": None, "reason": None,
    "columns": {"id": "0015g", "name": "", "address.city": "Berlin"}, "seq": None,
}  # fmt: skip
SETTLED = {"settled_by": "key:k_2f", "settled_at": "2026-03-01T10:00:00.000000Z"}
TAKEN = {
    **EXAMPLE, **SETTLED, "status": "retried", "seq": 4713,
    "columns": {"id": "0015g", "name": "Acme GmbH", "address.city": "Berlin"},
}  # fmt: skip
DISCARDED = {**EXAMPLE, **SETTLED, "status": "discarded", "reason": "a test record"}


async def _wanted(
    source: Wanted = None, entity_type: TypeFilter = None,
    status: Annotated[Literal["open", "retried", "discarded"], Query()] = "open",
    rule: Wanted = None, file: Wanted = None,
) -> Filter:  # fmt: skip
    return Filter(source, entity_type, status, rule, file)


@router.get("/quarantine", summary="List rejected rows", **described({"items": [EXAMPLE], "next": None}, 404))
def listed(
    caller: Reading, wanted: Annotated[Filter, Depends(_wanted)], cursor: Cursor = None, limit: Limit = 100
) -> Response:
    """By file and line; a key of one source sees that source's rows."""
    caller.ensure(source=wanted.source)
    source, entity_type = wanted.source or caller.principal.source, caller.own_type(wanted.entity_type)
    own = replace(wanted, source=source, entity_type=entity_type)
    found = quarantine.page(caller.hub, own, cursor=cursor, limit=limit)
    entity_types = caller.hub.entity_types()
    items = [masking.rejected(caller.principal, entity_types.get(row["entity_type"]), row) for row in found["items"]]
    return answer({"items": items, "next": found["next"]})


@router.get("/quarantine/{quarantine_id}", summary="Read a rejected row", **described(EXAMPLE, 404))
def one(caller: Reading, quarantine_id: QuarantineId) -> Response:
    """The row as it came in, its columns as they stand after mending, where it stood, and the rule it broke."""
    return _shown(caller, _own(caller, quarantine_id))


@router.post(
    "/quarantine/{quarantine_id}:retry",
    summary="Mend a rejected row and take it in",
    **described(TAKEN, 404, 409, 415),
)
def retry(
    caller: Mending, quarantine_id: QuarantineId, body: Annotated[RetryBody, Body()] = RetryBody()  # noqa: B008
) -> Response:  # fmt: skip
    """`retried` when it was taken, once; still `open`, with the new reason, when it was refused again."""
    _own(caller, quarantine_id)
    return _shown(caller, quarantine.retry(caller.hub, quarantine_id, given=body.set, author=caller.author()))


@router.post(
    "/quarantine:retry",
    summary="Take in all rejected rows that are no longer refused",
    **described({"taken": 17, "refused": 2, "next": None}, 404, 415),
)
def retry_some(caller: Mending, body: RetryManyBody) -> Response:
    """By file and line, `limit` at a time; `next` is the `cursor` to go on from. A key of a source retries its own."""
    caller.ensure(source=body.source)
    wanted = Filter(body.source or caller.principal.source, caller.own_type(body.type), "open", body.rule, body.file)
    retried, following = quarantine.retry_some(
        caller.hub, wanted, cursor=body.cursor, limit=body.limit, author=caller.author()
    )
    return answer({"taken": retried.taken, "refused": retried.refused, "next": following})


@router.post(
    "/quarantine/{quarantine_id}:discard",
    summary="Discard a rejected row",
    **described(DISCARDED, 404, 409, 415),
)
def discard(caller: Mending, quarantine_id: QuarantineId, body: ReasonBody) -> Response:
    """It will never be taken; the row and the reason stay readable."""
    _own(caller, quarantine_id)
    return _shown(caller, quarantine.discard(caller.hub, quarantine_id, reason=body.reason, author=caller.author()))


def _own(caller: Caller, quarantine_id: str) -> quarantine.Document:
    """Read a row that the caller may act on."""
    found = quarantine.get(caller.hub, quarantine_id)
    caller.ensure(source=found["source"], entity_type=found["entity_type"])
    return found


def _shown(caller: Caller, row: quarantine.Document) -> Response:
    return answer(masking.rejected(caller.principal, caller.hub.entity_types().get(row["entity_type"]), row))
