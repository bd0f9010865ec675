"""How well the words of person names fit each other, for many pairs of words at once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.kinds.folding import transliteration
from matching.kinds.pairs import Codes, Flags, coded, each_distinct, only_where
from matching.kinds.spelling import near_pairs

Grid = npt.NDArray[np.bool_]
Strengths = npt.NDArray[np.int8]
SAME, INITIAL, NONE = 3, 1, 0
"""How well two words fit: one name in two spellings, an initial and a name, or not at all."""

Heads = Callable[[str], frozenset[str]]
"""Gives the names that a word is known as a form of."""


@dataclass(frozen=True, slots=True)
class _Traits:
    """What is looked at first: two words that fit have a bit of `beginnings` in common, and nicknames one of `heads`.

    `first` and `spelt` number the first letters and the spellings without regard to transliteration.
    """

    single: Flags
    first: Codes
    spelt: Codes
    beginnings: npt.NDArray[np.uint32]
    heads: npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class WordFits:
    """How well words fit, by their places in a vocabulary; those of a `beginnings` bit in common may."""

    beginnings: npt.NDArray[np.uint32]
    fitting: Callable[[Codes, Codes], Strengths]

    def of(self, left: Codes, right: Codes) -> Strengths:
        """Give for every pair of different words how well they fit."""
        found = np.zeros(len(left), dtype=np.int8)
        maybe = np.flatnonzero(self.beginnings[left] & self.beginnings[right])
        found[maybe] = self.fitting(left[maybe], right[maybe])
        return found

    def grids(self, left: Codes, right: Codes) -> tuple[Grid, Strengths]:
        """Say which words of two names are the same, and how well others fit: (names, words) twice.

        Gives two arrays of (pairs of names, words, words). Place 0 is no word.
        """
        most = left.shape[1]
        equal: Grid = (left[:, :, None] == right[:, None, :]) & (left[:, :, None] > 0)
        met = self.beginnings[left][:, :, None] & self.beginnings[right][:, None, :]
        strengths = np.zeros(equal.shape, dtype=np.int8)
        places = np.flatnonzero((met > 0) & ~equal)
        pair, place = np.divmod(places, most * most)
        one, other = np.divmod(place, most)
        strengths.reshape(-1)[places] = self.fitting(left[pair, one], right[pair, other])
        return equal, strengths


def word_fits(words: Sequence[str], heads: Heads) -> WordFits:
    """Prepare to say how well any two of these words fit."""
    traits, near = _traits_of(words, heads), near_pairs(words)

    def nicknames(left: Codes, right: Codes) -> Flags:
        return each_distinct(lambda one, other: not heads(one).isdisjoint(heads(other)), words, left, right).astype(
            bool
        )

    def alike(left: Codes, right: Codes) -> Flags:
        spelt = traits.spelt[left]
        found: Flags = (spelt == traits.spelt[right]) & (spelt >= 0)
        found |= only_where(~found & (traits.heads[left] & traits.heads[right] > 0), nicknames, left, right)
        found |= only_where(~found, near, left, right)
        return found

    def fitting(left: Codes, right: Codes) -> Strengths:
        single = traits.single[left] | traits.single[right]
        found = np.where(only_where(~single, alike, left, right), np.int8(SAME), np.int8(NONE))
        found[single & (traits.first[left] == traits.first[right])] = INITIAL
        return found

    return WordFits(traits.beginnings, fitting)


def _traits_of(words: Sequence[str], heads: Heads) -> _Traits:
    spelt = [transliteration(word) if len(word) >= 4 else "" for word in words]
    forms = [sorted(heads(word)) for word in words]
    places = {head: place for place, head in enumerate(dict.fromkeys(head for form in forms for head in form))}
    return _Traits(
        np.fromiter((len(word) == 1 for word in words), dtype=bool, count=len(words)),
        coded([word[:1] for word in words]),
        coded(spelt),
        np.array(list(map(_beginnings, words, spelt, forms)), dtype=np.uint32),
        np.array([_bits(places[head] % 64 for head in form) for form in forms], dtype=np.uint64),
    )


def _beginnings(word: str, spelt: str, heads: Sequence[str]) -> int:
    """Give a bit of 32 for some letters, one of which any two words that fit have in common.

    A slip leaves one of the first two letters where it was or swaps them.
    """
    return _bits(ord(letter) % 32 for letter in "".join((word[:2], spelt[:1], *(head[:1] for head in heads))))


def _bits(places: Iterable[int]) -> int:
    found = 0
    for place in places:
        found |= 1 << place
    return found
