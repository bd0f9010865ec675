"""Compare many pairs of person names at once, in columns: only names of very many words are judged one by one."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from matching.fields import Field
from matching.kinds.pairs import Bounded, Codes, Flags, Outcomes, first_level
from matching.kinds.person_bound import prepare_at_best
from matching.kinds.person_columns import MOST_WORDS, Counts, Names, names_of, prepare_joined
from matching.kinds.person_words import INITIAL, SAME, Grid, Heads, Strengths, WordFits, word_fits

EXACT, CLOSE, MIDDLE, INITIALS, PARTIAL, OTHER_SURNAME, OTHER_GIVEN, DIFFERENT = range(1, 9)
"""The levels at which two names agree."""

_ABOVE_WORDS = 32
"""Of words that fit as well, the last in the alphabet is taken."""


@dataclass(frozen=True, slots=True)
class _Paired:
    """What is left when words are paired off: `full` and `initials` of the pairs, whether words are in `common`."""

    full: Counts
    initials: Counts
    common: Flags
    left: Flags
    right: Flags


def prepare_names(
    givens: Field, families: Field, heads: Heads, *, judged: Callable[[Codes, Codes], Outcomes]
) -> Bounded:
    """Prepare to compare names by their places; those of more than MOST_WORDS words go to `judged`."""
    names = names_of(givens, families)
    fits, joined = word_fits(names.vocabulary, heads), prepare_joined(givens, families, names)

    def compare(left: Codes, right: Codes) -> Outcomes:
        same_given, same_family = names.given[left] == names.given[right], names.family[left] == names.family[right]
        levels = np.where(same_given & same_family, np.int8(EXACT), np.int8(0))
        sizes, others = names.sizes[left], names.sizes[right]
        apart = (sizes == 2) & (others == 2) & (same_given ^ same_family)
        simple = apart & (names.givens[left] == 1) & (names.givens[right] == 1)
        for chosen, by in ((simple & same_family, _other_given), (simple & same_given, _other_surname)):
            places = np.flatnonzero(chosen)
            levels[places] = by(names, fits, left[places], right[places])
        longer = np.where(apart, MOST_WORDS + 1, np.maximum(sizes, others))
        for most in range(1, MOST_WORDS + 1):
            places = np.flatnonzero((longer == most) & (levels == 0))
            if len(places):
                levels[places] = _by_words(names, fits, joined, left[places], right[places], most=most)
        places = np.flatnonzero(levels == 0)
        levels[places] = judged(left[places], right[places])
        return levels

    return Bounded(compare, prepare_at_best(names, fits.beginnings, worse=OTHER_SURNAME))


def _other_given(names: Names, fits: WordFits, left: Codes, right: Codes) -> Outcomes:
    """Judge names of two words that have the surname in common."""
    strong = fits.of(names.words[left, 0], names.words[right, 0])
    return first_level((strong == SAME, strong == INITIAL), (CLOSE, INITIALS), otherwise=OTHER_GIVEN)


def _other_surname(names: Names, fits: WordFits, left: Codes, right: Codes) -> Outcomes:
    """Judge names of two words that have the given name in common."""
    strong = fits.of(names.words[left, 1], names.words[right, 1])
    return first_level((strong == SAME, strong == INITIAL), (CLOSE, INITIALS), otherwise=OTHER_SURNAME)


def _by_words(
    names: Names, fits: WordFits, joined: Callable[[Codes, Codes], Flags], left: Codes, right: Codes, *, most: int
) -> Outcomes:
    """Judge names of at most so many words, as `judge` does with one pair."""
    left, right = _by_alphabet(names, left, right, most=most)
    one, other = names.words.take(left, axis=0)[:, :most], names.words.take(right, axis=0)[:, :most]
    equal, strengths = fits.grids(one, other)
    some = np.flatnonzero((equal | (strengths > 0)).any(axis=(1, 2)))
    levels = np.full(len(left), DIFFERENT, dtype=np.int8)
    together = joined(left, right)
    levels[together] = CLOSE
    levels[some] = _with_some(names, (equal[some], strengths[some]), together[some], left[some], right[some])
    return levels


def _by_alphabet(names: Names, left: Codes, right: Codes, *, most: int) -> tuple[Codes, Codes]:
    """Put the name that is the first in the alphabet on the left."""
    one, other = names.words.take(left, axis=0)[:, :most], names.words.take(right, axis=0)[:, :most]
    every, first = np.arange(len(left)), (one != other).argmax(axis=1)
    turned = other[every, first] < one[every, first]
    return np.where(turned, right, left), np.where(turned, left, right)


def _with_some(names: Names, grids: tuple[Grid, Strengths], together: Flags, left: Codes, right: Codes) -> Outcomes:
    """Judge names of which some words fit."""
    equal, strengths = grids
    most = equal.shape[1]
    one, other = names.words.take(left, axis=0)[:, :most], names.words.take(right, axis=0)[:, :most]
    paired = _paired_off(equal, strengths, one=one, other=other, long=names.long)
    alike = equal | (strengths == SAME)
    places = np.arange(most)
    family = (places >= names.givens[left][:, None])[:, :, None] & (places >= names.givens[right][:, None])[:, None, :]
    same_family = names.family[left] == names.family[right]
    first = (names.givens[left] > 0) & (names.givens[right] > 0) & alike[:, 0, 0]
    glued = same_family & _glued(names, left, right)
    related = (alike & family).any(axis=(1, 2))
    neither, both = ~paired.left & ~paired.right, paired.left & paired.right
    levels = (
        (neither & ((paired.full >= 2) | (paired.initials == 0)), CLOSE),
        (neither, INITIALS),
        (both & together, CLOSE),
        (both & related & glued, INITIALS),
        (both & related, OTHER_GIVEN),
        (both & first, OTHER_SURNAME),
        (both & paired.common, OTHER_GIVEN),
        (both, DIFFERENT),
        (paired.full >= 2, MIDDLE),
        ((paired.full > 0) & (paired.initials > 0), INITIALS),
        (paired.full > 0, PARTIAL),
    )
    return first_level([flags for flags, _ in levels], [level for _, level in levels], otherwise=DIFFERENT)


def _paired_off(equal: Grid, strengths: Strengths, *, one: Codes, other: Codes, long: Flags) -> _Paired:
    """Pair off words that are the same, then each word of the first name with the best of the other that is left."""
    free, others = one > 0, other > 0
    again = np.asarray(equal.any(axis=2))
    full, initials = (again & long[one]).sum(axis=1, dtype=np.int8), np.zeros(len(one), dtype=np.int8)
    for place, another in np.ndindex(equal.shape[1:]):
        met = equal[:, place, another] & free[:, place] & others[:, another]
        free[met, place] = others[met, another] = False
    every = np.arange(len(one))
    for place in range(one.shape[1]):
        fit = np.where(others & free[:, place, None], strengths[:, place], np.int8(0))
        best = np.where(fit > 0, fit.astype(np.int64) << _ABOVE_WORDS | other, 0).argmax(axis=1)
        strength = fit[every, best]
        met = strength > 0
        free[met, place] = others[met, best[met]] = False
        full += strength == SAME
        initials += strength == INITIAL
    common, left, right = (np.asarray(flags.any(axis=1)) for flags in (again, free, others))
    return _Paired(full, initials, common, left, right)


def _glued(names: Names, left: Codes, right: Codes) -> Flags:
    """Say whether the given names of one are the initials of the other's, written as one word: JC."""
    found = np.zeros(len(left), dtype=bool)
    for one, other in ((left, right), (right, left)):
        found |= (names.givens[one] == 1) & (names.initials[other] >= 0) & (names.given[one] == names.initials[other])
    return found
