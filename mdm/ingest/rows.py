"""What a reader gives: rows as they stand in a file, one by one or in chunks, and those that cannot be taken."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import orjson

from mdm.ingest.parts import Parts


class Row(NamedTuple):
    """One row: the line it starts on (from 1), its values by column, and its text as it stands in the file.

    `typed`: the values carry types of their own (jsonl); otherwise each is the text of a cell. `apart`: the row in
    the columns of its file, where the values have been made of those.
    """

    # Named tuples and not frozen dataclasses: millions are made, and these are made three times as fast.
    line: int
    values: dict[str, object]
    raw: str
    typed: bool = False
    apart: Parts | None = None


class Chunk(NamedTuple):
    """Rows that follow one another in a file, as columns: the line of each, its values by column, and its text.

    Of typed values None says that the row has none. `raws` is empty where rows have no text of their own.
    """

    lines: Sequence[int]
    columns: Mapping[str, Sequence[object]]
    raws: Sequence[str]
    typed: bool = False

    def row(self, place: int) -> Row:
        """Give one row as a reader of single rows would."""
        values = {name: column[place] for name, column in self.columns.items()}
        if self.typed:
            values = {name: _without_nulls(value) for name, value in values.items() if value is not None}
        raw = self.raws[place] if self.raws else orjson.dumps(values, default=str).decode()
        return Row(self.lines[place], values, raw, self.typed)


class Rejected(NamedTuple):
    """A row that cannot be taken: where it stands, which rule it breaks, and the whole of it for a retry."""

    file: str
    line: int
    column: str | None
    value: object
    rule: str
    detail: str
    raw: str
    parts: Parts | None = None

    def __str__(self) -> str:
        where = "" if self.column is None else f"column {self.column}: "
        return f"{self.file}: line {self.line}: {where}{self.detail} ({self.rule})"


class RefusalError(Exception):
    """Why one row cannot be taken: the column, its value, the rule it breaks, and the words."""

    def __init__(self, column: str | None, value: object, rule: str, detail: str) -> None:
        super().__init__(detail)
        self.column, self.value, self.rule, self.detail = column, value, rule, detail


class Draft(NamedTuple):
    """A row taken apart: its id and what orders it, each with its column, and its checked attributes.

    A deleted one has no attributes, nor has one that only says that it changed, and a partial one only those that it
    changes. `marks` are what else it says of itself, as it stands (`mdm.ingest.columns.MARKS`).
    """

    id: tuple[str, object]
    version: tuple[str | None, object]
    event_time: tuple[str | None, object]
    attributes: dict[str, object]
    deleted: bool
    marks: Mapping[str, object]
    partial: bool = False
    changed: bool = False


def _without_nulls(value: object) -> object:
    """Leave out what an object does not have: a column of objects gives each of them all fields."""
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value


def each_row(found: "Iterable[Chunk | Row | Rejected]") -> "Iterator[Row | Rejected]":
    """Give the rows of chunks one by one, for work that looks at whole rows."""
    for one in found:
        if isinstance(one, Chunk):
            listed = one._replace(columns={name: [*column] for name, column in one.columns.items()})
            yield from map(listed.row, range(len(one.lines)))
        else:
            yield one
