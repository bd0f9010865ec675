"""Turns rows into source records of one source and entity type, and sets apart what cannot be taken."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple, cast

import orjson

from matching.kinds.several import parted
from mdm.entity_types import EntityType
from mdm.ingest.cells import draft_maker
from mdm.ingest.columnar import LONGEST_ID, Columnar
from mdm.ingest.columns import (
    CREATED,
    ENTITY_TYPE,
    INSTANCE,
    MERGED_FROM,
    MERGED_INTO,
    ORIGIN,
    SOURCE,
    Columns,
    layout,
)
from mdm.ingest.objects import draft_of
from mdm.ingest.parts import Parts
from mdm.ingest.rows import Chunk, Draft, RefusalError, Rejected, Row
from mdm.ingest.times import time_text, version_value
from mdm.log import canonical

__all__ = ["Columns", "Incoming", "Records", "each_item", "incoming_records", "time_text", "version_value"]

Mode = Literal["put", "patch", "delete", "changed"]
"""What a record says: all of itself, some of it, that it was deleted, or only that it has changed."""
BETWEEN_IDS = ";|"
"""What parts the ids of several records in one cell."""
LONGEST_MARK = 100
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


class Incoming(NamedTuple):
    """A source record as it comes in, its attributes checked; `line` and `raw` are where it came from.

    `merged_into` is the id of the record that its source merged it into, and `merged_from` those of the records that
    were merged into it, where the source says so. `sent_as` is its id as it came, where that is spelled otherwise,
    `created` what tells it from another record that bore the id, and `origin` who wrote it in its source.
    """

    source: str
    entity_type: str
    source_id: str
    attributes: dict[str, object]
    version: int | str | None
    event_time: str | None
    mode: Mode
    line: int = 0
    raw: str = ""
    merged_into: str | None = None
    merged_from: tuple[str, ...] = ()
    sent_as: str | None = None
    created: str | None = None
    origin: str | None = None

    def in_form(self, entity_type: EntityType) -> "Incoming":
        """Write its ids in the form of its source; `sent_as` keeps its own where that was another one."""
        if entity_type.source(self.source).ids is None:
            return self
        ident = entity_type.canonical_id(self.source, self.source_id)
        into = self.merged_into and entity_type.canonical_id(self.source, self.merged_into)
        losers = {entity_type.canonical_id(self.source, loser) for loser in self.merged_from}
        return self._replace(
            source_id=ident, merged_into=None if into == ident else into,
            merged_from=tuple(sorted(losers - {ident})), sent_as=None if ident == self.source_id else self.source_id,
        )  # fmt: skip


class Records(NamedTuple):
    """Source records of one source and entity type by column, as they stand together in a file.

    `attributes` are canonical JSON, `sent_as` ids as they came, where they are written otherwise. `singles` are those
    rows, by their places, that were taken one by one: what the columns have there does not count.
    """

    source: str
    entity_type: str
    ids: Sequence[str]
    attributes: Sequence[str]
    versions: Sequence[int | str | None]
    event_times: Sequence[str | None]
    lines: Sequence[int]
    raws: Sequence[str]
    singles: Mapping[int, "Incoming | Rejected"]
    sent_as: Mapping[int, str] = MappingProxyType({})

    def item(self, place: int) -> "Incoming | Rejected":
        """Give what was made of one row."""
        if place in self.singles:
            return self.singles[place]
        return Incoming(
            self.source, self.entity_type, self.ids[place], orjson.loads(self.attributes[place]), self.versions[place],
            self.event_times[place], "put", self.lines[place], self.raws[place] if self.raws else "",
            sent_as=self.sent_as.get(place),
        )  # fmt: skip

    def part(self, start: int, end: int) -> "Records":
        """Leave out the rows before and after."""
        return self._replace(
            ids=self.ids[start:end], attributes=self.attributes[start:end], versions=self.versions[start:end],
            event_times=self.event_times[start:end], lines=self.lines[start:end], raws=self.raws[start:end],
            singles={place - start: item for place, item in self.singles.items() if start <= place < end},
            sent_as={place - start: ident for place, ident in self.sent_as.items() if start <= place < end},
        )  # fmt: skip


def each_item(found: Iterable[Records | Incoming | Rejected]) -> Iterator[Incoming | Rejected]:
    """Give records that stand by column one by one."""
    for one in found:
        if isinstance(one, Records):
            yield from map(one.item, range(len(one.ids)))
        else:
            yield one


def incoming_records(
    rows: Iterable[Chunk | Row | Rejected], entity_type: EntityType, *, source: str, file: str, columns: Columns
) -> Iterator[Records | Incoming | Rejected]:
    """Make a source record of each row, or say why it cannot be one; in their order, those of a chunk by column.

    Blank cells are left out. A `deleted` column with true, 1 or yes makes a tombstone. Where a file gives an
    id twice with different content and nothing to order the two by, the first stands.

    Raises:
        UnreadableFile: a column is missing, or is nothing the entity type knows.
    """
    taking = _Taking(entity_type, source, file, columns)
    for row in rows:
        if isinstance(row, Chunk):
            yield taking.chunk(row)
        elif isinstance(row, Row):
            yield taking.row(row)
        else:
            yield row if row.parts is None else row._replace(parts=row.parts._replace(columns=columns))


class _Taking:
    """Takes the rows of one file, and remembers what may not come twice."""

    def __init__(self, entity_type: EntityType, source: str, file: str, columns: Columns) -> None:
        self.entity_type, self.source, self.file, self.columns = entity_type, source, file, columns
        self.from_cells: Callable[[Mapping[str, str]], Draft] | None = None
        self.columnar: Columnar | None = None
        self.seen: dict[str, int] = {}

    def row(self, row: Row) -> Incoming | Rejected:
        try:
            _owned(row.values, self.entity_type, self.source)
            draft = self._draft(row)
            of_instance(draft.marks.get(INSTANCE), self.entity_type, self.source)
            record = _record(draft, row, source=self.source, entity_type=self.entity_type.entity_type)
            record = record.in_form(self.entity_type)
            if record.version is None and record.event_time is None and record.mode != "changed":
                content = canonical([record.mode == "delete", record.attributes])
                content += canonical([record.merged_into, record.merged_from])
                _once(record.source_id, content, draft.id[0], self.seen)
        except RefusalError as no:
            return self._rejected(row, no)
        return record

    def chunk(self, chunk: Chunk) -> Records:
        """Take rows column by column, and one by one those that are out of the ordinary."""
        if self.columnar is None:  # the columns of a file are the same in every chunk
            found = layout(chunk.columns, self.entity_type, self.columns, self.file)
            self.columnar = Columnar(self.entity_type, found, source=self.source, typed=chunk.typed)
        ids, attributes, versions, times, odd = self.columnar(chunk)
        ids, sent_as = self._in_form(ids)
        singles: dict[int, Incoming | Rejected] = {}
        ordered = None not in times or None not in versions
        for place in sorted(odd) if ordered else range(len(ids)):
            if place in odd:
                singles[place] = self.row(chunk.row(place))
            elif versions[place] is None and times[place] is None:
                try:
                    _once(ids[place], f"[false,{attributes[place]}]".encode(), self.columnar.layout.id, self.seen)
                except RefusalError as no:
                    singles[place] = self._rejected(chunk.row(place), no)
        owner = self.source, self.entity_type.entity_type
        return Records(*owner, ids, attributes, versions, times, chunk.lines, chunk.raws, singles, sent_as)

    def _in_form(self, ids: Sequence[str]) -> tuple[Sequence[str], dict[int, str]]:
        if self.entity_type.source(self.source).ids is None:
            return ids, {}
        written = [self.entity_type.canonical_id(self.source, ident) for ident in ids]
        changed = (place for place, ident in enumerate(written) if ident != ids[place])
        return written, {place: ids[place] for place in changed}

    def _draft(self, row: Row) -> Draft:
        if row.typed:
            return draft_of(row.values, self.entity_type, self.columns)
        if self.from_cells is None:  # the columns of a file of cells are the same in every row
            found = layout(row.values, self.entity_type, self.columns, self.file)
            self.from_cells = draft_maker(self.entity_type, found)
        return self.from_cells(cast("Mapping[str, str]", row.values))

    def _rejected(self, row: Row, no: RefusalError) -> Rejected:
        parts = (row.apart or Parts(row.values, row.typed))._replace(columns=self.columns)
        return Rejected(self.file, row.line, no.column, no.value, no.rule, no.detail, row.raw, parts)


def _owned(values: Mapping[str, object], entity_type: EntityType, source: str) -> None:
    """Refuse a row that says it belongs to another source or entity type than the caller says."""
    for column, owner in ((SOURCE, source), (ENTITY_TYPE, entity_type.entity_type)):
        if column in values and values[column] not in (owner, "", None) and column not in entity_type.attributes:
            detail = f"is of {column} {values[column]!r}, but is read as {owner!r}"
            raise RefusalError(column, values[column], f"other_{column}", detail)


def _record(draft: Draft, row: Row, *, source: str, entity_type: str) -> Incoming:
    ident = source_id(*draft.id)
    return Incoming(
        source,
        entity_type,
        ident,
        draft.attributes,
        _ordering(draft.version, version_value, "version"),
        cast("str | None", _ordering(draft.event_time, time_text, "event_time")),
        _mode(draft),
        row.line,
        row.raw,
        _winner(draft.marks.get(MERGED_INTO), ident),
        merged_from(draft.marks.get(MERGED_FROM), ident),
        created=mark(CREATED, draft.marks.get(CREATED)),
        origin=mark(ORIGIN, draft.marks.get(ORIGIN)),
    )


def _mode(draft: Draft) -> Mode:
    return "changed" if draft.changed else "delete" if draft.deleted else "patch" if draft.partial else "put"


def source_id(column: str, value: object) -> str:
    """Read the id of a record: a text or a whole number.

    Raises:
        RefusalError: it is none, too long, or holds what no key can.
    """
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not text:
        if value is None or value == "" or isinstance(value, str):
            raise RefusalError(column, value, "missing_id", "the record has no id")
        raise RefusalError(column, value, "id", f"an id is a text or a whole number, not {value!r}")
    if len(text) > LONGEST_ID:
        detail = f"the id has {len(text):,} characters; at most {LONGEST_ID:,} are taken"
        raise RefusalError(column, None, "id", detail)
    if found := _CONTROL.search(text):
        raise RefusalError(column, None, "id", f"the id holds the control character U+{ord(found[0]):04X}")
    return text


def _winner(value: object, loser: str) -> str | None:
    """The record that this one was merged into; blank where it was not."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return _another(MERGED_INTO, value, loser)


