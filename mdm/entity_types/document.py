"""Reads entity types from YAML, strictly: each fault names the file, the place and the nearest valid word."""

from collections.abc import Iterator
from importlib import resources
from typing import Any

from pydantic import ValidationError

from golden_records.rules import RulesError as SurvivorshipError
from golden_records.rules import check as check_survivorship
from matching.kinds import KINDS
from matching.rules import RulesError as MatchError
from mdm.entity_types.attribute import Attribute, LineField
from mdm.entity_types.entity_type import EntityType
from mdm.entity_types.faults import Path, faults_of, pointer
from mdm.entity_types.line_rules import line_faults
from mdm.entity_types.nearest import hint
from mdm.entity_types.order import order
from mdm.entity_types.strict_yaml import invalid, load
from mdm.entity_types.validity_check import wrong
from mdm.errors import Fault, InvalidRules


def parse(text: str, *, file: str) -> EntityType:
    """Make an entity type of a YAML document; `file` is only named in errors.

    Raises:
        InvalidRules: with one fault for each thing that is wrong.
    """
    document = load(text, file)
    if not isinstance(document, dict):
        raise invalid(file, [Fault("", "the document is not a mapping that starts with entity_type:", "yaml")])
    try:
        entity_type = EntityType.model_validate(document)
    except ValidationError as error:
        raise invalid(file, faults_of(error, EntityType, document)) from None
    if faults := [*_cross_check(entity_type), *_unfit_validity(entity_type, document)]:
        raise invalid(file, faults)
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
        check_survivorship(entity_type.survivorship, entity_type.attributes)
    except SurvivorshipError as error:
        yield Fault(pointer(("survive", *error.path)), str(error), "survive")
    yield from line_faults(entity_type)
    yield from _unknown_attributes(entity_type)
    yield from _taken_names(entity_type)


def _circle(entity_type: EntityType) -> Iterator[Fault]:
    """Check that a type does not stand after itself, the one circle that a document alone can show."""
    after = {entity_type.references.get(name) for name in {*entity_type.evidence, *entity_type.retires_with}}
    try:
        order([entity_type] if entity_type.entity_type in after else [])
    except InvalidRules as error:
        yield from error.faults


def _unknown_attributes(entity_type: EntityType) -> Iterator[Fault]:
    named: list[tuple[Path, str]] = [(("ownership", name), name) for name in entity_type.ownership]
    for process, needs in entity_type.readiness.items():
        named += [(("readiness", process, *place), name) for place, name in needs.named]
    for section in ("override", "different"):
        places = enumerate(getattr(entity_type.approval, section))
        named += [(("approval", section, place), name) for place, name in places]
    for path, name in named:
        if name not in entity_type.attributes:
            detail = f"unknown attribute {name!r}{hint(name, entity_type.attributes)}"
            yield Fault(pointer(path), detail, "unknown_attribute", name)
        elif path[:2] == ("approval", "different") and name in entity_type.lines:
            yield Fault(pointer(path), f"{name!r} holds dated lines, which are not compared", "no_evidence", name)


def _taken_names(entity_type: EntityType) -> Iterator[Fault]:
    """Check that a former name leads to one attribute only: it is no attribute's name now, and no other's before."""
    led: dict[str, str] = {}
    for name, attribute in entity_type.attributes.items():
        for former in attribute.former_names:
            if former in entity_type.attributes:
                detail = f"{former!r} is an attribute still, so that {name} cannot have been renamed from it"
            elif former in led:
                detail = f"{former!r} is where {led[former]} was renamed from already"
            else:
                led[former] = name
                continue
            yield Fault(pointer(("attributes", name, "renamed_from")), detail, "renamed_from", former)


def _unfit_validity(entity_type: EntityType, document: dict[str, Any]) -> Iterator[Fault]:
    """Check that the validity rules fit the kinds; a rule that stands alone, not in a list, has no number."""
    for name, attribute in entity_type.attributes.items():
        said = document["attributes"][name]
        yield from _unfit_rules(("attributes", name), attribute, said)
        for field, described in attribute.of.items():
            yield from _unfit_rules(("attributes", name, "of", field), described, said["of"][field])


def _unfit_rules(path: Path, described: Attribute | LineField, said: dict[str, Any]) -> Iterator[Fault]:
    kind = KINDS.get(described.kind)
    if kind is not None and described.valid:
        alone = isinstance(said["valid"], dict)
        for place, words, value in wrong(kind, described.valid):
            yield Fault(pointer((*path, "valid", *place[alone:])), words, "valid", value)
