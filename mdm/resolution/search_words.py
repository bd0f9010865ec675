"""The words that a golden record is found by, kept in the commit that changes its values."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import orjson

from matching.kinds.folding import folded, folded_words, plain_words
from mdm.resolution.golden import GoldenChanges
from mdm.resolution.work import Work
from mdm.store import search as stored
from mdm.store.database import Transaction
from mdm.store.search import SearchWord

LONGEST, MOST = 40, 64
# A text with a longer word of letters only is no number, though it may hold one, as an address does.
LONGEST_LETTERS = 3
# A reference is written as a source key, and what it leads to is found under its own words.
_SOURCE_KEY = re.compile(r"[^:\s]+:[a-z_]+:\S.*", re.DOTALL)


def words_of(attributes: Mapping[str, Any]) -> set[tuple[str, str]]:
    """(folded word, attribute) of the texts of a golden record; of dated lines there are none.

    They follow from the values alone and not from the rules, so that a change of rules leaves them as they are. A
    number in parts is one word too, since identifiers are written with and without separators.
    """
    return {(word, name) for name, value in attributes.items() for text in _texts(value) for word in _words(text)}


def _texts(value: Any) -> Iterator[str]:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else (value,)
    return (part for part in parts if isinstance(part, str) and not _SOURCE_KEY.fullmatch(part))


@lru_cache(maxsize=1 << 16)
def _words(text: str) -> frozenset[str]:
    words = [word[:LONGEST] for word in folded_words(text)[:MOST]]
    number = whole_number(text)
    return frozenset(words if number is None else [*words, number])


def whole_number(text: str) -> str | None:
    """The number that a text is when it is written in parts, such as `DE 136 695 976`; None when it is none."""
    if not any(map(str.isdigit, text)):
        return None
    parts = plain_words(text)
    if len(parts) < 2 or any(part.isalpha() and len(part) > LONGEST_LETTERS for part in parts):
        return None
    return folded("".join(parts))[:LONGEST]


def write(writer: Transaction, work: Work, golden: GoldenChanges) -> None:
    """Keep the words of golden records that are new or changed, and drop those that no longer stand."""
    of = work.entity_type.entity_type
    gone, come = list[SearchWord](), list[SearchWord]()
    for new in golden.versions:
        was, now = _read(new.was), _read(new.attributes)
        changed = [name for name in was.keys() | now.keys() if was.get(name) != now.get(name)]
        before = words_of({name: was[name] for name in changed if name in was})
        after = words_of({name: now[name] for name in changed if name in now})
        gone += ((of, word, new.golden, name) for word, name in before - after)
        come += ((of, word, new.golden, name) for word, name in after - before)
    stored.change(writer, gone=sorted(gone), come=sorted(come))


def _read(attributes: bytes | None) -> dict[str, Any]:
    return dict(orjson.loads(attributes)) if attributes is not None else {}
