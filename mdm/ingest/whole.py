"""Reads a whole csv file at once into coded columns, where nothing in it is out of the ordinary.

Files are read many times as fast as row by row, and each distinct text is made once. Whatever could be read in
another way by one reader than by the other, or would have to be refused, is left to the reader of rows.
"""

from collections.abc import Sequence
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from matching.coded import Coded, Codes
from mdm.entity_types import LONGEST_TEXT
from mdm.ingest.block import LINE_END, RETURN, places_of, quoted_as_usual
from mdm.ingest.csv import beginning
from mdm.ingest.reading import Reading
from mdm.ingest.text import open_text

if TYPE_CHECKING:
    import pyarrow as pa

DELIMITERS = {".csv": None, ".txt": None, ".tsv": "\t", ".tab": "\t"}
SMALL = 8 << 20
"""Bytes below which it is not worth loading what reads the file."""
AT_ONCE = 8 << 20
"""So many bytes are parsed at a time."""


class Whole(NamedTuple):
    """The columns of a file as they stand there, blank rows left out; a blank cell is None."""

    columns: dict[str, Coded]
    rows: int


def read_whole(file: str, *, least: int = SMALL) -> Whole | None:
    """Read a file at once; None where it has to be read row by row, or has fewer bytes than `least`.

    Raises:
        UnreadableFile: it cannot be decoded, or has no header.
    """
    path = Path(file)
    ending = path.suffix.lower()
    if ending not in DELIMITERS or not path.is_file() or path.stat().st_size < least:
        return None
    with path.open("rb") as stream, open_text(stream, file) as text:
        if text.encoding.lower() != "utf-8":
            return None
        begun = beginning(text, file, Reading(), delimiter=DELIMITERS[ending])
        with mmap(stream.fileno(), 0, access=ACCESS_READ) as everything:
            start = _after_lines(everything, begun.above)
            if everything.find(b"\0") >= 0 or not _as_usual(everything, start, begun.delimiter):
                return None
        return _parsed(file, start, begun.header, begun.delimiter)


def _after_lines(everything: mmap, count: int) -> int:
    place = 0
    for _ in range(count):
        place = everything.find(b"\n", place) + 1
    return place


def _as_usual(everything: mmap, start: int, delimiter: str) -> bool:
    """Say whether lines and quotes stand so that all readers part the cells alike.

    A quote that opens stands at the start of a cell, one that closes at its end, and others inside are doubled.
    """
    letters = np.frombuffer(everything, dtype=np.uint8)[start:]
    try:
        ends = places_of(LINE_END, letters)
        if len(ends) < 1 or np.diff(ends, prepend=-1, append=len(letters)).max() > LONGEST_TEXT:
            return False
        returns = places_of(RETURN, letters) + 1 if everything.find(b"\r", start) >= 0 else ends[:0]
        if len(returns) and (returns[-1] >= len(letters) or (letters[returns] != LINE_END).any()):
            return False
        return everything.find(b'"', start) < 0 or quoted_as_usual(letters, ord(delimiter))
    finally:
        del letters  # or the file could not be closed


def _parsed(file: str, start: int, header: Sequence[str], delimiter: str) -> Whole | None:
    import pyarrow as pa  # slow to load, and only large files need it
    from pyarrow import csv

    with pa.memory_map(file) as rows:
        rows.seek(start)
        try:
            table = csv.read_csv(
                rows,
                read_options=csv.ReadOptions(column_names=list(header), use_threads=False, block_size=AT_ONCE),
                parse_options=csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
                convert_options=csv.ConvertOptions(
                    column_types=dict.fromkeys(header, pa.string()), null_values=[""], strings_can_be_null=True,
                ),
            )  # fmt: skip
        except pa.ArrowInvalid:  # such as a row with more cells than the header
            return None
    columns = {name: _coded(table.column(name)) for name in header}  # threads would wait for each other
    filled = np.logical_or.reduce([column.codes >= 0 for column in columns.values()])
    if not filled.all():
        columns = {name: Coded(column.codes[filled], column.texts) for name, column in columns.items()}
    return Whole(columns, int(filled.sum()))


def _coded(column: "pa.ChunkedArray") -> Coded:
    chunks = column.dictionary_encode().chunks  # sooner than in one piece, and all have the same dictionary
    codes = [np.empty(0, dtype=np.int32), *(_codes(chunk.indices) for chunk in chunks)]
    return Coded(np.concatenate(codes), chunks[0].dictionary.to_pylist() if chunks else [])


def _codes(indices: "pa.Int32Array") -> Codes:
    """Give the codes as numpy has them, null as -1, without Arrow's help: it would load pandas for that."""
    held, taken = indices.buffers(), slice(indices.offset, indices.offset + len(indices))
    codes = np.frombuffer(held[1], dtype=np.int32)[taken]
    if held[0] is None:
        return codes
    return np.where(
        np.unpackbits(np.frombuffer(held[0], dtype=np.uint8), bitorder="little")[taken], codes, np.int32(-1)
    )
