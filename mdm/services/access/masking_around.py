"""What a principal may see around a golden record: its references and group, and how systems and processes see it."""

from collections.abc import Iterable, Mapping
from typing import Any

from mdm.auth import Principal, hidden, mask
from mdm.entity_types import EntityType
from mdm.services.access.masking import masked_label
from mdm.services.access.shown import Shown

Document = dict[str, Any]


def barred_references(principal: Principal, entity_types: Mapping[str, EntityType]) -> frozenset[tuple[str, str]]:
    """The references, as (entity type, attribute), that the principal has no right to, or whose type is not for it."""
    return frozenset(
        (name, attribute)
        for name, one in entity_types.items()
        for attribute in one.references
        if attribute in hidden(principal, one) or principal.entity_type not in {None, name}
    )


def relations(principal: Principal, rules: Shown, document: Document) -> Document:
    """Mask the labels of the golden records that something leads to or comes from, and what is not to be seen at all.

    Of golden records of a type that the key is not narrowed to, only the source key is told.
    """
    return {
        **document,
        **masked_label(principal, rules, document, document["entity_type"]),
        "refers_to": refers_to(principal, rules, document["entity_type"], document["refers_to"]),
        "related": [
            {**one, **masked_label(principal, rules, one, document["entity_type"])} for one in document["related"]
        ],
        "referred_by": {
            **document["referred_by"],
            "items": [
                {**one, **masked_label(principal, rules, one, one["entity_type"])}
                for one in document["referred_by"]["items"]
            ],
        },
    }


def refers_to(principal: Principal, rules: Shown, of: str, items: Iterable[Document]) -> list[Document]:
    """Mask what golden records of an entity type refer to, and leave out what is not to be seen at all."""
    barred = barred_references(principal, rules.now)
    return [_led_to(principal, rules, one) for one in items if (of, one["attribute"]) not in barred]


def hierarchy(principal: Principal, rules: Shown, document: Document) -> Document:
    """Mask the labels of all golden records above and below."""
    of = document["entity_type"]

    def one(node: Document) -> Document:
        shown = {**node, **masked_label(principal, rules, node, of)}
        return {**shown, "children": [one(child) for child in node["children"]]} if "children" in node else shown

    ends = {name: one(document[name]) for name in ("ultimate_parent", "tree")}
    return {**one(document), **ends, "ancestors": [one(node) for node in document["ancestors"]]}


def mismatch(principal: Principal, rules: Shown, document: Document) -> Document:
    """Mask the labels of a golden record and of what its records lead to."""
    of = document["entity_type"]
    versions = [{**one, **masked_label(principal, rules, one, of)} for one in document["versions"]]
    return {**document, **masked_label(principal, rules, document, of), "versions": versions}


def divergence(principal: Principal, rules: Shown, document: Document) -> Document:
    """Mask what a source says beside what the golden record says, and the label of that."""
    of, name = document["entity_type"], document["attribute"]
    entity_type = rules.under(of, document.get("rules_version"))
    values: Document = {part: document[part] for part in ("golden_value", "value", "take") if part in document}
    shown = {part: mask(principal, entity_type, {name: value}) for part, value in values.items()}
    rest = {part: told for part, told in document.items() if part not in values}
    if len(shown["value"]) == 0:  # why a value cannot be taken would tell it
        rest.pop("because", None)
    told = {part: value[name] for part, value in shown.items() if name in value}
    return {**rest, **told, **masked_label(principal, rules, document, of)}


def readiness(principal: Principal, rules: Shown, document: Document) -> Document:
    """Mask the label, and the fields that tell lines of another type apart."""
    lists: Document = {name: [_line(principal, rules, one) for one in document[name]] for name in ("missing", "present")
             if name in document}  # fmt: skip
    return {**document, **lists, **masked_label(principal, rules, document, document["entity_type"])}


def _line(principal: Principal, rules: Shown, item: Document) -> Document:
    if "key" not in item:
        return item
    of, lines = item["attribute"].partition(".")[0], item["lines"]
    if of not in rules.now or principal.entity_type not in {None, of}:
        return {name: part for name, part in item.items() if name != "key"}
    seen = mask(principal, rules.now[of], {lines: [item["key"]]})
    rest = {name: part for name, part in item.items() if name != "key"}
    return {**rest, "key": seen[lines][0]} if lines in seen else rest


def _led_to(principal: Principal, rules: Shown, document: Document) -> Document:
    of = document["to"]
    if principal.entity_type not in {None, of}:
        return {name: part for name, part in document.items() if name not in {"golden_id", "label"}}
    return {**document, **masked_label(principal, rules, document, of)}
