"""Finds the encoding of a file from all of its bytes; what cannot be told for sure is refused, not guessed."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from mdm.errors import UnreadableFile
from mdm.ingest import letters

CHUNK = 1 << 20
MOST_WORDS, LONGEST_WORD = 5_000, 40
"""Distinct words with other letters than a to z that are looked at; the whole file is decoded whatever they say."""
SURE = 4.6
"""How much likelier the best reading has to be than the next that gives another text: a hundred times."""
FIRST_WORDS, HOPELESS = 200, 100.0
"""Encodings that fall behind the best by so much on so many words are not looked at further."""
SENSELESS = -9.0
"""The likelihood of a letter below which even the best reading is no text; a rare Chinese character has more."""
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
# Bytes below 0x30 and from 0x3a to 0x3f are no part of a longer character in any of the encodings looked at.
_WORD = re.compile(rb"[^\x00-\x2f\x3a-\x3f]*[\x80-\xff][^\x00-\x2f\x3a-\x3f]*")
_LETTERS = re.compile(r"\w*[^\x00-\x7f]+\w*(?:[^\x00-\x7f]+\w*)*")


@dataclass(frozen=True, slots=True)
class _Reading:
    """What some words are in one encoding, and the logarithm of how likely that is."""

    encoding: str
    words: tuple[str, ...]
    likelihood: float


def by_mark(start: bytes) -> str | None:
    """Give the encoding that the first bytes of a file announce: a byte order mark, or the zeros of wide letters."""
    for mark, encoding in MARKS:
        if start.startswith(mark):
            return encoding
    if start.count(0) * 5 < len(start):
        return None
    for encoding in WIDE:
        text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(start)
        if not {"\0", "\ufffd"} & set(text) and ("\n" in text or "\r" in text):
            return encoding
    return None


def by_letters(stream: BinaryIO) -> str | tuple[str, ...]:
    """Find the encoding whose letters make words; where several do and differ, give them all, the likeliest first."""
    words = _words(stream)
    first = list(_readings(words[:FIRST_WORDS], letters.rows("encodings")))
    likely = max((one.likelihood for one in first), default=0.0) - HOPELESS
    kept = {one.encoding for one in first if one.likelihood > likely}
    readings = list(_readings(words, [row for row in letters.rows("encodings") if row[0] in kept]))
    if not words or not readings:
        return ()
    best = max(readings, key=lambda reading: reading.likelihood)
    alike = next(one.encoding for one in readings if one.words == best.words)
    near = {one.words: one.encoding for one in reversed(readings) if one.likelihood > best.likelihood - SURE}
    near.pop(best.words)
    senseless = best.likelihood < SENSELESS * sum(letter > "\x7f" for word in best.words for letter in word)
    if senseless:
        return ()
    return (alike, *list(near.values())[:2]) if near else alike


def named(encoding: str) -> str:
    """Give Python's name of an encoding that a person names.

    Raises:
        UnreadableFile: there is none of this name that turns bytes into text.
    """
    try:
        found = codecs.lookup(encoding)
        "".encode(found.name)  # some codecs turn bytes into bytes, and refuse a text
    except (LookupError, ValueError, TypeError):
        known = "utf-8, cp1252, cp1250, cp1251, iso8859-2, shift_jis"
        raise UnreadableFile(f"there is no encoding {encoding!r} for --encoding; such as {known}") from None
    return found.name


def _readings(words: list[bytes], candidates: list[tuple[str, ...]]) -> Iterator[_Reading]:
    whole = b"\n".join(words)
    for encoding, group, handicap in candidates:
        try:
            text = whole.decode(encoding)
        except UnicodeDecodeError:
            continue
        read = tuple(_LETTERS.findall(text))
        yield _Reading(encoding, read, letters.likelihood(read, group) - float(handicap))


def _words(stream: BinaryIO) -> list[bytes]:
    """Collect the distinct words with bytes beyond ASCII from all of a file, up to `MOST_WORDS`."""
    found: dict[bytes, None] = {}
    stream.seek(0)
    rest = b""
    while chunk := stream.read(CHUNK):
        block, line_end, rest = (rest + chunk).rpartition(b"\n")
        if not line_end and len(rest) < CHUNK:
            continue
        if not line_end:
            block, rest = rest, b""
        found.update(dict.fromkeys(filter(_short, _WORD.findall(block))))
        if len(found) >= MOST_WORDS:
            break
    found.update(dict.fromkeys(filter(_short, _WORD.findall(rest))))
    return list(found)[:MOST_WORDS]


def _short(word: bytes) -> bool:
    return len(word) <= LONGEST_WORD
