"""Finds the reader for a file by its ending, or for standard input by its first characters; gzip is expanded."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from mdm.errors import UnreadableFile
from mdm.ingest import gzip, parquet
from mdm.ingest.csv import read_csv, read_tsv
from mdm.ingest.jsonl import read_jsonl
from mdm.ingest.parquet import read_parquet
from mdm.ingest.rows import Chunk, Rejected, Row, each_row
from mdm.ingest.text import open_text

Reader = Callable[[TextIO, str], Iterator[Chunk | Row | Rejected]]
BinaryReader = Callable[[BinaryIO, str], Iterator[Chunk | Row | Rejected]]

READERS: dict[str, Reader] = {
    ".csv": read_csv,
    ".tsv": read_tsv,
    ".tab": read_tsv,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
}
BINARY_READERS: dict[str, BinaryReader] = {".parquet": read_parquet}
MAGIC: dict[bytes, BinaryReader] = {parquet.MAGIC: read_parquet}
"""How standard input begins that is no text."""
STDIN = "-"
IN_MEMORY = 16 << 20


def stem(file: str) -> str:
    """Give the name of a file without its folder and endings: `crm` for `data/crm.csv.gz`."""
    return Path(_plain(file)).stem


def read(file: str, *, stream: BinaryIO | None = None) -> Iterator[Row | Rejected]:
    """Read a file one row at a time, as `read_chunks` reads it."""
    return each_row(read_chunks(file, stream=stream))


def read_chunks(file: str, *, stream: BinaryIO | None = None) -> Iterator[Chunk | Row | Rejected]:
    """Read a file, or standard input where `file` is "-", in chunks where rows are as they should be.

    A file that ends in .gz is expanded first, and so is standard input that begins like gzip.
    `stream` is read in place of standard input or the file. The encoding of all of it is checked before
    the first row is given.

    Raises:
        UnreadableFile: there is no such file, no reader for it, or it is not what its ending says.
    """
    known = None if file == STDIN else _reader(file)
    name = "standard input" if file == STDIN else file
    with ExitStack() as opened:
        try:
            source = opened.enter_context(_open(file, stream))
            if file != _plain(file) or (file == STDIN and gzip.is_gzip(source)):
                source = opened.enter_context(gzip.expand(source, name))
            binary = _binary(file, source)
            if binary is not None:
                yield from binary(source, name)
            else:
                text = opened.enter_context(open_text(source, name))
                yield from (known or _sniffed(text))(text, name)
        except OSError as error:
            raise UnreadableFile(f"{name}: {error.strerror or error}") from None


def _reader(file: str) -> Reader | None:
    """Find the reader of a text; None for a file that is no text."""
    ending = Path(_plain(file)).suffix.lower()
    if ending not in READERS and ending not in BINARY_READERS:
        known = f"{', '.join([*READERS, *BINARY_READERS])}, each also with {gzip.ENDING}"
        raise UnreadableFile(f"{file}: no reader for {ending or 'a file without ending'}; use {known}")
    return READERS.get(ending)


def _binary(file: str, source: BinaryIO) -> BinaryReader | None:
    """Find the reader of a file that is no text: by its ending, for standard input by how it begins."""
    if file != STDIN:
        return BINARY_READERS.get(Path(_plain(file)).suffix.lower())
    start = source.read(max(map(len, MAGIC)))
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
