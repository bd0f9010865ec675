"""Copies: records that say the same in everything, of which two stand for all of them.

How many records may share a block or hang together in a piece is limited. Somebody of whom a thousand records say the
same would be over every limit and fall apart; and two copies tell already whether such records are one thing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.columns import Column, Rows, Table
from matching.score import Edges
from matching.sets import grouped, packed

STAND_IN = 2
"""So many copies are worked on."""


@dataclass(frozen=True, slots=True)
class Copies:
    """Which rows are worked on: `kept`, in ascending order. All else here is numbered by their places.

    The `others` are rows that say the same as two kept ones, the `first` and the `second` copy in the order of the
    ranks.
    """

    kept: Rows
    others: Rows
    first: Rows
    second: Rows

    @property
    def times(self) -> Rows:
        """How many records each kept one stands for."""
        found: Rows = 1 + np.bincount(self.second, minlength=len(self.kept))
        return found

    def table(self, table: Table) -> Table:
        """Give the table of the kept rows."""
        if not len(self.others):
            return table
        return {name: Column(column.codes[self.kept], column.cells) for name, column in table.items()}

    def leads(self, leads: Rows) -> Rows:
        """Give every record the first row of its cluster, given the clusters of the kept ones.

        A copy goes where the first two are together; if those are apart, it is by itself.
        """
        named = np.arange(len(self.kept) + len(self.others))
        named[self.kept] = self.kept[leads]
        together = leads[self.first] == leads[self.second]
        named[self.others[together]] = named[self.kept[self.second[together]]]
        smallest = np.full(len(named), len(named))
        np.minimum.at(smallest, named, np.arange(len(named)))
        found: Rows = smallest[named]
        return found

    def pairs(self, left: Rows, right: Rows) -> tuple[Rows, Rows]:
        """Give pairs of kept rows, sorted, as rows of the file; one of two copies holds for the first and each other.

        The pairs are sorted again.
        """
        one, other, _ = self._with_others(left, right)
        return one, other

    def count_pairs(self, left: Rows, right: Rows) -> int:
        """Say how many pairs `pairs` would give."""
        return len(left) + int(self._found(left, right)[0].sum())

    def edges(self, edges: Edges) -> Edges:
        """Give edges between kept rows, sorted, as those between rows of the file, as `pairs` does."""
        left, right, of = self._with_others(edges.left, edges.right)
        return Edges(left, right, edges.weights[of], edges.outcomes[of])

    def _with_others(self, left: Rows, right: Rows) -> tuple[Rows, Rows, Rows]:
        """Give also which of the pairs each comes from."""
        if not len(self.others):
            return left, right, np.arange(len(left))
        found = list(self._of_others(left, right))
        one, other, of = (np.concatenate(side) for side in zip(*found, strict=True))
        low, high = np.minimum(one, other), np.maximum(one, other)
        order = np.lexsort((high, low))
        return low[order], high[order], of[order]

    def _of_others(self, left: Rows, right: Rows) -> Iterator[tuple[Rows, Rows, Rows]]:
        yield self.kept[left], self.kept[right], np.arange(len(left))
        there, place = self._found(left, right)
        yield self.kept[self.first[there]], self.others[there], place[there]

    def _found(self, left: Rows, right: Rows) -> tuple[npt.NDArray[np.bool_], Rows]:
        """Say of each of the others whether its two kept copies are one of these pairs, and where that stands."""
        if not len(left):
            return np.zeros(len(self.others), dtype=bool), np.zeros(len(self.others), dtype=np.int64)
        count = len(self.kept)
        asked = np.minimum(self.first, self.second) * count + np.maximum(self.first, self.second)
        known = left * count + right
        place = np.minimum(np.searchsorted(known, asked), len(known) - 1)
        return known[place] == asked, place


def copies_of(table: Table, sources: Rows, ranks: Rows) -> Copies:
    """Find the copies among records: the same cells in every column and the same source.

    `ranks` puts the records in an order that is not that of the file, and so says which copies are kept.
    """
    columns: list[npt.NDArray[np.signedinteger]] = [column.codes.astype(np.int64) + 1 for column in table.values()]
    sizes = [len(column.cells) + 1 for column in table.values()]
    number, below = packed([*columns, sources], [*sizes, int(sources.max(initial=0)) + 1])
    by_rank = np.argsort(ranks)
    places, starts = grouped(number[by_rank], below=below)
    order, lengths = by_rank[places], np.diff(starts, append=len(places))
    begins = np.repeat(starts, lengths)
    other = np.arange(len(order)) - begins >= STAND_IN
    kept = np.sort(order[~other])
    first, second = (np.searchsorted(kept, order[begins[other] + copy]) for copy in range(STAND_IN))
    return Copies(kept, order[other], first, second)
