"""Two records side by side: their values with the differences marked, and the evidence as a waterfall."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from matching.explain import TOGETHER, ComparisonEvidence, Evidence
from matching.rules import MatchModel
from mdm.pages.page import clip

SIGNS = {"same": "=", "near": "≈", "conflict": "≠", "missing": "∅", "rule": "!", "other": ""}
"""How two values compare, as a sign beside the words: colour alone must not tell."""
RULED = ("always", "never", "limit")
"""The levels that are no agreement of values but a decision above the weights."""
MOST_ROWS = 40
ALIKE = 0.5
"""Texts less alike than this are marked whole: single letters in common would say nothing."""


@dataclass(frozen=True, slots=True)
class Side:
    """One record of a pair: what it is called, and its values by attribute."""

    title: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Text:
    """A stretch of a value, and whether the other side has something else there."""

    text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """One step of a waterfall, from and to in thousandths of the width; `cut` says that it goes on beyond."""

    start: int
    width: int
    toward: str
    cut: bool


NO_BAR = Bar(0, 0, "for", cut=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the evidence: an attribute or a rule, both values, and what it adds."""

    attribute: str
    state: str
    left: list[Text]
    right: list[Text]
    words: str
    weight: float
    bar: Bar

    @property
    def sign(self) -> str:
        """The sign of its state."""
        return SIGNS[self.state]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records and why they match or not.

    `rest` attributes were left out, which added `rest_weight`. `missing` are those that only one side has, `beside`
    those that nothing compares. `review_at`, `match_at` and `zero_at` are places like those of a Bar.
    """

    left: str
    right: str
    evidence: Evidence
    prior: Bar
    rows: list[Row]
    total: Bar
    rest: int
    rest_weight: float
    review: float
    match: float
    review_at: int
    match_at: int
    zero_at: int
    missing: list[Row]
    beside: list[Row]


def pair_of(model: MatchModel, evidence: Evidence, left: Side, right: Side) -> Pair:
    """Lay out a pair: strongest evidence first, then rules, and below them the values that nothing compares."""
    comparisons = evidence["comparisons"]
    absent = [one["attribute"] for one in comparisons if one["level"] == "missing"]
    ruled = [one for one in comparisons if one["level"] in RULED]
    weighed = [one for one in comparisons if one["level"] not in {"missing", *RULED}]
    weighed.sort(key=lambda one: -abs(one["weight"]))
    shown, rest = weighed[:MOST_ROWS], weighed[MOST_ROWS:]
    scale = Scale(model, evidence, [one["weight"] for one in shown])
    rows, reached = [], evidence["prior"]
    for one in shown + ruled:
        rows.append(_row(model, one, left, right, bar=scale.bar(reached, reached + one["weight"])))
        reached += one["weight"]
    return Pair(
        left.title, right.title, evidence, scale.bar(0, evidence["prior"]), rows,
        scale.bar(0, evidence["match_weight"]), len(rest), sum(one["weight"] for one in rest),
        model.review_weight / 1000, model.match_weight / 1000, scale.at(model.review_weight / 1000),
        scale.at(model.match_weight / 1000), scale.at(0), _unsaid(absent, left, right, state="missing"),
        _unsaid([name for name in model.attributes if name not in model.compared], left, right, state="other"),
    )  # fmt: skip


class Scale:
    """Puts weights on a line of a thousand places; rules, whose weights dwarf all others, run off its ends."""

    def __init__(self, model: MatchModel, evidence: Evidence, weights: list[float]) -> None:
        reached = [0.0, evidence["prior"], model.review_weight / 1000, model.match_weight / 1000]
        total = evidence["prior"]
        for weight in weights:
            total += weight
            reached.append(total)
        margin = (max(reached) - min(reached)) * 0.06 + 0.5
        self.low, self.high = min(reached) - margin, max(reached) + margin

    def at(self, weight: float) -> int:
        """The place of a weight, inside the line."""
        place = round(1000 * (weight - self.low) / (self.high - self.low))
        return min(max(place, 0), 1000)

    def bar(self, start: float, end: float) -> Bar:
        """The step from one weight to another."""
        low, high = sorted((start, end))
        toward = "for" if end >= start else "against"
        return Bar(self.at(low), self.at(high) - self.at(low), toward, low < self.low or high > self.high)


def _row(model: MatchModel, one: ComparisonEvidence, left: Side, right: Side, *, bar: Bar) -> Row:
    texts = (
        []
        if one["level"] in {TOGETHER, *RULED}
        else [told(side.values.get(one["attribute"])) for side in (left, right)]
    )
    marked = marks(*texts) if texts else ([], [])
    return Row(one["attribute"], _state(model, one), *marked, one["words"], one["weight"], bar)


def _state(model: MatchModel, one: ComparisonEvidence) -> str:
    if one["level"] in RULED:
        return "rule"
    if one["level"] != TOGETHER and model.kind(one["attribute"]).agrees(one["level"]):
        return "same"
    return "near" if one["weight"] > 0 else "conflict"


def _unsaid(names: Iterable[str], left: Side, right: Side, *, state: str) -> list[Row]:
    """The attributes among these that add nothing but that some side has."""
    found = []
    for name in names:
        texts = [told(side.values.get(name)) for side in (left, right)]
        if any(texts):
            same = _whole(texts[0], differs=False), _whole(texts[1], differs=False)
            found.append(Row(name, state, *(marks(*texts) if state == "other" else same), "", 0, NO_BAR))
    return found[:MOST_ROWS]


def told(value: Any) -> str:
    """A value as one line of text, the parts of an object after commas and several values after semicolons."""
    if isinstance(value, Mapping):
        return ", ".join(part for part in map(told, value.values()) if part)
    if isinstance(value, list | tuple):
        return "; ".join(part for part in map(told, value) if part)
    return "" if value is None else clip(" ".join(str(value).split()))


def marks(left: str, right: str) -> tuple[list[Text], list[Text]]:
    """Both texts in stretches, those marked that the other side does not have; upper and lower case are alike."""
    one, other = left.casefold(), right.casefold()
    if not (left and right) or (len(one), len(other)) != (len(left), len(right)):
        return _whole(left, differs=bool(right) and one != other), _whole(right, differs=bool(left) and one != other)
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if one != other and matcher.ratio() < ALIKE:
        return _whole(left, differs=True), _whole(right, differs=True)
    blocks = matcher.get_opcodes()
    return (
        [Text(left[start:end], tag != "equal") for tag, start, end, _, _ in blocks if end > start],
        [Text(right[start:end], tag != "equal") for tag, _, _, start, end in blocks if end > start],
    )


def _whole(text: str, *, differs: bool) -> list[Text]:
    return [Text(text, differs)] if text else []
