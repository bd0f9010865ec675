"""Records: which of very many are looked at, so that what is inferred does not hang on their order in the files."""

from collections.abc import Mapping, Sequence

import numpy as np

from matching.columns import Rows

SAMPLE = 20_000
"""So many records tell what the columns hold."""

Cells = Mapping[str, Sequence[object]]


def looked_at(cells: Cells, ranks: Rows) -> Cells:
    """Give the cells of the records to look at; `ranks` puts the records in an order that is not that of the file."""
    if len(ranks) <= SAMPLE:
        return cells
    rows = evenly_chosen(ranks, SAMPLE).tolist()
    return {column: [values[row] for row in rows] for column, values in cells.items()}


def evenly_chosen(ranks: Rows, count: int) -> Rows:
    """Give the rows of so many records, evenly spaced in the order of their ranks."""
    return np.argsort(ranks)[np.linspace(0, len(ranks) - 1, count).astype(np.int64)]
