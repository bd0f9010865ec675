"""Linkage: clusters by the average weight between them, whatever order the records came in.

A cluster that hangs together by one strong pair, while all other pairs speak against it, falls apart; one pair that
was compared badly does not part those that all others hold together. Sokal and Michener (1958); of the ways that were
compared on labelled files (from the strongest edge, without weak bridges, by average) it was best on each.
"""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from matching.columns import Rows
from matching.pieces import Weights, pieces
from matching.score import NEVER

Scorer = Callable[[Rows, Rows], Weights]

FARTHEST = 30_000
"""One pair counts for at most so many thousandths of a bit, on either side."""
_APART = -1e15


def average_linkage(  # noqa: PLR0913  the edges are three columns
    count: int, left: Rows, right: Rows, weights: Weights, *, threshold: int, limit: int, ranks: Rows, scorer: Scorer
) -> Rows:
    """Give each of `count` rows the first row of its cluster.

    Clusters join while the average weight between them is at least `threshold`, the strongest first, ties by
    `ranks`. Only records that edges at or above the threshold connect can be together; `scorer` gives the weight of
    pairs within such a component that are no edge. A pair that a `never` rule keeps apart is never in one cluster. A
    component of more than `limit` records is cut at a higher threshold.
    """
    strong = weights >= threshold
    left, right, weights = left[strong], right[strong], weights[strong]
    piece = pieces(count, left, right, weights, threshold=threshold, limit=limit)
    inside = piece[left] == piece[right]
    leads = np.arange(count, dtype=np.int64)
    sizes = np.bincount(piece, minlength=count)[piece]
    alone = inside & (sizes[left] == 2)
    leads[np.maximum(left, right)[alone]] = np.minimum(left, right)[alone]
    for rows, between in _matrices(piece, sizes, (left[inside], right[inside], weights[inside]), ranks, scorer):
        leads[rows] = np.take_along_axis(rows, _joined(between, threshold), axis=1)
    return _firsts(leads)


def _firsts(leads: Rows) -> Rows:
    """Name each cluster by its first row."""
    first = np.full(len(leads), len(leads))
    np.minimum.at(first, leads, np.arange(len(leads)))
    found: Rows = first[leads]
    return found


def _matrices(
    piece: Rows, sizes: Rows, edges: tuple[Rows, Rows, Weights], ranks: Rows, scorer: Scorer
) -> Iterator[tuple[Rows, npt.NDArray[np.float64]]]:
    """Give the pieces of three or more, those of one size together: the rows of each, and the weights between them.

    Rows are (pieces, size), in the order of their ranks; weights are (pieces, size, size).
    """
    larger = np.flatnonzero(sizes > 2)
    if not len(larger):
        return
    order = larger[np.lexsort((ranks[larger], piece[larger], sizes[larger]))]
    starts = np.flatnonzero(np.diff(piece[order], prepend=-1))
    lengths = np.diff(starts, append=len(order))
    place = np.zeros(len(piece), dtype=np.int64)
    place[order] = np.arange(len(order)) - np.repeat(starts, lengths)
    offsets = np.cumsum(lengths**2) - lengths**2
    number = np.zeros(len(piece), dtype=np.int64)
    number[order] = np.repeat(np.arange(len(starts)), lengths)
    flat = np.full(int((lengths**2).sum()), np.nan)

    def put(one: Rows, other: Rows, weights: Weights) -> None:
        capped = np.where(weights <= NEVER, _APART, np.clip(weights, -FARTHEST, FARTHEST))
        for first, second in ((one, other), (other, one)):
            flat[offsets[number[first]] + place[first] * lengths[number[first]] + place[second]] = capped

    left, right, weights = edges
    chosen = sizes[left] > 2
    put(left[chosen], right[chosen], weights[chosen])
    missing = np.flatnonzero(np.isnan(flat))
    which = np.searchsorted(offsets, missing, side="right") - 1
    row, column = np.divmod(missing - offsets[which], lengths[which])
    upper = row < column
    one, other = order[starts[which] + row][upper], order[starts[which] + column][upper]
    put(one, other, scorer(one, other))
    found, first, count = np.unique(lengths, return_index=True, return_counts=True)
    for length, begin, many in zip(found.tolist(), first.tolist(), count.tolist(), strict=True):
        rows = order[starts[begin] : starts[begin] + many * length]
        between = flat[offsets[begin] : offsets[begin] + many * length**2]
        yield rows.reshape(many, length), between.reshape(many, length, length)


def _joined(between: npt.NDArray[np.float64], threshold: int) -> Rows:
    """Join the rows within each piece of one size; gives each the place of the row that its cluster is named by."""
    count, length, _ = between.shape
    between[:, np.arange(length), np.arange(length)] = -np.inf
    sizes, leads = np.ones((count, length)), np.tile(np.arange(length), (count, 1))
    piece = np.arange(count)
    while True:
        flat = between[piece].reshape(len(piece), length**2)
        nearest = flat.argmax(axis=1)
        near = flat[np.arange(len(piece)), nearest] >= threshold
        piece = piece[near]
        if not len(piece):
            return leads
        one, other = np.divmod(nearest[near], length)
        _join(between, sizes, piece, one, other)
        leads[piece] = np.where(leads[piece] == other[:, None], one[:, None], leads[piece])


def _join(
    between: npt.NDArray[np.float64], sizes: npt.NDArray[np.float64], piece: Rows, one: Rows, other: Rows
) -> None:
    """Let the row `one` of each of these pieces stand for both from now on."""
    mine, theirs = sizes[piece, one][:, None], sizes[piece, other][:, None]
    joined = (between[piece, one] * mine + between[piece, other] * theirs) / (mine + theirs)
    joined[np.arange(len(piece)), one] = -np.inf  # that of the other is so already
    between[piece, one, :], between[piece, :, one] = joined, joined
    between[piece, other, :], between[piece, :, other] = -np.inf, -np.inf
    sizes[piece, one] += sizes[piece, other]
