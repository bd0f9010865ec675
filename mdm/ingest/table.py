"""Reads whole files into columns of cells, for work without a hub: any columns are taken, and no cell is refused."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

from matching.coded import Coded
from mdm.ingest.members import with_members
from mdm.ingest.read import read_chunks, stem
from mdm.ingest.reading import Reading
from mdm.ingest.rows import Chunk, Rejected, Row
from mdm.ingest.wanted import Wanted
from mdm.ingest.whole import Whole, read_whole

Cells = Sequence[object]
_HALF = re.compile("[\ud800-\udfff]")


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


def read_columns(files: Sequence[str], wanted: Wanted) -> Columns:
    """Read files as they stand, one below the other; without a column of ids a record's id is the number of its row.

    A row that cannot be read, or has the id of one before it in its source, is rejected.

    Raises:
        UnreadableFile: a file cannot be read, or no file has a column that is wanted.
    """
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
        self._seen: set[tuple[str, str]] = set()

    def add(self, chunk: Chunk, number: int, *, file: str, source: str) -> None:
        ident, named_source = self.wanted.id_and_source(chunk.columns, file)
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
        return self.wanted.id_of(chunk.columns) is not None

    def reject_all(self, chunk: Chunk, *, file: str) -> None:
        """Reject rows that have no id, in a file where others have one."""
        self.columns.named.update(dict.fromkeys(chunk.columns))
        for place in range(len(chunk.lines)):
            self._reject(chunk, place, file, (next(iter(self.wanted.ids), None), None), _no_id(None))

    def add_whole(self, whole: Whole, *, file: str, source: str) -> bool:
        """Add all rows of a file, unless one has to be rejected; say whether they were added."""
        ident, named_source = self.wanted.id_and_source(whole.columns, file)
        columns = self.columns
        sources = [source] * whole.rows
        if named_source is not None:
            sources = _stripped(whole.columns[named_source], otherwise=source)
        numbers = map(str, range(1, whole.rows + 1))
        ids = list(numbers) if ident is None else _stripped(whole.columns[ident], otherwise="")
        if not all(ids) or not self._are_new(sources, ids):
            return False
        before = len(columns.ids)
        columns.named.update(dict.fromkeys(whole.columns))
        columns.ids += ids
        columns.sources += sources
        columns.typed += bytes(whole.rows)
        for name in whole.columns.keys() - {ident, named_source, *self.wanted.ignore}:
            self._extend(name, before, whole.columns[name])
        return True

    def _are_new(self, sources: list[str], ids: list[str]) -> bool:
        """Say whether no record has the source and the id of another, here or before."""
        if not self.columns.ids and len(set(ids)) == len(ids):  # most files: a million pairs of texts are spared
            return True
        keys = set(zip(sources, ids, strict=True))
        return len(keys) == len(ids) and keys.isdisjoint(self._keys())

    def _keys(self) -> set[tuple[str, str]]:
        """Give the source and the id of every record that was taken."""
        if len(self._seen) < len(self.columns.ids):
            self._seen = set(zip(self.columns.sources, self.columns.ids, strict=True))
        return self._seen

    def _extend(self, name: str, before: int, cells: Cells) -> None:
        """Put cells below those of a column that the records before may have."""
        column = self.columns.cells.get(name, ())
        missing = before - len(column)
        self.columns.cells[name] = [*column, *([None] * missing), *cells] if before else cells

    def finish(self, files: str) -> None:
        """Check that what was named is there, and make all columns equally long."""
        self.wanted.check(self.columns.named, files)
        count = len(self.columns.ids)
        if any(self.columns.typed):
            self.columns.cells = with_members(self.columns.cells)
        for name, cells in self.columns.cells.items():
            whole = [*cells, *([None] * (count - len(cells)))] if len(cells) < count else cells
            self.columns.cells[name] = _coded(whole)

    def _taken(self, chunk: Chunk, file: str, ids: tuple[str | None, list[str]], sources: list[str]) -> Iterator[int]:
        """Give the places of the rows that have an id of their own; reject the others."""
        column, seen = ids[0], self._keys()
        for place, key in enumerate(zip(sources, ids[1], strict=True)):
            if not key[1]:
                sent = None if column is None else chunk.columns[column][place]
                self._reject(chunk, place, file, (column, None), _no_id(sent))
            elif (broken := _broken(chunk, place)) is not None:
                self._reject(chunk, place, file, (broken, None), ("encoding", f"{broken} is no text: half a letter"))
            elif key in seen:
                detail = f"id {key[1]!r} came before in source {key[0]!r}"
                self._reject(chunk, place, file, (column, key[1]), ("duplicate_id", detail))
            else:
                seen.add(key)
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


def _stripped(column: Coded, *, otherwise: str) -> list[str]:
    """Give the texts of records without blanks around them; each distinct one is looked at once."""
    texts = [*(text.strip() or otherwise for text in column.texts), otherwise]
    return [texts[code] for code in column.codes.tolist()]


def _texts(cells: Sequence[object]) -> list[str]:
    return [_text(cell) for cell in cells]


def _text(value: object) -> str:
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
