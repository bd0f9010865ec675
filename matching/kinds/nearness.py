"""All the words of a record, compared as wording is, and by whether other records of the file are more alike.

Titles of one thing in two shops have much or little in common, but seldom do those of other things have more. So
likeness counts more where each text is among the two most alike to the other, and less where neither is. Where that
makes more texts each other's nearest, words and pairs of neighbouring words count as much as the letters they are
written in. It needs the whole file, and so is for `mdm dedupe` alone.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from matching.kinds import wording
from matching.kinds.kind import Kind, Level, always_valid, takes_text, whole
from matching.kinds.pairs import Codes, Flags, Outcomes, PairComparison

_NEAREST = 2
"""A thing may be listed twice, or beside a variant of it."""
_FEWEST = 100
"""Of fewer texts it is chance which ways of comparing makes more of them each other's nearest."""
_TOLD_APART = 7
"""So many levels of likeness are told apart of texts that are nearest: hardly any of them is less alike."""


def _prepare(values: Sequence[str]) -> PairComparison:
    phrases = len(values) >= _FEWEST and wording.mutual(values, phrases=True) > wording.mutual(values)
    alike, near = wording.prepare(values, phrases=phrases), _among_nearest(values, phrases=phrases)

    def compare(left: Codes, right: Codes) -> Outcomes:
        likeness = alike(left, right)
        told = np.minimum(likeness, _TOLD_APART)
        nearest = near(left, right).astype(np.int8) + near(right, left)
        found = np.choose(nearest, (likeness + 2 * (_TOLD_APART - 1), told + _TOLD_APART - 1, told))
        return np.where(likeness == 1, likeness, found).astype(np.int8)

    return compare


def _among_nearest(values: Sequence[str], *, phrases: bool) -> Callable[[Codes, Codes], Flags]:
    """Say of pairs of texts whether the second is among the nearest to the first."""
    one, other = wording.nearest(values, _NEAREST, groups=np.zeros(len(values), dtype=np.int64), phrases=phrases)
    pairs = np.append(np.sort(one * len(values) + other), -1)

    def near(asked: Codes, found: Codes) -> Flags:
        pair = asked.astype(np.int64) * len(values) + found
        there: Flags = pairs[np.searchsorted(pairs[:-1], pair)] == pair
        return there

    return near


def _levels() -> Iterator[Level]:
    """Give the levels of wording: those of two texts each of which is nearest to the other, of one, and of neither.

    Matches are shared out among the three by halves and quarters, strangers are hardly ever nearest.
    """
    same, *others = wording.KIND.levels
    yield same
    for name, words, m, u in (
        ("each", "each is among the two nearest to the other", 0.5, 0.04),
        ("one", "one is among the two nearest to the other", 0.25, 0.1),
    ):
        for level in others[: _TOLD_APART - 2]:
            yield Level(f"{name}_{level.name}", f"{level.words}, and {words}", m * level.m, u * level.u)
        less = others[_TOLD_APART - 2 :]
        whole_m, whole_u = sum(level.m for level in less), sum(level.u for level in less)
        yield Level(f"{name}_below", f"the words are less alike, and {words}", m * whole_m, u * whole_u)
    for level in others:
        yield Level(level.name, f"{level.words}, and others are nearer to both", 0.25 * level.m, 0.86 * level.u)


KIND = Kind(
    name="nearness",
    help=__doc__ or "",
    standardise=wording.KIND.standardise,
    valid=always_valid,
    parts={"": whole},
    levels=tuple(_levels()),
    prepare=_prepare,
    accepts=takes_text,
    whole_column=True,
)
