"""Rejected input: what came in and could not be taken; mended and taken after all, or discarded."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mdm.entity_types import EntityType
from mdm.errors import Conflict, InvalidInput, InvalidRules, NotFound
from mdm.ingest import Incoming, Rejected
from mdm.ingest.crosswalk import crosswalk_rows, mended_crosswalk
from mdm.ingest.gather import SCATTERED
from mdm.ingest.mapping import Mapping as FileMapping
from mdm.ingest.mapping import parse_mapping
from mdm.ingest.mend import mended, read_again
from mdm.ingest.parts import Parts, parsed, written
from mdm.ingest.rows import Row
from mdm.log import Author, Key, key_token
from mdm.services import known_sources
from mdm.services.hub import Hub
from mdm.services.intake import crosswalk_files, records
from mdm.services.intake.records import Outcome
from mdm.services.resolving import resolve_all, resolve_arrived
from mdm.store import log, mappings
from mdm.store import quarantine as stored_quarantine
from mdm.store.batches import Origin, RejectedRow, storable
from mdm.store.database import Transaction
from mdm.store.quarantine import Filter
from mdm.tables import Quarantine

Document = dict[str, Any]
Progress = Callable[[int], None]
AT_ONCE = 200
"""Rows that `retry_all` takes in one transaction."""


@dataclass(frozen=True, slots=True)
class Retried:
    """How many rejected rows were taken, and how many were refused again."""

    taken: int
    refused: int


def page(hub: Hub, wanted: Filter | None = None, *, cursor: str | None = None, limit: int = 100) -> Document:
    """Rejected rows by file and line, the open ones unless others are wanted: `{"items", "next"}`.

    Raises:
        NotFound: none is of the source or entity type, and there is no such one; names the nearest.
        InvalidInput: the cursor is none.
    """
    wanted = wanted or Filter()
    with hub.database.read() as reader:
        after = _after(reader, cursor)
        found = stored_quarantine.page(reader, wanted, after=after, limit=limit + 1)
        _ensure_known(hub, reader, wanted, found)
        items = [_document(row) for row in found[:limit]]
    return {"items": items, "next": items[-1]["id"] if len(found) > limit else None}


def get(hub: Hub, quarantine_id: str) -> Document:
    """One rejected row, taken apart into its columns; raises NotFound when there is none with this id."""
    with hub.database.read() as reader:
        return _document(_existing(reader, quarantine_id))


def retry(hub: Hub, quarantine_id: str, *, given: Mapping[str, object] | None = None, author: Author) -> Document:
    """Put values into a row's columns and take it in; refused again, it stays open with the new reason.

    What was put in is kept either way, so that one fault can be mended after the other.

    Raises:
        NotFound: there is no such row.
        Conflict: it was taken or discarded already.
        InvalidInput: a value is for a column that neither the row nor its entity type has.
    """
    with hub.database.write() as writer:
        writer.lock_log()  # of two who retry at once, the second finds the row settled
        row = _open(writer, quarantine_id)
        _retry(hub, writer, row, given=given or {}, author=author)
        document = _document(row)
    if document["status"] == "retried":
        resolve_arrived(hub, author=author)
    return document


def retry_all(hub: Hub, wanted: Filter, *, author: Author, progress: Progress | None = None) -> Retried:
    """Retry every open row that is wanted, as it stands; after an interruption the rest is still open.

    Raises:
        NotFound: none is of the source or entity type, and there is no such one; names the nearest.
    """
    with hub.database.read() as reader:
        ids = stored_quarantine.ids(reader, wanted)
        _ensure_known(hub, reader, wanted, ids)
    return _retry_each(hub, ids, author=author, progress=progress)


def retry_some(
    hub: Hub, wanted: Filter, *, cursor: str | None, limit: int, author: Author
) -> tuple[Retried, str | None]:
    """Retry as many open rows, by file and line; gives the cursor to go on from when there are more.

    Raises:
        NotFound: none is of the source or entity type, and there is no such one; names the nearest.
        InvalidInput: the cursor is none.
    """
    with hub.database.read() as reader:
        after = _after(reader, cursor)
        ids = [row.id for row in stored_quarantine.page(reader, wanted, after=after, limit=limit + 1)]
        _ensure_known(hub, reader, wanted, ids)
    retried = _retry_each(hub, ids[:limit], author=author)
    return retried, ids[limit - 1] if len(ids) > limit else None


def _ensure_known(hub: Hub, reader: Transaction, wanted: Filter, found: Sequence[object]) -> None:
    """Tell that nothing was rejected from that nothing could have been; a rejected row may name what is not there."""
    if found:
        return
    types = hub.entity_types(seen_by=reader)
    known_sources.ensure_known(reader, types.values(), wanted.source)
    if wanted.entity_type is not None:
        hub.entity_type(wanted.entity_type, seen_by=reader)


def _retry_each(hub: Hub, ids: Sequence[str], *, author: Author, progress: Progress | None = None) -> Retried:
    statuses: list[str] = []
    for start in range(0, len(ids), AT_ONCE):
        with hub.database.write() as writer:
            writer.lock_log()
            for id_ in ids[start : start + AT_ONCE]:
                row = _existing(writer, id_)
                if row.status == "open":
                    _retry(hub, writer, row, given={}, author=author)
                    statuses.append(row.status)
        if progress is not None:
            progress(len(statuses))
    resolve_all(hub, author=author)
    taken = statuses.count("retried")
    return Retried(taken, len(statuses) - taken)


def discard(hub: Hub, quarantine_id: str, *, reason: str, author: Author) -> Document:
    """Say that a row will never be taken, and why; it stays readable.

    Raises:
        NotFound: there is no such row.
        Conflict: it was taken or discarded already.
        InvalidInput: there is no reason.
    """
    if not reason.strip():
        raise InvalidInput("say why the row is discarded: the reason is blank")
    with hub.database.write() as writer:
        writer.lock_log()
        row = _open(writer, quarantine_id)
        row.reason = storable(reason.strip())
        _settle(row, "discarded", author)
        stored_quarantine.save(writer, row)
        return _document(row)


def _retry(hub: Hub, writer: Transaction, row: Quarantine, *, given: Mapping[str, object], author: Author) -> None:
    """Take the row in, and say so in the same transaction: both happen or neither."""
    parts = parsed(row.parts)
    if parts.crosswalk:
        _retry_crosswalk(hub, writer, row, parts, given=given, author=author)
        return
    source, name = _owner(row.source, parts, "source"), _owner(row.entity_type, parts, "entity_type")
    entity_type = hub.entity_types(seen_by=writer).get(name)
    if entity_type is None:
        _refuse(
            row, RejectedRow(source, name, row.line, "entity_type", name, "entity_type", f"there is no {name!r}", "")
        )
    else:
        parts = mended(parts, given, entity_type)
        row.parts = written(parts)
        found = _read(writer, row, parts, entity_type=entity_type, source=source)
        if isinstance(found, Incoming):
            found = _not_overtaken(hub, writer, row, found.in_form(entity_type))
        _take(hub, writer, row, found, author=author)
    stored_quarantine.save(writer, row)


def _retry_crosswalk(
    hub: Hub, writer: Transaction, row: Quarantine, parts: Parts, *, given: Mapping[str, object], author: Author
) -> None:
    parts = mended_crosswalk(parts, given)
    row.parts = written(parts)
    types = hub.entity_types(seen_by=writer)
    (item,) = crosswalk_rows(
        [Row(row.line, parts.values, "", typed=True)], entity_types=types, master=row.source, file=row.file
    )
    origin = Origin(row.batch, row.file, row.source)
    (outcome,), rejected = crosswalk_files.take_in(hub, writer, [item], author=author, batch=origin)
    _judge(row, outcome, rejected, author)
    stored_quarantine.save(writer, row)


def _read(
    reader: Transaction, row: Quarantine, parts: Parts, *, entity_type: EntityType, source: str
) -> Incoming | Rejected:
    try:
        mapping = _mapping(reader, parts, entity_type)
    except InvalidRules as error:
        return Rejected(row.file, row.line, None, None, "mapping", error.detail, "")
    found = read_again(parts, entity_type, source=source, file=row.file, line=row.line, mapping=mapping)
    if row.rule not in {"duplicate_id", SCATTERED} or not isinstance(found, Incoming) or found.source_id != row.value:
        return found
    if row.rule != SCATTERED and (found.version is not None or found.event_time is not None):
        return found
    # Nothing says which of the two is newer, and the one that came first must not be overruled unseen.
    return Rejected(row.file, row.line, row.column, row.value, row.rule, row.detail, "")


def _not_overtaken(hub: Hub, reader: Transaction, row: Quarantine, item: Incoming) -> Incoming | Rejected:
    """Refuse a row whose record has come again since, if nothing says which of the two is newer."""
    if item.version is not None or item.event_time is not None:
        return item
    key = str(Key(item.source, item.entity_type, item.source_id))
    latest = log.latest(reader, "record", key_token(hub.salt, key))
    came = "" if latest is None else log.moments(reader, [latest.position])[latest.position]
    if came <= row.recorded_at:
        return item
    detail = f"{key} has come again since, at {came}: say which is newer by version or event_time, or discard the row"
    return Rejected(row.file, row.line, None, item.source_id, "came_again", detail, "")


def _mapping(reader: Transaction, parts: Parts, entity_type: EntityType) -> FileMapping | None:
    """The mapping that the row came with, by the attributes that its entity type has now."""
    if parts.mapping is None:
        return None
    return parse_mapping(mappings.document(reader, parts.mapping), entity_type, file="the row's mapping")


def _take(hub: Hub, writer: Transaction, row: Quarantine, item: Incoming | Rejected, *, author: Author) -> None:
    origin = Origin(row.batch, row.file, row.source, row.entity_type)
    (outcome,), rejected = records.take_in(hub, writer, [item], author=author, batch=origin)
    _judge(row, outcome, rejected, author)


def _judge(row: Quarantine, outcome: Outcome, rejected: Sequence[RejectedRow], author: Author) -> None:
    if rejected:
        _refuse(row, rejected[0])
    else:
        row.position = outcome.position
        _settle(row, "retried", author)


def _refuse(row: Quarantine, why: RejectedRow) -> None:
    row.column = None if why.column is None else storable(why.column)
    row.rule, row.detail = why.rule, storable(why.detail)
    row.value = None if why.value is None else storable(str(why.value))


def _settle(row: Quarantine, status: str, author: Author) -> None:
    row.status, row.settled_by, row.settled_at = status, author.actor, author.recorded_at


def _owner(said: str, parts: Parts, member: str) -> str:
    """The source or entity type of a row; an item of a mixed batch names its own."""
    named = parts.values.get(member)
    return said or (named if isinstance(named, str) else "")


def _after(reader: Transaction, cursor: str | None) -> Quarantine | None:
    after = None if cursor is None else stored_quarantine.by_id(reader, cursor)
    if cursor is not None and after is None:
        raise InvalidInput(f"{cursor!r} is no cursor: give `next` of the page before")
    return after


def _existing(transaction: Transaction, quarantine_id: str) -> Quarantine:
    row = stored_quarantine.by_id(transaction, quarantine_id)
    if row is None:
        raise NotFound(f"there is no rejected row {quarantine_id!r}")
    return row


def _open(transaction: Transaction, quarantine_id: str) -> Quarantine:
    row = _existing(transaction, quarantine_id)
    if row.status != "open":
        detail = f"{quarantine_id} was {row.status} already, by {row.settled_by} at {row.settled_at}"
        raise Conflict(detail, extra={"settled": row.status})
    return row


def _document(row: Quarantine) -> Document:
    document = row.model_dump(exclude={"parts", "position"})
    return {**document, "columns": parsed(row.parts).values, "seq": row.position}
