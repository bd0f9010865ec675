"""Compare many pairs of person names at once: those of one given name and one surname, which most are, in columns."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from matching.kinds.folding import transliteration
from matching.kinds.pairs import Codes, Flags, Outcomes, coded, each_distinct, numbered, only_where
from matching.kinds.spelling import near_pairs

Strengths = npt.NDArray[np.int8]
SAME, INITIAL, NONE = 3, 1, 0
"""How well two words fit: one name in two spellings, an initial and a name, or not at all."""


def strengths_of(
    words: Sequence[str], nicknames: Callable[[str, str], bool], known: Callable[[str], bool]
) -> Callable[[Codes, Codes], Strengths]:
    """Prepare to say of any pairs of words, by their places, how well they fit."""
    lengths = np.fromiter(map(len, words), dtype=np.int64, count=len(words))
    first = coded([word[:1] for word in words])
    spelt = coded([transliteration(word) if len(word) >= 4 else "" for word in words])
    has_nickname = np.fromiter(map(known, words), dtype=bool, count=len(words))
    near = near_pairs(words)

    def of_one_kind(left: Codes, right: Codes) -> Flags:
        return each_distinct(nicknames, words, left, right).astype(bool)

    def strengths(left: Codes, right: Codes) -> Strengths:
        equal = left == right
        short = (lengths[left] == 1) | (lengths[right] == 1)
        alike = (spelt[left] == spelt[right]) & (spelt[left] >= 0)
        alike |= only_where(has_nickname[left] & has_nickname[right] & ~alike & ~equal, of_one_kind, left, right)
        alike |= only_where(~alike & ~equal & ~short, near, left, right)
        found = np.where(alike, np.int8(SAME), np.int8(NONE))
        found[short] = np.where((first[left] == first[right])[short], INITIAL, NONE)
        found[equal] = SAME
        return found

    return strengths


def prepare_two_words(
    givens: Sequence[str], families: Sequence[str], *, levels: tuple[int, int, int, int, int, int],
    nicknames: Callable[[str, str], bool], known: Callable[[str], bool], judged: Callable[[Codes, Codes], Outcomes],
) -> Callable[[Codes, Codes], Outcomes]:  # fmt: skip
    """Prepare to compare names by their places; those of other than two words go to `judged`, pair by pair.

    `levels` are those of: exact, close, initials, another surname, another given name, different.
    """
    exact, close, initials, other_surname, other_given, different = levels
    places, words = numbered([*givens, *families])
    given, family = places[: len(givens)], places[len(givens) :]
    simple = np.fromiter(
        (
            bool(one) and bool(other) and " " not in one and " " not in other
            for one, other in zip(givens, families, strict=True)
        ),
        dtype=bool,
        count=len(givens),
    )
    strengths = strengths_of(words, nicknames, known)

    def of_two_words(left: Codes, right: Codes) -> Outcomes:
        found = np.full(len(left), -1, dtype=np.int8)
        same_given, same_family = given[left] == given[right], family[left] == family[right]
        found[same_given & same_family] = exact
        for same, words_of, otherwise in ((same_family, given, other_given), (same_given, family, other_surname)):
            chosen = np.flatnonzero(same & (found < 0))
            strong = strengths(words_of[left[chosen]], words_of[right[chosen]])
            found[chosen] = np.select([strong == SAME, strong == INITIAL], [close, initials], otherwise)
        rest = np.flatnonzero(found < 0)
        found[rest[_nothing_fits(left[rest], right[rest])]] = different
        doubtful = np.flatnonzero(found < 0)
        found[doubtful] = judged(left[doubtful], right[doubtful])
        return found

    def _nothing_fits(left: Codes, right: Codes) -> Flags:
        fits = np.zeros(len(left), dtype=bool)
        for one in (given, family):
            for other in (given, family):
                open_ = np.flatnonzero(~fits)
                fits[open_] = strengths(one[left[open_]], other[right[open_]]) > NONE
        return ~fits

    def compare(left: Codes, right: Codes) -> Outcomes:
        both = simple[left] & simple[right]
        found = np.empty(len(left), dtype=np.int8)
        found[both] = of_two_words(left[both], right[both])
        found[~both] = judged(left[~both], right[~both])
        return found

    return compare
