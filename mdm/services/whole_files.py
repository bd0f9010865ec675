"""Files that are there whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from mdm.errors import UnreadableFile


@contextmanager
def whole_file(file: str) -> Iterator[TextIO]:
    """Write beside the file and put it in place when it is whole: a half-written one is never seen.

    Raises:
        UnreadableFile: it cannot be written.
    """
    beside = Path(f"{file}.part")
    try:
        with beside.open("w", encoding="utf-8", newline="") as opened:
            yield opened
        os.replace(beside, file)
    except OSError as error:
        raise UnreadableFile(f"{file}: cannot be written: {error.strerror}") from None
    finally:
        beside.unlink(missing_ok=True)
