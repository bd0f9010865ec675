"""Opens a file as text: refuses, before the first row is read, what cannot be decoded whole or has no line ends."""

import codecs
import io
from typing import BinaryIO

from mdm.errors import UnreadableFile
from mdm.ingest import encoding as encodings

CHUNK = 1 << 16
"""Bytes that are decoded together: what stays in the cache of a core takes half the time of a megabyte."""
START = 4096
LONGEST_LINE = 64 << 20
"""Bytes without a line end from which a file is taken for something else than rows."""


def open_text(stream: BinaryIO, file: str, *, encoding: str | None = None) -> io.TextIOWrapper:
    """Give the text of a seekable stream, in the encoding that is named or, where none is, in the one found.

    A byte order mark decides; without one it is UTF-8 if all of it is valid, else what its letters tell.

    Raises:
        UnreadableFile: it is empty, or cannot be decoded; names the line and the byte, and what to do.
    """
    found = encodings.named(encoding) if encoding else encodings.by_mark(_start(stream))
    fault = _check(stream, found or "utf-8", file)
    if fault is not None and found is not None:
        raise UnreadableFile(f"{fault} is not {found}" + ("" if encoding else ", as the file begins"))
    if fault is not None:
        found = _by_letters(stream, file, fault)
    stream.seek(0)
    return io.TextIOWrapper(stream, encoding=found or "utf-8", newline="")


def _start(stream: BinaryIO) -> bytes:
    stream.seek(0)
    return stream.read(START)


def _by_letters(stream: BinaryIO, file: str, fault: str) -> str:
    told = encodings.by_letters(stream)
    if isinstance(told, str):
        wrong = _check(stream, told, file)
        if wrong is None:
            return told
        raise UnreadableFile(f"{fault} is not UTF-8, and what looks like {told} is not that either: {wrong}")
    what = " or ".join(told) or "none of those known here"
    raise UnreadableFile(
        f"{fault} is not UTF-8, and its letters do not tell for sure what else it is ({what}); "
        f"say which with --encoding {told[0] if told else 'NAME'}"
    )


def _check(stream: BinaryIO, encoding: str, file: str) -> str | None:
    """Decode all of it once: a fault on the last line must not show after the first record is in."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    read, lines, since, blank = 0, 0, 0, True
    while True:
        chunk = stream.read(CHUNK)
        pending = len(decoder.getstate()[0])
        try:
            text = decoder.decode(chunk, not chunk)
        except UnicodeDecodeError as error:
            return _place(file, error, at=(read - pending, lines))
        if not chunk:
            break
        blank = blank and not text.strip()
        read += len(chunk)
        lines += chunk.count(b"\n")
        since = since + len(chunk) if b"\n" not in chunk else len(chunk) - chunk.rfind(b"\n")
        if since > LONGEST_LINE:
            raise UnreadableFile(f"{file}: line {lines + 1}: no line end in {LONGEST_LINE:,} bytes")
    if blank:
        raise UnreadableFile(f"{file} is empty: a header line with column names is expected")
    return None


def _place(file: str, error: UnicodeDecodeError, *, at: tuple[int, int]) -> str:
    start, lines = at
    line = lines + error.object[: error.start].count(b"\n") + 1
    return f"{file}: line {line}: byte {start + error.start + 1:,} (0x{error.object[error.start]:02x})"
