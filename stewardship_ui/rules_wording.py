"""Rules documents in plain words: what a steward reads in place of YAML."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from golden_records.conditions import When
from golden_records.rules import AttributeStrategy
from mdm.entity_types import Attribute, EntityType, Readiness
from mdm.services.watching.readiness_words import valid
from stewardship_ui.wording import label, written

RULES = {
    "required": "must be there", "pattern": "of the form {0}", "range": "{0}", "check_digit": "right check digits",
    "reference_exists": "what it refers to exists", "one_of": "one of {0}",
}  # fmt: skip
GRADES = {"flag": "", "ignore": " (else ignored)", "reject": " (else refused)"}
SECTIONS = {
    "attributes": "Attributes", "entity_type": "Entity type", "match.block_on": "Which pairs are compared",
    "match.compare": "What is compared", "match.always": "Always the same", "match.never": "Never the same",
    "match.constraints": "Constraints", "match.thresholds": "Thresholds", "match": "Matching",
    "survive.attributes": "Which value survives", "survive.trust": "Trust", "survive.groups": "Survive together",
    "survive": "Survivorship",
}  # fmt: skip
"""The sections of a difference, as headings."""


@dataclass(frozen=True, slots=True)
class AttributeRow:
    """One attribute: what it holds, what is valid, which value survives, who owns and who may see it."""

    name: str
    label: str
    description: str | None
    kind: str
    valid: list[str]
    survives: list[str]
    privacy: str
    owner: str | None


@dataclass(frozen=True, slots=True)
class Matching:
    """When two records are the same thing, in lists of sentences."""

    pairs: list[str]
    compared: list[str]
    always: list[str]
    never: list[str]
    apart: list[str]
    match: float
    review: float
    cap: int
    most: int


def attributes(entity_type: EntityType) -> list[AttributeRow]:
    """The attributes of an entity type in their order."""
    return [_attribute(entity_type, name, one) for name, one in entity_type.attributes.items()]


def matching(entity_type: EntityType) -> Matching:
    """How records of an entity type are matched."""
    rules = entity_type.match
    return Matching(
        pairs=[" and ".join(_part(word) for word in key) for key in rules.block_on],
        compared=[_compared(one.model_dump(exclude_none=True) if not isinstance(one, str) else {"attribute": one})
                  for one in rules.compare],
        always=[f"the same {_all(one.attributes)}" for one in rules.always if one.same is not None]
        + [f"different {_all(one.attributes)}" for one in rules.always if one.same is None],
        never=[f"the same {_all(one.attributes)}" for one in rules.never if one.same is not None]
        + [f"different {_all(one.attributes)}" for one in rules.never if one.same is None],
        apart=[_constraint(one.attributes, one.overlapping, of_one_source=one.of_one_source)
               for one in rules.constraints],
        match=rules.thresholds.match, review=rules.thresholds.review, cap=rules.block_cap, most=rules.piece_limit,
    )  # fmt: skip


def needs(process: Readiness, entity_type: EntityType) -> list[str]:
    """What a process needs of an entity type, one thing a line."""
    found = [f"a record in {one}" for one in process.systems]
    found += [f"{valid(entity_type, one)} {_word(one)}" for one in process.attributes]
    if process.active:
        days = [one for one in (process.active.start, process.active.end) if one]
        found.append(f"a day within {' and '.join(map(_word, days))}")
    for one in process.referring:
        each = f", for each {_all(one.each)}" if one.each else ""
        line = f" with {_word(one.in_force)} in force{each}" if one.in_force else ""
        found.append(f"a {_word(one.entity_type)} whose {_word(one.attribute)} leads to it{line}")
    return found


def approval(entity_type: EntityType) -> list[str]:
    """Which decisions need a second person."""
    rules = entity_type.approval
    found = []
    if rules.merge is True:
        found.append("every merge")
    elif rules.merge:
        found.append(f"a merge over more than {rules.merge.records} records")
    found += [words for words, asked in (("every split", rules.split), ("every undo", rules.undo)) if asked]
    if rules.override:
        found.append(f"setting {_all(rules.override)}")
    if rules.different:
        found.append(f"joining records with different {_all(rules.different)}")
    return [*found, f"more than {rules.bulk} tasks decided at once"]


def said(value: Any) -> str:
    """A part of a rules document as one line of text."""
    if isinstance(value, Mapping):
        if list(value) == ["value"]:
            return said(value["value"])
        return ", ".join(f"{_word(str(name))}: {said(part)}" for name, part in value.items() if part not in (None, []))
    if isinstance(value, list | tuple):
        return ", ".join(map(said, value))
    return written(value) if value not in (None, "") else "–"


def _attribute(entity_type: EntityType, name: str, one: Attribute) -> AttributeRow:
    steps = entity_type.survivorship.attributes.get(name)
    default = _strategy(entity_type.survivorship.default)
    lines = name in entity_type.lines
    return AttributeRow(
        name, one.label or label(name), one.description, _kind(one),
        (["must be there"] if one.required else []) + [
            ("" if rule.field is None else f"{_word(rule.field)} ")
            + RULES[rule.word].format(said(rule.model_dump(exclude_none=True)[rule.word])) + GRADES[rule.grade]
            for rule in one.valid
        ],
        ["line by line"] if lines else [_step(step) for step in steps] if steps else [f"{default} (as any)"],
        one.privacy, entity_type.ownership.get(name),
    )  # fmt: skip


def _kind(one: Attribute) -> str:
    told = _word(one.kind)
    if one.to is not None:
        told = f"reference to {_word(one.to)}"
    if one.list is not None:
        told = f"code of {_word(one.list)}"
    if one.of:
        told = f"dated lines: {', '.join(map(_word, one.of))}"
    return told + (", several" if one.many else "") + (", one a day" if one.dated else "")


def _strategy(name: str) -> str:
    return {"union": "all values", "source_priority": "by priority of source"}.get(name, name.replace("_", " "))


def _step(step: AttributeStrategy) -> str:
    told = _strategy(step.strategy) + (f" ({', '.join(step.sources)})" if step.sources else "")
    told += f", trusting {said({name: one.value for name, one in step.trust.items()})}" if step.trust else ""
    return told + (f", if {_condition(step.when)}" if step.when else "")


def _condition(when: When) -> str:
    found = [f"from {' or '.join(when.source)}"] if when.source else []
    found += [f"younger than {when.fresher_than} days"] if when.fresher_than else []
    found += [f"its record has {_all(when.has)}"] if when.has else []
    found += [f"{_word(name)} is {' or '.join(map(str, words))}" for name, words in when.equals.items()]
    return " and ".join(found)


def _compared(one: Mapping[str, Any]) -> str:
    levels = [_word(part["level"]) for part in one.get("levels", ())]
    said_of = [f"weighed by these rules where {' or '.join(levels)}"] if levels else []
    said_of += [f"counts {one['weight']:g} times"] if "weight" in one else []
    return _word(one["attribute"]) + (f" ({'; '.join(said_of)})" if said_of else "")


def _constraint(names: Iterable[str], days: tuple[str, str] | None, *, of_one_source: bool) -> str:
    told = f"different {_all(list(names))}"
    told += f" while {_word(days[0])} to {_word(days[1])} overlap" if days else ""
    return told + (" in one source" if of_one_source else "")


def _part(word: str) -> str:
    name, _, part = word.partition(".")
    return f"{'a word' if part == 'tokens' else _word(part)} of {_word(name)}" if part else _word(name)


def _all(names: Iterable[str]) -> str:
    return " and ".join(map(_word, names))


def _word(name: str) -> str:
    told = label(name)
    return told if told[:2].isupper() else told[:1].lower() + told[1:]
