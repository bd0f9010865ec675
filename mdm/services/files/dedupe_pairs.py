"""Candidate pairs of whole files: by blocking keys, and by the nearest words where rules ask for them."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial

import numpy as np
import numpy.typing as npt

from matching.block import candidate_pairs
from matching.columns import Column, Rows, Table
from matching.compare import Comparisons
from matching.kinds import wording
from matching.rules import MatchModel
from matching.sets import pair_set
from mdm.services.files.dedupe_clusters import Who
from mdm.services.files.dedupe_stages import aside

Pairs = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]


def pairs_to_compare(model: MatchModel, table: Table, who: Who) -> tuple[tuple[Rows, Rows], Comparisons]:
    """Give the candidate pairs as `candidates` does, and what compares them, which is prepared in the meantime."""
    with aside(partial(by_keys, model, table), len(who.ranks)) as keyed, nearest_aside(model, table, who) as near:
        comparisons = Comparisons(model, table)
        return candidates(model, who, keyed(), near()), comparisons


def by_keys(model: MatchModel, table: Table) -> Pairs:
    """Give the distinct pairs of the blocking keys, left < right and sorted, as they go from process to process."""
    return narrow(*candidate_pairs(model, table, model.rules.block_cap))


def nearest_aside(model: MatchModel, table: Table, who: Who) -> AbstractContextManager[Callable[[], list[Pairs]]]:
    """Have the pairs of nearest words found meanwhile, as the rules ask for them; gives what waits for them."""
    nearest = model.rules.nearest
    if nearest is None:
        return nullcontext(list)
    columns = [table[name] for name in nearest.attributes]
    return aside(lambda: [_nearest(column, nearest.count, who) for column in columns], len(who.ranks))


def candidates(model: MatchModel, who: Who, keyed: Pairs, near: Sequence[Pairs]) -> tuple[Rows, Rows]:
    """Give the distinct candidate pairs, left < right and sorted; none within a source that holds each thing once."""
    left, right = (side.astype(np.int64) for side in keyed)
    if near:
        one, other = (np.concatenate(side) for side in zip((left, right), *near, strict=True))
        left, right = pair_set(np.minimum(one, other), np.maximum(one, other), below=len(who.ranks))
    return between_sources(who, left, right) if model.rules.one_per_source else (left, right)


def between_sources(who: Who, left: Rows, right: Rows) -> tuple[Rows, Rows]:
    """Leave out the pairs within a source."""
    differ = who.sources[left] != who.sources[right]
    return left[differ], right[differ]


def _nearest(column: Column, count: int, who: Who) -> Pairs:
    """Pair the first record of each distinct text with those of the nearest texts, and those of one text in a row.

    The nearest of other sources count apart: a list of offers has its own nearest, its variants.
    """
    rows = np.flatnonzero(column.codes >= 0)
    order = rows[np.lexsort((who.ranks[rows], column.codes[rows]))]
    codes = column.codes[order]
    alike = codes[1:] == codes[:-1]
    first = order[np.flatnonzero(np.diff(codes, prepend=-1))]
    one, other = wording.nearest(column.cells, count, groups=who.sources[first])
    return narrow(np.concatenate([first[one], order[:-1][alike]]), np.concatenate([first[other], order[1:][alike]]))


def narrow(left: Rows, right: Rows) -> Pairs:
    """Make pairs ready to go from one process to another, which takes a second for some ten millions: half as long."""
    return left.astype(np.int32), right.astype(np.int32)
