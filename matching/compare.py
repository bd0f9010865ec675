"""Compare: the level at which two records agree on each compared attribute."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.columns import SEPARATOR, Column, Table
from matching.kinds.kind import Kind
from matching.kinds.pairs import PairComparison, crossed
from matching.rules import MatchModel

Rows = npt.NDArray[np.int64]
Levels = npt.NDArray[np.int8]

BLOCK = 1 << 16
"""So many pairs are compared at a time, which keeps what is worked on small."""


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

    0 says that a side has no value. Of cells with several values the best level counts.
    """
    levels = np.zeros((len(left), len(model.compared)), dtype=np.int8)
    for place, name in enumerate(model.compared):
        levels[:, place] = attribute_levels(model.kind(name), table[name], left, right)
    return levels


def attribute_levels(kind: Kind, column: Column, left_rows: Rows, right_rows: Rows) -> Levels:
    """Give the level of every pair of rows on one attribute, as `compare` does."""
    known = column.codes >= 0
    present = np.flatnonzero(known[left_rows] & known[right_rows])
    levels = np.zeros(len(left_rows), dtype=np.int8)
    if not len(present):
        return levels
    cells, left, right = _used(kind, column, left_rows[present], right_rows[present])
    comparison = kind.prepare(cells.values)
    for start in range(0, len(present), BLOCK):
        block = slice(start, start + BLOCK)
        levels[present[block]] = _cell_levels(comparison, cells, left[block], right[block])
    return levels


def _cell_levels(comparison: PairComparison, cells: CellValues, left: Rows, right: Rows) -> Levels:
    """Compare pairs of cells; the best level of any two of their values counts."""
    if cells.single:
        return comparison(left, right)
    pair, first, second = value_pairs(cells, left, right)
    return np.minimum.reduceat(comparison(first, second), np.searchsorted(pair, np.arange(len(left))))


def _used(kind: Kind, column: Column, left_rows: Rows, right_rows: Rows) -> tuple[CellValues, Rows, Rows]:
    """Take only the cells that occur in the pairs of rows, and number the pairs by them."""
    left, right = column.codes[left_rows], column.codes[right_rows]
    if kind.whole_column:
        return cell_values(column.cells), left.astype(np.int64), right.astype(np.int64)
    used = np.zeros(len(column.cells), dtype=bool)
    used[left] = used[right] = True
    cells = cell_values([column.cells[place] for place in np.flatnonzero(used).tolist()])
    number = np.cumsum(used, dtype=np.int64) - 1
    return cells, number[left], number[right]


def cell_values(texts: list[str]) -> CellValues:
    """Take apart the cells that hold several values; a value has one id wherever it occurs."""
    count = len(texts)
    if not any(SEPARATOR in cell for cell in texts):
        return CellValues(texts, np.arange(count), np.arange(count + 1), single=True)
    places: dict[str, int] = {}
    ids: list[int] = []
    starts = [0]
    for cell in texts:
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
    pair, one, other = crossed(cells.starts, left, right)
    return pair, cells.ids[one], cells.ids[other]
