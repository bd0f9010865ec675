"""Dictionary-coded columns: each distinct cell once, and one integer a record."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SEPARATOR = "\x1e"
"""Between the values of one cell (they are sorted and unique)."""
PART = "\x1f"
"""Between the parts of one value (each kind knows its own layout)."""


@dataclass(frozen=True, slots=True)
class Column:
    """One attribute of many records: `codes[i]` indexes `cells`, -1 is missing."""

    codes: npt.NDArray[np.int32]
    cells: list[str]


Table = dict[str, Column]


def from_cells(cells: Sequence[str | None]) -> Column:
    """Code one cell a record; distinct cells stand in the order in which they were first seen."""
    index: dict[str, int] = {}
    codes = np.fromiter(
        (-1 if cell is None else index.setdefault(cell, len(index)) for cell in cells),
        dtype=np.int32,
        count=len(cells),
    )
    return Column(codes, list(index))
