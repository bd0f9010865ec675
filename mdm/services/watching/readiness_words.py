"""How readiness is told: what is missing or present, in words and for machines, and what to do about it."""

from collections.abc import Iterable, Mapping
from typing import Any

from mdm.entity_types import EntityType, Readiness
from mdm.resolution.readiness import Need

Document = dict[str, Any]
WHAT = {
    "system": "a record in {0}",
    "value": "{valid} {0}",
    "reference": "what its {0} refers to",
    "in_force": "{0} in force on the day",
    "active": "a day within {0}",
    "referring": "a {1} whose {2} leads to it",
    "line": "a line in force on the day in a {1} whose {2} leads to it",
}
HINT = {
    "system": "create it in {0}, or send the record that {0} has of it",
    "value": "send {valid} {0} from any of its systems, or set {it} by an override",
    "reference": "send the record that its {0} names, or correct {0}",
    "in_force": "send {0} with a line that covers the day",
    "active": "correct {0} where it is wrong; otherwise it must not go on",
    "referring": "send a {1} whose {2} is this one",
    "line": "send a line of the {1} that covers the day",
}


def told(entity_type: EntityType, process: Readiness, found: Iterable[Need], *, hints: bool) -> list[Document]:
    """`{"code", "what", "system" or "attribute", "lines"?, "key"?, "hint"?}` of each; `hints`: what to do about it."""
    lines = {one.by: one.in_force for one in process.referring}
    return [
        {
            **item_of(entity_type, one.code, one.about),
            **({"lines": lines.get(one.about), "key": dict(one.key)} if one.key else {}),
            **({"hint": _said(HINT, entity_type, one.code, one.about)} if hints else {}),
        }
        for one in found
    ]


def item_of(entity_type: EntityType, code: str, about: str) -> Document:
    """What is missing, without the record and the line that lack it: `{"code", "what", "system" or "attribute"}`."""
    return {
        "code": code, "what": _said(WHAT, entity_type, code, about),
        "system" if code == "system" else "attribute": about,
    }  # fmt: skip


def valid(entity_type: EntityType, name: str) -> str:
    """What stands before the name of an attribute that is needed: `a valid`, or `valid` where it has several values."""
    return "valid" if _several(entity_type, name) else "a valid"


def _said(words: Mapping[str, str], entity_type: EntityType, code: str, about: str) -> str:
    """The words of a code, with what it is about, and its parts where that is an attribute of another type."""
    of, _, attribute = about.partition(".")
    it = "them" if _several(entity_type, about) else "it"
    return words[code].format(about, of, attribute, valid=valid(entity_type, about), it=it)


def _several(entity_type: EntityType, name: str) -> bool:
    attribute = entity_type.attributes.get(name)
    return attribute is not None and (attribute.many or bool(attribute.of))
