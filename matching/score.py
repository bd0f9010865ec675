"""Score: levels into match weights and outcomes, with the rules that stand above them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.columns import Column, Table
from matching.compare import Levels, Rows, attribute_levels
from matching.conditions import Values, holds, valid_values
from matching.kinds.kind import Kind
from matching.rules import ALWAYS_WEIGHT, Condition, MatchModel

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
    found = []
    for group in model.groups:
        weights = np.full(len(levels), group.prior, dtype=np.int32)
        for place, name in enumerate(model.compared):
            weights += group.weights[name][levels[:, place]]
        found.append(weights)
    return _against_all(np.array(found))


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
    """Give those of the pairs whose sum of weights reaches the review threshold, and the sums.

    `most` starts as the most that each pair can reach against each group, and comes down to what it does reach.
    """
    best = {name: np.array([group.weights[name][1:].max() for group in model.groups]) for name in model.compared}
    most = np.repeat([[group.prior] for group in model.groups], len(pairs), axis=1).astype(np.int32)
    for name in model.compared:
        known = table[name].codes >= 0
        most[:, known[left[pairs]] & known[right[pairs]]] += best[name][:, None]
    for name in sorted(model.compared, key=lambda name: _cost(model.kind(name), table[name])):
        kept = (most >= model.review_weight).all(axis=0)
        pairs, most = pairs[kept], most[:, kept]
        levels = attribute_levels(model.kind(name), table[name], left[pairs], right[pairs])
        for place, group in enumerate(model.groups):
            most[place] += np.where(levels > 0, group.weights[name][levels] - best[name][place], np.int32(0))
    found = _against_all(most)
    kept = found >= model.review_weight
    return pairs[kept], found[kept]


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
