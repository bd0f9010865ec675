"""Match rules: what an entity type compares, blocks on and decides by, checked against the kinds."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from math import log2
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, model_validator
from rapidfuzz.distance import DamerauLevenshtein

from matching.kinds import KINDS
from matching.kinds.kind import Kind

ALWAYS_WEIGHT = 100_000
"""The weight, in thousandths of a bit, of a pair that an `always` rule joins; no scored pair reaches it."""

Probability = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
Likelihood = Annotated[float, Field(ge=1e-9, le=1, allow_inf_nan=False)]
Factor = Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)]
Path = tuple[str | int, ...]
Blocking = tuple[tuple["BlockPart", ...], ...]


class RulesError(ValueError):
    """A match rule cannot be used; `path` leads to it inside the rules document."""

    def __init__(self, message: str, path: Path = ()) -> None:
        super().__init__(message)
        self.path = path


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MatchAttribute(_Document):
    """An attribute as matching sees it: its kind, and whether a record may have several values."""

    kind: str
    many: bool = False


class Condition(_Document):
    """Holds for a pair of records that agree (`same`) or disagree (`different`) on every attribute named."""

    same: str | list[str] | None = None
    different: str | list[str] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "Condition":
        if (self.same is None) == (self.different is None):
            raise ValueError("a condition is either `same` or `different`, with at least one attribute")
        if not self.attributes:
            raise ValueError("a condition names at least one attribute")
        return self

    @property
    def word(self) -> str:
        """`same` or `different`."""
        return "different" if self.same is None else "same"

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes that must all agree, or all disagree."""
        named = self.different if self.same is None else self.same
        return (named,) if isinstance(named, str) else tuple(named or ())


class LevelTuning(_Document):
    """Replaces a level's m (its share among matches) or u (its share among non-matches)."""

    level: str
    m: Likelihood | None = None
    u: Likelihood | None = None


class Comparison(_Document):
    """A compared attribute with tuned levels; `weight` is a factor on all its match weights."""

    attribute: str
    levels: list[LevelTuning] | None = None
    weight: Factor | None = None


class Thresholds(_Document):
    """Match probabilities from which a pair is a match, or is shown to a steward."""

    match: Probability = 0.99
    review: Probability = 0.70

    @model_validator(mode="after")
    def _in_order(self) -> "Thresholds":
        if self.review > self.match:
            raise ValueError(f"the review threshold {self.review} is above the match threshold {self.match}")
        return self


class MatchRules(_Document):
    """The `match` part of an entity type: OR of AND blocking keys, comparisons, rules above the score."""

    block_on: list[list[str]]
    compare: list[str | Comparison]
    always: list[Condition] = []
    never: list[Condition] = []
    thresholds: Thresholds = Thresholds()
    prior: Probability = 0.001
    block_cap: int = Field(default=200, ge=2)
    piece_limit: int = Field(default=500, ge=2)


@dataclass(frozen=True, slots=True)
class BlockPart:
    """One part of a blocking key: an attribute and the name of its kind's part, "" for the whole value."""

    attribute: str
    part: str

    @property
    def words(self) -> str:
        """The part as a person says it: `email domain`."""
        return f"{self.attribute} {self.part}".rstrip()


@dataclass(frozen=True, slots=True)
class MatchModel:
    """Match rules made ready: names resolved, probabilities turned into integer match weights.

    `attributes` are those that can be evidence. Weights are thousandths of a bit. `weights[attribute]` is indexed
    by level; [0] is the weight of a missing value, always 0.
    """

    entity_type: str
    attributes: dict[str, MatchAttribute]
    rules: MatchRules
    blocking: Blocking
    compared: tuple[str, ...]
    weights: dict[str, npt.NDArray[np.int32]] = field(compare=False)
    prior_weight: int
    match_weight: int
    review_weight: int

    def kind(self, attribute: str) -> Kind:
        """Give the kind of an attribute."""
        return KINDS[self.attributes[attribute].kind]


