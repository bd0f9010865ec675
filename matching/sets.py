"""Sets of whole numbers as sorted arrays.

numpy 2.3 and later find distinct numbers by hashing, which for millions of them takes twenty and more times as long as
sorting; `np.unique`, `np.isin` and their like are therefore not asked for large arrays.
"""

from typing import TypeVar

import numpy as np
import numpy.typing as npt

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
