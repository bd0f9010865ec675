"""Score: levels into match weights and outcomes, with the rules that stand above them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.columns import Column, Table
from matching.compare import BLOCK, Levels, Rows, prepare_levels, rows_of
from matching.conditions import Values, holds, valid_values
from matching.kinds.kind import Kind
from matching.rules import ALWAYS_WEIGHT, Condition, MatchModel
from matching.vectors import Vectors

NEVER = -(10**6)
"""The weight of a pair that a `never` rule keeps apart."""
MATCH, REVIEW, DISTINCT = 2, 1, 0
"""The outcomes of a pair."""
OUTCOMES = ("distinct", "review", "match")
"""The outcomes in words, by number."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Match weights in thousandths of a bit (int32) and outcomes (int8), one of each a pair."""

    weights: npt.NDArray[np.int32]
    outcomes: npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Edges:
    """The pairs at or above the review threshold, with their weights and outcomes as in Scores."""

    left: Rows
    right: Rows
    weights: npt.NDArray[np.int32]
    outcomes: npt.NDArray[np.int8]


def score(model: MatchModel, table: Table, levels: Levels, left: Rows, right: Rows) -> Scores:
    """Weigh every pair and decide it: never over always over the sum of prior and level weights.

    Fellegi and Sunter (1969): the weight of a pair is the log2 odds that it matches. A sum stays
    within one thousandth of a bit of ALWAYS_WEIGHT on either side, which is kept for the rules.
    """
    weights, outcomes = _decided(model, sums(model, levels))
    always, never = _ruled(model, table, left, right)
    weights[always], outcomes[always] = ALWAYS_WEIGHT, MATCH
    weights[never], outcomes[never] = NEVER, DISTINCT
    return Scores(weights, outcomes)


def sums(model: MatchModel, levels: Levels) -> npt.NDArray[np.int32]:
    """Add up the weights of every pair, before any limit and any rule."""
    vectors = Vectors(len(levels), [group.prior for group in model.groups])
    for place, name in enumerate(model.compared):
        vectors.add(levels[:, place], _weights(model, name))
    return _against_all(vectors.weights)[vectors.number]


def _weights(model: MatchModel, name: str) -> npt.NDArray[np.int32]:
    """Give the weights of an attribute against each group of strangers: (groups, levels)."""
    return np.stack([group.weights[name] for group in model.groups])


