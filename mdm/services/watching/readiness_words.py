"""How readiness is told: what is missing or present, in words and for machines, and what to do about it."""

from collections.abc import Iterable
from typing import Any

from mdm.entity_types import Readiness
from mdm.resolution.readiness import Need

Document = dict[str, Any]
WHAT = {
    "system": "a record in {0}",
    "value": "a valid {0}",
    "reference": "what its {0} refers to",
    "in_force": "{0} in force on the day",
    "active": "a day within {0}",
    "referring": "a {1} whose {2} leads to it",
    "line": "a line in force on the day in a {1} whose {2} leads to it",
}
HINT = {
    "system": "create it in {0}, or send the record that {0} has of it",
    "value": "send a valid {0} from any of its systems, or set it by an override",
    "reference": "send the record that its {0} names, or correct {0}",
    "in_force": "send {0} with a line that covers the day",
    "active": "correct {0} where it is wrong; otherwise it must not go on",
    "referring": "send a {1} whose {2} is this one",
    "line": "send a line of the {1} that covers the day",
}


def told(process: Readiness, found: Iterable[Need]) -> list[Document]:
    """`{"code", "what", "system" or "attribute", "lines"?, "key"?, "hint"}` of each."""
    lines = {one.by: one.in_force for one in process.referring}
    return [
        {
            "code": one.code, "what": WHAT[one.code].format(*_names(one.about)),
            **({"system": one.about} if one.code == "system" else {"attribute": one.about}),
            **({"lines": lines.get(one.about), "key": dict(one.key)} if one.key else {}),
            "hint": HINT[one.code].format(*_names(one.about)),
        }
        for one in found
    ]  # fmt: skip


def item_of(code: str, about: str) -> Document:
    """What is missing, without the record and the line that lack it: `{"code", "what", "system" or "attribute"}`."""
    (item,) = told(Readiness(), [Need(code, about, (), met=False)])
    return {name: part for name, part in item.items() if name != "hint"}


def _names(about: str) -> tuple[str, str, str]:
    """What it is about, and its parts where that is an attribute of another type."""
    of, _, attribute = about.partition(".")
    return about, of, attribute
