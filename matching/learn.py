"""Learn: how much each agreement tells, from the records alone, in turns with the clusters that follow from it.

Expectation and maximisation alone splits the pairs that agree on much from the others, and takes members of a family
for one person. What it finds is therefore clustered; the pairs in a cluster are the matches of the next round, the
others fall into groups of strangers, and so on until the clusters stay.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.compare import Levels, Rows
from matching.document import Comparison, LevelTuning, MatchRules, Strangers
from matching.rules import MatchModel, match_model
from matching.score import sums
from matching.strangers import mixture, one_group
from matching.train import Estimate

GROUPS = 12
"""Groups of strangers: families, buildings, name-sakes, and what else a file has. On labelled files precision and
calibration rose up to here; a group that a file has no use for becomes like another."""
ROUNDS = 12
_STILL = 0.0005
"""Clusters count as settled when so small a share of the pairs within them changes."""
_PULL = 0.1
"""The figures that the kinds come with count like so large a share of the matches."""
FEWEST = 50
"""So many pairs of each class are needed to learn from."""
_SMALLEST = 1e-6

Weights = npt.NDArray[np.int32]
Clusters = Callable[[MatchModel, Weights], Rows]
"""Clusters the records by a model and the weights of the pairs: gives each record the first row of its cluster."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """Rules with what was learnt, whether the clusters `settled`, and in words what was not learnt."""

    rules: MatchRules
    settled: bool
    notes: list[str]


def learn(model: MatchModel, levels: Levels, left: Rows, right: Rows, *, cluster: Clusters) -> Learnt:
    """Learn m, u, the prior and groups of strangers from the candidate pairs of a file, given their levels.

    `model` has the figures to set out from. With too few pairs of a class, or when only one attribute is compared,
    they are kept, and a note says so.
    """
    if len(model.compared) < 2 or len(levels) < 2 * FEWEST:
        return Learnt(model.rules, True, [_too_few(model, len(levels))])
    vectors, number, counts = np.unique(levels, axis=0, return_inverse=True, return_counts=True)
    given, start, before = model.rules, _start(model), np.zeros(len(levels), dtype=bool)
    for _ in range(ROUNDS):
        weights = sums(model, vectors)[number.ravel()]
        leads = cluster(model, weights)
        same = leads[left] == leads[right]
        if same.sum() < FEWEST or (~same).sum() < FEWEST:
            return Learnt(given, False, [_too_few(model, int(same.sum()))])
        if (same != before).sum() <= _STILL * same.sum():
            return Learnt(model.rules, True, [])
        before, matches = same, np.bincount(number.ravel(), _shares(same, weights), len(vectors)).astype(np.float64)
        rules = _fitted(model, vectors, matches, counts - matches, start=start)
        model = match_model(model.entity_type, model.attributes, rules)
    return Learnt(model.rules, False, [f"the clusters still changed a little after {ROUNDS} rounds"])


def _shares(same: npt.NDArray[np.bool_], weights: Weights) -> npt.NDArray[np.float64]:
    """Say how much each pair counts as a match: wholly in a cluster; apart from one, as far as it is likely.

    A pair that looks like a match and whose clusters stayed apart is none: the other records spoke against it.
    """
    likely = 1 / (1 + np.exp2(np.minimum(weights, 0) / -1000))
    return np.where(same, 1.0, np.where(weights < 0, likely, 0.0))


def _too_few(model: MatchModel, pairs: int) -> str:
    if len(model.compared) < 2:
        return "only one attribute is compared, so its figures are those that its kind comes with"
    return f"too few pairs to learn from ({pairs:,}), so the figures are those that the kinds come with"


def _start(model: MatchModel) -> Estimate:
    kinds = [model.kind(name) for name in model.compared]
    return Estimate(
        [_normal([level.m for level in kind.levels]) for kind in kinds],
        [_normal([level.u for level in kind.levels]) for kind in kinds],
        model.rules.prior,
    )


def _normal(shares: Sequence[float]) -> npt.NDArray[np.float64]:
    given = np.array(shares)
    return np.asarray(given / given.sum())


def _fitted(
    model: MatchModel,
    vectors: Levels,
    matches: npt.NDArray[np.float64],
    others: npt.NDArray[np.float64],
    *,
    start: Estimate,
) -> MatchRules:
    """Write rules with the figures of these matches and strangers: distinct vectors that occur so often."""
    m = one_group(vectors, matches, start.m, pull=_PULL)
    groups = mixture(vectors, others, start.u, groups=GROUPS)
    u = [groups.shares @ each for each in groups.u]
    names = {name: [level.name for level in model.kind(name).levels] for name in model.compared}
    compare: list[str | Comparison] = [
        Comparison(attribute=name, levels=_tunings(levels, m[place], u[place]))
        for place, (name, levels) in enumerate(names.items())
    ]
    strangers = [
        Strangers(
            share=_rounded(share),
            levels={
                name: dict(zip(levels, map(_rounded, groups.u[place][number]), strict=True))
                for place, (name, levels) in enumerate(names.items())
            },
        )
        for number, share in enumerate(groups.shares)
    ]
    prior = float(np.clip(matches.sum() / (matches.sum() + others.sum()), _SMALLEST, 1 - _SMALLEST))
    return model.rules.model_copy(update={"compare": compare, "strangers": strangers, "prior": round(prior, 6)})


def _tunings(levels: Sequence[str], m: npt.NDArray[np.float64], u: npt.NDArray[np.float64]) -> list[LevelTuning]:
    return [
        LevelTuning(level=level, m=_rounded(one), u=_rounded(other))
        for level, one, other in zip(levels, m, u, strict=True)
    ]


def _rounded(share: float) -> float:
    return min(max(round(float(share), 6), _SMALLEST), 1 - _SMALLEST)
