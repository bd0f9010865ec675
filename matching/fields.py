"""Fields: values of several parts taken apart, each field dictionary-coded by itself."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from matching.arrow import binaries, picked, text_and_bounds, told_apart
from matching.columns import PART, numbered

if TYPE_CHECKING:
    from pyarrow import LargeBinaryArray

FEW = 1_000
"""So few values, such as those that one new record meets, are sooner taken apart one by one."""

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of many values: value `i` has `texts[codes[i]]` there; the texts are distinct, as first seen."""

    codes: Codes
    texts: list[str]

    @property
    def known(self) -> Codes:
        """The codes, -1 where the field is empty."""
        return np.where(self.codes == self.texts.index(""), -1, self.codes) if "" in self.texts else self.codes

    def of_each(self, code: Callable[[str], str]) -> Codes:
        """Number what is made of each text, one part, equal ones alike, "" -1; gives the number of each value."""
        return fields_of(list(map(code, self.texts)), 1)[0].known[self.codes]


def fields_of(values: Sequence[str], count: int) -> list[Field]:
    """Take values of `count` parts each apart: the first parts of all, the second parts of all and so on."""
    if len(values) > FEW:
        return list(_of_many(values, count))
    every = PART.join(values).split(PART) if values else []
    return [Field(*numbered(every[place::count], missing=None)) for place in range(count)]


def _of_many(values: Sequence[str], count: int) -> Iterator[Field]:
    """Find the distinct texts of each field, each with the mark that ends it, so that they stand in a row."""
    text = (PART.join(values) + PART).encode("utf-8", "surrogatepass")
    every = binaries(text, bounds_in(text))
    for place in range(count):
        codes, distinct = told_apart(picked(every, np.arange(place, len(every), count)))
        yield Field(codes, parted(distinct))


def bounds_in(text: bytes) -> Codes:
    """Give the bounds of the pieces of a text, each of which ends with a PART."""
    return np.append(0, np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == ord(PART)) + 1)


def parted(pieces: "LargeBinaryArray") -> list[str]:
    """Give the texts of pieces, each of which ends with a PART."""
    return text_and_bounds(pieces)[0].decode("utf-8", "surrogatepass").split(PART)[:-1]


@dataclass(frozen=True, slots=True)
class WordColumn:
    """The words of many values, in order: `owners` has one in one of its `fields`, `texts[codes]` is what it has."""

    owners: Codes
    fields: Codes
    codes: Codes
    texts: list[str]

    def where(self, kept: npt.NDArray[np.bool_]) -> "WordColumn":
        """Give only some of the words."""
        return WordColumn(self.owners[kept], self.fields[kept], self.codes[kept], self.texts)

    def of_sort(self, sort: str) -> "WordColumn":
        """Give the words of the values whose first field is this word, without it."""
        code = self.texts.index(sort) if sort in self.texts else -1
        told = np.zeros(int(self.owners.max(initial=-1)) + 1, dtype=bool)
        told[self.owners[(self.fields == 0) & (self.codes == code)]] = True
        kept = told[self.owners] & (self.fields > 0)
        return WordColumn(self.owners[kept], self.fields[kept] - 1, self.codes[kept], self.texts)

    def told(self, tells: Callable[[str], bool]) -> npt.NDArray[np.bool_]:
        """Say of each word what is said of its text."""
        return np.fromiter(map(tells, self.texts), dtype=bool, count=len(self.texts))[self.codes]

    def first(self) -> npt.NDArray[np.bool_]:
        """Say of each word whether it is the first of its value."""
        return np.diff(self.owners, prepend=-1) > 0


class Values:
    """Many values, which are taken apart once, whoever asks for it."""

    def __init__(self, listed: Sequence[str], *, distinct: bool = False) -> None:
        """Take the values, and whether no two of them are the same."""
        self.listed, self.distinct = listed, distinct
        self._fields: dict[int, list[Field]] = {}
        self._words: dict[int, WordColumn] = {}

    def fields(self, count: int) -> list[Field]:
        """Give the fields of the values, which have so many."""
        if count not in self._fields:
            self._fields[count] = fields_of(self.listed, count)
        return self._fields[count]

    def words(self, count: int) -> WordColumn:
        """Give the words of the values, which have so many fields; an empty field has none."""
        if count not in self._words:
            self._words[count] = _words_of(self.listed, count)
        return self._words[count]


def _words_of(values: Sequence[str], count: int) -> WordColumn:
    text = (PART.join(values) + PART).encode("utf-8", "surrogatepass") if values else b""
    apart = text.replace(b" ", PART.encode())
    bounds = bounds_in(apart)
    codes, distinct = told_apart(binaries(apart, bounds))
    owners, fields = np.divmod(np.searchsorted(bounds_in(text)[1:], bounds[1:]), count)
    words = WordColumn(owners, fields, codes, parted(distinct))
    return words.where(words.told(bool))
