"""Checks the attributes of a source record against its entity type, and cleans their shape."""

import re
from collections.abc import Collection, Mapping

from matching.kinds import KINDS
from mdm.entity_types.attribute import Attribute, LineField
from mdm.entity_types.dated_values import check_dated
from mdm.entity_types.entity_type import EntityType
from mdm.entity_types.line_values import check_lines
from mdm.entity_types.nearest import hint
from mdm.entity_types.validity import refusals
from mdm.errors import Fault

LONGEST_TEXT = 100_000
MOST_VALUES = 1_000
# Tabs and line ends are taken: addresses and notes hold them. Lone surrogates cannot be stored as UTF-8.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SIMPLE = (str, int, float, bool)
LARGEST_NUMBER = 2**63 - 1


def check(
    entity_type: EntityType, attributes: Mapping[str, object], *, partial: bool = False
) -> tuple[dict[str, object], list[Fault]]:
    """Clean the attributes of one source record, and list everything that is wrong with them.

    Texts are stripped, "" becomes None (absent is not null: an attribute that was not sent stays out), and
    an attribute with `many` is a list without blanks, lines and dated values are lists of objects. `partial`: required
    attributes may be left out, but not emptied. Where faults are given, the cleaned attributes are not to be used.
    """
    cleaned: dict[str, object] = {}
    faults: list[Fault] = []
    refused: set[str] = set()  # not missing: what is wrong with them has been said
    for name, value in attributes.items():
        cleaned[name], found = check_value(entity_type, name, value)
        faults += found
        refused |= {name} if found else set()
    faults += _required(entity_type, cleaned, refused, partial=partial)
    return cleaned, faults


def check_value(entity_type: EntityType, name: str, value: object) -> tuple[object, list[Fault]]:
    """Clean one attribute's value, and list what is wrong with it."""
    attribute = entity_type.attributes.get(name)
    if attribute is None:
        now = entity_type.renamed.get(name)
        leads = hint(name, entity_type.attributes) if now is None else f"; it is called {now!r} now"
        detail = f"{entity_type.entity_type} has no attribute {name!r}{leads}"
        return None, [Fault(_pointer(name), detail, "unknown_attribute", name)]
    if attribute.of or attribute.dated:
        check = check_lines if attribute.of else check_dated
        return check(name, attribute, value, _single)
    if not attribute.many:
        if isinstance(value, list):
            return None, [_fault(name, "takes one value, not a list", "one_value", value)]
        return _single(name, attribute, value)
    many = value if isinstance(value, list) else [value]
    if len(many) > MOST_VALUES:
        return None, [_fault(name, f"has {len(many)} values; at most {MOST_VALUES} are taken", "too_many", None)]
    pairs = [_single(name, attribute, one) for one in many]
    faults = [fault for _, found in pairs for fault in found]
    return [one for one, _ in pairs if one is not None], faults


def takes_any_text(entity_type: EntityType, name: str) -> bool:
    """Whether each text of a storable length, without control characters, can be a value of the attribute."""
    attribute = entity_type.attributes[name]
    return KINDS[attribute.kind].any_text and not attribute.valid and not attribute.dated


def takes_any_parts(entity_type: EntityType, name: str) -> bool:
    """Whether each object of the attribute's fields with such texts can be a value of it."""
    attribute = entity_type.attributes[name]
    return KINDS[attribute.kind].any_texts and not attribute.valid and not attribute.dated


def control_character(text: str) -> str | None:
    """Find the first character of a text that no store and no screen could hold."""
    found = None if text.isprintable() else _CONTROL.search(text)
    return None if found is None else found[0]


def _required(
    entity_type: EntityType, cleaned: Mapping[str, object], refused: Collection[str], *, partial: bool
) -> list[Fault]:
    return [
        _fault(name, "is required", "required", None)
        for name, attribute in entity_type.attributes.items()
        if attribute.must_be_there
        and name not in refused
        and cleaned.get(name) in (None, [])
        and (name in cleaned or not partial)
    ]


def _single(name: str, attribute: Attribute | LineField, value: object) -> tuple[object, list[Fault]]:
    if isinstance(value, dict):
        return _object(name, attribute, value)
    if value is None:
        return None, []
    if not isinstance(value, _SIMPLE):
        return None, [_fault(name, f"cannot be a {type(value).__name__}", "shape", None)]
    cleaned, faults = _text(name, value)
    if cleaned is None or faults:
        return cleaned, faults
    return cleaned, _unfit(name, attribute, cleaned)


def _unfit(name: str, attribute: Attribute | LineField, cleaned: object) -> list[Fault]:
    """Say why a cleaned value cannot be taken: by its kind, or by a validity rule of grade reject."""
    kind = KINDS[attribute.kind]
    reason = kind.accepts(cleaned)
    if reason is not None:
        return [_fault(name, reason, attribute.kind, None if isinstance(cleaned, dict) else cleaned)]
    return [
        _fault(
            name if rule.field is None else f"{name}/{rule.field}",
            words,
            f"valid.{rule.word}",
            cleaned if not isinstance(cleaned, dict) else cleaned.get(rule.field),
        )
        for rule, words in (refusals(kind, attribute.valid, cleaned) if attribute.valid else ())
    ]


def _object(name: str, attribute: Attribute | LineField, value: dict[object, object]) -> tuple[object, list[Fault]]:
    fields = KINDS[attribute.kind].fields
    if not fields:
        return None, [_fault(name, f"takes one plain {attribute.kind}, not an object", "one_value", None)]
    cleaned: dict[str, object] = {}
    faults: list[Fault] = []
    for field, part in value.items():
        place = f"{name}/{field}"
        if field not in fields:
            faults.append(_fault(place, f"is no field of it{hint(str(field), fields)}", "unknown_field", field))
        elif part is not None and not isinstance(part, _SIMPLE):
            faults.append(_fault(place, f"cannot be a {type(part).__name__}", "shape", None))
        else:
            kept, found = _text(place, part)
            faults += found
            if kept is not None:
                cleaned[str(field)] = kept
    if not cleaned or faults:
        return None, faults
    return cleaned, _unfit(name, attribute, cleaned)


def _text(name: str, value: object) -> tuple[object, list[Fault]]:
    """Strip a text; refuse what no store and no screen could hold."""
    if not isinstance(value, str):
        return _number(name, value)
    if len(value) > LONGEST_TEXT:
        detail = f"has {len(value):,} characters; at most {LONGEST_TEXT:,} are taken"
        return None, [_fault(name, detail, "text_too_long", None)]
    if found := control_character(value):
        detail = f"holds the control character U+{ord(found):04X}"
        return None, [_fault(name, detail, "control_character", None)]
    return value.strip() or None, []


def _number(name: str, value: object) -> tuple[object, list[Fault]]:
    if isinstance(value, float) and value - value != 0:  # infinite, or not a number
        return None, [_fault(name, f"is not a finite number: {value}", "number", None)]
    if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        return None, [_fault(name, "is larger than a 64-bit number; send it as text", "number", None)]
    return value, []


def _pointer(place: str) -> str:
    return f"/attributes/{place}"


def _fault(place: str, words: str, rule: str, value: object) -> Fault:
    """Say a fault in words that begin with the attribute's name."""
    return Fault(_pointer(place), f"{place.replace('/', '.')} {words}", rule, value)
