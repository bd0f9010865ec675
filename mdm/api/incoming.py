"""From what a client sends to a source record as services take it, or to all that is wrong with it."""

from collections.abc import Sequence
from typing import Any

import orjson
from pydantic import ValidationError

from mdm.api.bodies import BatchItem, RecordBody
from mdm.api.parameters import key
from mdm.api.problems import faults_of
from mdm.entity_types import EntityType, check, hint
from mdm.errors import Fault, InvalidInput
from mdm.ingest.flags import ONLY_CHANGED
from mdm.ingest.incoming import Incoming, Mode, mark, of_instance, time_text, version_value
from mdm.ingest.parts import Parts
from mdm.ingest.rows import RefusalError, Rejected
from mdm.log import Key

REQUEST = "request"


def record(key: Key, body: RecordBody, entity_type: EntityType, *, mode: Mode) -> Incoming:
    """Check one record; InvalidInput lists every fault with its pointer."""
    if mode in {"delete", "changed"}:
        attributes, faults = dict[str, object](), list[Fault]()
    else:
        attributes, faults = check(entity_type, body.attributes, partial=mode == "patch")
    version = _read(version_value, "version", body.version, faults)
    event_time = _read(time_text, "event_time", body.event_time, faults)
    into = None if body.merged_into is None else _other(key, body.merged_into, "/merged_into")
    losers = {_other(key, loser, f"/merged_from/{place}") for place, loser in enumerate(body.merged_from)}
    created, origin = (_mark(name, getattr(body, name), faults) for name in ("created", "origin"))
    try:
        of_instance(body.instance, entity_type, key.source)
    except RefusalError as no:
        faults.append(Fault(f"/{no.column}", no.detail, no.rule, no.value))
    if faults:
        raise InvalidInput("; ".join(fault.detail for fault in faults[:3]), faults=faults)
    taken = Incoming(
        key.source, key.entity_type, key.source_id, attributes, version,
        None if event_time is None else str(event_time), mode, merged_into=into, merged_from=tuple(sorted(losers)),
        created=created, origin=origin,
    )  # fmt: skip
    return taken.in_form(entity_type)


def item(index: int, sent: Any, entity_types: dict[str, EntityType]) -> tuple[Incoming | Rejected, tuple[Fault, ...]]:
    """Check one item of a batch: the record, or what goes to quarantine and its faults."""
    try:
        parsed = BatchItem.model_validate(sent)
        of = key(parsed.source, parsed.entity_type, parsed.source_id, pointer="")
        entity_type = _known(parsed.entity_type, entity_types)
        taken = record(of, parsed, entity_type, mode=_mode(parsed))
        return taken._replace(line=index + 1), ()
    except ValidationError as error:
        return _rejected(index, sent, faults_of(error.errors(), BatchItem))
    except InvalidInput as error:
        return _rejected(index, sent, error.faults)


def _mode(item: BatchItem) -> Mode:
    if item.changed and (item.attributes or item.deleted or item.partial):
        raise InvalidInput(ONLY_CHANGED, faults=[Fault("/changed", ONLY_CHANGED, "changed")])
    return "changed" if item.changed else "delete" if item.deleted else "patch" if item.partial else "put"


def _other(own: Key, source_id: str, pointer: str) -> str:
    """Another record of the same source and entity type, that was merged with this one."""
    other = key(own.source, own.entity_type, source_id, pointer=pointer).source_id
    if other == own.source_id:
        detail = f"{other!r} cannot be merged into itself"
        raise InvalidInput(detail, faults=[Fault(pointer, detail, "itself", other)])
    return other


def _known(name: str, entity_types: dict[str, EntityType]) -> EntityType:
    if name not in entity_types:
        detail = f"there is no entity type {name!r}{hint(name, entity_types)}"
        raise InvalidInput(detail, faults=[Fault("/entity_type", detail, "entity_type")])
    return entity_types[name]


def _read(read: Any, name: str, value: object, faults: list[Fault]) -> Any:
    if value is None:
        return None
    try:
        return read(value)
    except ValueError as error:
        faults.append(Fault(f"/{name}", f"{name} {error}", name, value))
        return None


def _mark(name: str, value: str | None, faults: list[Fault]) -> str | None:
    try:
        return mark(name, value)
    except RefusalError as no:
        faults.append(Fault(f"/{name}", no.detail, no.rule))
        return None


def _rejected(index: int, sent: Any, faults: Sequence[Fault]) -> tuple[Rejected, tuple[Fault, ...]]:
    first = faults[0]
    column = first.pointer.removeprefix("/attributes").removeprefix("/").replace("/", ".") or None
    rejected = Rejected(
        file=REQUEST, line=index + 1, column=column, value=first.value, rule=first.rule, detail=first.detail,
        raw=orjson.dumps(sent).decode(), parts=Parts(sent if isinstance(sent, dict) else {}, typed=True),
    )  # fmt: skip
    return rejected, tuple(faults)
