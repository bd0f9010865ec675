"""Reads whole files into columns, for work without a hub: any columns are taken, and cells are not refused."""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from matching.coded import Coded
from matching.objects import Objects
from mdm.entity_types import EntityType, hint, usable
from mdm.errors import UnreadableFile
from mdm.ingest.cells import BETWEEN_VALUES
from mdm.ingest.made_up import made_of, made_up
from mdm.ingest.members import with_members
from mdm.ingest.read import read_chunks, stem
from mdm.ingest.reading import Reading
from mdm.ingest.rows import Chunk, Rejected, Row
from mdm.ingest.whole import Whole, read_whole

USUAL_IDS = ("record_id", "id")
USUAL_SOURCE = "source"

Cells = Sequence[object]
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which columns hold the id and the source (None: the usual ones, if there), and which are left out.

    `encoding` and `sheet` say how the files are read, None that it is found.
    """

    id: str | None = None
    source: str | None = None
    ignore: tuple[str, ...] = ()
    encoding: str | None = None
    sheet: str | None = None


@dataclass(slots=True)
class Columns:
    """The records of some files as they stand there: one id and source a record, and a cell of each column.

    `named` are all columns that the files have; `cells` those that are neither id nor source nor left out. A record
    has None where its file has no such column, or its cell is blank. `typed` marks cells that carry types.
    """

    ids: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    cells: dict[str, Cells] = field(default_factory=dict)
    typed: bytearray = field(default_factory=bytearray)
    named: dict[str, None] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)


@dataclass(slots=True)
class Records:
    """The records of some files: one id, source and value of each attribute a record, in the order of rows.

    `columns` are all that the files have, `unused` those of them that no attribute is made of, but for the id, the
    source and what was left out; `values` holds only attributes that some column is for, and that can be evidence:
    dated lines cannot.
    """

    ids: list[str]
    sources: list[str]
    values: dict[str, Cells]
    columns: dict[str, None]
    rejected: list[Rejected]
    unused: list[str]

    @property
    def keys(self) -> list[tuple[str, str]]:
        """What tells the records apart: the source and id of each."""
        return list(zip(self.sources, self.ids, strict=True))


def read_table(files: Sequence[str], entity_type: EntityType, wanted: Wanted) -> Records:
    """Read files whose columns are named like the attributes; the id defaults to the number of the row.

    A row that cannot be read, or has the id of one before it in its source, is rejected.

    Raises:
        UnreadableFile: a file cannot be read, or no file has a column that is wanted.
    """
    return as_records(read_columns(files, wanted), entity_type)


def read_columns(files: Sequence[str], wanted: Wanted) -> Columns:
    """Read files as they are; raises and rejects as `read_table` does."""
    gather = _Gather(wanted)
    for file, source in zip(files, _sources(files), strict=True):
        whole = read_whole(file) if wanted.encoding is None else None
        if whole is not None and gather.add_whole(whole, file=file, source=source):
            continue
        _add_rows(gather, file, source)
    gather.finish(", ".join(files))
    return gather.columns


def _add_rows(gather: "_Gather", file: str, source: str) -> None:
    """Add the rows of a file one chunk after the other; those of jsonl without an id wait for what the others have."""
    number, some, nameless = 1, False, list[tuple[Chunk, int]]()
    for found in read_chunks(file, reading=Reading(gather.wanted.encoding, gather.wanted.sheet)):
        if isinstance(found, Rejected):
            gather.columns.rejected.append(found)
            number += 1
            continue
        chunk = found if isinstance(found, Chunk) else _chunk(found)
        if chunk.typed and not gather.has_id(chunk):
            nameless.append((chunk, number))
        else:
            some = True
            gather.add(chunk, number, file=file, source=source)
        number += len(chunk.lines)
    for chunk, place in nameless:
        if some:  # a number in place of its id might be the id of another
            gather.reject_all(chunk, file=file)
        else:
            gather.add(chunk, place, file=file, source=source)


def as_records(columns: Columns, entity_type: EntityType) -> Records:
    """Make values of attributes out of cells; those that break a rule of another grade than flag are left out."""
    values = {name: found for name in entity_type.matching.attributes if (found := _values(columns, entity_type, name))}
    for name in entity_type.validity.keys() & values.keys():
        rules = entity_type.attributes[name].valid
        if any(rule.grade != "flag" for rule in rules):
            values[name] = [usable(entity_type.matching.kind(name), rules, value) for value in values[name]]
    unused = _unused(columns.cells, entity_type, values)
    return Records(columns.ids, columns.sources, values, columns.named, columns.rejected, unused)


def _unused(cells: Collection[str], entity_type: EntityType, values: Collection[str]) -> list[str]:
    made = {column for name in values for column in made_of(entity_type.attributes[name].columns)}
    plain = {name for name, attribute in entity_type.attributes.items() if not attribute.columns}
    return [column for column in cells if column not in made and column.partition(".")[0] not in plain]


def _values(columns: Columns, entity_type: EntityType, name: str) -> Cells | None:
    """Give the values of one attribute, None where no column is for it."""
    attribute = entity_type.attributes[name]
    if attribute.columns:
        between = entity_type.matching.kind(name).between if attribute.many else ""
        return made_up(columns.cells, attribute.columns, count=len(columns.ids), between=between)
    plain = columns.cells.get(name)
    if plain is not None and attribute.many:
        plain = [
            BETWEEN_VALUES.split(value) if isinstance(value, str) and not typed else value
            for value, typed in zip(plain, columns.typed, strict=True)
        ]
    dotted = {part: cells for part in entity_type.fields(name) if (cells := columns.cells.get(f"{name}.{part}"))}
    if not dotted:
        return plain
    objects = _objects(dotted)
    return (
        objects
        if plain is None
        else [one if one is not None else other for one, other in zip(plain, objects, strict=True)]
    )


def _objects(fields: Mapping[str, Cells]) -> Objects:
    return Objects({part: [cell or None for cell in cells] for part, cells in fields.items()})


def _sources(files: Sequence[str]) -> list[str]:
    """Name each file as the source of its rows; by its whole path where two have one name."""
    stems = [stem(file) for file in files]
    return list(files) if len(set(stems)) < len(stems) else stems


def _chunk(row: Row) -> Chunk:
    return Chunk([row.line], {name: [value] for name, value in row.values.items()}, [row.raw], row.typed)


class _Gather:
    """Gathers chunks into columns."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.columns = Columns()
        self.seen: set[tuple[str, str]] = set()

    def add(self, chunk: Chunk, number: int, *, file: str, source: str) -> None:
        ident, named_source = self._special(tuple(chunk.columns), file)
        self.columns.named.update(dict.fromkeys(chunk.columns))
        count = len(chunk.lines)
        ids = [str(number + place) for place in range(count)] if ident is None else _texts(chunk.columns[ident])
        sources = [source] * count
        if named_source is not None:
            sources = [text or source for text in _texts(chunk.columns[named_source])]
        kept = list(self._taken(chunk, file, (ident, ids), sources))
        whole = len(kept) == count
        before = len(self.columns.ids)
        self.columns.ids += ids if whole else [ids[place] for place in kept]
        self.columns.sources += sources if whole else [sources[place] for place in kept]
        self.columns.typed += bytes([chunk.typed]) * len(kept)
        left = {
            name: cells
            for name, cells in chunk.columns.items()
            if name not in {ident, named_source, *self.wanted.ignore}
        }
        for name, cells in left.items():
            taken = cells if whole else [cells[place] for place in kept]
            self._extend(name, before, [None if cell == "" else cell for cell in taken])

    def has_id(self, chunk: Chunk) -> bool:
        """Say whether the rows have a column of ids; those of jsonl name their columns one by one."""
        return (self.wanted.id or _usual_id(chunk.columns)) in chunk.columns

    def reject_all(self, chunk: Chunk, *, file: str) -> None:
        """Reject rows that have no id, in a file where others have one."""
        self.columns.named.update(dict.fromkeys(chunk.columns))
        for place in range(len(chunk.lines)):
            self._reject(chunk, place, file, (self.wanted.id, None), _no_id(None))

    def add_whole(self, whole: Whole, *, file: str, source: str) -> bool:
        """Add all rows of a file, unless one has to be rejected; say whether they were added."""
        ident, named_source = self._special(tuple(whole.columns), file)
        columns = self.columns
        sources = [source] * whole.rows
        if named_source is not None:
            sources = [(text or "").strip() or source for text in whole.columns[named_source]]
        ids = list(map(str, range(1, whole.rows + 1)))
        if ident is not None:
            ids = [(text or "").strip() for text in whole.columns[ident]]
        keys = set(zip(sources, ids, strict=True))
        if len(keys) < whole.rows or not all(ids) or not keys.isdisjoint(self.seen):
            return False
        self.seen |= keys
        before = len(columns.ids)
        columns.named.update(dict.fromkeys(whole.columns))
        columns.ids += ids
        columns.sources += sources
        columns.typed += bytes(whole.rows)
        for name in whole.columns.keys() - {ident, named_source, *self.wanted.ignore}:
            self._extend(name, before, whole.columns[name])
        return True

    def _extend(self, name: str, before: int, cells: Cells) -> None:
        """Put cells below those of a column that the records before may have."""
        column = self.columns.cells.get(name, ())
        missing = before - len(column)
        self.columns.cells[name] = [*column, *([None] * missing), *cells] if before else cells

    def finish(self, files: str) -> None:
        """Check that what was named is there, and make all columns equally long."""
        named, count = self.columns.named, len(self.columns.ids)
        for option, name in [
            ("--source-column", self.wanted.source),
            *(("--ignore", one) for one in self.wanted.ignore),
        ]:
            if name is not None and name not in named and named:
                raise UnreadableFile(_no_column(files, name, option, named))
        if any(self.columns.typed):
            self.columns.cells = with_members(self.columns.cells)
        for name, cells in self.columns.cells.items():
            whole = [*cells, *([None] * (count - len(cells)))] if len(cells) < count else cells
            self.columns.cells[name] = _coded(whole)

    def _special(self, columns: tuple[str, ...], file: str) -> tuple[str | None, str | None]:
        """Find the columns of the id and the source."""
        wanted = self.wanted
        if wanted.id is not None and wanted.id not in columns:
            raise UnreadableFile(_no_column(file, wanted.id, "--id", columns))
        ident = wanted.id or _usual_id(columns)
        source = wanted.source or USUAL_SOURCE
        return ident, source if source in columns else None

    def _taken(self, chunk: Chunk, file: str, ids: tuple[str | None, list[str]], sources: list[str]) -> Iterator[int]:
        """Give the places of the rows that have an id of their own; reject the others."""
        column = ids[0]
        for place, key in enumerate(zip(sources, ids[1], strict=True)):
            if not key[1]:
                sent = None if column is None else chunk.columns[column][place]
                self._reject(chunk, place, file, (column, None), _no_id(sent))
            elif (broken := _broken(chunk, place)) is not None:
                self._reject(chunk, place, file, (broken, None), ("encoding", f"{broken} is no text: half a letter"))
            elif key in self.seen:
                detail = f"id {key[1]!r} came before in source {key[0]!r}"
                self._reject(chunk, place, file, (column, key[1]), ("duplicate_id", detail))
            else:
                self.seen.add(key)
                yield place

    def _reject(
        self, chunk: Chunk, place: int, file: str, cell: tuple[str | None, object], rule: tuple[str, str]
    ) -> None:
        row = chunk.row(place)
        self.columns.rejected.append(Rejected(file, row.line, *cell, *rule, row.raw))


