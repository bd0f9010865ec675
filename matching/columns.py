"""Dictionary-coded columns: each distinct cell once, and one integer a record."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import cast

import numpy as np
import numpy.typing as npt

SEPARATOR = "\x1e"
"""Between the values of one cell (they are sorted and unique)."""
PART = "\x1f"
"""Between the parts of one value (each kind knows its own layout)."""

Rows = npt.NDArray[np.int64]
"""Places of records in a table, or other whole numbers about them."""


@dataclass(frozen=True, slots=True)
class Column:
    """One attribute of many records: `codes[i]` indexes `cells`, -1 is missing."""

    codes: npt.NDArray[np.int32]
    cells: list[str]


Table = dict[str, Column]


def from_cells(cells: Sequence[str | None]) -> Column:
    """Code one cell a record; distinct cells stand in the order in which they were first seen."""
    codes, distinct = numbered(cells, missing=None)
    return Column(codes.astype(np.int32), distinct)


def numbered(cells: Sequence[str | None], *, missing: str | None) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Give every cell the place at which it stands in the list of distinct ones, -1 a missing one, and this list."""
    places: defaultdict[str | None, int] = defaultdict(count().__next__)  # looked up and entered in one go
    places[missing] = -1
    codes = np.fromiter(map(places.__getitem__, cells), dtype=np.int64, count=len(cells))
    del places[missing]
    return codes, cast("list[str]", list(places))


def picked(cells: list[str], places: Rows) -> list[str]:
    """Give the cells at these places, which ascend: the list itself where those are all of them.

    Another list would write to each text, and so copy memory that this process and one beside it have in common.
    """
    return cells if len(places) == len(cells) else [cells[place] for place in places.tolist()]


def end_to_end(columns: Sequence[Column]) -> Column:
    """Put columns one after the other, as if the records of all had been coded at once."""
    if len(columns) == 1:
        return columns[0]
    places, cells = numbered([cell for column in columns for cell in column.cells], missing=None)
    ends = np.cumsum([len(column.cells) for column in columns])
    each = np.split(places, ends[:-1])
    codes = [np.append(known, -1)[column.codes] for known, column in zip(each, columns, strict=True)]
    return Column(np.concatenate(codes).astype(np.int32), cells)
