"""A table as the bytes of a file, piece by piece: parquet, csv or one JSON document a line."""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Literal

import orjson

from mdm.publish.cells import spreadsheet_safe
from mdm.publish.parquet import parquet
from mdm.publish.sheets import Document, Sheet

Format = Literal["csv", "jsonl", "parquet"]
MEDIA_TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson", "parquet": "application/vnd.apache.parquet",
}  # fmt: skip
LINES_OF_A_PIECE = 500


def pieces(written_as: Format, sheet: Sheet, documents: Iterable[Document], *, safe: bool = False) -> Iterator[bytes]:
    """The bytes of a file, in pieces that are small beside the whole.

    safe: in csv, an apostrophe goes before every text that a spreadsheet would take for a formula; other programs
    then read a text that nobody sent.
    """
    if written_as == "parquet":
        return parquet(sheet, documents)
    return _csv(sheet, documents, safe=safe) if written_as == "csv" else _jsonl(documents)


def _jsonl(documents: Iterable[Document]) -> Iterator[bytes]:
    remaining = iter(documents)
    while some := list(islice(remaining, LINES_OF_A_PIECE)):
        yield b"".join(orjson.dumps(one) + b"\n" for one in some)


def _csv(sheet: Sheet, documents: Iterable[Document], *, safe: bool) -> Iterator[bytes]:
    remaining = iter(documents)
    rows: list[list[object]] = [list(sheet.columns)]
    while rows:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([_safe(row) for row in rows] if safe else rows)
        yield text.getvalue().encode()
        rows = [sheet.cells(one) for one in islice(remaining, LINES_OF_A_PIECE)]


def _safe(row: list[object]) -> list[object]:
    return [spreadsheet_safe(one) if isinstance(one, str) else one for one in row]
