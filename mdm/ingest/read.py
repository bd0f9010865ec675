"""Finds the reader for a file by its ending, or for standard input by how it begins; gzip is expanded."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Protocol, TextIO, cast

from mdm.errors import UnreadableFile
from mdm.ingest import gzip, parquet, xlsx
from mdm.ingest.csv import read_csv, read_tsv
from mdm.ingest.jsonl import read_jsonl
from mdm.ingest.parquet import read_parquet
from mdm.ingest.reading import Reading
from mdm.ingest.rows import Chunk, Rejected, Row, each_row
from mdm.ingest.text import open_text
from mdm.ingest.xlsx import read_xlsx


class Reader(Protocol):
    """Reads rows from the text of a file."""

    def __call__(self, text: TextIO, file: str, /, *, reading: Reading) -> Iterator[Chunk | Row | Rejected]:
        """Give rows in their order, and say in `reading.found` what was found."""


class BinaryReader(Protocol):
    """Reads rows from the bytes of a file."""

    def __call__(self, stream: BinaryIO, file: str, /, *, reading: Reading) -> Iterator[Chunk | Row | Rejected]:
        """Give rows in their order, and say in `reading.found` what was found."""


READERS: dict[str, Reader] = {
    ".csv": read_csv,
    ".txt": read_csv,
    ".tsv": read_tsv,
    ".tab": read_tsv,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
}
BINARY_READERS: dict[str, BinaryReader] = {".parquet": read_parquet, ".xlsx": read_xlsx, ".xlsm": read_xlsx}
MAGIC: dict[bytes, BinaryReader] = {parquet.MAGIC: read_parquet, xlsx.MAGIC: read_xlsx}
"""How standard input begins that is no text."""
STDIN = "-"
IN_MEMORY = 16 << 20


def stem(file: str) -> str:
    """Give the name of a file without its folder and endings: `crm` for `data/crm.csv.gz`."""
    return Path(_plain(file)).stem


def read(file: str, *, stream: BinaryIO | None = None, reading: Reading | None = None) -> Iterator[Row | Rejected]:
    """Read a file one row at a time, as `read_chunks` reads it."""
    return each_row(read_chunks(file, stream=stream, reading=reading))


def read_chunks(
    file: str, *, stream: BinaryIO | None = None, reading: Reading | None = None
) -> Iterator[Chunk | Row | Rejected]:
    """Read a file, or standard input where `file` is "-", in chunks where rows are as they should be.

    A file that ends in .gz is expanded first, and so is standard input that begins like gzip.
    `stream` is read in place of standard input or the file. The encoding of all of it is checked before
    the first row is given. `reading` says how to read it, and is told what was found.

    Raises:
        UnreadableFile: there is no such file, no reader for it, or it is not what its ending says.
    """
    reading = reading or Reading()
    name = "standard input" if file == STDIN else file
    ending = Path(_plain(file)).suffix.lower()
    if file != STDIN and ending not in READERS and ending not in BINARY_READERS:
        raise UnreadableFile(f"{file}: no reader for {ending or 'a file without ending'}; {_known(ending)}")
    with ExitStack() as opened:
        try:
            source = opened.enter_context(_open(file, stream))
            if file != _plain(file) or (file == STDIN and gzip.is_gzip(source)):
                source = opened.enter_context(gzip.expand(source, name))
            reading.found.share = _share(source)
            binary = _sniffed_binary(source) if file == STDIN else BINARY_READERS.get(ending)
            if binary is not None:
                yield from binary(source, name, reading=reading)
            else:
                text = opened.enter_context(open_text(source, name, encoding=reading.encoding))
                reading.found.encoding = str(text.encoding).removesuffix("-sig")
                yield from (READERS.get(ending) or _sniffed(text))(text, name, reading=reading)
        except OSError as error:
            raise UnreadableFile(f"{name}: {error.strerror or error}") from None


def _known(ending: str) -> str:
    if ending == ".xls":
        return "save the workbook as .xlsx"
    return f"use {', '.join([*READERS, *BINARY_READERS])}, each also with {gzip.ENDING}"


def _share(source: BinaryIO) -> Callable[[], float]:
    """Say how much of a stream has been read, as long as it is open."""
    size = source.seek(0, 2)
    source.seek(0)
    return lambda: 1.0 if source.closed or not size else source.tell() / size


def _sniffed_binary(source: BinaryIO) -> BinaryReader | None:
    start = source.read(8)
    source.seek(0)
    return next((reader for magic, reader in MAGIC.items() if start.startswith(magic)), None)


def _plain(file: str) -> str:
    """Give the name that a file has when it is expanded."""
    return file[: -len(gzip.ENDING)] if file.lower().endswith(gzip.ENDING) else file


def _sniffed(text: TextIO) -> Reader:
    start = text.read(4096).lstrip()
    text.seek(0)
    return read_jsonl if start.startswith("{") else read_csv


def _open(file: str, stream: BinaryIO | None) -> BinaryIO:
    if stream is None and file != STDIN:
        return Path(file).open("rb")
    # The encoding of all of it is checked first, so what cannot be read twice is kept, in a file when long.
    spool = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  closed by the caller
    shutil.copyfileobj(sys.stdin.buffer if stream is None else stream, spool)
    spool.seek(0)
    return cast("BinaryIO", spool)