def _no_id(sent: object) -> tuple[str, str]:
    if sent is None or isinstance(sent, str):
        return "missing_id", "the record has no id"
    return "id", f"an id is a text or a whole number, not {sent!r}"


def _broken(chunk: Chunk, place: int) -> str | None:
    """Name a column that holds half a surrogate pair, which JSON can spell and no file can keep."""
    if not chunk.typed or not chunk.raws or "\\ud" not in chunk.raws[place].lower():
        return None
    for name, cells in chunk.columns.items():
        if _HALF.search(json.dumps([name, cells[place]], ensure_ascii=False)):
            return ascii(name)[1:-1]
    return None


def _coded(cells: Cells) -> Cells:
    """Code the cells of a column, where all are texts."""
    if isinstance(cells, Coded) or not {str, type(None)}.issuperset(map(type, cells)):
        return cells
    return Coded.of(cast("Sequence[str | None]", cells))


def _texts(cells: Sequence[object]) -> list[str]:
    return [_text(cell) for cell in cells]


def _text(value: object) -> str:
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _usual_id(columns: Collection[str]) -> str | None:
    """Give the column that holds ids by its name, in capitals or not."""
    written = {column.lower(): column for column in reversed(list(columns))}
    return next((name if name in columns else written[name] for name in USUAL_IDS if name in written), None)


def _no_column(file: str, name: str, option: str, columns: Collection[str]) -> str:
    return f"{file}: no column {name!r} for {option}{hint(name, columns)}; the columns are {', '.join(columns)}"
