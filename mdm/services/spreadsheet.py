"""Tables for spreadsheets, which run nothing of what they are handed."""

import csv
import io
from collections.abc import Iterable, Sequence

from mdm.publish.cells import spreadsheet_safe


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV: one line of column names, then the rows; None is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow(["" if cell is None else spreadsheet_safe(str(cell)) for cell in row])
    return out.getvalue()
