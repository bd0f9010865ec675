"""Strings that values have for blocking, of many values at once: fields repeat where whole values do not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from matching.arrow import put_together
from matching.columns import PART, SEPARATOR
from matching.fields import Values, WordColumn
from matching.kinds.pairs import Codes, numbered


@dataclass(frozen=True, slots=True)
class Strings:
    """Strings of many values, in no order, some perhaps twice: `owners` has one, `texts[codes]` is what it has."""

    owners: Codes
    codes: Codes
    texts: list[str]


InBulk = Callable[[Values], Strings]
"""Gives the strings of many values; "" counts for none."""


def as_they_are(values: Values) -> Strings:
    """Give each value itself."""
    return _one_each(values.listed, distinct=values.distinct)


def joined_by(mark: str) -> InBulk:
    """Give each value with this between its parts."""

    def strings(values: Values) -> Strings:
        every = SEPARATOR.join(values.listed)
        distinct = values.distinct and mark not in every
        return _one_each(every.replace(PART, mark).split(SEPARATOR) if values.listed else [], distinct=distinct)

    return strings


def _one_each(texts: Sequence[str], *, distinct: bool) -> Strings:
    """Give each value one string; where all are `distinct`, none has to be looked for."""
    every = np.arange(len(texts))
    return Strings(every, every, list(texts)) if distinct else Strings(every, *numbered(texts))


def field(place: int, *, of: int) -> InBulk:
    """Give one part of each value, which has so many."""

    def strings(values: Values) -> Strings:
        found = values.fields(of)[place]
        return Strings(np.arange(len(found.codes)), found.codes, found.texts)

    return strings


def by_words(strings: Callable[[WordColumn], Strings], *, of: int) -> InBulk:
    """Give what the words of each value, which has so many fields, give."""
    return lambda values: strings(values.words(of))


def each_word(words: WordColumn) -> Strings:
    """Give the words themselves."""
    return Strings(words.owners, words.codes, words.texts)


def made_of_words(words: WordColumn, make: Callable[[str], str]) -> Strings:
    """Give what is made of each word."""
    places, texts = numbered(list(map(make, words.texts)))
    return Strings(words.owners, places[words.codes], texts)


def words_in_order(words: WordColumn, *, between: str) -> Strings:
    """Give the words of each value as one text, in the order of the alphabet."""
    order = np.array(sorted(range(len(words.texts)), key=words.texts.__getitem__), dtype=np.int64)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    owners, ranks = np.divmod(np.sort(words.owners * len(order) + rank[words.codes]), max(len(order), 1))
    ends = np.flatnonzero(np.diff(owners, append=-1))
    ranks[ends] += len(order)  # the last word of a text has nothing behind it
    ordered = [words.texts[place] for place in order.tolist()]
    codes, texts = put_together([*(text + between for text in ordered), *ordered], ranks, ends + 1)
    return Strings(owners[ends], codes, texts)


def together(found: Sequence[Strings]) -> Strings:
    """Put strings of several sorts of values together."""
    places, texts = numbered([text for each in found for text in each.texts])
    ends = np.cumsum([len(each.texts) for each in found])
    codes = [where[each.codes] for where, each in zip(np.split(places, ends[:-1]), found, strict=True)]
    return Strings(np.concatenate([each.owners for each in found]), np.concatenate(codes), texts)
