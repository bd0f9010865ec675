"""The words that golden records are found by, kept in the commit that changes their values."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from matching.kinds.folding import folded_plain, plain_words
from mdm.resolution.golden import GoldenChanges
from mdm.resolution.work import Work
from mdm.store.search import SearchWord

LONGEST, MOST = 40, 64
Holder = tuple[int, str]
"""A golden number, and the attribute whose values hold a word."""
# A text with a longer word of letters only is no number, though it may hold one, as an address does.
LONGEST_LETTERS = 3
# A reference is written as a source key, and what it leads to is found under its own words.
_SOURCE_KEY = re.compile(r"[^:\s]+:[a-z_]+:\S.*", re.DOTALL)


class WordChanges(NamedTuple):
    """The words that golden records no longer hold, and those that they hold from now on."""

    gone: list[SearchWord]
    come: list[SearchWord]


def words_of(attributes: Mapping[str, Any]) -> set[tuple[str, str]]:
    """(folded word, attribute) of the texts of a golden record; of dated lines there are none.

    They follow from the values alone and not from the rules, so that a change of rules leaves them as they are. A
    number in parts is one word too, since identifiers are written with and without separators.
    """
    return {(word, name) for name, value in attributes.items() for word in _words_of(value)}


def _words_of(value: Any) -> frozenset[str]:
    if isinstance(value, str):
        return _words(value)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return frozenset().union(*(_words(part) for part in parts if isinstance(part, str)))


@lru_cache(maxsize=1 << 16)
def _words(text: str) -> frozenset[str]:
    if ":" in text and _SOURCE_KEY.fullmatch(text):
        return frozenset()
    parts = plain_words(text)
    words = {_folded(part)[:LONGEST] for part in parts[:MOST]}
    number = _whole_number(text, parts)
    return frozenset(words if number is None else words | {number})


def whole_number(text: str) -> str | None:
    """The number that a text is when it is written in parts, such as `DE 136 695 976`; None when it is none."""
    return _whole_number(text, plain_words(text))


def _whole_number(text: str, parts: Sequence[str]) -> str | None:
    if len(parts) < 2:
        return None
    for part in parts:  # most texts end here, at once
        if len(part) > LONGEST_LETTERS and part.isalpha():
            return None
    if not any(map(str.isdigit, text)):
        return None
    return _folded("".join(parts))[:LONGEST]


def _folded(word: str) -> str:
    return word if word.isdigit() else folded_plain(word)  # numbers are many, and nothing in them is folded


def work_out(work: Work, golden: GoldenChanges) -> WordChanges:
    """Tell the words of golden records that are new or changed, and those that no longer stand."""
    gone, come = (defaultdict[str, list[Holder]](list) for _ in range(2))
    for new in golden.versions:
        was, now = _read(new.was), _read(new.attributes)
        for name in sorted(was.keys() | now.keys()):
            before, after = was.get(name), now.get(name)
            if before != after:
                old, words = _words_of(before), _words_of(after)
                for word in words - old if old else words:
                    come[word].append((new.golden, name))
                for word in old - words:
                    gone[word].append((new.golden, name))
    of = work.entity_type.entity_type
    return WordChanges(gone=_by_word(of, gone), come=_by_word(of, come))


def _by_word(of: str, holders: Mapping[str, list[Holder]]) -> list[SearchWord]:
    """In the order of words, as they stand in the table; words are fewer than those who hold them."""
    return [(of, word, golden, name) for word in sorted(holders) for golden, name in holders[word]]


def _read(attributes: bytes | None) -> dict[str, Any]:
    return dict(orjson.loads(attributes)) if attributes is not None else {}
