"""Reads a file more than once, standard input too: what is in it must be known before the first row is taken."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from mdm.ingest.read import IN_MEMORY, STDIN, read
from mdm.ingest.rows import Rejected, Row

Rows = Iterator[Row | Rejected]


@contextmanager
def read_twice(file: str) -> Iterator[Callable[[], Rows]]:
    """Give a function that reads the rows of a file from its beginning, each time it is called.

    Raises:
        UnreadableFile: as `read` does, when the rows are read.
    """
    if file != STDIN:
        yield lambda: read(file)
        return
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as kept:
        shutil.copyfileobj(sys.stdin.buffer, kept)

        def again() -> Rows:
            kept.seek(0)
            return read(STDIN, stream=cast("BinaryIO", kept))

        yield again
