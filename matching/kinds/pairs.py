"""Compare many pairs of values at once, as numbers; only what is left undecided goes pair by pair."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from matching import columns
from matching.sets import distinct_numbers

Codes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Outcomes = npt.NDArray[np.int8]
PairComparison = Callable[[Codes, Codes], Outcomes]
"""Takes the places of both values of each pair, and gives the number of the level of each."""

Taken = TypeVar("Taken")
Number = TypeVar("Number", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Bounded:
    """A comparison that says as well, in far less time, at which level each pair is at best: never a worse one.

    Most candidate pairs are not even alike, and seeing that is enough to give them up.
    """

    level: PairComparison
    at_best: PairComparison

    def __call__(self, left: Codes, right: Codes) -> Outcomes:
        """Give the number of the level of each pair."""
        return self.level(left, right)

    def each(self, made: Callable[[PairComparison], PairComparison]) -> "Bounded":
        """Make of both what is made of a comparison."""
        return Bounded(made(self.level), made(self.at_best))


def at_best(comparison: PairComparison) -> PairComparison:
    """Give what says at which level each pair is at best: the first one where a comparison knows no better."""
    return comparison.at_best if isinstance(comparison, Bounded) else _first


def _first(left: Codes, _right: Codes) -> Outcomes:
    return np.ones(len(left), dtype=np.int8)


def numbered(strings: Sequence[str]) -> tuple[Codes, list[str]]:
    """Give every string the place at which it stands in the list of the distinct ones, and this list."""
    return columns.numbered(strings, missing=None)


def coded(strings: Sequence[str]) -> Codes:
    """Number the strings, equal ones alike, by their places in the `distinct` ones; "" is -1."""
    return columns.numbered(strings, missing="")[0]


def both_known(codes: Codes, left: Codes, right: Codes) -> Flags:
    """Say for every pair whether both have a code."""
    known: Flags = codes >= 0
    both: Flags = known[left] & known[right]
    return both


def same(codes: Codes, left: Codes, right: Codes) -> Flags:
    """Say for every pair whether both have a code and the same one."""
    one = codes[left]
    found: Flags = (one == codes[right]) & (one >= 0)
    return found


def distinct_pairs(left: Codes, right: Codes) -> tuple[Codes, Codes, Codes]:
    """Give the distinct unordered pairs, lower first, and for each pair given which of them it is."""
    low, high = np.minimum(left, right).astype(np.int64), np.maximum(left, right).astype(np.int64)
    width = int(high.max(initial=0)) + 1
    packed, which = distinct_numbers(low * width + high, below=width * width)
    one, other = np.divmod(packed, width)
    return one, other, which


def once_each(compare: Callable[[Codes, Codes], npt.NDArray[Number]], left: Codes, right: Codes) -> npt.NDArray[Number]:
    """Compare every distinct unordered pair once."""
    one, other, which = distinct_pairs(left, right)
    return compare(one, other)[which]


def each_distinct(judge: Callable[[Taken, Taken], int], items: Sequence[Taken], left: Codes, right: Codes) -> Outcomes:
    """Judge every distinct pair of items once; `left` and `right` are places in `items`."""

    def judged(left: Codes, right: Codes) -> Outcomes:
        pairs = zip(left.tolist(), right.tolist(), strict=True)
        return np.fromiter((judge(items[one], items[other]) for one, other in pairs), dtype=np.int8, count=len(left))

    return once_each(judged, left, right)


def only_where(
    doubtful: Flags, compare: Callable[[Codes, Codes], npt.NDArray[np.generic]], left: Codes, right: Codes
) -> Flags:
    """Ask the comparison about the doubtful pairs only; the others are not so."""
    places = np.flatnonzero(doubtful)
    found = np.zeros(len(doubtful), dtype=bool)
    if len(places):
        found[places] = compare(left[places], right[places])
    return found


def crossed(starts: Codes, left: Codes, right: Codes) -> tuple[Codes, Codes, Codes]:
    """Pair every item of one list with every item of the other, for each pair of lists.

    The items of list `i` are those from `starts[i]` to `starts[i + 1]`. Gives which pair of lists each pair of
    items belongs to (in order), and the places of both items. An empty list pairs with nothing.
    """
    sizes = np.diff(starts)
    each = sizes[left] * sizes[right]
    pair = np.repeat(np.arange(len(left)), each)
    place = np.arange(len(pair)) - np.repeat(np.cumsum(each) - each, each)
    one, other = np.divmod(place, sizes[right][pair])
    return pair, starts[left][pair] + one, starts[right][pair] + other


def first_level(conditions: Sequence[Flags], levels: Sequence[int], *, otherwise: int) -> Outcomes:
    """Give every pair the level of the first condition that holds for it."""
    return np.select(conditions, [np.int8(level) for level in levels], np.int8(otherwise))