def _against_all(weights: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Weigh pairs against all groups of strangers together, given their weights against each: (groups, pairs).

    The odds against a match add up over the groups, so no pair weighs more than against any one of them.
    """
    least: npt.NDArray[np.int32] = weights.min(axis=0)
    if len(weights) == 1:
        return least
    bits = np.logaddexp2.reduce(weights / -1000, axis=0)
    found: npt.NDArray[np.int32] = np.minimum(np.rint(-1000 * bits).astype(np.int32), least)
    return found


def edges(model: MatchModel, table: Table, left: Rows, right: Rows) -> Edges:
    """Give the pairs at or above the review threshold, exactly those of `compare` and `score`, in less time.

    Attributes that are cheap to compare go first, and a pair is given up as soon as all that is left could
    no longer lift it to the threshold; pairs that a rule decides are not compared at all.
    """
    always, never = _ruled(model, table, left, right)
    pairs, sums = _hopeful(model, table, np.flatnonzero(~(always | never)), left=left, right=right)
    weights, outcomes = _decided(model, sums)
    ruled = np.flatnonzero(always & ~never)
    found = np.concatenate([pairs, ruled])
    order = np.argsort(found)
    return Edges(
        left=left[found[order]],
        right=right[found[order]],
        weights=np.append(weights, np.full(len(ruled), ALWAYS_WEIGHT, dtype=np.int32))[order],
        outcomes=np.append(outcomes, np.full(len(ruled), MATCH, dtype=np.int8))[order],
    )


def probability(weight: int) -> float:
    """Turn a match weight into the probability that the pair matches."""
    return 0.0 if weight <= NEVER else 1 / (1 + 2 ** (-weight / 1000))


def never_values(model: MatchModel, table: Table) -> list[list[Values]]:
    """Give for every `never` condition the valid values of every record, as `cluster` wants them."""
    return [valid_values(model, condition, table) for condition in model.rules.never]


def deciding(model: MatchModel, table: Table, left: int, right: int) -> tuple[str, Condition] | None:
    """Give the rule that decided a pair above its score, as (`always` or `never`, condition), or None."""
    one, other = np.array([left], dtype=np.int64), np.array([right], dtype=np.int64)
    for section, conditions in (("never", model.rules.never), ("always", model.rules.always)):
        for condition in conditions:
            if holds(model, condition, table, left=one, right=other)[0]:
                return section, condition
    return None


def _hopeful(
    model: MatchModel, table: Table, pairs: Rows, *, left: Rows, right: Rows
) -> tuple[Rows, npt.NDArray[np.int32]]:
    """Give those of the pairs whose sum of weights reaches the review threshold, and the sums."""
    used = rows_of(left[pairs], right[pairs], count=max((len(table[name].codes) for name in model.compared), default=0))
    order = sorted(model.compared, key=lambda name: _cost(model.kind(name), table[name]))
    levels = {name: prepare_levels(model.kind(name), table[name], used) for name in order}
    found = [(pairs[:0], np.empty(0, dtype=np.int32))]
    for start in range(0, len(pairs), BLOCK):
        block = pairs[start : start + BLOCK]
        kept, sums = _block(model, table, levels, left[block], right[block])
        found.append((block[kept], sums))
    return np.concatenate([kept for kept, _ in found]), np.concatenate([sums for _, sums in found])


def _block(
    model: MatchModel, table: Table, levels: Mapping[str, Callable[[Rows, Rows], Levels]], left: Rows, right: Rows
) -> tuple[Rows, npt.NDArray[np.int32]]:
    """Give the places and the sums of the pairs that reach the review threshold.

    A pair starts with the most that it can reach against each group, and comes down to what it does reach.
    """
    vectors, pairs = Vectors(len(left), [group.prior for group in model.groups]), np.arange(len(left))
    weights = {name: _weights(model, name) for name in levels}
    for name in levels:
        known = table[name].codes >= 0
        best = weights[name][:, 1:].max(axis=1, keepdims=True)
        vectors.add((known[left] & known[right]).astype(np.int8), np.hstack([np.zeros_like(best), best]))
    for name, levels_of in levels.items():
        pairs = pairs[vectors.keep(model.review_weight)]
        change = weights[name] - weights[name][:, 1:].max(axis=1, keepdims=True)
        change[:, 0] = 0
        vectors.add(levels_of(left[pairs], right[pairs]), change)
    sums = _against_all(vectors.weights)[vectors.number]
    kept = np.flatnonzero(sums >= model.review_weight)
    return pairs[kept], sums[kept]


def _cost(kind: Kind, column: Column) -> tuple[bool, float]:
    """Order attributes by what comparing costs, roughly: word by word last, then by the mean length."""
    return "tokens" in kind.parts, sum(map(len, column.cells)) / max(len(column.cells), 1)


def _decided(model: MatchModel, sums: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int8]]:
    """Give weights within their limit, and the outcome of each."""
    weights = np.clip(sums, 1 - ALWAYS_WEIGHT, ALWAYS_WEIGHT - 1)
    outcomes = (weights >= model.review_weight).astype(np.int8) + (weights >= model.match_weight)
    return weights, outcomes.astype(np.int8)


def _ruled(
    model: MatchModel, table: Table, left: Rows, right: Rows
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Say which pairs an `always` rule joins and which a `never` rule keeps apart (a pair may be both)."""
    always, never = np.zeros((2, len(left)), dtype=bool)
    for conditions, found in ((model.rules.always, always), (model.rules.never, never)):
        for condition in conditions:
            found |= holds(model, condition, table, left=left, right=right)  # noqa: PLW2901 - in place
    return always, never