def match_model(entity_type: str, attributes: Mapping[str, MatchAttribute], rules: MatchRules) -> MatchModel:
    """Check match rules against the attributes and make them ready for use.

    Raises:
        RulesError: a name is not an attribute, kind, part or level; it names the nearest valid word.
    """
    for name, attribute in attributes.items():
        _known(attribute.kind, KINDS, "kind", ("attributes", name, "kind"))
    for section, conditions in (("always", rules.always), ("never", rules.never)):
        for number, condition in enumerate(conditions):
            for name in condition.attributes:
                _evidence(name, attributes, (section, number, condition.word))
    weights = _weights(attributes, rules)
    return MatchModel(
        entity_type=entity_type,
        attributes={name: one for name, one in attributes.items() if KINDS[one.kind].evidence},
        rules=rules,
        blocking=_blocking(attributes, rules),
        compared=tuple(weights),
        weights=weights,
        prior_weight=weight_of(rules.prior),
        match_weight=weight_of(rules.thresholds.match),
        review_weight=weight_of(rules.thresholds.review),
    )


def weight_of(probability: float) -> int:
    """Turn a probability into a match weight: its log2 odds in thousandths of a bit."""
    return round(1000 * log2(probability / (1 - probability)))


def _known(word: str, valid: Collection[str], what: str, path: Path) -> None:
    if word in valid:
        return
    nearest = min(sorted(valid), key=lambda name: DamerauLevenshtein.distance(word, name), default=None)
    hint = f"; the nearest is {nearest!r}" if nearest is not None else "; there is none"
    raise RulesError(f"{word!r} is not a known {what}{hint}", path)


def _evidence(name: str, attributes: Mapping[str, MatchAttribute], path: Path) -> None:
    _known(name, attributes, "attribute", path)
    kind = KINDS[attributes[name].kind]
    if not kind.evidence:
        raise RulesError(f"{name!r} holds {kind.name}, which are no evidence: nothing is blocked on or compared", path)


def _blocking(attributes: Mapping[str, MatchAttribute], rules: MatchRules) -> Blocking:
    return tuple(_block_rule(attributes, words, ("block_on", number)) for number, words in enumerate(rules.block_on))


def _block_rule(attributes: Mapping[str, MatchAttribute], words: list[str], path: Path) -> tuple[BlockPart, ...]:
    if not words:
        raise RulesError("a blocking key needs at least one part", path)
    if len(set(words)) < len(words):
        raise RulesError("a blocking key names a part twice", path)
    return tuple(_block_part(attributes, word, (*path, place)) for place, word in enumerate(words))


def _block_part(attributes: Mapping[str, MatchAttribute], word: str, path: Path) -> BlockPart:
    name, dot, part = word.partition(".")
    _evidence(name, attributes, path)
    kind = KINDS[attributes[name].kind]
    if dot or "" not in kind.parts:
        _known(part, [offered for offered in kind.parts if offered], f"part of {kind.name}", path)
    return BlockPart(name, part)


def _weights(attributes: Mapping[str, MatchAttribute], rules: MatchRules) -> dict[str, npt.NDArray[np.int32]]:
    weights: dict[str, npt.NDArray[np.int32]] = {}
    for number, entry in enumerate(rules.compare):
        comparison = Comparison(attribute=entry) if isinstance(entry, str) else entry
        path: Path = ("compare", number) if isinstance(entry, str) else ("compare", number, "attribute")
        name = comparison.attribute
        _evidence(name, attributes, path)
        if name in weights:
            raise RulesError(f"{name!r} is compared twice", path)
        weights[name] = _level_weights(KINDS[attributes[name].kind], comparison, ("compare", number))
    return weights


def _level_weights(kind: Kind, comparison: Comparison, path: Path) -> npt.NDArray[np.int32]:
    m = {level.name: level.m for level in kind.levels}
    u = {level.name: level.u for level in kind.levels}
    for number, tuning in enumerate(comparison.levels or ()):
        _known(tuning.level, m, f"level of {kind.name}", (*path, "levels", number, "level"))
        m[tuning.level] = m[tuning.level] if tuning.m is None else tuning.m
        u[tuning.level] = u[tuning.level] if tuning.u is None else tuning.u
    factor = 1.0 if comparison.weight is None else comparison.weight
    bits = [log2(m[name] / u[name]) * factor for name in m]
    return np.array([0, *(round(1000 * bit) for bit in bits)], dtype=np.int32)
