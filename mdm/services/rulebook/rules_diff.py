"""What differs between two versions of an entity type, by what they mean: layout and order of the YAML do not count."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from difflib import unified_diff
from typing import Any, Literal

from mdm.entity_types import EntityType

Change = Literal["added", "removed", "renamed", "changed"]
Named = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: where (`match.block_on`), its name there, and what it says before and after.

    Something renamed has its old name as `before` and its new one as `after`.
    """

    section: str
    change: Change
    name: str
    before: Any = None
    after: Any = None

    def json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)


def differences(before: EntityType, after: EntityType) -> list[Difference]:
    """Everything that two versions say differently; what only follows from a new name of an attribute is left out."""
    renamed = {old: new for old, new in after.renamed.items() if old in before.attributes}
    both = {renamed.get(name, name) for name in before.attributes} & after.attributes.keys()
    was, now = _sections(before, renamed, both), _sections(after, {}, both)
    found = [Difference("attributes", "renamed", new, old, new) for old, new in renamed.items()]
    found += _attributes(was.pop("attributes"), now.pop("attributes"))
    for section in now:
        found += _named(section, was[section], now[section])
    return found


def text_diff(before: str, after: str, *, names: tuple[str, str]) -> str:
    """The lines that differ between two documents, as `diff -u` writes them."""
    return "".join(unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), *names))


def _attributes(before: Named, after: Named) -> Iterator[Difference]:
    """Attributes that came or went, and of those that stayed each option by itself."""
    for one in _named("attributes", before, after):
        if one.change != "changed":
            yield one
            continue
        for option in _named("", one.before, one.after):
            yield Difference("attributes", "changed", f"{one.name}.{option.name}", option.before, option.after)


def _named(section: str, before: Named, after: Named) -> Iterator[Difference]:
    """What two sets of named things differ in, in the order of the later one, what went at the end."""
    for name, value in after.items():
        if name not in before:
            yield Difference(section, "added", name, None, value)
        elif before[name] != value:
            yield Difference(section, "changed", name, before[name], value)
    for name, value in before.items():
        if name not in after:
            yield Difference(section, "removed", name, value, None)


def _sections(entity_type: EntityType, renamed: Mapping[str, str], both: Collection[str]) -> dict[str, dict[str, Any]]:
    """An entity type as sections of named things, its attributes under the names that they have later."""
    said = entity_type.model_dump(mode="json", exclude={"attributes", "match", "survive", "entity_type"})
    whole = {name: value for name, value in said.items() if not isinstance(value, dict)}
    rest = {name: _renamed(value, renamed) for name, value in said.items() if isinstance(value, dict)}
    return {
        "attributes": {
            renamed.get(name, name): attribute.model_dump(mode="json", exclude={"renamed_from"}, exclude_defaults=True)
            for name, attribute in entity_type.attributes.items()
        },
        "entity_type": whole,
        **_match(entity_type, renamed),
        **_survive(entity_type, renamed, both),
        **rest,
    }


def _match(entity_type: EntityType, renamed: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    said = _renamed(entity_type.match.model_dump(mode="json", exclude_none=True), renamed)
    keys, compared = said.pop("block_on"), said.pop("compare")
    entries = [{"attribute": one} if isinstance(one, str) else one for one in compared]
    rules = {word: {_words(condition): word for condition in said.pop(word)} for word in ("always", "never")}
    constraints = {_constraint(one): one for one in said.pop("constraints")}
    return {
        "match.block_on": {" + ".join(sorted(key)): " + ".join(sorted(key)) for key in keys},
        "match.compare": {one["attribute"]: {k: v for k, v in one.items() if k != "attribute"} for one in entries},
        **{f"match.{word}": conditions for word, conditions in rules.items()},
        "match.constraints": constraints,
        "match.thresholds": said.pop("thresholds"),
        "match": said,
    }


def _words(condition: Mapping[str, Any]) -> str:
    word, named = next(iter(condition.items()))
    return f"{word} {' and '.join([named] if isinstance(named, str) else sorted(named))}"


def _constraint(one: Mapping[str, Any]) -> str:
    days = f" overlapping {' to '.join(one['overlapping'])}" if "overlapping" in one else ""
    return f"{_words({'different': one['different']})}{days}{' of one source' if one['of_one_source'] else ''}"


def _survive(entity_type: EntityType, renamed: Mapping[str, str], both: Collection[str]) -> dict[str, dict[str, Any]]:
    """The strategy of every attribute that both versions have, named or by default, and of others if named; trust."""
    rules = entity_type.survivorship
    said = rules.model_dump(mode="json", exclude_defaults=True)
    named = {name: _renamed(steps, renamed) for name, steps in said.get("attributes", {}).items()}
    groups = [_renamed(list(group), renamed) for group in rules.groups]
    plain = [name for name in entity_type.attributes if name not in entity_type.lines]
    return {
        "survive.attributes": {
            renamed.get(name, name): named.get(name, {"strategy": rules.default})
            for name in plain
            if name in named or renamed.get(name, name) in both
        },
        "survive.trust": {name: one.model_dump(exclude_none=True) for name, one in rules.trust.items()},
        "survive.groups": {" + ".join(sorted(group)): sorted(group) for group in groups},
        "survive": {
            name: _renamed(value, renamed)
            for name, value in said.items()
            if name not in {"default", "attributes", "trust", "groups"}
        },
    }


_NAMES = {"attribute", "same", "different", "overlapping"}
"""Where a rule names one attribute."""
_SOURCES = {"source", "sources"}
"""Where a rule names sources, which may be called like an attribute."""


def _renamed(value: Any, renamed: Mapping[str, str]) -> Any:
    """The same rules with attributes under their later names; a part such as `name.tokens` stays with its attribute."""
    if not renamed:
        return value
    if isinstance(value, dict):
        return {
            _name(key, renamed): part if key in _SOURCES else _in_rules(part, renamed, names=key in _NAMES)
            for key, part in value.items()
        }
    if isinstance(value, list):
        return [_in_rules(part, renamed, names=True) for part in value]
    return value


def _in_rules(part: Any, renamed: Mapping[str, str], *, names: bool) -> Any:
    return _name(part, renamed) if names and isinstance(part, str) else _renamed(part, renamed)


def _name(word: str, renamed: Mapping[str, str]) -> str:
    name, dot, part = word.partition(".")
    return f"{renamed.get(name, name)}{dot}{part}"
