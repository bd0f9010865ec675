"""What a reader gives: rows as they stand in a file, and those that cannot be taken."""

from typing import NamedTuple

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

    A deleted one has no attributes.
    """

    id: tuple[str, object]
    version: tuple[str | None, object]
    event_time: tuple[str | None, object]
    attributes: dict[str, object]
    deleted: bool
