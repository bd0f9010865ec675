"""Explain: why two records match or do not, in signed weights that add up."""

from collections.abc import Collection, Mapping
from typing import TypedDict

import numpy as np

from matching.columns import Column, Table
from matching.compare import Levels, compare
from matching.meet import RuleEvidence, meet
from matching.rules import Condition, MatchModel
from matching.score import OUTCOMES, deciding, probability, score, sums
from matching.standardise import standardise

TOGETHER = "together"
"""The level of the line for what agreements count less, or more, together."""


class ComparisonEvidence(TypedDict):
    """What one attribute, or one rule above the score, adds to the match weight, in bits."""

    attribute: str
    level: str
    weight: float
    words: str


class Evidence(TypedDict):
    """Why a pair got its outcome: `prior` and the weights of `comparisons` add up to `match_weight`.

    `candidate` says whether any blocking rule brings the two together: if none does they are never compared,
    whatever their weight. `blocking` says it rule by rule, and `keys` are the blocking keys in common.
    """

    outcome: str
    match_weight: float
    match_probability: float
    prior: float
    comparisons: list[ComparisonEvidence]
    keys: list[str]
    candidate: bool
    blocking: list[RuleEvidence]


def why(
    model: MatchModel,
    left: Mapping[str, object],
    right: Mapping[str, object],
    *,
    crowded: Collection[int] = (),
    levels: Levels | None = None,
) -> Evidence:
    """Explain a pair of records, given as source attributes, whether it matches or not.

    Weights are bits with three decimals, exactly those of `score`. An `always` or `never` rule, and the
    limit on a sum, stand as lines of their own with what they add, and so does what agreements count less together,
    where strangers often share them. `crowded` are the blocking keys that more records have than the cap allows, as
    far as that is known; `levels` are those of the pair (1, attributes) where other records have a say in them.
    """
    table = standardise(model, {name: [left.get(name), right.get(name)] for name in model.attributes})
    one, other = np.array([0]), np.array([1])
    levels = compare(model, table, one, other) if levels is None else levels
    scores = score(model, table, levels, one, other)
    lines = [_line(model, table, name, int(level)) for name, level in zip(model.compared, levels[0], strict=True)]
    weight = int(scores.weights[0])
    apart = model.prior_weight + sum(thousandths for _, thousandths in lines)
    together = int(sums(model, levels)[0])
    comparisons = [line for line, _ in lines]
    if together != apart:
        comparisons.append(_together_line(together - apart))
    rest = weight - together
    decided = deciding(model, table, 0, 1)
    if decided or rest:
        comparisons.append(_rule_line(decided, rest))
    meeting = meet(model, table, crowded)
    return Evidence(
        outcome=OUTCOMES[scores.outcomes[0]],
        match_weight=weight / 1000,
        match_probability=round(probability(weight), 6),
        prior=model.prior_weight / 1000,
        comparisons=comparisons,
        keys=meeting.keys,
        candidate=any(one["outcome"] == "shared" for one in meeting.rules),
        blocking=meeting.rules,
    )


def _line(model: MatchModel, table: Table, name: str, level: int) -> tuple[ComparisonEvidence, int]:
    if level == 0:
        return ComparisonEvidence(attribute=name, level="missing", weight=0.0, words=_missing(table[name])), 0
    described = model.kind(name).levels[level - 1]
    weight = int(model.weights[name][level])
    line = ComparisonEvidence(attribute=name, level=described.name, weight=weight / 1000, words=described.words)
    return line, weight


def _missing(column: Column) -> str:
    left, right = column.codes < 0
    return "no value on either side" if left and right else f"no value on the {'left' if left else 'right'}"


def _together_line(rest: int) -> ComparisonEvidence:
    less = "strangers often share what agrees here, so that it counts less together"
    words = less if rest < 0 else "strangers seldom agree in just this way, so that it counts more together"
    return ComparisonEvidence(attribute=TOGETHER, level=TOGETHER, weight=rest / 1000, words=words)


def _rule_line(decided: tuple[str, Condition] | None, rest: int) -> ComparisonEvidence:
    if decided is None:
        words = "a sum of weights ends below that of a rule"
        return ComparisonEvidence(attribute="limit", level="limit", weight=rest / 1000, words=words)
    section, condition = decided
    named = " and ".join(condition.attributes)
    ending = "always a match" if section == "always" else "never a match"
    words = f"{condition.word} {named}: {ending}"
    return ComparisonEvidence(attribute=named, level=section, weight=rest / 1000, words=words)
