"""What a principal may see of rates and of findings about dated lines: fields by their privacy class."""

from collections.abc import Mapping
from typing import Any

from mdm.auth import Principal, hidden, mask
from mdm.entity_types import EntityType
from mdm.services.access.masking import masked_label, masked_place
from mdm.services.access.masking_around import barred_references
from mdm.services.access.shown import Shown

Document = dict[str, Any]
# What a step on the way to a rate tells of the days of lines, by the field that it is taken from.
_AROUND = {"valid_to": "ended", "valid_from": "begins"}


def barred(principal: Principal, entity_types: Mapping[str, EntityType]) -> frozenset[tuple[str, str]]:
    """The references that may not be followed for a principal and the lines not told, as (entity type, attribute)."""
    return barred_references(principal, entity_types) | barred_lines(principal, entity_types)


def barred_lines(principal: Principal, entity_types: Mapping[str, EntityType]) -> frozenset[tuple[str, str]]:
    """The dated lines, as (entity type, attribute), that the principal may see neither whole nor in their form."""
    return frozenset(
        (name, attribute)
        for name, one in entity_types.items()
        for attribute in one.lines
        if (attribute in hidden(principal, one) and principal.role != "auditor")
        or principal.entity_type not in {None, name}
    )


def finding(principal: Principal, rules: Shown, document: Document) -> Document:
    """Mask the key and the days of a finding about dated lines, and the amounts that were said."""
    of, attribute = document["entity_type"], document["attribute"]
    entity_type = rules.now[of]
    line = {**document["key"], "valid_from": document["valid_from"], "valid_to": document["valid_to"]}
    seen = _line(principal, entity_type, attribute, line)
    said = [
        {**one, "amounts": _line(principal, entity_type, attribute, one["amounts"])} for one in document["said"]
    ]  # fmt: skip
    days = {name: seen.get(name) for name in ("valid_from", "valid_to")}
    shown = {name: part for name, part in seen.items() if name not in days}
    return {**document, **masked_label(principal, rules, document, of), "key": shown, **days, "said": said}


def rate(principal: Principal, rules: Shown, document: Document) -> Document:
    """Mask a rate, what each source said of it, and the labels and days along the path."""
    of, attribute = document["of"], document["attribute"]

    def card(part: Document) -> Document:
        return {**part["card"], **masked_label(principal, rules, part["card"], of)}

    def choice(part: Document) -> Document:
        entity_type = rules.under(of, part["card"]["rules_version"])
        return {**part, "card": card(part), "rate": _rate(principal, entity_type, attribute, part["rate"])}

    shown = {**document, "path": [_step(principal, rules, of, attribute, one) for one in document["path"]]}
    if "choices" in document:
        shown["choices"] = [choice(one) for one in document["choices"]]
    if "card" not in document:
        return shown
    entity_type = rules.under(of, document["card"]["rules_version"])
    shown |= {**choice({name: document[name] for name in ("card", "rate")})}
    shown["winner"] = _said_of_rate(principal, entity_type, attribute, document["winner"])
    shown["losers"] = [_said_of_rate(principal, entity_type, attribute, one) for one in document["losers"]]
    return shown


def _rate(principal: Principal, entity_type: EntityType, attribute: str, document: Document) -> Document:
    line = _line(principal, entity_type, attribute, document["line"])
    amounts = entity_type.attributes[attribute].amounts[:1]
    kept = {name: line[name] for name in (*document.keys() & {"unit"}, "valid_from", "valid_to") if name in line}
    amount = [line[name] for name in amounts if name in line]
    return {
        **({"amount": amount[0]} if amount else {}),
        **kept,
        "key": {name: line[name] for name in document["key"] if name in line},
        "line": line,
    }


def _said_of_rate(principal: Principal, entity_type: EntityType, attribute: str, document: Document) -> Document:
    amounts = entity_type.attributes[attribute].amounts[:1]
    seen = _line(principal, entity_type, attribute, dict.fromkeys(amounts, document["amount"]))
    rest = {name: part for name, part in document.items() if name != "amount"}
    amount = {"amount": next(iter(seen.values()))} if seen else {}
    return {**masked_place(principal, entity_type, attribute, rest), **amount}


def _step(principal: Principal, rules: Shown, of: str, attribute: str, document: Document) -> Document:
    days = {name: document[told] for name, told in _AROUND.items() if told in document}
    seen = _line(principal, rules.now[of], attribute, days)
    rest = {name: part for name, part in document.items() if name not in _AROUND.values()}
    told = {_AROUND[name]: day for name, day in seen.items()}
    labelled = masked_label(principal, rules, document, document["entity_type"]) if document["entity_type"] else {}
    return {**rest, **told, **labelled}


def _line(principal: Principal, entity_type: EntityType, attribute: str, line: Document) -> Document:
    """The fields of one line that may be seen, or their form."""
    return mask(principal, entity_type, {attribute: line}).get(attribute) or {}
