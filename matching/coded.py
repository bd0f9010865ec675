"""Coded values: what many records say in one column, each distinct value kept once."""

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
import numpy.typing as npt

from matching.columns import numbered

Codes = npt.NDArray[np.int32]


class Coded(Sequence[str | None]):
    """One text or None a record: `codes[i]` is a place in `texts`, -1 for None. A text may stand there twice."""

    __slots__ = ("codes", "texts")

    def __init__(self, codes: Codes, texts: list[str]) -> None:
        self.codes, self.texts = codes, texts

    @classmethod
    def of(cls, values: Sequence[str | None]) -> "Coded":
        """Code the values of records."""
        codes, texts = numbered(values, missing=None)
        return cls(codes.astype(np.int32), texts)

    def __len__(self) -> int:
        return len(self.codes)

    def __iter__(self) -> Iterator[str | None]:
        texts = [*self.texts, None]
        return (texts[code] for code in self.codes.tolist())

    @overload
    def __getitem__(self, place: int) -> str | None: ...
    @overload
    def __getitem__(self, place: slice) -> "Coded": ...
    def __getitem__(self, place: int | slice) -> "str | Coded | None":
        if isinstance(place, slice):
            return Coded(self.codes[place], self.texts)
        code = self.codes[place]
        return self.texts[code] if code >= 0 else None

    def used(self) -> tuple[npt.NDArray[np.int64], list[str]]:
        """Give the places of the texts that occur, in the order in which records first have them, and these texts."""
        first = np.full(len(self.texts) + 1, len(self.codes), dtype=np.int64)
        first[self.codes[::-1]] = np.arange(len(self.codes) - 1, -1, -1)  # of several records the first comes last
        places = np.flatnonzero(first[:-1] < len(self.codes))
        places = places[np.argsort(first[places])]
        return places, [self.texts[place] for place in places.tolist()]

    def mapped(self, places: npt.NDArray[np.int64], codes: Codes) -> Codes:
        """Give each record the code that belongs to the place of its text; the last one is that of no text."""
        found = np.full(len(self.texts) + 1, codes[-1], dtype=np.int32)
        found[places] = codes[:-1]
        return found[self.codes]