def merged_from(value: object, survivor: str) -> tuple[str, ...]:
    """Read the records that were merged into one: a list, or text with `;` or `|` between them.

    Raises:
        RefusalError: one of them cannot be an id, or is that of the record itself.
    """
    given = parted(value, BETWEEN_IDS) if isinstance(value, str) else value
    if given is None:
        return ()
    if not isinstance(given, list | tuple):
        raise RefusalError(MERGED_FROM, value, "merged_from", f"merged_from is a list of ids, not {value!r}")
    losers = [one for one in given if not (isinstance(one, str) and not one.strip())]
    return tuple(sorted({_another(MERGED_FROM, loser, survivor) for loser in losers}))


def mark(column: str, value: object) -> str | None:
    """Read a short text that a record says of itself; one that is a time is written as such, blank is nothing.

    Raises:
        RefusalError: it is no text and no number, is too long, or holds what no key can.
    """
    text = _short(column, value)
    try:
        return text and time_text(text).replace(".000000Z", "Z")
    except ValueError:
        return text


def _short(column: str, value: object) -> str | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not text or len(text) > LONGEST_MARK or _CONTROL.search(text):
        detail = f"{column} is a text of at most {LONGEST_MARK} characters, not {str(value)[:80]!r}"
        raise RefusalError(column, None, column, detail)
    return text


