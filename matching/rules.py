"""Match rules: what an entity type compares, blocks on and decides by, checked against the kinds."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from math import log2

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import DamerauLevenshtein

from matching.document import Comparison, Condition, Constraint, LevelTuning, MatchAttribute, MatchRules, Thresholds
from matching.kinds import KINDS
from matching.kinds.kind import Kind
from matching.kinds.steps import by_frequency

__all__ = [
    "ALWAYS_WEIGHT",
    "BlockPart",
    "Comparison",
    "Condition",
    "Constraint",
    "LevelTuning",
    "MatchAttribute",
    "MatchModel",
    "MatchRules",
    "RulesError",
    "Thresholds",
    "figures_of",
    "match_model",
    "weight_of",
]

ALWAYS_WEIGHT = 100_000
"""The weight, in thousandths of a bit, of a pair that an `always` rule joins; no scored pair reaches it."""

Path = tuple[str | int, ...]
Blocking = tuple[tuple["BlockPart", ...], ...]
Shares = dict[str, float]


class RulesError(ValueError):
    """A match rule cannot be used; `path` leads to it inside the rules document."""

    def __init__(self, message: str, path: Path = ()) -> None:
        super().__init__(message)
        self.path = path


@dataclass(frozen=True, slots=True)
class BlockPart:
    """One part of a blocking key: an attribute and the name of its kind's part, "" for the whole value."""

    attribute: str
    part: str

    @property
    def words(self) -> str:
        """The part as a person says it: `email domain`."""
        return f"{self.attribute} {self.part}".rstrip()


Weights = dict[str, npt.NDArray[np.int32]]


@dataclass(frozen=True, slots=True)
class Group:
    """A group of strangers: the weights of a pair against it, `prior` being that of matches against its share."""

    prior: int
    weights: Weights


@dataclass(frozen=True, slots=True)
class MatchModel:
    """Match rules made ready: names resolved, probabilities turned into integer match weights.

    `attributes` are those that can be evidence, `in_steps` the kinds of those whose frequencies are known. Weights are
    thousandths of a bit. `weights[attribute]` is indexed by level; [0] is the weight of a missing value, always 0.
    `groups` are those of strangers, at least one.
    """

    entity_type: str
    attributes: dict[str, MatchAttribute]
    rules: MatchRules
    in_steps: Mapping[str, Kind] = field(compare=False)
    blocking: Blocking
    compared: tuple[str, ...]
    weights: Weights = field(compare=False)
    groups: tuple[Group, ...] = field(compare=False)
    prior_weight: int
    match_weight: int
    review_weight: int

    def kind(self, attribute: str) -> Kind:
        """Give the kind of an attribute."""
        return self.in_steps.get(attribute) or KINDS[self.attributes[attribute].kind]


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
    for number, constraint in enumerate(rules.constraints):
        _constraint(constraint, attributes, ("constraints", number))
    in_steps = _in_steps(attributes, rules)
    kinds = {**{name: KINDS[one.kind] for name, one in attributes.items()}, **in_steps}
    weights = _weights(attributes, kinds, rules)
    return MatchModel(
        entity_type=entity_type,
        attributes={name: one for name, one in attributes.items() if KINDS[one.kind].evidence},
        rules=rules,
        in_steps=in_steps,
        blocking=_blocking(attributes, rules),
        compared=tuple(weights),
        weights=weights,
        groups=_groups(kinds, rules, weights),
        prior_weight=weight_of(rules.prior),
        match_weight=weight_of(rules.thresholds.match),
        review_weight=weight_of(rules.thresholds.review),
    )


def figures_of(model: MatchModel) -> dict[str, tuple[Shares, Shares]]:
    """Give m and u of every compared attribute, each by the names of its levels, as the rules have them."""
    entries = [Comparison(attribute=one) if isinstance(one, str) else one for one in model.rules.compare]
    return {one.attribute: _shares(model.kind(one.attribute), one, ()) for one in entries}


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


def _constraint(constraint: Constraint, attributes: Mapping[str, MatchAttribute], path: Path) -> None:
    for name in constraint.attributes:
        _evidence(name, attributes, (*path, "different"))
    for place, name in enumerate(constraint.overlapping or ()):
        _evidence(name, attributes, (*path, "overlapping", place))
        if attributes[name].kind != "date" or attributes[name].many:
            raise RulesError(f"{name!r} is not one date, so that days can overlap", (*path, "overlapping", place))


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


def _in_steps(attributes: Mapping[str, MatchAttribute], rules: MatchRules) -> dict[str, Kind]:
    found = {}
    for number, entry in enumerate(rules.compare):
        if not isinstance(entry, str) and entry.frequencies is not None:
            _evidence(entry.attribute, attributes, ("compare", number, "attribute"))
            found[entry.attribute] = by_frequency(KINDS[attributes[entry.attribute].kind], entry.frequencies)
    return found


def _weights(attributes: Mapping[str, MatchAttribute], kinds: Mapping[str, Kind], rules: MatchRules) -> Weights:
    weights: Weights = {}
    for number, entry in enumerate(rules.compare):
        comparison = Comparison(attribute=entry) if isinstance(entry, str) else entry
        path: Path = ("compare", number) if isinstance(entry, str) else ("compare", number, "attribute")
        name = comparison.attribute
        _evidence(name, attributes, path)
        if name in weights:
            raise RulesError(f"{name!r} is compared twice", path)
        m, u = _shares(kinds[name], comparison, ("compare", number))
        weights[name] = _in_bits(m, u, comparison.weight)
    return weights


def _shares(kind: Kind, comparison: Comparison, path: Path) -> tuple[Shares, Shares]:
    """Give m and u by level, as tuned."""
    m = {level.name: level.m for level in kind.levels}
    u = {level.name: level.u for level in kind.levels}
    for number, tuning in enumerate(comparison.levels or ()):
        _known(tuning.level, m, f"level of {kind.name}", (*path, "levels", number, "level"))
        m[tuning.level] = m[tuning.level] if tuning.m is None else tuning.m
        u[tuning.level] = u[tuning.level] if tuning.u is None else tuning.u
    return m, u


def _in_bits(m: Mapping[str, float], u: Mapping[str, float], factor: float | None) -> npt.NDArray[np.int32]:
    bits = [log2(m[name] / u[name]) * (1.0 if factor is None else factor) for name in m]
    return np.array([0, *(round(1000 * bit) for bit in bits)], dtype=np.int32)


def _groups(kinds: Mapping[str, Kind], rules: MatchRules, weights: Weights) -> tuple[Group, ...]:
    prior = weight_of(rules.prior)
    compared = {entry.attribute: entry for entry in rules.compare if not isinstance(entry, str)}
    groups = []
    for number, strangers in enumerate(rules.strangers):
        own = dict(weights)
        for name, levels in strangers.levels.items():
            path: Path = ("strangers", number, "levels", name)
            _known(name, weights, "compared attribute", path)
            comparison = compared.get(name, Comparison(attribute=name))
            kind = kinds[name]
            m, u = _shares(kind, comparison, path)
            for level in levels:
                _known(level, u, f"level of {kind.name}", path)
            own[name] = _in_bits(m, {**u, **levels}, comparison.weight)
        groups.append(Group(prior - round(1000 * log2(strangers.share)), own))
    return tuple(groups) or (Group(prior, weights),)
