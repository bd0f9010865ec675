"""Expands gzip, within limits: what would fill the disk, is cut off or is damaged is refused before the first row."""

import gzip
import tempfile
import zlib
from typing import BinaryIO, cast

from mdm.errors import UnreadableFile

ENDING = ".gz"
MAGIC = b"\x1f\x8b"
CHUNK = 1 << 20
IN_MEMORY = 16 << 20
LARGEST = 4 << 30
"""Bytes that a file may expand to."""
LARGEST_RATIO = 200
"""Times its own size that a file may expand to, once it is longer than `UNSUSPICIOUS`: tables reach 5 to 50."""
UNSUSPICIOUS = 64 << 20


def is_gzip(stream: BinaryIO) -> bool:
    """Say whether a seekable stream begins like gzip (RFC 1952); it is left at its start."""
    start = stream.read(len(MAGIC))
    stream.seek(0)
    return start == MAGIC


def expand(stream: BinaryIO, file: str) -> BinaryIO:
    """Give the expanded content of a seekable stream as a stream of its own, kept in a file when long.

    Raises:
        UnreadableFile: it is no gzip, is cut off or damaged, or expands beyond the limits.
    """
    size = stream.seek(0, 2)
    stream.seek(0)
    spool = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  closed by the caller
    try:
        with gzip.GzipFile(fileobj=stream, mode="rb") as expanding:
            while chunk := expanding.read(CHUNK):
                spool.write(chunk)
                _check(spool.tell(), size, file)
    except EOFError:
        _refuse(spool, f"{file}: the gzip data is cut off: it ends before its end mark; send the file again")
    except (gzip.BadGzipFile, zlib.error) as error:
        _refuse(spool, f"{file}: cannot be read as gzip, or is damaged: {error}")
    except (UnreadableFile, OSError):
        spool.close()
        raise
    spool.seek(0)
    return cast("BinaryIO", spool)


def _check(expanded: int, size: int, file: str) -> None:
    if expanded > LARGEST:
        raise UnreadableFile(f"{file}: expands to more than {LARGEST:,} bytes; expand it yourself, or part it")
    if expanded > UNSUSPICIOUS and expanded > LARGEST_RATIO * size:
        words = f"expands to more than {LARGEST_RATIO} times its size ({size:,} bytes), as a gzip bomb does"
        raise UnreadableFile(f"{file}: {words}; expand it yourself if you trust it")


def _refuse(spool: "tempfile.SpooledTemporaryFile[bytes]", words: str) -> None:
    spool.close()
    raise UnreadableFile(words) from None
