"""Rows that no hub may take: each is a copy of a good row, under an id of its own, with one thing wrong."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from mdm.demo.books import Load
from mdm.demo.ids import source_id
from mdm.ingest.mapping import Mapping

Cells = dict[str, object]
Spoil = Callable[[Cells, "Sheet"], "Cells | str | None"]
"""Spoils the cells of a row, or gives the whole line; None where the file has nothing that could be spoilt so."""

EACH = 3
"""Bad rows in a file."""
_TOO_LONG = 100_001


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file before it is put into bytes: its mapping, its columns, and each row's cells.

    `delimiter` stands between the cells of a line; where it is None, each line is an object.
    """

    load: Load
    said: Mapping
    columns: tuple[str, ...]
    delimiter: str | None
    rows: list[Cells]

    def column(self, target: str) -> str:
        """Give the column that becomes the target."""
        return next(column for column, one in self.said.rename.items() if one == target)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that the name is made of."""
        joined = next((one.columns for one in self.said.concatenate if one.into == "name"), None)
        return joined or (self.column("name"),)

    def line(self, cells: Cells) -> str:
        """Write a row as one line with its end."""
        if self.delimiter is None:
            return json.dumps(cells, ensure_ascii=False) + "\n"
        return delimited([cells.get(column, "") for column in self.columns], self.delimiter)


def delimited(cells: list[object], delimiter: str) -> str:
    """Write cells as one line of a table, quoted where need be."""
    texts = [str(cell) for cell in cells]
    quoted = ['"' + text.replace('"', '""') + '"' if set(text) & {delimiter, '"', "\n"} else text for text in texts]
    return delimiter.join(quoted) + "\n"


def _no_id(cells: Cells, sheet: Sheet) -> Cells | None:
    if "lines.rate" in sheet.said.rename.values():
        return None  # a row that tells no id could be one of its neighbours' lines, which are held back with it
    return {**cells, sheet.column("id"): ""}


def _no_name(cells: Cells, sheet: Sheet) -> Cells:
    return {**cells, **dict.fromkeys(sheet.names, "")}


def _one_cell_more(cells: Cells, sheet: Sheet) -> str:
    return sheet.line(cells).rstrip("\n") + f"{sheet.delimiter}left over\n"


def _cells_lost(cells: Cells, sheet: Sheet) -> str:
    return delimited([cells.get(column, "") for column in sheet.columns[:2]], str(sheet.delimiter))


def _no_time(cells: Cells, sheet: Sheet) -> Cells:
    return {**cells, sheet.column("event_time"): "31/31/2026"}


def _no_day(cells: Cells, sheet: Sheet) -> Cells | None:
    days = [column for column in sheet.said.dates if sheet.said.rename.get(column) != "event_time"]
    return {**cells, days[0]: "soon"} if days else None


def _no_number(cells: Cells, sheet: Sheet) -> Cells | None:
    numbers = list(sheet.said.numbers)
    return {**cells, numbers[0]: "12,3x"} if numbers else None


def _no_flag(cells: Cells, sheet: Sheet) -> Cells | None:
    return {**cells, sheet.column("deleted"): "perhaps"} if "deleted" in sheet.said.rename.values() else None


def _bell(cells: Cells, sheet: Sheet) -> Cells:
    return {**cells, sheet.names[0]: f"{cells.get(sheet.names[0], '')}\x07"}


def _endless(cells: Cells, sheet: Sheet) -> Cells:
    return {**cells, sheet.names[0]: "A" * _TOO_LONG}


def _ends_before_it_begins(cells: Cells, sheet: Sheet) -> Cells | None:
    if "lines.valid_to" not in sheet.said.rename.values():
        return None
    start, end = sheet.column("lines.valid_from"), sheet.column("lines.valid_to")
    return {**cells, start: cells[end], end: cells[start]} if cells.get(end, "") > cells.get(start, "") else None


def _no_rate(cells: Cells, sheet: Sheet) -> Cells | None:
    return {**cells, sheet.column("lines.rate"): ""} if "lines.rate" in sheet.said.rename.values() else None


def _half(cells: Cells, sheet: Sheet) -> str:
    line = sheet.line(cells)
    return line[: len(line) // 2] + "\n"


def _a_list(_cells: Cells, _sheet: Sheet) -> str:
    return '["a list", "and no object"]\n'


def _twice(cells: Cells, sheet: Sheet) -> str:
    return f'{{"{sheet.column("id")}": "x", {sheet.line(cells)[1:]}'


def _nested(cells: Cells, sheet: Sheet) -> Cells:
    return {**cells, sheet.names[0]: {"first": "an object", "where": "text belongs"}}


def _true_id(cells: Cells, sheet: Sheet) -> Cells:
    return {**cells, sheet.column("id"): True}


def _no_lines(cells: Cells, sheet: Sheet) -> Cells | None:
    return {**cells, sheet.column("lines"): "on request"} if "lines" in sheet.said.rename.values() else None


def _a_line_backwards(cells: Cells, sheet: Sheet) -> Cells | None:
    if "lines" not in sheet.said.rename.values():
        return None
    line = {"rate": "10", "currency": "EUR", "valid_from": "2026-06-01", "valid_to": "2026-01-01"}
    return {
        **cells,
        sheet.column("lines"): [line if sheet.load.entity_type == "rate_card" else _without_currency(line)],
    }


def _without_currency(line: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in line.items() if name != "currency"}


_ANYWHERE: tuple[Spoil, ...] = (_no_id, _no_name, _no_time, _no_flag, _bell, _endless)
_IN_TABLES: tuple[Spoil, ...] = (
    *_ANYWHERE, _one_cell_more, _cells_lost, _no_day, _no_number, _ends_before_it_begins, _no_rate,
)  # fmt: skip
_IN_OBJECTS: tuple[Spoil, ...] = (
    *_ANYWHERE, _half, _a_list, _twice, _nested, _true_id, _no_lines, _a_line_backwards,
)  # fmt: skip


def planted(random: Random, sheet: Sheet) -> list[tuple[str, Cells | str]]:
    """Make the bad rows of a file: what is wrong (`no name`), and the cells, or the line as it stands there."""
    found: list[tuple[str, Cells | str]] = []
    sorts = _IN_TABLES if sheet.delimiter is not None else _IN_OBJECTS
    if sheet.load.file.endswith(".parquet"):
        sorts = _ANYWHERE
    for spoil in random.sample(sorts, len(sorts)):
        number = 900_000 + len(found)
        cells = {**random.choice(sheet.rows)}
        cells[sheet.column("id")] = source_id(sheet.load.source, sheet.load.entity_type, number)
        spoilt = spoil(cells, sheet)
        if spoilt is not None:
            found.append((spoil.__name__.strip("_").replace("_", " "), spoilt))
        if len(found) == EACH:
            break
    return found
