"""Lets a file be read more than once, standard input too: what is in it must be known before a row is taken."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from mdm.ingest.read import IN_MEMORY, STDIN


@contextmanager
def kept(file: str) -> Iterator[Callable[[], BinaryIO | None]]:
    """Give a function that gives the stream to read a file from, at its beginning; None where it is a real file."""
    if file != STDIN:
        yield lambda: None
        return
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as stream:
        shutil.copyfileobj(sys.stdin.buffer, stream)

        def from_its_beginning() -> BinaryIO:
            stream.seek(0)
            return cast("BinaryIO", stream)

        yield from_its_beginning
