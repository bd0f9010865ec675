"""Survivorship rules: which strategy decides each attribute, and how far each source is trusted."""

import difflib
import re
from collections.abc import Collection, Iterable
from functools import cached_property
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

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


def _days(text: object) -> object:
    if isinstance(text, str):
        if not re.fullmatch(r"[0-9]{1,9}d", text):
            raise ValueError(f"{text!r} is not a number of days such as '365d'")
        return int(text[:-1])
    return text


KnownStrategy = Annotated[StrategyName, BeforeValidator(_strategy)]


class _Rules(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Trust(_Rules):
    """How far a source is trusted: `value` of 100, halved each `half_life` days after the event time."""

    value: int = Field(ge=0, le=100, strict=True)
    half_life: Annotated[int | None, BeforeValidator(_days)] = Field(default=None, ge=1, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _bare_number(cls, rule: object) -> object:
        return rule if isinstance(rule, dict | Trust) else {"value": rule}


class AttributeStrategy(_Rules):
    """How one attribute is decided: the strategy, and what it needs to know."""

    strategy: KnownStrategy
    sources: tuple[str, ...] = ()
    trust: dict[str, Trust] = {}

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


class SurvivorshipRules(_Rules):
    """What decides each attribute of a golden record.

    default: the strategy of attributes not named.  attributes: a strategy's name, or the strategy with its
    `sources` (source_priority) or its own `trust`.  trust: source -> trust; a source not named has trust 0.
    groups: attributes that survive together, so that one golden record never mixes two sources' addresses.
    """

    default: KnownStrategy = "most_trusted"
    attributes: dict[str, AttributeStrategy] = {}
    trust: dict[str, Trust] = {}
    groups: tuple[tuple[str, ...], ...] = ()

    @model_validator(mode="after")
    def _default_needs_nothing(self) -> "SurvivorshipRules":
        if self.default == "source_priority":
            raise ValueError("source_priority cannot be the default: name its `sources` with an attribute")
        return self

    @cached_property
    def fallback(self) -> AttributeStrategy:
        """The strategy, with the trust of each source, of an attribute that the rules do not name."""
        return AttributeStrategy(strategy=self.default, trust=self.trust)

    @cached_property
    def decided_by(self) -> dict[str, AttributeStrategy]:
        """The strategy of each attribute the rules name, its own trust laid over the trust of all."""
        return {
            name: AttributeStrategy(strategy=rule.strategy, sources=rule.sources, trust={**self.trust, **rule.trust})
            for name, rule in self.attributes.items()
        }


def check(rules: SurvivorshipRules, attribute_names: Collection[str]) -> None:
    """Make sure that the rules speak only of attributes that exist, each in one group at most.

    Raises RulesError with the path of the first wrong name and the nearest valid word.
    """
    for name in rules.attributes:
        _known(name, attribute_names, ("attributes", name))
    grouped: set[str] = set()
    for number, group in enumerate(rules.groups):
        for place, name in enumerate(group):
            _known(name, attribute_names, ("groups", number, place))
            if name in grouped:
                raise RulesError(f"attribute {name!r} is grouped twice", ("groups", number, place))
            grouped.add(name)


def _known(name: str, attribute_names: Collection[str], path: tuple[str | int, ...]) -> None:
    if name not in attribute_names:
        raise RulesError(f"unknown attribute {name!r}: {nearest(name, attribute_names)}", path)
