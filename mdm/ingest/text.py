"""Opens a file as text: refuses, before the first row is read, what is not UTF-8 or has no line ends."""

import codecs
import io
from typing import BinaryIO

from charset_normalizer import from_bytes

from mdm.errors import UnreadableFile

CHUNK = 1 << 20
LONGEST_LINE = 64 << 20
"""Bytes without a line end from which a file is taken for something else than rows."""


def open_text(stream: BinaryIO, file: str) -> io.TextIOWrapper:
    """Give the text of a seekable stream in UTF-8, or in UTF-16 where it starts with that byte order mark.

    Raises:
        UnreadableFile: it is empty, or in another encoding; names the line and the byte.
    """
    encoding = _encoding(stream.read(4))
    stream.seek(0)
    _check(stream, encoding, file)
    stream.seek(0)
    return io.TextIOWrapper(stream, encoding=encoding, newline="")


def _encoding(start: bytes) -> str:
    # UTF-32 begins like UTF-16; it is not taken, and is found out by its NUL bytes.
    return "utf-16" if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"


def _check(stream: BinaryIO, encoding: str, file: str) -> None:
    """Decode all of it once: a fault on the last line must not show after the first record is in."""
    decoder = codecs.getincrementaldecoder(encoding)()
    read, lines, since, blank = 0, 0, 0, True
    while True:
        chunk = stream.read(CHUNK)
        pending = len(decoder.getstate()[0])
        try:
            text = decoder.decode(chunk, not chunk)
        except UnicodeDecodeError as error:
            raise _undecodable(stream, file, error, at=(read - pending, lines)) from None
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


def _undecodable(stream: BinaryIO, file: str, error: UnicodeDecodeError, *, at: tuple[int, int]) -> UnreadableFile:
    start, lines = at
    line = lines + error.object[: error.start].count(b"\n") + 1
    byte = f"byte {start + error.start + 1:,} (0x{error.object[error.start]:02x})"
    stream.seek(0)
    guess = from_bytes(stream.read(CHUNK)).best()
    name = "" if guess is None else f"; it looks like {guess.encoding}"
    convert = f"iconv -f {'cp1252' if guess is None else guess.encoding} -t utf-8"
    what = f"{byte} is not UTF-8{name}; convert the file first, such as with `{convert}`"
    return UnreadableFile(f"{file}: line {line}: {what}")
