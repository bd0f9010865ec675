"""Compare many pairs of values at once, as numbers; only what is left undecided goes pair by pair."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Outcomes = npt.NDArray[np.int8]
PairComparison = Callable[[Codes, Codes], Outcomes]
"""Takes the places of both values of each pair, and gives the number of the level of each."""

Taken = TypeVar("Taken")


def coded(strings: Iterable[str]) -> Codes:
    """Number the strings, equal ones alike, in the order in which they are first seen; "" is -1."""
    codes: dict[str, int] = {}
    return np.array([codes.setdefault(text, len(codes)) if text else -1 for text in strings], dtype=np.int64)


def same(codes: Codes, left: Codes, right: Codes) -> Flags:
    """Say for every pair whether both have a code and the same one."""
    one = codes[left]
    return (one == codes[right]) & (one >= 0)


def distinct_pairs(left: Codes, right: Codes) -> tuple[Codes, Codes, Codes]:
    """Give the distinct unordered pairs, lower first, and for each pair given which of them it is."""
    low, high = np.minimum(left, right), np.maximum(left, right)
    width = int(high.max(initial=0)) + 1
    packed, which = np.unique(low * width + high, return_inverse=True)
    one, other = np.divmod(packed, width)
    return one, other, which


def each_distinct(judge: Callable[[Taken, Taken], int], items: Sequence[Taken], left: Codes, right: Codes) -> Outcomes:
    """Judge every distinct pair of items once; `left` and `right` are places in `items`."""
    one, other, which = distinct_pairs(left, right)
    found = np.fromiter(
        (judge(items[low], items[high]) for low, high in zip(one.tolist(), other.tolist(), strict=True)),
        dtype=np.int8,
        count=len(one),
    )
    return found[which]


def only_where(doubtful: Flags, compare: Callable[[Codes, Codes], npt.NDArray[np.generic]], left: Codes, right: Codes) -> Flags:
    """Ask the comparison about the doubtful pairs only; the others are not so."""
    places = np.flatnonzero(doubtful)
    doubtful = doubtful.copy()
    doubtful[places] = compare(left[places], right[places])
    return doubtful


def first_level(conditions: Sequence[Flags], levels: Sequence[int], *, otherwise: int) -> Outcomes:
    """Give every pair the level of the first condition that holds for it."""
    return np.select(conditions, [np.int8(level) for level in levels], np.int8(otherwise))
