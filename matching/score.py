"""Score: levels into match weights and outcomes, with the rules that stand above them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from matching.columns import Rows, Table
from matching.compare import Comparisons, Levels
from matching.conditions import Values, holds, valid_values
from matching.hopeful import Hopeful, hopeful_at_once, prepare_hopeful
from matching.rules import ALWAYS_WEIGHT, Condition, MatchModel
from matching.vectors import Vectors, against_all, weights_of

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
    always = _any_holds(model, model.rules.always, table, left, right)
    never = _any_holds(model, model.rules.never, table, left, right)
    weights[always], outcomes[always] = ALWAYS_WEIGHT, MATCH
    weights[never], outcomes[never] = NEVER, DISTINCT
    return Scores(weights, outcomes)


def sums(model: MatchModel, levels: Levels) -> npt.NDArray[np.int32]:
    """Add up the weights of every pair, before any limit and any rule."""
    vectors = Vectors(len(levels), [group.prior for group in model.groups])
    for place, name in enumerate(model.compared):
        vectors.add(levels[:, place], weights_of(model, name))
    return against_all(vectors.weights)[vectors.number]


def edges(model: MatchModel, table: Table, left: Rows, right: Rows) -> Edges:
    """Give the pairs at or above the review threshold, exactly those of `compare` and `score`, in less time."""
    return _edges(model, table, left, right, hopeful=hopeful_at_once(model, table))


def prepare_edges(model: MatchModel, table: Table, comparisons: Comparisons) -> Callable[[Rows, Rows], Edges]:
    """Prepare to give the edges among any pairs that can be compared, as `edges` does, for those who ask by slices."""
    return partial(_edges, model, table, hopeful=prepare_hopeful(model, table, comparisons))


def edges_at(model: MatchModel, table: Table, levels: Levels, left: Rows, right: Rows) -> Edges:
    """Give the edges among pairs whose levels are known, as `edges` does."""
    found = score(model, table, levels, left, right)
    kept = np.flatnonzero(found.outcomes != DISTINCT)
    return Edges(left[kept], right[kept], found.weights[kept], found.outcomes[kept])


def _edges(model: MatchModel, table: Table, left: Rows, right: Rows, *, hopeful: Hopeful) -> Edges:
    """Pairs that an `always` rule joins are not compared; `never` rules are asked only of what would be an edge."""
    always = _any_holds(model, model.rules.always, table, left, right)
    pairs, sums = hopeful(np.flatnonzero(~always), left, right)
    weights, outcomes = _decided(model, sums)
    joined = np.flatnonzero(always)
    every = np.concatenate([pairs, joined])
    weights = np.append(weights, np.full(len(joined), ALWAYS_WEIGHT, dtype=np.int32))
    outcomes = np.append(outcomes, np.full(len(joined), MATCH, dtype=np.int8))
    barred = _any_holds(model, model.rules.never, table, left[every], right[every])
    kept = np.argsort(every)
    kept = kept[~barred[kept]]
    return Edges(left[every[kept]], right[every[kept]], weights[kept], outcomes[kept])


def asked(model: MatchModel) -> list[str]:
    """Give the attributes whose values decide about pairs: of no other does `edges` look at the column."""
    conditions = [*model.rules.always, *model.rules.never]
    return list(dict.fromkeys([*model.compared, *(name for one in conditions for name in one.attributes)]))


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


def _decided(model: MatchModel, sums: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int8]]:
    """Give weights within their limit, and the outcome of each."""
    weights = np.clip(sums, 1 - ALWAYS_WEIGHT, ALWAYS_WEIGHT - 1)
    outcomes = (weights >= model.review_weight).astype(np.int8) + (weights >= model.match_weight)
    return weights, outcomes.astype(np.int8)


def _any_holds(
    model: MatchModel, conditions: Sequence[Condition], table: Table, left: Rows, right: Rows
) -> npt.NDArray[np.bool_]:
    """Say of which pairs one of these conditions holds."""
    found = np.zeros(len(left), dtype=bool)
    for condition in conditions:
        found |= holds(model, condition, table, left=left, right=right)
    return found
