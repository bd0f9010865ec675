"""Strings that values have for blocking, of many values at once: fields repeat where whole values do not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from matching.columns import PART, SEPARATOR
from matching.kinds.pairs import Codes, numbered, parts_of


@dataclass(frozen=True, slots=True)
class Strings:
    """Strings of many values, in no order, some perhaps twice: `owners` has one, `texts[codes]` is what it has."""

    owners: Codes
    codes: Codes
    texts: list[str]


InBulk = Callable[[Sequence[str]], Strings]
"""Gives the strings of many values; "" counts for none."""


def one_each(texts: Sequence[str]) -> Strings:
    """Give each value one string."""
    codes, distinct = numbered(texts)
    return Strings(np.arange(len(texts)), codes, distinct)


def as_they_are(values: Sequence[str]) -> Strings:
    """Give each value itself."""
    return one_each(values)


def joined_by(mark: str) -> InBulk:
    """Give each value with this between its parts."""
    return lambda values: one_each(SEPARATOR.join(values).replace(PART, mark).split(SEPARATOR) if values else [])


def field(place: int, *, of: int) -> InBulk:
    """Give one part of each value, which has so many."""
    return lambda values: one_each(parts_of(values, of)[place])


def words_of_fields(words: Callable[[str], Sequence[str]], *, of: int) -> InBulk:
    """Give the words of all parts of each value, which has so many; each distinct part is looked at once."""

    def strings(values: Sequence[str]) -> Strings:
        found = [_words(texts, words) for texts in parts_of(values, of)]
        return together([(np.arange(len(values)), each) for each in found])

    return strings


def each_value(strings_of: Callable[[str], Sequence[str]]) -> InBulk:
    """Look at each value by itself."""
    return lambda values: _words(values, strings_of)


def together(found: Sequence[tuple[Codes, Strings]]) -> Strings:
    """Put strings of several lists of values together; with each come the places of its values in all of them."""
    places, texts = numbered([text for _, each in found for text in each.texts])
    ends = np.cumsum([len(each.texts) for _, each in found])
    codes = [where[each.codes] for where, (_, each) in zip(np.split(places, ends[:-1]), found, strict=True)]
    owners = [owners[each.owners] for owners, each in found]
    nothing = np.empty(0, dtype=np.int64)
    return Strings(np.concatenate([nothing, *owners]), np.concatenate([nothing, *codes]), texts)


def _words(texts: Sequence[str], words: Callable[[str], Sequence[str]]) -> Strings:
    text, distinct = numbered(texts)
    listed = list(map(words, distinct))
    sizes = np.fromiter(map(len, listed), dtype=np.int64, count=len(listed))
    word, vocabulary = numbered(list(chain.from_iterable(listed)))
    each = sizes[text]
    owners = np.repeat(np.arange(len(text)), each)
    starts = np.cumsum(sizes) - sizes
    place = np.arange(len(owners)) - np.repeat(np.cumsum(each) - each, each)
    return Strings(owners, word[starts[text][owners] + place], vocabulary)
