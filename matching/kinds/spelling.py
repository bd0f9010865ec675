"""Say whether two words are spellings of one word: a slip of the keyboard, an ending, a sound."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from matching.kinds.folding import phonetic
from matching.kinds.letters import Letters, Texts, letters_of, slips_between
from matching.kinds.pairs import Codes, Flags, numbered, once_each, only_where

Slips = npt.NDArray[np.uint8]

_MOST_LONGER = 2
"""Words that are near each other differ in length by no more."""
_SHORTEST, _LEFT_OUT = 3, 3
"""A word is short for another from so many letters on, and if it leaves out so many: fewer may be an ending."""
_ROMAN = frozenset("ivx")
_VOWELS = frozenset("aeiouy")


@lru_cache(maxsize=200_000)
def near(one: str, other: str) -> bool:
    """Say whether two folded words are so alike that one is probably the other, misspelt.

    One slip in five letters, two in nine; in shorter words only letters swapped, doubled or left out,
    because bank and tank are two words. A wrong first letter needs a longer word. Words with digits
    and Roman numbers are never near: Fund VII and Fund VIII are two things.
    """
    short, long = sorted((len(one), len(other)))
    if short < 3 or long - short > _MOST_LONGER or not (one.isalpha() and other.isalpha()):
        return False
    if set(one) <= _ROMAN and set(other) <= _ROMAN:
        return False
    slips = OSA.distance(one, other, score_cutoff=2)
    if slips > 1:
        return _near_by_two(one, other, slips=slips, short=short)
    if short >= 7:
        return True
    if long != short or sorted(one) == sorted(other):
        return short >= 4 or (short == 3 and sorted(set(one)) == sorted(set(other)))
    return short >= 5 and (one[0] == other[0] or {one[0], other[0]} <= _VOWELS)


def _near_by_two(one: str, other: str, *, slips: int, short: int) -> bool:
    if one[0] != other[0]:
        return False
    if slips == 2 and short >= 9:
        return True
    likeness = JaroWinkler.similarity(one, other)
    return short >= 5 and ((slips == 2 and likeness >= 0.93) or phonetic(one) == phonetic(other)) and likeness > 0.84


def near_pairs(words: Sequence[str]) -> Callable[[Codes, Codes], Flags]:
    """Prepare `near` for any pairs of the words, by their places."""
    letters, texts = letters_of(words), np.array(words, dtype=object)
    spelt = np.fromiter(map(str.isalpha, words), dtype=bool, count=len(words))
    roman = letters.made_of("ivx")
    roman[roman] = [_ROMAN.issuperset(word) for word in texts[roman].tolist()]
    vowel = np.isin(letters.first, [ord(letter) for letter in _VOWELS])

    def judged(left: Codes, right: Codes) -> Flags:
        lengths, others = letters.lengths[left], letters.lengths[right]
        short, same_length = np.minimum(lengths, others), lengths == others
        begin_alike = letters.first[left] == letters.first[right]
        slips = slips_between(texts[left], texts[right], most=2)
        found: Flags = (slips <= 1) & ((short >= 7) | (~same_length & (short >= 4)))
        found |= (slips <= 1) & (short >= 5) & (begin_alike | (vowel[left] & vowel[right]))
        found |= (slips == 2) & begin_alike & (short >= 9)
        swapped = (slips <= 1) & (~same_length | (letters.apart(left, right) == 0))
        for doubtful, same in ((swapped, _same_letters), ((slips > 1) & begin_alike & (short >= 5), _sound_alike)):
            places = np.flatnonzero(doubtful & ~found)
            found[places] = same(texts[left[places]], texts[right[places]], slips[places])
        return found

    def maybe(left: Codes, right: Codes) -> Flags:
        words_both = spelt[left] & spelt[right] & ~(roman[left] & roman[right])
        return only_where(words_both, lambda left, right: _maybe_near(letters, left, right), left, right)

    return lambda left, right: only_where(
        maybe(left, right), lambda left, right: once_each(judged, left, right), left, right
    )


def _same_letters(one: Texts, other: Texts, _slips: Slips) -> list[bool]:
    """Say which words of up to four letters, one slip apart, only have letters swapped or doubled."""
    return [
        sorted(first) == sorted(second) if len(first) == len(second) else set(first) == set(second)
        for first, second in zip(one.tolist(), other.tolist(), strict=True)
    ]


def _sound_alike(one: Texts, other: Texts, slips: Slips) -> Flags:
    """Say which words that begin alike, with two slips or more between them, are much alike or sound the same."""
    likeness = process.cpdist(one, other, scorer=JaroWinkler.similarity, dtype=np.float64, workers=1)
    found: Flags = (slips == 2) & (likeness >= 0.93)
    places = np.flatnonzero((likeness > 0.84) & ~found)
    pairs = zip(one[places].tolist(), other[places].tolist(), strict=True)
    found[places] = [phonetic(first) == phonetic(second) for first, second in pairs]
    return found


def _maybe_near(letters: Letters, left: Codes, right: Codes) -> Flags:
    """Say which pairs have enough letters in common to be near each other: the others are not.

    One slip leaves two letters at most without a partner. With more slips the likeness must be above 0.84,
    which takes matching letters for 1.2 times half the harmonic mean of the lengths (Winkler 1990).
    """
    found: Flags = np.abs(letters.lengths[left] - letters.lengths[right]) <= _MOST_LONGER
    places = np.flatnonzero(found)
    left, right = left[places], right[places]
    one, other = letters.lengths[left].astype(np.int64), letters.lengths[right].astype(np.int64)
    apart, both, short = letters.apart(left, right).astype(np.int64), one + other, np.minimum(one, other)
    alike = 10 * apart * both <= 10 * both**2 - 24 * one * other
    found[places] = (short >= 3) & (
        (apart <= 2) | ((short >= 5) & (letters.first[left] == letters.first[right]) & alike)
    )
    return found


def pair_off(left: set[str], right: set[str]) -> list[tuple[str, str]]:
    """Take the words that are near each other out of both sets and give them in pairs, that of the left one first."""
    found = []
    for word in sorted(left):
        for other in sorted(right):
            # A slip leaves one of the first two letters where it was or swaps them: most pairs end here.
            if (
                word[0] == other[0] or word[1:2] == other[1:2] or word[0] in other[:2] or other[0] in word[:2]
            ) and near(word, other):
                found.append((word, other))
                left.discard(word)
                right.discard(other)
                break
    return found


def shortened(left: set[str], right: set[str]) -> bool:
    """Say whether each of these words is short for one of the others: `log engg` for `logistics engineering`."""
    if len(left) != len(right):
        return False
    rest = set(right)
    for word in sorted(left):
        met = next((other for other in sorted(rest) if _short_for(*sorted((word, other), key=len))), None)
        if met is None:
            return False
        rest.discard(met)
    return True


@lru_cache(maxsize=200_000)
def _short_for(short: str, long: str) -> bool:
    """Say whether a word has the first letter of a longer one, and no letters but its, in their order."""
    if len(short) < _SHORTEST or len(long) < len(short) + _LEFT_OUT or short[0] != long[0] or not short.isalpha():
        return False
    letters = iter(long)
    return all(letter in letters for letter in short)


def joined_pairs(texts: Sequence[str]) -> Callable[[Codes, Codes], Flags]:
    """Prepare to say whether two texts are the same, or near, when written as one word, by their places.

    Few texts are ever asked about, so that their letters are counted only then.
    """
    joined_up = np.array([text.replace(" ", "") for text in texts], dtype=object)
    lengths = np.fromiter(map(len, joined_up), dtype=np.int32, count=len(texts))

    def alike(left: Codes, right: Codes) -> Flags:
        places, words = numbered([*joined_up[left].tolist(), *joined_up[right].tolist()])
        one, other = np.split(places, 2)
        found: Flags = (one == other) | near_pairs(words)(one, other)
        return found

    def joined(left: Codes, right: Codes) -> Flags:
        return only_where(np.abs(lengths[left] - lengths[right]) <= _MOST_LONGER, alike, left, right)

    return joined


def same_when_joined(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Say whether the words are the same when written as one (`data form`, `dataform`)."""
    if len(left) == len(right):
        return False
    one, other = "".join(left), "".join(right)
    return one == other or near(one, other)
