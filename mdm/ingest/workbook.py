"""Judges a workbook before it is opened: a bomb, a damaged file or one with a password is refused, never expanded."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, BinaryIO

from mdm.errors import UnreadableFile
from mdm.ingest.gzip import LARGEST_RATIO, UNSUSPICIOUS

MAGIC = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LARGEST = 1 << 30
"""Bytes that a workbook may expand to: its sheets are held in memory, which gzip's limit would overrun."""
MOST_PARTS = 10_000
MOST_ROWS, MOST_COLUMNS = 1 << 20, 1 << 14
"""How far a sheet can reach in the format."""
MOST_CELLS = 30_000_000
"""Rows times columns of a sheet: blank cells between two that are filled take memory like any other."""
CHUNK = 4 << 20
_OVERLAP = 256
_PLACE = re.compile(rb"r\s*=\s*[\"']([A-Za-z]*)([0-9]+)")
_CELL = re.compile(rb"<(?:[\w.-]+:)?c[\s/>]")
_ROW = re.compile(rb"<(?:[\w.-]+:)?row[\s/>]")


def check(stream: BinaryIO, file: str) -> None:
    """Read every part of a workbook once, within limits; the stream is left at its start.

    Raises:
        UnreadableFile: it is no workbook, is damaged, has a password, or is larger inside than the limits.
    """
    size = stream.seek(0, 2)
    stream.seek(0)
    start = stream.read(len(OLE))
    stream.seek(0)
    if start == OLE:
        words = "is a workbook with a password, or of the old kind (.xls); save it as .xlsx without one"
        raise UnreadableFile(f"{file}: {words}")
    if not start.startswith(MAGIC):
        raise UnreadableFile(f"{file}: is no workbook: it does not begin like one; save it as .xlsx")
    try:
        with zipfile.ZipFile(stream) as archive:
            _limits(archive.infolist(), size, file)
            for part in archive.infolist():
                _read(archive, part, file)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise UnreadableFile(f"{file}: the workbook is damaged or cut off: {error}; save it again") from None
    stream.seek(0)


def _limits(parts: list[zipfile.ZipInfo], size: int, file: str) -> None:
    if len(parts) > MOST_PARTS:
        raise UnreadableFile(f"{file}: the workbook has {len(parts):,} parts; at most {MOST_PARTS:,} are taken")
    expanded = sum(part.file_size for part in parts)
    if expanded > LARGEST:
        raise UnreadableFile(f"{file}: expands to {expanded:,} bytes, over {LARGEST:,}; save the sheet as csv")
    if expanded > UNSUSPICIOUS and expanded > LARGEST_RATIO * size:
        words = f"expands to more than {LARGEST_RATIO} times its size ({size:,} bytes), as a zip bomb does"
        raise UnreadableFile(f"{file}: {words}; save the sheet as csv if you trust it")


def _read(archive: zipfile.ZipFile, part: zipfile.ZipInfo, file: str) -> None:
    """Read one part to its end, where its checksum is compared: a part longer than it says fails there."""
    extent = _Extent()
    with archive.open(part) as opened:
        for block in _blocks(opened):
            extent.add(block)
            if extent.rows > MOST_ROWS or extent.columns > MOST_COLUMNS or extent.rows * extent.columns > MOST_CELLS:
                words = f"a sheet spans {extent.rows:,} rows and {extent.columns:,} columns"
                raise UnreadableFile(f"{file}: {words}; delete the cells that stand far from the table")


def _blocks(opened: IO[bytes]) -> Iterator[bytes]:
    """Give a part in blocks that overlap, so that no address of a cell is cut in two."""
    rest = b""
    while chunk := opened.read(CHUNK):
        yield rest + chunk
        rest = chunk[-_OVERLAP:]


@dataclass(slots=True)
class _Extent:
    """How far the cells of a sheet reach; an upper bound, as it must be known before the sheet is opened."""

    rows: int = 0
    columns: int = 0
    row_tags: int = 0
    in_row: int = 0

    def add(self, block: bytes) -> None:
        cells, rows = len(_CELL.findall(block)), len(_ROW.findall(block))
        if not cells and not rows and not self.row_tags:
            return  # another part of the workbook: there the same letters say something else
        places = _PLACE.findall(block)
        numbers = {number for _, number in places}
        letters = {word for word, _ in places}
        # int() of a number of thousands of digits is refused; one of eight is too large already.
        self.rows = max([self.rows, *(int(number[:8]) for number in numbers)])
        self.columns = max([self.columns, *(_column(word[:5]) for word in letters)])
        self.row_tags += rows
        if cells > sum(1 for word, _ in places if word):  # some have no address: they are counted
            before, *others = _ROW.split(block)
            self.in_row += len(_CELL.findall(before))
            for row in others:
                self.columns = max(self.columns, self.in_row)
                self.in_row = len(_CELL.findall(row))
            self.columns = max(self.columns, self.in_row)
            self.rows = max(self.rows, self.row_tags)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
