"""Survivorship rules: which strategy decides each attribute, and how far each source is trusted."""

import difflib
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    WrapSerializer,
    model_validator,
)

from golden_records.conditions import Days, When

StrategyName = Literal[
    "most_trusted",
    "most_recent",
    "most_frequent",
    "most_complete",
    "longest",
    "shortest",
    "first",
    "min",
    "max",
    "union",
    "source_priority",
]


class RulesError(ValueError):
    """A rule that cannot be followed: `path` leads to it inside the survivorship rules."""

    def __init__(self, message: str, path: Iterable[str | int]) -> None:
        """Say what is wrong and where."""
        super().__init__(message)
        self.path = tuple(path)


def nearest(word: str, words: Collection[str]) -> str:
    """Name the valid word that `word` was most likely meant to be, or all of them."""
    close = difflib.get_close_matches(word, sorted(words), n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"one of {', '.join(sorted(words))}"


def _strategy(name: object) -> object:
    names = get_args(StrategyName)
    if isinstance(name, str) and name not in names:
        raise ValueError(f"unknown strategy {name!r}: {nearest(name, names)}")
    return name


KnownStrategy = Annotated[StrategyName, BeforeValidator(_strategy)]


class _Rules(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Trust(_Rules):
    """How far a source is trusted: `value` of 100, halved each `half_life` days after the event time."""

    value: int = Field(ge=0, le=100, strict=True)
    half_life: Days | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare_number(cls, rule: object) -> object:
        return rule if isinstance(rule, dict | Trust) else {"value": rule}


class AttributeStrategy(_Rules):
    """How one attribute is decided: the strategy, what it needs to know, and which values it considers (all)."""

    strategy: KnownStrategy
    sources: tuple[str, ...] = ()
    trust: dict[str, Trust] = {}
    when: When | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare_name(cls, rule: object) -> object:
        return {"strategy": rule} if isinstance(rule, str) else rule

    @model_validator(mode="after")
    def _sources_have_a_use(self) -> "AttributeStrategy":
        if (self.strategy == "source_priority") != bool(self.sources):
            raise ValueError("strategy source_priority needs `sources`, and no other strategy has a use for them")
        return self

    @cached_property
    def ratings(self) -> dict[str, tuple[int, int | None]]:
        """The trust value and half-life of each source, as plain tuples for the hot path."""
        return {source: (trust.value, trust.half_life) for source, trust in self.trust.items()}

    @cached_property
    def decays(self) -> bool:
        """Whether the trust in any source falls with time."""
        return any(rule.half_life is not None for rule in self.trust.values())


def _trusting(step: AttributeStrategy, trust: dict[str, Trust]) -> AttributeStrategy:
    # Made anew, not copied: a copy would carry along what the first one has worked out for itself.
    return AttributeStrategy(strategy=step.strategy, sources=step.sources, trust=trust, when=step.when)


def _listed(rule: object) -> object:
    return rule if isinstance(rule, list | tuple) else [rule]


def _alone(steps: tuple[AttributeStrategy, ...], write: SerializerFunctionWrapHandler) -> Any:
    """Write a single step as itself, so that rules without fall-backs keep their form and their version."""
    written = write(steps)
    return written[0] if len(steps) == 1 else written


def _ensure_reached(steps: tuple[AttributeStrategy, ...]) -> tuple[AttributeStrategy, ...]:
    if not steps:
        raise ValueError("an attribute is decided by at least one step")
    if any(step.when is None for step in steps[:-1]):
        raise ValueError("a step without `when` considers every value, so none after it is ever reached")
    if len({step.strategy == "union" for step in steps}) > 1:
        raise ValueError("union keeps a list and the others one value: all steps are union, or none is")
    return steps


Steps = Annotated[
    tuple[AttributeStrategy, ...],
    BeforeValidator(_listed), AfterValidator(_ensure_reached), WrapSerializer(_alone),
]  # fmt: skip
"""How one attribute is decided: by the first step that considers any valid value."""


class SurvivorshipRules(_Rules):
    """What decides each attribute of a golden record.

    default: the strategy of attributes not named.  attributes: a strategy's name; the strategy with its `sources`
    (source_priority), its own `trust` or a condition (`when`); or a list of such steps, of which the first that
    considers a valid value decides.  trust: source -> trust; a source not named has trust 0.
    groups: attributes that survive together, so that one golden record never mixes two sources' addresses.
    conflicts: attributes of which people want to be asked where sources disagree and nothing but a tie decides.
    """

    default: KnownStrategy = "most_trusted"
    attributes: dict[str, Steps] = {}
    trust: dict[str, Trust] = {}
    groups: tuple[tuple[str, ...], ...] = ()
    conflicts: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _default_needs_nothing(self) -> "SurvivorshipRules":
        if self.default == "source_priority":
            raise ValueError("source_priority cannot be the default: name its `sources` with an attribute")
        return self

    @cached_property
    def fallback(self) -> tuple[AttributeStrategy, ...]:
        """The one step, with the trust of each source, of an attribute that the rules do not name."""
        return (AttributeStrategy(strategy=self.default, trust=self.trust),)

    @cached_property
    def decided_by(self) -> dict[str, tuple[AttributeStrategy, ...]]:
        """The steps of each attribute the rules name, their own trust laid over the trust of all."""
        return {
            name: tuple(_trusting(step, {**self.trust, **step.trust}) for step in steps)
            for name, steps in self.attributes.items()
        }

    @cached_property
    def looked_at(self) -> frozenset[str]:
        """The attributes that conditions on others ask about."""
        return frozenset(name for _, name in _asked(self))

    def steps(self, attribute: str) -> tuple[AttributeStrategy, ...]:
        """The steps that decide an attribute."""
        return self.decided_by.get(attribute, self.fallback)

    def keeps_all(self, attribute: str) -> bool:
        """Whether an attribute keeps a list of values and not one."""
        return self.steps(attribute)[0].strategy == "union"


def check(rules: SurvivorshipRules, attribute_names: Collection[str]) -> None:
    """Make sure that the rules speak only of attributes that exist, each in one group at most.

    Raises RulesError with the path of the first wrong name and the nearest valid word.
    """
    for name in rules.attributes:
        _known(name, attribute_names, ("attributes", name))
    for path, name in _asked(rules):
        _known(name, attribute_names, path)
    grouped: set[str] = set()
    for number, group in enumerate(rules.groups):
        for place, name in enumerate(group):
            _known(name, attribute_names, ("groups", number, place))
            if name in grouped:
                raise RulesError(f"attribute {name!r} is grouped twice", ("groups", number, place))
            grouped.add(name)
    for place, name in enumerate(rules.conflicts):
        _known(name, attribute_names, ("conflicts", place))
        if name in grouped or rules.keeps_all(name):
            why = "survives with its group" if name in grouped else "keeps every value (union)"
            raise RulesError(f"{name!r} {why}, so its values are in no conflict", ("conflicts", place))


def _asked(rules: SurvivorshipRules) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Give the place and the name of each attribute that a condition asks about."""
    for attribute, steps in rules.attributes.items():
        for number, step in enumerate(steps):
            alone = (number,) if len(steps) > 1 else ()
            for word, names in (("has", step.when.has), ("equals", step.when.equals)) if step.when else ():
                for place, name in enumerate(names):
                    path = ("attributes", attribute, *alone, "when", word, place if word == "has" else name)
                    yield path, name


def _known(name: str, attribute_names: Collection[str], path: tuple[str | int, ...]) -> None:
    if name not in attribute_names:
        raise RulesError(f"unknown attribute {name!r}: {nearest(name, attribute_names)}", path)
