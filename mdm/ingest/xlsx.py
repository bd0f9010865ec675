"""Reads one sheet of a workbook (xlsx): its cells as a person sees them, its rows by their own numbers."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING, BinaryIO

from mdm.entity_types import LONGEST_TEXT, hint
from mdm.errors import UnreadableFile
from mdm.ingest import workbook
from mdm.ingest.header import FIRST_ROWS, header
from mdm.ingest.parts import Parts
from mdm.ingest.reading import Found, Reading
from mdm.ingest.rows import Rejected, Row
from mdm.ingest.storable import storable

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

MAGIC = workbook.MAGIC
EXACT = 1e15
"""Whole numbers from which a spreadsheet no longer keeps every digit."""
Numbered = tuple[int, list[str]]


def read_xlsx(stream: BinaryIO, file: str, *, reading: Reading) -> Iterator[Row | Rejected]:
    """Read the rows of the sheet that is named or, where none is, of the only one with something in it.

    Numbers, dates, times and booleans come as text; a formula as its last result, blank where that is an error.

    Raises:
        UnreadableFile: it is no workbook, or is damaged, or holds no such sheet, or several to choose from.
    """
    workbook.check(stream, file)
    with _understood(file):
        sheet = _sheet(stream, reading.sheet, file)
        rows = _numbered(sheet, reading.found)
        first = list(islice(rows, FIRST_ROWS))
        if not first:
            raise UnreadableFile(f"{file}: the sheet {sheet.name!r} is empty: a row with column names is expected")
        place = header([cells for _, cells in first], reading.expected, file)
        line, names = first[place]
        reading.found.sheet, reading.found.header_line = sheet.name, line
        columns = _columns(names, file)
        for number, cells in chain(first[place + 1 :], rows):
            yield _row(number, cells, columns, file)


@contextmanager
def _understood(file: str) -> Iterator[None]:
    """Say of what the library cannot read that the workbook is damaged; its panics are no `Exception`."""
    from python_calamine import CalamineError

    try:
        yield
    except CalamineError as error:
        raise UnreadableFile(f"{file}: the workbook cannot be read: {error}") from None
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # its class has no address to import it from
            raise UnreadableFile(f"{file}: the workbook is damaged: {error}") from None
        raise


def _sheet(stream: BinaryIO, named: str | None, file: str) -> "CalamineSheet":
    from python_calamine import load_workbook

    book = load_workbook(stream)
    names = _sheets(book)
    if named is not None:
        if named not in names:
            raise UnreadableFile(f"{file}: no sheet {named!r}{hint(named, names)}; there are {', '.join(names)}")
        sheet = book.get_sheet_by_name(named)
        if not sheet.height:
            raise UnreadableFile(f"{file}: the sheet {named!r} is empty: a row with column names is expected")
        return sheet
    sheets = [sheet for name in names if (sheet := book.get_sheet_by_name(name)).height]
    # The library's total height is the place of the last row, from 0: a single row at the top has no record below it.
    filled = [sheet for sheet in sheets if sheet.total_height] or sheets
    if not filled:
        raise UnreadableFile(f"{file} is empty: a row with column names is expected")
    if len(filled) > 1:
        listed = ", ".join(repr(sheet.name) for sheet in filled)
        raise UnreadableFile(f"{file}: several sheets have something in them: {listed}; name one with --sheet")
    return filled[0]


def _sheets(book: "CalamineWorkbook") -> list[str]:
    """Name the sheets that a person sees: charts and hidden ones are none."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    return [
        one.name
        for one in book.sheets_metadata
        if one.typ == SheetTypeEnum.WorkSheet and one.visible == SheetVisibleEnum.Visible
    ]


def _numbered(sheet: "CalamineSheet", found: Found) -> Iterator[Numbered]:
    """Give the rows that are not blank, each with its number in the sheet."""
    read, height = 0, sheet.total_height + 1
    found.share = lambda: read / height
    for read, cells in enumerate(sheet.iter_rows(), start=1):
        if cells.count("") < len(cells):
            yield read, [cell if isinstance(cell, str) else _text(cell) for cell in cells]


def _columns(names: Sequence[str], file: str) -> list[str]:
    """Name the columns; one without a name is "" and must be blank throughout."""
    columns = [name.strip() for name in names]
    for number, name in enumerate(columns):
        if name and name in columns[:number]:
            raise UnreadableFile(f"{file}: two columns are named {name!r}; rename or take out one")
    return columns


def _row(line: int, cells: list[str], columns: list[str], file: str) -> Row | Rejected:
    raw = "\t".join(cells)
    values: dict[str, object] = dict(zip(columns, cells, strict=True))
    if "" in values:
        del values[""]
        over = {f"cell {place}": cells[place - 1] for place, name in enumerate(columns, start=1) if not name}
        if left := {name: cell for name, cell in over.items() if cell.strip()}:
            detail = "a cell stands in a column without a name"
            return Rejected(file, line, None, None, "ragged_row", detail, raw, Parts(values | left))
    row = Row(line, values, raw)
    return storable(row, file) if "\0" in raw or len(raw) > LONGEST_TEXT else row


def _text(cell: object) -> str:
    """Write a cell as a person sees it: 100042 and not 100042.0, 2024-03-01, 09:30, true."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < EXACT else repr(cell)
    if isinstance(cell, dt.datetime):
        # A day without a time of day is a date, whichever way the library gives it.
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat()
    if isinstance(cell, dt.timedelta):
        minutes, seconds = divmod(int(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    return str(cell)  # dates and times as ISO 8601 writes them
