"""Finds the reader for a file by its ending, or for standard input by its first characters; gzip is expanded."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from mdm.errors import UnreadableFile
from mdm.ingest import gzip
from mdm.ingest.csv import read_csv, read_tsv
from mdm.ingest.jsonl import read_jsonl
from mdm.ingest.rows import Rejected, Row
from mdm.ingest.text import open_text

Reader = Callable[[TextIO, str], Iterator[Row | Rejected]]

READERS: dict[str, Reader] = {
    ".csv": read_csv,
    ".tsv": read_tsv,
    ".tab": read_tsv,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
}
STDIN = "-"
IN_MEMORY = 16 << 20


def stem(file: str) -> str:
    """Give the name of a file without its folder and endings: `crm` for `data/crm.csv.gz`."""
    return Path(_plain(file)).stem


def read(file: str, *, stream: BinaryIO | None = None) -> Iterator[Row | Rejected]:
    """Read a file, or standard input where `file` is "-", one row at a time.

    A file that ends in .gz is expanded first, and so is standard input that begins like gzip.
    `stream` is read in place of standard input or the file. The encoding of all of it is checked before
    the first row is given.

    Raises:
        UnreadableFile: there is no such file, no reader for it, or it is not what its ending says.
    """
    reader = None if file == STDIN else _reader(file)
    name = "standard input" if file == STDIN else file
    with ExitStack() as opened:
        try:
            source = opened.enter_context(_open(file, stream))
            if file != _plain(file) or (file == STDIN and gzip.is_gzip(source)):
                source = opened.enter_context(gzip.expand(source, name))
            text = opened.enter_context(open_text(source, name))
            yield from (reader or _sniffed(text))(text, name)
        except OSError as error:
            raise UnreadableFile(f"{name}: {error.strerror or error}") from None


def _reader(file: str) -> Reader:
    ending = Path(_plain(file)).suffix.lower()
    if ending not in READERS:
        known = f"{', '.join(READERS)}, each also with {gzip.ENDING}"
        raise UnreadableFile(f"{file}: no reader for {ending or 'a file without ending'}; use {known}")
    return READERS[ending]


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