def of_instance(value: object, entity_type: EntityType, source: str) -> None:
    """Refuse a record that says that it comes from another instance of its system than its source is declared to be.

    A sandbox has the ids of production, and an instance of its own after every refresh: what came from there would
    otherwise be a new version of a record that it only looks like.

    Raises:
        RefusalError: it says so, or what it says is no short text. One that says nothing is taken, and so is any where
            none is declared.
    """
    stated, declared = _short(INSTANCE, value), entity_type.source(source).instance
    if stated is None or declared is None:
        return
    if entity_type.canonical_id(source, stated) != entity_type.canonical_id(source, declared):
        detail = f"comes from the instance {stated!r}, and {source} is declared to be {declared!r}"
        raise RefusalError(INSTANCE, stated, INSTANCE, detail)


def _another(column: str, value: object, own: str) -> str:
    other = source_id(column, value)
    if other == own:
        raise RefusalError(column, other, "itself", f"{own!r} cannot be merged into itself")
    return other


def _ordering(given: tuple[str | None, object], read: Callable[[object], int | str], rule: str) -> int | str | None:
    column, value = given
    if value is None:
        return None
    try:
        return read(value)
    except ValueError as error:
        raise RefusalError(column, value, rule, f"{column} {error}") from None


def _once(ident: str, content: bytes, column: str, seen: dict[str, int]) -> None:
    """Refuse an id that came before with different content, where nothing says which of the two is newer."""
    if seen.setdefault(ident, hash(content)) != hash(content):
        detail = f"id {ident!r} came before with different content, and no version or event time"
        raise RefusalError(column, ident, "duplicate_id", detail)
