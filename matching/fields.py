"""Fields: values of several parts taken apart, each field dictionary-coded by itself."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.columns import PART, numbered

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
    """Find the distinct texts of each field among bytes, of which no string is made for every value.

    Each text carries the mark that ends it, so that the distinct ones stand in a row as they were taken apart.
    Numbers go to Arrow and come from it as bytes: it loads pandas to see whether what numpy has is of that.
    """
    import pyarrow as pa  # slow to load, and a command that looks at few values does without

    text = (PART.join(values) + PART).encode("utf-8", "surrogatepass")
    ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == ord(PART)) + 1
    buffers = [None, pa.py_buffer(np.append(0, ends)), pa.py_buffer(text)]
    every = pa.Array.from_buffers(pa.large_binary(), len(ends), buffers)
    for place in range(count):
        places = np.arange(place, len(ends), count)
        taken = every.take(pa.Array.from_buffers(pa.int64(), len(places), [None, pa.py_buffer(places)]))
        coded = taken.dictionary_encode()
        _, starts, distinct = coded.dictionary.buffers()
        length = np.frombuffer(starts, dtype=np.int64)[len(coded.dictionary)]
        texts = bytes(memoryview(distinct)[:length]).decode("utf-8", "surrogatepass").split(PART)[:-1]
        codes = np.frombuffer(coded.indices.buffers()[1], dtype=np.int32)[: len(places)]
        yield Field(codes.astype(np.int64), texts)


class Values:
    """Many values, which are taken apart once, whoever asks for it."""

    def __init__(self, listed: Sequence[str], *, distinct: bool = False) -> None:
        """Take the values, and whether no two of them are the same."""
        self.listed, self.distinct = listed, distinct
        self._fields: dict[int, list[Field]] = {}
        self._sorts: dict[str, tuple[Codes, Values]] = {}

    def fields(self, count: int) -> list[Field]:
        """Give the fields of the values, which have so many."""
        if count not in self._fields:
            self._fields[count] = fields_of(self.listed, count)
        return self._fields[count]

    def of_sort(self, sort: str) -> tuple[Codes, "Values"]:
        """Give the places of the values whose first part is this, and what follows it in each."""
        if sort not in self._sorts:
            begins = f"{sort}{PART}"
            places = [place for place, value in enumerate(self.listed) if value.startswith(begins)]
            rests = [self.listed[place][len(begins) :] for place in places]
            self._sorts[sort] = np.array(places, dtype=np.int64), Values(rests, distinct=self.distinct)
        return self._sorts[sort]
