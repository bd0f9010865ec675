"""Strings that values have for blocking, of many values at once: fields repeat where whole values do not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from matching.columns import PART, SEPARATOR
from matching.fields import Field, Values
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


def text_of_each(text: Callable[[str], str]) -> InBulk:
    """Give one text of each value, looked at by itself."""
    return lambda values: _one_each(list(map(text, values.listed)), distinct=False)


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


def words_of_fields(words: Callable[[str], Sequence[str]], *, of: int) -> InBulk:
    """Give the words of all parts of each value, which has so many; each distinct part is looked at once."""

    def strings(values: Values) -> Strings:
        found = [_words(each, words) for each in values.fields(of)]
        return together([(np.arange(len(values.listed)), each) for each in found])

    return strings


def together(found: Sequence[tuple[Codes, Strings]]) -> Strings:
    """Put strings of several lists of values together; with each come the places of its values in all of them."""
    places, texts = numbered([text for _, each in found for text in each.texts])
    ends = np.cumsum([len(each.texts) for _, each in found])
    codes = [where[each.codes] for where, (_, each) in zip(np.split(places, ends[:-1]), found, strict=True)]
    owners = [owners[each.owners] for owners, each in found]
    nothing = np.empty(0, dtype=np.int64)
    return Strings(np.concatenate([nothing, *owners]), np.concatenate([nothing, *codes]), texts)


def of_each_text(field: Field, found: Strings) -> Strings:
    """Give each value what its text in the field has; the texts own their strings in their order."""
    sizes = np.bincount(found.owners, minlength=len(field.texts))
    first, each = (np.cumsum(sizes) - sizes)[field.codes], sizes[field.codes]
    owners = np.repeat(np.arange(len(each)), each)
    place = np.arange(len(owners)) - np.repeat(np.cumsum(each) - each, each)
    return Strings(owners, found.codes[first[owners] + place], found.texts)


def _words(field: Field, words: Callable[[str], Sequence[str]]) -> Strings:
    listed = list(map(words, field.texts))
    sizes = np.fromiter(map(len, listed), dtype=np.int64, count=len(listed))
    owners = np.repeat(np.arange(len(listed)), sizes)
    return of_each_text(field, Strings(owners, *numbered(list(chain.from_iterable(listed)))))
