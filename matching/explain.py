"""Explain: why two records match or do not, in signed weights that add up."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, TypedDict

import numpy as np

from matching.block import rule_key_words
from matching.columns import Column, Table
from matching.compare import Levels, compare
from matching.meet import RuleEvidence, Words, meet
from matching.rules import ALWAYS_WEIGHT, Condition, MatchModel
from matching.score import NEVER, OUTCOMES, deciding, probability, score, sums
from matching.standardise import standardise

Pair = tuple[Mapping[str, object], Mapping[str, object]]
"""The source attributes of two records."""
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


class _Scored(NamedTuple):
    """What a pair weighs in thousandths of a bit, its outcome, and the sum of its levels before rules and limits."""

    weight: int
    outcome: int
    together: int


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
    return why_all(model, [(left, right)], crowded=crowded, levels=levels)[0]


def why_all(
    model: MatchModel, pairs: Sequence[Pair], *, crowded: Collection[int] = (), levels: Levels | None = None
) -> list[Evidence]:
    """Explain many pairs, each as `why` does, in much less time; `levels` are (pairs, attributes)."""
    if not pairs:
        return []
    sides = [side for pair in pairs for side in pair]
    table = standardise(model, {name: [side.get(name) for side in sides] for name in model.attributes})
    left = np.arange(0, len(sides), 2)
    levels = compare(model, table, left, left + 1) if levels is None else levels
    scores = score(model, table, levels, left, left + 1)
    words = rule_key_words(model, table)
    return [
        _evidence(model, _two_rows(table, row), told, _Scored(weight, outcome, together), words[row : row + 2], crowded)
        for row, told, weight, outcome, together in zip(
            left.tolist(),
            levels.tolist(),
            scores.weights.tolist(),
            scores.outcomes.tolist(),
            sums(model, levels).tolist(),
            strict=True,
        )
    ]


def _two_rows(table: Table, row: int) -> Table:
    return {name: Column(column.codes[row : row + 2], column.cells) for name, column in table.items()}


def _evidence(
    model: MatchModel,
    table: Table,
    levels: Sequence[int],
    scored: _Scored,
    words: Sequence[Sequence[Words]],
    crowded: Collection[int],
) -> Evidence:
    lines = [_line(model, table, name, level) for name, level in zip(model.compared, levels, strict=True)]
    apart = model.prior_weight + sum(thousandths for _, thousandths in lines)
    comparisons = [line for line, _ in lines]
    if scored.together != apart:
        comparisons.append(_together_line(scored.together - apart))
    rest = scored.weight - scored.together
    decided = deciding(model, table, 0, 1) if scored.weight in {ALWAYS_WEIGHT, NEVER} else None
    if decided or rest:
        comparisons.append(_rule_line(decided, rest))
    meeting = meet(model, table, words, crowded)
    return Evidence(
        outcome=OUTCOMES[scored.outcome],
        match_weight=scored.weight / 1000,
        match_probability=round(probability(scored.weight), 6),
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
