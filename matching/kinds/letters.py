"""Count the letters of many strings, to see quickly which pairs are too different to be alike."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from matching.kinds.pairs import Codes, Flags

_SLICE = 1 << 15
_CLASSES, _MOST = 32, 4
_BITS_OF = np.array([(1 << count) - 1 for count in range(_MOST + 1)], dtype=np.uint8)

Texts = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters of some strings: how many there are, and a picture of how often each occurs.

    A picture has four bits for each of 32 classes of letters, of which as many are set as the class has
    letters, so that the bits in which two pictures differ are letters that one string has more of.
    """

    lengths: npt.NDArray[np.int32]
    pictures: npt.NDArray[np.uint64]
    first: npt.NDArray[np.uint32]

    def apart(self, left: Codes, right: Codes) -> npt.NDArray[np.uint8]:
        """Give at most the number of letters that are only in one string of each pair: never more."""
        one, other = self.pictures.take(left, axis=0), self.pictures.take(right, axis=0)  # indexing rows is far slower
        differing: npt.NDArray[np.uint8] = np.bitwise_count(one ^ other)
        return differing[:, 0] + differing[:, 1]

    def made_of(self, letters: str) -> Flags:
        """Say which strings may hold nothing but these letters: the others do hold more."""
        every = np.bitwise_or.reduce(letters_of([letter * _MOST for letter in letters]).pictures, axis=0)
        found: Flags = (self.pictures & ~every == 0).all(axis=1)
        return found

    def maybe_one_slip(self, left: Codes, right: Codes) -> Flags:
        """Say which pairs may differ by one letter wrong, left out, added or swapped: the others do not."""
        found: Flags = np.abs(self.lengths[left] - self.lengths[right]) <= 1
        places = np.flatnonzero(found)
        found[places] = self.apart(left[places], right[places]) <= 2
        return found


def slips_between(one: Texts, other: Texts, *, most: int) -> npt.NDArray[np.uint8]:
    """Count the letters typed wrong, left out, added or swapped between aligned texts; `most` + 1 says more."""
    found: npt.NDArray[np.uint8] = process.cpdist(
        one, other, scorer=OSA.distance, score_cutoff=most, dtype=np.uint8, workers=1
    )
    return found


def letters_of(strings: Sequence[str]) -> Letters:
    """Count the letters of each string."""
    lengths = np.fromiter(map(len, strings), dtype=np.int32, count=len(strings))
    slices = [slice(start, start + _SLICE) for start in range(0, len(strings), _SLICE)]
    pieces = [_pictures(strings[each], lengths[each]) for each in slices]
    return Letters(
        lengths=lengths,
        pictures=np.concatenate([np.empty((0, 2), np.uint64), *(pictures for pictures, _ in pieces)]),
        first=np.concatenate([np.empty(0, np.uint32), *(first for _, first in pieces)]),
    )


def _pictures(
    strings: Sequence[str], lengths: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint32]]:
    """Give the picture and the first letter of each string."""
    flat = np.frombuffer("".join(strings).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    owner = np.repeat(np.arange(len(strings)) * _CLASSES, lengths)
    counts = np.bincount(owner + flat % _CLASSES, minlength=len(strings) * _CLASSES)
    bits = _BITS_OF[np.minimum(counts, _MOST)].reshape(len(strings), _CLASSES)
    starts = np.cumsum(lengths) - lengths
    first = np.append(flat, np.uint32(0))[np.minimum(starts, len(flat))]
    return np.ascontiguousarray(bits[:, ::2] | bits[:, 1::2] << 4).view(np.uint64), np.where(lengths > 0, first, 0)
