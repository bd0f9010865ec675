"""Hopeful pairs: those that reach the review threshold, found by giving up the others as early as can be."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import numpy.typing as npt

from matching.columns import Column, Rows, Table
from matching.compare import BLOCK, Comparisons, Levels, LevelsOf, attribute_levels
from matching.kinds.kind import Kind
from matching.kinds.pairs import Bounded
from matching.rules import MatchModel
from matching.vectors import Vectors, Weights, against_all, weights_of

Sums = npt.NDArray[np.int32]
Hopeful = Callable[[Rows, Rows, Rows], tuple[Rows, Sums]]
"""Gives those of some places of pairs that reach the review threshold, and the sums of their weights."""


def hopeful_at_once(model: MatchModel, table: Table) -> Hopeful:
    """Give the hopeful ones of pairs that are all given at once.

    Attributes that are cheap to compare go first, and a pair is given up as soon as all that is left could no longer
    lift it to the threshold. What an attribute needs is prepared only for the values of pairs that are left by then:
    a newcomer meets many records, and most of them only once.
    """
    levels = {name: partial(attribute_levels, model.kind(name), table[name]) for name in _cheapest_first(model, table)}

    def hopeful(pairs: Rows, left: Rows, right: Rows) -> tuple[Rows, Sums]:
        kept, sums = _block(model, table, levels, left[pairs], right[pairs])
        return pairs[kept], sums

    return hopeful


def prepare_hopeful(model: MatchModel, table: Table, comparisons: Comparisons) -> Hopeful:
    """Prepare to give the hopeful ones of any pairs of the rows that can be compared, as `hopeful_at_once` does."""
    levels = {name: comparisons.of[name] for name in _cheapest_first(model, table)}

    def hopeful(pairs: Rows, left: Rows, right: Rows) -> tuple[Rows, Sums]:
        found = [(pairs[:0], np.empty(0, dtype=np.int32))]
        for start in range(0, len(pairs), BLOCK):
            block = pairs[start : start + BLOCK]
            kept, sums = _block(model, table, levels, left[block], right[block])
            found.append((block[kept], sums))
        return np.concatenate([kept for kept, _ in found]), np.concatenate([sums for _, sums in found])

    return hopeful


def _block(
    model: MatchModel, table: Table, levels: Mapping[str, LevelsOf], left: Rows, right: Rows
) -> tuple[Rows, Sums]:
    """Give the places and the sums of the pairs that reach the review threshold.

    A pair starts with the most that it can reach against each group, and comes down to what it does reach.
    """
    vectors, pairs = Vectors(len(left), [group.prior for group in model.groups]), np.arange(len(left))
    weights = {name: weights_of(model, name) for name in levels}
    most = {name: _most(weights[name]) for name in levels}
    at_best = {name: _at_best(levels_of, table[name], left, right) for name, levels_of in levels.items()}
    for name in levels:
        vectors.add(at_best[name], most[name])
    for name, levels_of in levels.items():
        pairs = pairs[vectors.keep(model.review_weight)]
        change = weights[name][:, None, :] - most[name][:, :, None]
        known = at_best[name][pairs].astype(np.int64) * change.shape[2]
        vectors.add(known + levels_of(left[pairs], right[pairs]), change.reshape(len(change), -1))
    sums = against_all(vectors.weights)[vectors.number]
    kept = np.flatnonzero(sums >= model.review_weight)
    return pairs[kept], sums[kept]


def _most(weights: Weights) -> Weights:
    """Give the most that each level, or any worse one, weighs against each group."""
    most: Weights = np.maximum.accumulate(weights[:, :0:-1], axis=1)[:, ::-1]
    return np.hstack([weights[:, :1], most])


def _at_best(levels_of: LevelsOf, column: Column, left: Rows, right: Rows) -> Levels:
    """Say at which level each pair is at best, 0 where a side has no value."""
    if isinstance(levels_of, Bounded):
        return levels_of.at_best(left, right)
    known = column.codes >= 0
    return (known[left] & known[right]).astype(np.int8)


def _cheapest_first(model: MatchModel, table: Table) -> list[str]:
    return sorted(model.compared, key=lambda name: _cost(model.kind(name), table[name]))


def _cost(kind: Kind, column: Column) -> tuple[bool, float]:
    """Order attributes by what comparing costs, roughly: word by word last, then by the mean length."""
    return "tokens" in kind.parts, len("".join(column.cells)) / max(len(column.cells), 1)
