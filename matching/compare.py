"""Compare: the level at which two records agree on each compared attribute."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.columns import SEPARATOR, Column, Rows, Table, picked
from matching.kinds.kind import Kind
from matching.kinds.pairs import Bounded, PairComparison, crossed
from matching.rules import MatchModel

Levels = npt.NDArray[np.int8]

LevelsOf = Callable[[Rows, Rows], Levels]
"""Gives the level of pairs of rows on one attribute; may be `Bounded`, as a comparison of values may."""

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


class Comparisons:
    """Compares pairs of rows attribute by attribute: `of` gives what compares rows on each."""

    def __init__(self, model: MatchModel, table: Table) -> None:
        """Prepare the values of all rows, which takes most of the time."""
        self.model, self.table = model, table
        self.of: dict[str, LevelsOf] = {}
        for name in model.compared:
            column = table[name]
            self.of[name] = prepare_levels(model.kind(name), column, np.ones(len(column.codes), dtype=bool))

    def levels(self, left: Rows, right: Rows) -> Levels:
        """Give the levels of pairs as `compare` does."""
        levels = np.zeros((len(left), len(self.model.compared)), dtype=np.int8)
        for place, name in enumerate(self.model.compared):
            of_name = self.of[name]
            for start in range(0, len(left), BLOCK):
                block = slice(start, start + BLOCK)
                levels[block, place] = of_name(left[block], right[block])
        return levels


def attribute_levels(kind: Kind, column: Column, left_rows: Rows, right_rows: Rows) -> Levels:
    """Give the level of every pair of rows on one attribute, as `compare` does.

    Only the values of pairs of which both have one are made ready.
    """
    known = column.codes >= 0
    both = known[left_rows] & known[right_rows]
    levels = prepare_levels(kind, column, _rows_of(left_rows[both], right_rows[both], count=len(column.codes)))
    found = np.empty(len(left_rows), dtype=np.int8)
    for start in range(0, len(left_rows), BLOCK):
        block = slice(start, start + BLOCK)
        found[block] = levels(left_rows[block], right_rows[block])
    return found


def _rows_of(left: Rows, right: Rows, *, count: int) -> npt.NDArray[np.bool_]:
    """Say which of `count` rows occur in the pairs."""
    used = np.zeros(count, dtype=bool)
    used[left] = used[right] = True
    return used


def prepare_levels(kind: Kind, column: Column, used: npt.NDArray[np.bool_]) -> LevelsOf:
    """Prepare to give the level of any pairs of the used rows on one attribute, as `compare` does."""
    cells, places = _used(kind, column, used)

    def of_rows(comparison: PairComparison) -> LevelsOf:
        def levels(left_rows: Rows, right_rows: Rows) -> Levels:
            left, right = places[left_rows], places[right_rows]
            present = np.flatnonzero((left >= 0) & (right >= 0))
            found = np.zeros(len(left), dtype=np.int8)
            if len(present):
                found[present] = _cell_levels(comparison, cells, left[present], right[present])
            return found

        return levels

    comparison = kind.prepare(cells.values)
    return comparison.each(of_rows) if isinstance(comparison, Bounded) else of_rows(comparison)


def _cell_levels(comparison: PairComparison, cells: CellValues, left: Rows, right: Rows) -> Levels:
    """Compare pairs of cells; the best level of any two of their values counts."""
    if cells.single:
        return comparison(left, right)
    pair, first, second = value_pairs(cells, left, right)
    return np.minimum.reduceat(comparison(first, second), np.searchsorted(pair, np.arange(len(left))))


def _used(kind: Kind, column: Column, used: npt.NDArray[np.bool_]) -> tuple[CellValues, Rows]:
    """Take only the cells that occur in the used rows; gives with them the place of each row's cell, -1 for none."""
    if kind.whole_column:
        return cell_values(column.cells), column.codes.astype(np.int64)
    occurs = np.zeros(len(column.cells) + 1, dtype=bool)
    occurs[column.codes[used]] = True
    occurs[-1] = False  # where code -1, a missing cell, has left its mark
    cells = cell_values(picked(column.cells, np.flatnonzero(occurs)))
    number = np.cumsum(occurs, dtype=np.int64) - 1
    number[-1] = -1
    return cells, number[column.codes]


def cell_values(texts: list[str]) -> CellValues:
    """Take apart the cells that hold several values; a value has one id wherever it occurs."""
    count = len(texts)
    if SEPARATOR not in "".join(texts):
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
