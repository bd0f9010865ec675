"""Candidate pairs of whole files: by blocking keys, and by the nearest words where rules ask for them."""

import numpy as np
import numpy.typing as npt

from matching.block import Rows, candidate_pairs
from matching.columns import Column, Table
from matching.compare import Comparisons
from matching.kinds import wording
from matching.rules import MatchModel
from matching.sets import pair_set
from mdm.services.files.dedupe_clusters import Who
from mdm.services.files.dedupe_stages import aside

Handed = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]


def pairs_to_compare(model: MatchModel, table: Table, who: Who) -> tuple[tuple[Rows, Rows], Comparisons]:
    """Give the candidate pairs as `candidates` does, and what compares them, which is prepared in the meantime."""
    with aside(lambda: handed(candidates(model, table, who)), len(who.ranks)) as pairs:
        comparisons = Comparisons(model, table)
        return taken(pairs()), comparisons


def handed(pairs: tuple[Rows, Rows]) -> Handed:
    """Make pairs ready to go from one process to another, which takes a second for some ten millions: half as long."""
    return pairs[0].astype(np.int32), pairs[1].astype(np.int32)


def taken(pairs: Handed) -> tuple[Rows, Rows]:
    """Take pairs that were handed over."""
    return pairs[0].astype(np.int64), pairs[1].astype(np.int64)


def candidates(model: MatchModel, table: Table, who: Who) -> tuple[Rows, Rows]:
    """Give the distinct candidate pairs, left < right and sorted; none within a source that holds each thing once."""
    left, right = candidate_pairs(model, table, model.rules.block_cap)
    nearest = model.rules.nearest
    if nearest is not None:
        found = [(left, right), *(_nearest(table[name], nearest.count, who) for name in nearest.attributes)]
        one, other = (np.concatenate(side) for side in zip(*found, strict=True))
        left, right = pair_set(np.minimum(one, other), np.maximum(one, other), below=len(who.ranks))
    return between_sources(who, left, right) if model.rules.one_per_source else (left, right)


def between_sources(who: Who, left: Rows, right: Rows) -> tuple[Rows, Rows]:
    """Leave out the pairs within a source."""
    differ = who.sources[left] != who.sources[right]
    return left[differ], right[differ]


def _nearest(column: Column, count: int, who: Who) -> tuple[Rows, Rows]:
    """Pair the first record of each distinct text with those of the nearest texts, and those of one text in a row.

    The nearest of other sources count apart: a list of offers has its own nearest, its variants.
    """
    rows = np.flatnonzero(column.codes >= 0)
    order = rows[np.lexsort((who.ranks[rows], column.codes[rows]))]
    codes = column.codes[order]
    alike = codes[1:] == codes[:-1]
    first = order[np.flatnonzero(np.diff(codes, prepend=-1))]
    one, other = wording.nearest(column.cells, count, groups=who.sources[first])
    return np.concatenate([first[one], order[:-1][alike]]), np.concatenate([first[other], order[1:][alike]])
