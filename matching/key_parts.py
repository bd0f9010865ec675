"""The strings that parts of blocking keys give for the cells of a column: a name's words, the house of an address."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from matching.columns import SEPARATOR, Column, Rows, numbered
from matching.fields import Values
from matching.kinds.strings import Strings
from matching.rules import BlockPart, MatchModel
from matching.sets import sorted_set

FEW = 256
"""So few cells, such as those of newcomers, are sooner looked at one by one."""


@dataclass(frozen=True, slots=True)
class PartIndex:
    """The strings one part gives for each cell: those of cell `c` are at `chosen[starts[c]:starts[c + 1]]`.

    They are places among `size` distinct strings; these are left out where nobody asks for them.
    """

    distinct: list[str]
    size: int
    chosen: npt.NDArray[np.int32]
    starts: Rows
    codes: npt.NDArray[np.int32]

    def counts(self) -> Rows:
        """Count the strings of each record; a missing cell has none."""
        each = np.append(np.diff(self.starts), 0)
        return each[self.codes]

    def first(self, rows: Rows) -> Rows:
        """Give the place in `chosen` where those of each row begin."""
        return self.starts[self.codes[rows]]


def part_indexes(
    model: MatchModel, parts: Sequence[BlockPart], column: Column, *, spoken: bool
) -> dict[BlockPart, PartIndex]:
    """Find the strings that parts of one attribute give; many cells are taken apart once for all of them.

    Without `spoken` the strings themselves are left out: only which are the same is told.
    """
    in_bulk = model.kind(parts[0].attribute).in_bulk if len(column.cells) > FEW else {}
    cell, values = _values(column.cells)
    return {
        part: _of_many(in_bulk[part.part](values), cell, column, spoken=spoken)
        if part.part in in_bulk
        else part_index(model, part, column, spoken=spoken)
        for part in parts
    }


def part_index(model: MatchModel, part: BlockPart, column: Column, *, spoken: bool = True) -> PartIndex:
    """Find the strings that a part gives for each cell, cell by cell."""
    give = model.kind(part.attribute).parts[part.part]
    several = SEPARATOR in "".join(column.cells)
    found = [_strings(give, cell) for cell in column.cells] if several else list(map(_ordered, map(give, column.cells)))
    starts = np.cumsum([0, *map(len, found)])
    places, distinct = numbered(list(chain.from_iterable(found)), missing=None)
    return PartIndex(distinct if spoken else [], len(distinct), places.astype(np.int32), starts, column.codes)


def _values(cells: list[str]) -> tuple[Rows, Values]:
    """Take cells of several values apart; gives with the values the cell of each."""
    cell = np.arange(len(cells))
    joined = SEPARATOR.join(cells)
    if joined.count(SEPARATOR) < max(len(cells), 1):  # those between cells are all
        return cell, Values(cells, distinct=True)
    return np.repeat(cell, [text.count(SEPARATOR) + 1 for text in cells]), Values(joined.split(SEPARATOR))


def _of_many(found: Strings, cell: Rows, column: Column, *, spoken: bool) -> PartIndex:
    """Put the strings of many values, which stand in these cells, in order: those of a cell longer ones first."""
    count = len(column.cells)
    owners, codes, texts = cell[found.owners], found.codes, found.texts
    if (np.bincount(owners, minlength=count) > 1).any():
        owners, codes, texts = _longer_first(owners, codes, texts)
    elif (np.diff(owners) < 0).any():
        order = np.argsort(owners)
        owners, codes = owners[order], codes[order]
    if "" in texts:
        told = codes != texts.index("")
        owners, codes = owners[told], codes[told]
    starts = np.append(0, np.cumsum(np.bincount(owners, minlength=count)))
    return PartIndex(texts if spoken else [], len(texts), codes.astype(np.int32), starts, column.codes)


def _longer_first(owners: Rows, codes: Rows, texts: list[str]) -> tuple[Rows, Rows, list[str]]:
    """Put the distinct strings of each cell in order, longer ones first, and number them in this order."""
    order = sorted(range(len(texts)), key=texts.__getitem__)
    order.sort(key=[-len(text) for text in texts].__getitem__)  # those of one length stay in order
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    owners, codes = np.divmod(sorted_set(owners * len(order) + rank[codes]), len(order))
    return owners, codes, [texts[place] for place in order]


def _strings(give: Callable[[str], Sequence[str]], cell: str) -> Sequence[str]:
    """Give the strings of all values of a cell."""
    return _ordered([text for value in cell.split(SEPARATOR) for text in give(value)])


def _ordered(found: Sequence[str]) -> Sequence[str]:
    """Give the distinct strings, longer ones first."""
    if len(found) == 1 and found[0]:
        return found
    ordered = sorted({text for text in found if text})
    ordered.sort(key=len, reverse=True)  # those of one length stay in order
    return ordered
