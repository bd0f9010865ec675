"""Which names of persons may be one name, by the first letters of their words: the others need not be compared."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.kinds.pairs import Codes, Flags, Outcomes, PairComparison
from matching.kinds.person_columns import MOST_WORDS, Names

_LOOKED_AT = 3
"""So many words of a name are looked at: few have more."""
_SLIPS = 2
"""Names that are the same when written as one word differ in length by no more."""

_ANY = np.uint32((1 << 32) - 1)

Bits = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class _Beginnings:
    """How names begin: a bit for some letters, one of which any two words that fit have in common.

    `words` has the bits of each word looked at, all where there is none, `every` those of all words of a name, `whole`
    those of the name written as one word, which has `length` letters.
    """

    words: list[Bits]
    every: Bits
    whole: Bits
    length: npt.NDArray[np.int32]


def prepare_at_best(names: Names, beginnings: Bits, *, worse: int) -> PairComparison:
    """Prepare to give 1 for names that may be one name, and `worse` for all others.

    Of two names that are one name, each word of the shorter fits a word of the other, or both are near each other when
    written as one word: then one of the first two letters is the same. `beginnings` are those of the vocabulary.
    """
    begun = _beginnings_of(names, beginnings)

    def at_best(left: Codes, right: Codes) -> Outcomes:
        one, other = begun.every[left], begun.every[right]
        maybe = _each_fits(begun, left, other) | _each_fits(begun, right, one)
        places = np.flatnonzero(~maybe & (names.sizes[left] != names.sizes[right]))
        maybe[places] = _near_as_one_word(begun, left[places], right[places])
        return np.where(maybe, np.int8(1), np.int8(worse))

    return at_best


def _each_fits(begun: _Beginnings, names: Codes, others: Bits) -> Flags:
    found = (begun.words[0][names] & others) > 0
    for bits in begun.words[1:]:
        found &= (bits[names] & others) > 0
    return found


def _near_as_one_word(begun: _Beginnings, left: Codes, right: Codes) -> Flags:
    close = np.abs(begun.length[left] - begun.length[right]) <= _SLIPS
    found: Flags = close & ((begun.whole[left] & begun.whole[right]) > 0)
    return found


def _beginnings_of(names: Names, beginnings: Bits) -> _Beginnings:
    every = np.bitwise_or.reduce(beginnings[names.words], axis=1)
    every[names.sizes > MOST_WORDS] = _ANY  # not all of their words are known
    words = [np.where(word > 0, beginnings[word], _ANY) for word in names.words.T[:_LOOKED_AT]]
    first, second = (beginnings[word] for word in names.words.T[:2])
    lengths = np.fromiter(map(len, names.vocabulary), dtype=np.int32, count=len(names.vocabulary))
    return _Beginnings(
        [np.where(names.sizes > MOST_WORDS, _ANY, bits) for bits in words],
        every,
        np.where(names.long[names.words[:, 0]], first, first | second),
        lengths[names.words].sum(axis=1, dtype=np.int32),
    )
