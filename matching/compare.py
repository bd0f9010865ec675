"""Compare: the level at which two records agree on each compared attribute."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.columns import SEPARATOR, Column, Table
from matching.kinds.kind import Kind
from matching.rules import MatchModel

Rows = npt.NDArray[np.int64]
Levels = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class CellValues:
    """The values in each distinct cell: those of cell `c` are `values[ids[starts[c]:starts[c + 1]]]`.

    `single` says that every cell is one value of its own, so that codes are value ids.
    """

    values: list[str]
    ids: Rows
    starts: Rows
    single: bool


def compare(model: MatchModel, table: Table, left: Rows, right: Rows) -> Levels:
    """Give the level of every pair on every compared attribute: (pairs, len(model.compared)), 1 the best.

    0 says that a side has no value. Each distinct pair of cells is compared once; of cells with several
    values the best level counts.
    """
    levels = np.zeros((len(left), len(model.compared)), dtype=np.int8)
    for place, name in enumerate(model.compared):
        levels[:, place] = attribute_levels(model.kind(name), table[name], left, right)
    return levels


def attribute_levels(kind: Kind, column: Column, left_rows: Rows, right_rows: Rows) -> Levels:
    """Give the level of every pair of rows on one attribute, as `compare` does."""
    left, right = column.codes[left_rows], column.codes[right_rows]
    levels = np.zeros(len(left), dtype=np.int8)
    present = np.flatnonzero((left >= 0) & (right >= 0))
    one, other, which = _distinct(left[present], right[present], len(column.cells))
    cells = cell_values(column)
    pair, first, second = value_pairs(cells, one, other)
    if cells.single:
        found = _value_levels(kind, cells.values, first, second)
    else:
        first, second, again = _distinct(first, second, len(cells.values))
        each = _value_levels(kind, cells.values, first, second)[again]
        found = np.minimum.reduceat(each, np.searchsorted(pair, np.arange(len(one)))) if len(one) else each
    levels[present] = found[which]
    return levels


def cell_values(column: Column) -> CellValues:
    """Take apart the cells of a column that hold several values; a value has one id wherever it occurs."""
    count = len(column.cells)
    if not any(SEPARATOR in cell for cell in column.cells):
        return CellValues(column.cells, np.arange(count), np.arange(count + 1), single=True)
    places: dict[str, int] = {}
    ids: list[int] = []
    starts = [0]
    for cell in column.cells:
        ids.extend(places.setdefault(value, len(places)) for value in cell.split(SEPARATOR))
        starts.append(len(ids))
    return CellValues(list(places), np.array(ids, np.int64), np.array(starts, np.int64), single=False)


def value_pairs(cells: CellValues, left: Rows, right: Rows) -> tuple[Rows, Rows, Rows]:
    """Pair every value of the left cell with every value of the right one, for each pair of cell codes.

    Gives which pair of cells each belongs to (in order), and the ids of both values. A cell without values
    pairs with nothing.
    """
    if cells.single:
        return np.arange(len(left)), left, right
    sizes = np.diff(cells.starts)
    each = sizes[left] * sizes[right]
    pair = np.repeat(np.arange(len(left)), each)
    place = np.arange(len(pair)) - np.repeat(np.cumsum(each) - each, each)
    one, other = np.divmod(place, sizes[right][pair])
    return pair, cells.ids[cells.starts[left][pair] + one], cells.ids[cells.starts[right][pair] + other]


def _value_levels(kind: Kind, values: list[str], left: Rows, right: Rows) -> Levels:
    return kind.compare(_texts(values, left), _texts(values, right))


def _texts(values: list[str], ids: Rows) -> list[str]:
    return [values[place] for place in ids.tolist()]


def _distinct(left: npt.NDArray[np.integer], right: npt.NDArray[np.integer], width: int) -> tuple[Rows, Rows, Rows]:
    """Give the distinct unordered pairs, and for each pair given which of them it is."""
    low, high = np.minimum(left, right), np.maximum(left, right)
    packed, which = np.unique(low.astype(np.int64) * width + high, return_inverse=True)
    one, other = np.divmod(packed, max(width, 1))
    return one, other, which
