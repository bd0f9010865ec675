"""Files that are there whole or not at all; "-" is standard output."""

import errno
import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from mdm.errors import InvalidInput, UnreadableFile

STDOUT = "-"


@contextmanager
def whole_file(file: str) -> Iterator[TextIO]:
    """Write beside the file and put it in place when it is whole: a half-written one is never seen.

    A link stays one, and what it leads to is replaced; standard output, a pipe or a device is written to as it is.

    Raises:
        UnreadableFile: it cannot be written.
    """
    if file == STDOUT:
        yield from _standard_output()
        return
    target = Path(file).resolve()
    beside = Path(f"{target}.part")
    try:
        if _is_stream(file):
            with Path(file).open("w", encoding="utf-8", newline="") as opened:
                yield opened
            return
        with beside.open("w", encoding="utf-8", newline="") as opened:
            yield opened
        os.replace(beside, target)
    except OSError as error:
        raise _unwritable(file, error.strerror or str(error)) from None
    finally:
        beside.unlink(missing_ok=True)


def _standard_output() -> Iterator[TextIO]:
    opened = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
    try:
        yield opened
    finally:
        opened.detach().flush()  # what it wraps stays open


def check_outputs(outputs: Sequence[str], *, inputs: Sequence[str]) -> None:
    """Refuse, before any work is done, files that could not be written, or would overwrite an input or one another.

    Raises:
        InvalidInput: a file is to be written twice, or is one of the inputs.
        UnreadableFile: a file cannot be written.
    """
    read = {Path(file).resolve() for file in inputs}
    seen = set[Path]()
    for file in outputs:
        if _is_stream(file):
            continue
        target = Path(file) if file == STDOUT else Path(file).resolve()
        if target in read:
            raise InvalidInput(f"{file} is read and would be overwritten: name another file for what is written")
        if target in seen:
            raise InvalidInput(f"{file} would be written twice: name a file for each")
        seen.add(target)
        if file != STDOUT and (fault := _fault(target)):
            raise _unwritable(file, os.strerror(fault))


def _fault(target: Path) -> int | None:
    if not target.parent.is_dir():
        return errno.ENOENT
    if target.is_dir():
        return errno.EISDIR
    return None if os.access(target.parent, os.W_OK) else errno.EACCES


def _is_stream(file: str) -> bool:
    """Whether there is a pipe or a device of that name, which nothing may be put in the place of."""
    path = Path(file)
    return path.exists() and not path.is_file() and not path.is_dir()


def _unwritable(file: str, words: str) -> UnreadableFile:
    return UnreadableFile(f"{file}: cannot be written: {words}")
