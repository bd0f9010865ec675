"""Conditions: which values a step of survivorship considers, and why it passes over the others."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from golden_records.contributions import Contribution, canonical
from golden_records.trust import LAST_DAY, day

Word = str | int | float | bool
Beside = Mapping[tuple[str, str], Collection[str]]
"""By record and attribute: the valid values that the record has, as texts in every form they are known by."""


def _days(text: object) -> object:
    if isinstance(text, str):
        if not re.fullmatch(r"[0-9]{1,9}d", text):
            raise ValueError(f"{text!r} is not a number of days such as '365d'")
        return int(text[:-1])
    return text


def _listed(said: object) -> object:
    return [said] if isinstance(said, Word) else said


def _listed_each(said: object) -> object:
    return {name: _listed(words) for name, words in said.items()} if isinstance(said, dict) else said


Days = Annotated[int, BeforeValidator(_days), Field(ge=1, strict=True)]
Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class When(BaseModel):
    """What a value must meet to be considered; all that is said must hold.

    source: it comes from one of these.  fresher_than: it is younger than so many days.  has: its record has a value of
    each of these attributes.  equals: its record has one of these values of each attribute named.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Names = ()
    fresher_than: Days | None = None
    has: Names = ()
    equals: Annotated[dict[str, tuple[Word, ...]], BeforeValidator(_listed_each)] = {}

    @model_validator(mode="after")
    def _says_something(self) -> "When":
        if not (self.source or self.fresher_than or self.has or self.equals) or not all(self.equals.values()):
            raise ValueError("a condition says `source`, `fresher_than`, `has` or `equals`, each with a value")
        return self


def beside(contributions: Mapping[str, Sequence[Contribution]], names: Collection[str]) -> Beside:
    """Tell what each record has of these attributes, for the conditions that ask; no invalid value counts."""
    found: dict[tuple[str, str], set[str]] = {}
    for name in names:
        for one in contributions.get(name, ()):
            if one.valid:
                found.setdefault((one.record, name), set()).update(_forms(one))
    return found


def _forms(one: Contribution) -> set[str]:
    return {text_of(one.value) if isinstance(one.value, Word) else canonical(one.value), one.standardised or ""} - {""}


def text_of(word: Word) -> str:
    """Write a plain value as the text that it is compared by."""
    return word if isinstance(word, str) else canonical(word)


def passed_over(when: When, one: Contribution, *, today: int | None, beside: Beside) -> str:
    """Say why a value is not considered, "" when it is; today None: no day has passed, and nothing has aged."""
    if when.source and one.source not in when.source:
        return f"not considered: source is not {', '.join(when.source)}"
    for name in when.has:
        if not beside.get((one.record, name)):
            return f"not considered: its record has no {name}"
    for name, words in when.equals.items():
        if not {text_of(word) for word in words} & set(beside.get((one.record, name), ())):
            return f"not considered: its record has another {name}"
    if when.fresher_than is None:
        return ""
    if one.event_time is None:
        return "not considered: no event time"
    stale = today is not None and today >= day(one.event_time[:10]) + when.fresher_than
    return f"not considered: not fresher than {when.fresher_than} days" if stale else ""


def stale_on(when: When, considered: Sequence[Contribution]) -> int | None:
    """Find the first day on which one of the values considered is no longer fresh enough."""
    if when.fresher_than is None:
        return None
    days = [day(one.event_time[:10]) + when.fresher_than for one in considered if one.event_time is not None]
    return min((due for due in days if due <= LAST_DAY), default=None)
