"""The texts of many rows in one piece of memory: they are asked for only where a row is refused, and travel lightly."""

from collections.abc import Sequence
from itertools import accumulate
from typing import cast, overload

import numpy as np
import numpy.typing as npt

HALVES = "surrogatepass"
"""Half a pair of surrogates, which some encodings can spell, is kept as it came."""


class Raws(Sequence[str]):
    """Texts as UTF-8, one after the other; `ends` says where each of them ends."""

    def __init__(self, written: bytes, ends: npt.NDArray[np.int64]) -> None:
        self.written, self.ends = written, ends

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Raws":
        """Put texts together, if they are not together yet."""
        if isinstance(texts, Raws):
            return texts
        written = [text.encode("utf-8", HALVES) for text in texts]
        return cls(b"".join(written), np.fromiter(accumulate(map(len, written)), np.int64, len(written)))

    @classmethod
    def joined(cls, parts: Sequence["Raws"]) -> "Raws":
        """Put the texts of parts together, in their order."""
        starts = accumulate((len(part.written) for part in parts), initial=0)
        ends = [part.ends + start for start, part in zip(starts, parts, strict=False)]
        return cls(b"".join([part.written for part in parts]), np.concatenate(ends))

    def __len__(self) -> int:
        return len(self.ends)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> "Raws": ...
    def __getitem__(self, place: int | slice) -> "str | Raws":
        if isinstance(place, slice):
            start, stop, _ = place.indices(len(self))
            before = self._end(start - 1)
            return Raws(self.written[before : self._end(stop - 1)], self.ends[start:stop] - before)
        place = range(len(self))[place]
        return self.written[self._end(place - 1) : self._end(place)].decode("utf-8", HALVES)

    def _end(self, place: int) -> int:
        return cast("int", self.ends[place].item()) if place >= 0 else 0
