"""Source records in: one by its key, or many at once."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from mdm.api import incoming
from mdm.api.answers import answer, described
from mdm.api.bodies import BatchItem, RecordBody, SourceMergeBody
from mdm.api.caller import Caller, Requires
from mdm.api.json_route import NDJSON, JsonRoute, media_type, not_taken
from mdm.api.parameters import PathKey, key
from mdm.entity_types import EntityType
from mdm.errors import Fault, Forbidden, InvalidInput, TooLarge
from mdm.ingest.incoming import Incoming, Mode
from mdm.log import Author, Key
from mdm.services.hub import Hub
from mdm.services.intake import records, source_merges
from mdm.services.intake.arrivals import Age
from mdm.services.intake.records import Outcome
from mdm.store.batches import Origin

router = APIRouter(prefix="/v1", tags=["source records"], route_class=JsonRoute)
Ingesting = Annotated[Caller, Depends(Requires("ingest"))]
Wait = Annotated[
    Literal["resolved"] | None, Query(description="`resolved` answers with the golden ID the record belongs to.")
]
PATH = "/source-records/{source}/{entity_type}/{source_id:path}"
OLDER_THAN = {"version": 9, "event_time": "2026-03-01T00:00:00.000000Z"}
EXAMPLE = {
    "seq": 4711, "status": "accepted", "older_than": OLDER_THAN, "golden_id": "cus_000002a", "resolution": "matched",
}  # fmt: skip
LATER: dict[str, Any] = {
    "accepted": {"seq": 4711, "status": "accepted", "older_than": OLDER_THAN},
    "perhaps": ("seq", "older_than", "golden_id", "resolution"),
}  # fmt: skip
MERGED = {"seq": 4712, "status": "accepted", "golden_id": "cus_000002a"}
BATCH = {"items": [
    {"index": 0, "status": "accepted", "seq": 4711},
    {"index": 1, "status": "quarantined", "errors": [
        {"pointer": "/attributes/name", "detail": "name is required", "rule": "required"}]},
]}  # fmt: skip
SENT = {
    "source": "crm",
    "entity_type": "customer",
    "source_id": "0015g",
    "attributes": {"name": "Acme GmbH"},
    "version": 7,
}
BATCH_BODY: dict[str, Any] = {"requestBody": {"required": True, "content": {
    "application/json": {"schema": {"type": "array", "items": BatchItem.model_json_schema()}, "example": [SENT]},
    NDJSON[0]: {"schema": {"type": "string"}, "example": orjson.dumps(SENT).decode()},
}}}  # fmt: skip


@router.put(PATH, summary="Take in one version of a source record", **described(EXAMPLE, 404, **LATER))
def put(caller: Ingesting, record: PathKey, body: RecordBody, wait: Wait = None) -> Response:
    """Insert or replace; the same version again is `unchanged`. 202 without `wait`: committed, not yet resolved.

    Versions may come in any order: `older_than` in the answer tells the newest one of the record, where it is newer
    than this one, which then changes nothing that it says. What comes without a version and an event time is the
    oldest.
    """
    return _put(caller, record, body, mode="put", wait=wait)


@router.patch(PATH, summary="Change some attributes of a source record", **described(EXAMPLE, 404, **LATER))
def patch(caller: Ingesting, record: PathKey, body: RecordBody, wait: Wait = None) -> Response:
    """Only the attributes that are sent change; null takes one away."""
    return _put(caller, record, body, mode="patch", wait=wait)


@router.delete(PATH, summary="Say that a source has deleted a record", **described(EXAMPLE, 404, **LATER))
def delete(
    caller: Ingesting, record: PathKey, wait: Wait = None,
    version: Annotated[str | None, Query(max_length=64)] = None,
    event_time: Annotated[str | None, Query(max_length=64)] = None,
    created: Annotated[
        str | None, Query(description="Which record of an id that was used again.", max_length=100)
    ] = None,
) -> Response:  # fmt: skip
    """A source that numbers its versions gives the tombstone a `version` too, one that sends event times a time.

    A later version revives the record. `older_than` in the answer says that one has come already.
    """
    body = RecordBody(attributes={}, version=version, event_time=event_time, created=created)
    return _put(caller, record, body, mode="delete", wait=wait)


@router.post(
    f"{PATH}:merge", summary="Say that a source merged a record into another", **described(MERGED, 404, **LATER)
)
def merge(caller: Ingesting, record: PathKey, body: SourceMergeBody, wait: Wait = None) -> Response:
    """The two become one golden record, whichever arrives first, unless a steward keeps them apart."""
    caller.hub.entity_type(record.entity_type)
    into = key(record.source, record.entity_type, body.into, pointer="").source_id
    found = source_merges.merge(caller.hub, record, into, author=caller.author(), wait=wait is not None)
    told = {"seq": found.position, "status": found.status, "golden_id": found.golden_id}
    return answer({name: value for name, value in told.items() if value is not None}, status=200 if wait else 202)


async def _body(request: Request) -> tuple[bool, bytes]:
    """Whether the body is NDJSON, and its bytes."""
    kind = media_type(request)
    if kind not in {"application/json", *NDJSON}:
        raise not_taken(request, "application/json", NDJSON[0])
    return kind in NDJSON, await request.body()


@router.post(
    "/source-records:batch", summary="Take in many source records", openapi_extra=BATCH_BODY,
    **described(BATCH, 413, 415),
)  # fmt: skip
def batch(caller: Ingesting, request: Request, sent: Annotated[tuple[bool, bytes], Depends(_body)]) -> Response:
    """Take a JSON array, or one record a line; each item is accepted, unchanged, or put into quarantine by itself."""
    items = _lines(sent[1]) if sent[0] else _array(sent[1])
    limit = caller.hub.settings.batch_limit
    if len(items) > limit:
        raise TooLarge(f"{len(items):,} records in one request; at most {limit:,} are taken, so send them in parts")
    _ensure_all(caller, items)
    entity_types = caller.hub.entity_types()
    checked = [incoming.item(index, one, entity_types) for index, one in enumerate(items)]
    origin = Origin(
        f"request-{request.scope['request_id']}",
        incoming.REQUEST,
        _common(items, "source"),
        _common(items, "entity_type"),
    )
    outcomes = records.put_many(caller.hub, [one for one, _ in checked], author=caller.author(), batch=origin)
    told = [_outcome(index, outcome) for index, outcome in enumerate(outcomes)]
    for entry, (_, faults) in zip(told, checked, strict=True):
        if faults:
            entry["errors"] = [{"pointer": one.pointer, "detail": one.detail, "rule": one.rule} for one in faults]
    return answer({"items": told})


def _ensure_all(caller: Caller, items: Sequence[Any]) -> None:
    """Raise Forbidden, which says of which record, where the caller may not send one of them."""
    for index, one in enumerate(items):
        if isinstance(one, dict):
            try:
                caller.ensure(source=_text(one, "source"), entity_type=_text(one, "entity_type"))
            except Forbidden as error:
                detail = f"record {index}, counted from 0: {error.detail}; nothing was taken"
                raise Forbidden(detail, faults=[Fault(f"/{index}", detail, "forbidden")]) from error


def _put(caller: Caller, of: Key, body: RecordBody, *, mode: Mode, wait: str | None) -> Response:
    rules = caller.hub.entity_type(of.entity_type)
    told = taken_in(caller.hub, caller.author(), rules, of, body, mode=mode, wait=wait is not None)
    return answer(told, status=200 if wait else 202)


def taken_in(  # noqa: PLR0913  what is sent, by whom, and under which rules
    hub: Hub, author: Author, rules: EntityType, of: Key, body: RecordBody, *, mode: Mode, wait: bool
) -> dict[str, Any]:  # fmt: skip
    """Take in one version of a record, durably, and say what became of it; raises InvalidInput."""
    taken: Incoming = incoming.record(of, body, rules, mode=mode)
    found = records.put(hub, taken, author=author, wait=wait)
    told = {
        "seq": found.position, "status": found.status, "older_than": _age(found.older_than),
        "golden_id": found.golden_id, "resolution": found.resolution,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


def _array(body: bytes) -> list[Any]:
    try:
        items = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidInput(f"the body is not JSON: {error}") from error
    if not isinstance(items, list):
        raise InvalidInput("the body must be an array of source records, or NDJSON with one a line")
    return items


def _lines(body: bytes) -> list[Any]:
    items = []
    for number, line in enumerate(body.splitlines(), 1):
        if line.strip():
            try:
                items.append(orjson.loads(line))
            except orjson.JSONDecodeError as error:
                raise InvalidInput(f"line {number} is not JSON: {error.msg}; nothing was taken") from error
    return items


def _outcome(index: int, outcome: Outcome) -> dict[str, Any]:
    told: dict[str, Any] = {"index": index, "status": outcome.status}
    if outcome.position is not None:
        told["seq"] = outcome.position
    if outcome.older_than is not None:
        told["older_than"] = _age(outcome.older_than)
    if outcome.faults:
        told["errors"] = [{"pointer": one.pointer, "detail": one.detail, "rule": one.rule} for one in outcome.faults]
    return told


def _age(age: Age | None) -> dict[str, Any] | None:
    """How old what there is of a record is: what its source has said of it."""
    return None if age is None else {name: value for name, value in age._asdict().items() if value is not None}


def _common(items: list[Any], member: str) -> str:
    """What all items of a batch name as their source or entity type, for those that cannot be read."""
    named = {_text(one, member) for one in items if isinstance(one, dict)} - {""}
    return named.pop()[:100].replace("\x00", "") if len(named) == 1 else ""


def _text(sent: dict[str, Any], member: str) -> str:
    """A name as the policy judges it: anything that is no text belongs to no key that is narrowed."""
    value = sent.get(member)
    return value if isinstance(value, str) else ""
