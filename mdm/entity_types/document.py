"""Reads entity types from YAML, strictly: each fault names the file, the place and the nearest valid word."""

from collections.abc import Hashable, Iterator
from importlib import resources

import yaml
from pydantic import ValidationError

from golden_records.rules import RulesError as SurvivorshipError
from golden_records.rules import check as check_survivorship
from matching.rules import RulesError as MatchError
from mdm.entity_types.entity_type import EntityType, order
from mdm.entity_types.faults import Path, faults_of, pointer
from mdm.entity_types.nearest import hint
from mdm.errors import Fault, InvalidRules

LONGEST_DOCUMENT = 1_000_000


def parse(text: str, *, file: str) -> EntityType:
    """Make an entity type of a YAML document; `file` is only named in errors.

    Raises:
        InvalidRules: with one fault for each thing that is wrong.
    """
    document = _load(text, file)
    if not isinstance(document, dict):
        raise _invalid(file, [Fault("", "the document is not a mapping that starts with entity_type:", "yaml")])
    try:
        entity_type = EntityType.model_validate(document)
    except ValidationError as error:
        raise _invalid(file, faults_of(error, EntityType, document)) from None
    if faults := list(_cross_check(entity_type)):
        raise _invalid(file, faults)
    return entity_type


def shipped() -> dict[str, str]:
    """Give the entity types that come with the hub: name -> YAML text."""
    folder = resources.files("mdm.entity_types") / "shipped"
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return {
        file.name.removesuffix(".yaml"): file.read_text(encoding="utf-8")
        for file in files
        if file.name.endswith(".yaml")
    }


class _Loader(yaml.SafeLoader):
    """Refuses what would be silently lost (a key given twice) or could grow without bound (aliases)."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases are not taken: write it out", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:  # noqa: FBT001, FBT002
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key!r} is given twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def _load(text: str, file: str) -> object:
    if len(text) > LONGEST_DOCUMENT:
        raise _invalid(file, [Fault("", f"longer than {LONGEST_DOCUMENT:,} characters", "too_long")])
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  a SafeLoader, made stricter
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise _invalid(file, [Fault("", f"{place}{error.problem or error.context}", "yaml")]) from None
    except yaml.YAMLError as error:
        raise _invalid(file, [Fault("", " ".join(str(error).split()), "yaml")]) from None
    except (RecursionError, ValueError) as error:  # nested without end; a date such as 2020-99-99
        raise _invalid(file, [Fault("", f"not readable as YAML: {error}", "yaml")]) from None


def _invalid(file: str, faults: list[Fault]) -> InvalidRules:
    first, more = faults[0], len(faults) - 1
    place = f"{first.pointer}: " if first.pointer else ""
    rest = f" (and {more} more)" if more else ""
    return InvalidRules(f"{file}: {place}{first.detail}{rest}", faults=faults)


def _cross_check(entity_type: EntityType) -> Iterator[Fault]:
    """Check the names that one part of the document uses of another."""
    try:
        _ = entity_type.matching
    except MatchError as error:
        path = error.path if error.path[:1] == ("attributes",) else ("match", *error.path)
        yield Fault(pointer(path), str(error), "match")
    else:
        yield from _circle(entity_type)
    try:
        check_survivorship(entity_type.survive, entity_type.attributes)
    except SurvivorshipError as error:
        yield Fault(pointer(("survive", *error.path)), str(error), "survive")
    yield from _unknown_attributes(entity_type)


def _circle(entity_type: EntityType) -> Iterator[Fault]:
    try:
        order([entity_type])
    except InvalidRules as error:
        yield from error.faults


def _unknown_attributes(entity_type: EntityType) -> Iterator[Fault]:
    named: list[tuple[Path, str]] = [(("ownership", name), name) for name in entity_type.ownership]
    for process, needs in entity_type.readiness.items():
        places = enumerate(needs.attributes)
        named += [(("readiness", process, "attributes", place), name) for place, name in places]
    for path, name in named:
        if name not in entity_type.attributes:
            detail = f"unknown attribute {name!r}{hint(name, entity_type.attributes)}"
            yield Fault(pointer(path), detail, "unknown_attribute", name)
