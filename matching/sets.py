"""Sets of whole numbers as sorted arrays.

numpy 2.3 and later find distinct numbers by hashing, which for millions of them takes twenty and more times as long as
sorting; `np.unique`, `np.isin` and their like are therefore not asked for large arrays.
"""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Number = TypeVar("Number", bound=np.generic)


def sorted_set(values: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """Give the distinct values of an array in ascending order."""
    ordered = np.sort(values, axis=None)
    return ordered[firsts(ordered)]


def among(values: npt.NDArray[Number], members: npt.NDArray[Number]) -> npt.NDArray[np.bool_]:
    """Say of each value whether it is one of the members, which are a sorted set."""
    if not len(members):
        return np.zeros(values.shape, dtype=bool)
    places = np.minimum(np.searchsorted(members, values), len(members) - 1)
    return np.asarray(members[places] == values)


def firsts(ordered: npt.NDArray[Number]) -> npt.NDArray[np.bool_]:
    """Say of each value of a sorted array whether it is the first of its like."""
    new = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return new


def pair_set(
    left: npt.NDArray[np.signedinteger], right: npt.NDArray[np.signedinteger], *, below: int
) -> tuple[Numbers, Numbers]:
    """Give the distinct pairs of numbers, from 0 to `below`, in ascending order."""
    return pair_sums(left, right, np.ones(len(left), dtype=bool), below=below)[:2]


def pair_sums(
    left: npt.NDArray[np.signedinteger],
    right: npt.NDArray[np.signedinteger],
    values: npt.NDArray[Number],
    *,
    below: int,
) -> tuple[Numbers, Numbers, npt.NDArray[Number]]:
    """Give the distinct pairs of numbers as `pair_set` does, and the sum of the values of each.

    Cells of a sparse matrix are put in order by counting, which takes half as long as sorting.
    """
    from scipy.sparse import coo_array  # slow to load, and only whole files need it

    cells = coo_array((values, (left, right)), shape=(below, below)).tocsr()
    return np.repeat(np.arange(below), np.diff(cells.indptr)), cells.indices.astype(np.int64), cells.data


_BITS = 63
_MANY, _DIGIT = 50_000, 20
"""So many numbers, of two digits of so many bits, are sooner counted than sorted."""


def distinct_numbers(numbers: Numbers, *, below: int) -> tuple[Numbers, Numbers]:
    """Give the distinct numbers, from 0 to `below`, in order, and for each number which of them it is."""
    order, starts = grouped(numbers, below=below)
    which = np.empty(len(numbers), dtype=np.int64)
    which[order] = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(order)))
    return numbers[order[starts]], which


def grouped(numbers: Numbers, *, below: int) -> tuple[Numbers, Numbers]:
    """Put the places of numbers, from 0 to `below`, in the order of these, and say where each distinct one begins."""
    order = _in_order(numbers, below)
    return order, np.flatnonzero(firsts(numbers[order]))


def _in_order(numbers: Numbers, below: int) -> Numbers:
    """Give the places of numbers in the order of these, and those of one number as they stand.

    Sorting each number with its place in one integer, where both fit, takes a third of what np.argsort takes, and
    counting the numbers of a large array two digits at most takes half of that.
    """
    room = max(len(numbers) - 1, 1).bit_length()
    if len(numbers) >= _MANY and below.bit_length() <= 2 * _DIGIT:
        return _by_counting(numbers, below)
    if below.bit_length() + room > _BITS:
        return np.argsort(numbers, kind="stable")
    return np.sort(numbers << room | np.arange(len(numbers))) & ((1 << room) - 1)


def _by_counting(numbers: Numbers, below: int) -> Numbers:
    """Put numbers in order digit by digit, the last first, as the cells of a sparse matrix: by counting."""
    from scipy.sparse import coo_array  # slow to load, and only whole files need it

    places, every = np.arange(len(numbers), dtype=np.int32), np.ones(len(numbers), dtype=bool)
    digits = -(-below.bit_length() // _DIGIT)
    width = -(-below.bit_length() // digits)
    order = places
    for digit in range(digits):
        rows = ((numbers >> digit * width) & ((1 << width) - 1)).astype(np.int32)[order]
        order = order[coo_array((every, (rows, places)), shape=(1 << width, len(numbers))).tocsr().indices]
    return order.astype(np.int64)


def packed(columns: Sequence[npt.NDArray[np.signedinteger]], sizes: Sequence[int]) -> tuple[Numbers, int]:
    """Give each row a number that is the same where all its numbers are, in the order of the rows, and a limit of it.

    The numbers of a column are below its size.
    """
    numbers, below = np.zeros(len(columns[0]), dtype=np.int64), 1
    for column, size in zip(columns, sizes, strict=True):
        if (below * size).bit_length() > _BITS:
            found, numbers = distinct_numbers(numbers, below=below)
            below = len(found)
        numbers = numbers * size + column
        below *= size
    return numbers, below


def ranges(starts: Numbers, lengths: Numbers) -> Numbers:
    """Give the ranges that begin at `starts` and are `lengths` long, one behind the other."""
    before = np.cumsum(lengths) - lengths
    found: Numbers = np.arange(int(lengths.sum())) + np.repeat(starts - before, lengths)
    return found
