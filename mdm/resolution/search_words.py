"""The words that a golden record is found by, kept in the commit that changes its values."""

import re
from collections.abc import Iterator
from typing import Any

import orjson

from matching.kinds.folding import folded, folded_words, plain_words
from mdm.resolution.golden import GoldenChanges
from mdm.resolution.work import Work
from mdm.store import search as stored
from mdm.store.database import Transaction
from mdm.store.search import SearchWord

LONGEST, MOST = 40, 64
# A reference is written as a source key, and what it leads to is found under its own words.
_SOURCE_KEY = re.compile(r"[^:\s]+:[a-z_]+:\S.*", re.DOTALL)


def words_of(attributes: dict[str, Any]) -> set[tuple[str, str]]:
    """(folded word, attribute) of the texts of a golden record; of dated lines there are none.

    They follow from the values alone and not from the rules, so that a change of rules leaves them as they are. A text
    with a digit is found as a whole too, since identifiers are written with and without separators.
    """
    return {(word, name) for name, value in attributes.items() for text in _texts(value) for word in _words(text)}


def _texts(value: Any) -> Iterator[str]:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else (value,)
    return (part for part in parts if isinstance(part, str) and not _SOURCE_KEY.fullmatch(part))


def _words(text: str) -> Iterator[str]:
    words = folded_words(text)[:MOST]
    yield from (word[:LONGEST] for word in words)
    if len(words) > 1 and any(map(str.isdigit, text)):
        yield whole(text)


def whole(text: str) -> str:
    """A text as one word, without what separates its parts."""
    return folded("".join(plain_words(text)))[:LONGEST]


def write(writer: Transaction, work: Work, golden: GoldenChanges) -> None:
    """Keep the words of golden records that are new or changed, and drop those that no longer stand."""
    of = work.entity_type.entity_type
    gone, come = list[SearchWord](), list[SearchWord]()
    for new in golden.versions:
        before, after = _said(new.was), _said(new.attributes)
        gone += (SearchWord(of, word, new.golden, name) for word, name in before - after)
        come += (SearchWord(of, word, new.golden, name) for word, name in after - before)
    stored.change(writer, gone=sorted(gone), come=sorted(come))


def _said(attributes: bytes | None) -> set[tuple[str, str]]:
    return words_of(orjson.loads(attributes)) if attributes is not None else set()
