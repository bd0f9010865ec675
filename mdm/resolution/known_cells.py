"""The cells of stored records as coded columns, kept in hand from one commit of a resolver to the next.

In a large hub a newcomer meets hundreds of records, and most of those met another one a moment before: to read them
and to take them apart again for each commit took a quarter of its time, and more the larger the hub.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count, islice

import numpy as np
import numpy.typing as npt
import orjson

from matching.columns import Column, Table

MOST = 200_000
"""Records that are kept; with more, all are let go: memory stays bounded, and what was known is read again."""

Read = tuple[int, bytes, bool]
"""A record: its id, its cells as they are stored, and whether it is living."""


@dataclass(slots=True)
class _Coded:
    """One attribute: the code of each row, -1 a missing cell, and the distinct cells."""

    codes: npt.NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    cells: list[str] = field(default_factory=list)
    places: defaultdict[str | None, int] = field(default_factory=lambda: defaultdict(count().__next__, {None: -1}))

    def add(self, cells: Sequence[str | None]) -> None:
        before = len(self.places)
        codes = np.fromiter(map(self.places.__getitem__, cells), dtype=np.int32, count=len(cells))
        self.codes = np.concatenate([self.codes, codes])
        self.cells += [cell for cell in islice(self.places, before, None) if cell is not None]

    def of(self, rows: npt.NDArray[np.int64]) -> Column:
        """The column of some rows, with no cell that none of them has."""
        codes = self.codes[rows]
        used = np.zeros(len(self.cells) + 1, dtype=bool)
        used[codes] = True
        used[-1] = False  # where code -1, a missing cell, has left its mark
        number = np.cumsum(used, dtype=np.int32) - np.int32(1)
        number[-1] = -1
        return Column(number[codes], [self.cells[place] for place in np.flatnonzero(used).tolist()])


class KnownCells:
    """What one resolver knows of records as they are stored, for as long as nobody else may resolve their type."""

    def __init__(self) -> None:
        """Know nothing."""
        self.rules_version = ""
        self.forget()

    def forget(self) -> None:
        """Know nothing any more: what was worked out has not been written, or there are other rules."""
        self.rows: dict[int, int] = {}
        self.living = np.empty(0, dtype=bool)
        self.columns: defaultdict[str, _Coded] = defaultdict(_Coded)

    def under(self, rules_version: str) -> None:
        """Forget what was standardised under other rules."""
        if self.rules_version != rules_version or len(self.living) > MOST:
            self.forget()
        self.rules_version = rules_version

    def drop(self, ids: Iterable[int]) -> None:
        """Know nothing more of these records: they change."""
        for id_ in ids:
            self.rows.pop(id_, None)

    def missing(self, ids: Iterable[int]) -> list[int]:
        """Those of these records of which nothing is known."""
        return [id_ for id_ in ids if id_ not in self.rows]

    def keep(self, records: Sequence[Read], attributes: Collection[str]) -> None:
        """Know records as they stand now."""
        first = len(self.living)
        self.rows.update(zip((id_ for id_, _, _ in records), range(first, first + len(records)), strict=True))
        self.living = np.append(self.living, np.array([living for _, _, living in records], dtype=bool))
        cells = [orjson.loads(written) for _, written, _ in records]
        for name in attributes:
            self.columns[name].add([cell.get(name) for cell in cells])

    def table(self, ids: Sequence[int], attributes: Iterable[str]) -> tuple[Table, npt.NDArray[np.bool_]]:
        """The columns of records that are known, one row each in the given order, and which of them live."""
        rows = np.fromiter(map(self.rows.__getitem__, ids), dtype=np.int64, count=len(ids))
        return {name: self.columns[name].of(rows) for name in attributes}, self.living[rows]
