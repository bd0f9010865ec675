"""What a principal may see of the documents that services give: attributes by their privacy class, everywhere."""

from collections.abc import Iterable, Mapping
from typing import Any

from mdm.auth import Principal, free_text, hidden, mask, sees_all
from mdm.entity_types import EntityType
from mdm.services.access.shown import Shown
from mdm.services.row_order import in_order

Document = dict[str, Any]
_PLACES = ("winner", "winners", "losers", "overlaps", "gaps", "flips")
# What a place in a lineage tells of the value itself, and of the days and the key of a dated line.
_TOLD = ("value", "key", "valid_from", "valid_to")


def golden(principal: Principal, rules: Shown, document: Document) -> Document:
    """Mask a golden record, with its lineage when it has one; `masked` names the attributes held back."""
    shown, entity_type = dict(document), rules.under(document["entity_type"], document.get("rules_version"))
    barred: set[str] = set()
    if "attributes" in document:
        shown["attributes"] = mask(principal, entity_type, document["attributes"])
        barred |= _held_back(document["attributes"], shown["attributes"])
    if "dated" in document:
        shown["dated"] = _timelines(principal, entity_type, document["dated"])
        barred |= _held_back(document["dated"], shown["dated"])
    if "lineage" in document:
        shown["lineage"] = {
            attribute: _lineage(principal, entity_type, attribute, entry)
            for attribute, entry in document["lineage"].items()
        }
        barred |= {name for name, entry in shown["lineage"].items() if entry != document["lineage"][name]}
    return {**shown, "masked": sorted(barred)} if barred else shown


def _timelines(principal: Principal, entity_type: EntityType, dated: Document) -> Document:
    """The values of dated attributes on all days, as far as the principal may see them or their form."""
    found: Document = {}
    for name, timeline in dated.items():
        values = [mask(principal, entity_type, {name: one["value"]}) for one in timeline]
        if all(name in seen for seen in values):
            found[name] = [{**one, "value": seen[name]} for one, seen in zip(timeline, values, strict=True)]
    return found


def history(principal: Principal, rules: Shown, document: Document) -> Document:
    """Mask every version in the history of a golden record, and the values that people set."""
    of, versions = document["entity_type"], document["versions"]
    made_under = list(dict.fromkeys(one["rules_version"] for one in versions))

    return {
        **document,
        "versions": [_version(principal, rules.under(of, one["rules_version"]), one) for one in versions],
        "decisions": [_set_by_people(principal, rules, of, made_under, one) for one in document["decisions"]],
    }


def difference(principal: Principal, rules: Shown, document: Document) -> Document:
    """Mask the values on both sides of a difference, where they came from, and what people set in between."""
    of, made_under = document["entity_type"], [document[side]["rules_version"] for side in ("from", "to")]
    start, end = (rules.under(of, version) for version in made_under)
    under = {"from": start, "removed": start, "to": end, "added": end}
    shown = {name: _sides(principal, under, name, entry) for name, entry in document["attributes"].items()}
    barred = sorted(name for name, entry in shown.items() if entry != document["attributes"][name])
    decisions = [_set_by_people(principal, rules, of, made_under, one) for one in document["decisions"]]
    found = {**document, "attributes": shown, "decisions": decisions}
    return {**found, "masked": barred} if barred else found


def _sides(principal: Principal, under: Mapping[str, EntityType], name: str, entry: Document) -> Document:
    seen = {part: mask(principal, under[part], {name: entry[part]}) for part in under if part in entry}
    winners = {
        side: [masked_place(principal, under[side], name, place) for place in places]
        for side, places in entry["winners"].items()
    }
    rest = {part: told for part, told in entry.items() if part not in under}
    return {**rest, **{part: value[name] for part, value in seen.items() if name in value}, "winners": winners}


def _set_by_people(
    principal: Principal, rules: Shown, of: str, made_under: Iterable[str], document: Document
) -> Document:
    if "attribute" not in document:
        return document
    name = document["attribute"]
    return masked_place(principal, rules.having(of, name, made_under), name, document)


def task(principal: Principal, rules: Shown, document: Document) -> Document:
    """Mask the values in a task's evidence and preview, the value it is about, and what people wrote about it."""
    shown, entity_type = dict(document), rules.under(document["entity_type"], document["rules_version"])
    if document["evidence"] is not None:
        shown["evidence"] = evidence(principal, entity_type, document["evidence"])
    if document["preview"] is not None:
        goldens = [_version(principal, entity_type, one) for one in document["preview"]["golden_records"]]
        shown["preview"] = {**document["preview"], "golden_records": goldens}
    if document["about"] is not None:
        shown["about"] = _about(principal, entity_type, document["about"])
    shown["comments"] = [{**one, "text": free_text(principal, one["text"])} for one in document["comments"]]
    if document["escalated"] is not None:
        question = free_text(principal, document["escalated"]["question"])
        shown["escalated"] = {**document["escalated"], "question": question}
    return shown


def queue_row(principal: Principal, rules: Shown, document: Document) -> Document:
    """Mask the names of the golden records that a row of the queue is about, and the value that is without a code."""
    of = document["entity_type"]
    goldens = [{**one, **masked_label(principal, rules, one, of)} for one in document["golden_records"]]
    about = document["about"]
    if about is not None and "value" in about:
        seen = _about(principal, rules.now[of], {**about, "suggestions": []})
        about = {**about, "value": seen["value"]}
    return {**document, "golden_records": goldens, "about": about}


def comparison(principal: Principal, rules: Shown, document: Document) -> Document:
    """Mask the values side by side, what `same` would make of them, and the task itself."""
    of = rules.under(document["task"]["entity_type"], document["task"]["rules_version"])
    barred = hidden(principal, of)
    rows = [
        _led(principal, rules, _compared(principal, of, one, held_back=one["attribute"] in barred))
        for one in document["attributes"]
    ]
    same = document["same"]
    if same is not None:
        same = {**same, "attributes": mask(principal, of, same["attributes"])}
    return {**document, "task": task(principal, rules, document["task"]), "attributes": in_order(rows), "same": same}


def _compared(principal: Principal, entity_type: EntityType, row: Document, *, held_back: bool) -> Document:
    name = row["attribute"]
    seen = [mask(principal, entity_type, {name: value}).get(name) for value in row["values"]]
    told = {**row, "values": seen, "masked": held_back}
    if "result" in row:
        told["result"] = mask(principal, entity_type, {name: row["result"]}).get(name)
    return (
        {**told, "standardised": [None for _ in seen], "carriers": [None for _ in seen], "others": 0}
        if held_back
        else told
    )


def _led(principal: Principal, rules: Shown, row: Document) -> Document:
    """Mask the names of what references lead to, or leave out what they mean where they themselves are held back."""
    if "leads_to" not in row:
        return row

    def seen(one: Document | None) -> Document | None:
        if one is None or row["masked"] or principal.entity_type not in {None, one["entity_type"]}:
            return None
        return {**one, **masked_label(principal, rules, one, one["entity_type"])}

    return {**row, "leads_to": [seen(one) for one in row["leads_to"]], "result_leads_to": seen(row["result_leads_to"])}


def _cycle(principal: Principal, entity_type: EntityType, document: Document) -> Document:
    """Mask the labels along a cycle; who may not see the reference is told only that there is one."""
    if document["attribute"] in hidden(principal, entity_type):
        return {**document, "days": [], "because": None, "cycle": None}
    name = entity_type.label_attribute
    ring = [
        {**one, "label": mask(principal, entity_type, {name: one["label"]}).get(name)} if one["label"] else one
        for one in document["cycle"] or ()
    ]
    return {**document, "cycle": ring or None}


def opinion(principal: Principal, document: Document) -> Document:
    """Mask what people wrote beside their answers."""

    def told(said: Document | None) -> Document | None:
        return said and {**said, "reason": free_text(principal, said["reason"])}

    return {**document, "answers": [told(one) for one in document["answers"]], "settled": told(document["settled"])}


def mention(principal: Principal, document: Document) -> Document:
    """Mask what a comment says."""
    return {**document, "text": free_text(principal, document["text"])}


def proposal(principal: Principal, entity_type: EntityType | None, document: Document) -> Document:
    """Mask the value that a proposed override sets, or the code that a value stands for."""
    parts = document["parts"]
    if entity_type is None or sees_all(principal, entity_type):
        return document
    if "attribute" in parts:
        shown = masked_place(principal, entity_type, parts["attribute"], parts)
        # What was in the way may be told with the value.
        return document if shown == parts else {**document, "parts": shown, "changed": None}
    return {**document, "parts": {name: part for name, part in parts.items() if name != "code"}}


def _about(principal: Principal, entity_type: EntityType, document: Document) -> Document:
    """Mask an unmapped value, and the codes that would tell it; what is in conflict or breaks a constraint."""
    if "constraints" in document:
        return {"constraints": [_constraint(principal, entity_type, one) for one in document["constraints"]]}
    if "candidates" in document:
        places = [
            masked_place(principal, entity_type, document["attribute"], one) for one in document["candidates"] or ()
        ]
        return {**document, "candidates": places or document["candidates"]}
    if "cycle" in document:
        return _cycle(principal, entity_type, document)
    attribute = document["attribute"].partition(".")[0]
    seen = mask(principal, entity_type, {attribute: document["value"]})
    if seen.get(attribute) == document["value"]:
        return document
    return {**document, "value": seen.get(attribute), "suggestions": []}


def _constraint(principal: Principal, entity_type: EntityType, document: Document) -> Document:
    sides = [mask(principal, entity_type, {name: both[side] for name, both in document["values"].items()})
             for side in (0, 1)]  # fmt: skip
    return {**document, "values": {name: [one.get(name) for one in sides] for name in document["values"]}}


def evidence(principal: Principal, entity_type: EntityType, document: Document) -> Document:
    """Leave out the blocking keys that spell a value held back; levels and weights tell none."""
    barred = hidden(principal, entity_type)
    return {**document, "keys": [key for key in document["keys"] if not any(name in key for name in barred)]}


def found(principal: Principal, rules: Shown, of: str, document: Document) -> Document:
    """Mask what candidates for a new record hold, and the evidence for them."""
    entity_type = rules.under(of, document["rules_version"])
    items = [
        {**_version(principal, entity_type, one), "evidence": evidence(principal, entity_type, one["evidence"])}
        for one in document["items"]
    ]
    barred = hidden(principal, entity_type)
    crowded = [key for key in document["crowded"] if not any(name in key for name in barred)]
    return {**document, "items": items, "crowded": crowded}


def why(principal: Principal, rules: Shown, document: Document) -> Document:
    """Mask the evidence for a pair and the values of both, and what people wrote when they decided about it."""
    of = rules.under(document["entity_type"], document["rules_version"])
    decisions = [{**one, "reason": free_text(principal, one["reason"])} for one in document["decisions"]]
    sides = [mask(principal, of, {name: both[side] for name, both in document["values"].items()}) for side in (0, 1)]
    values = {name: [side[name] for side in sides] for name in document["values"] if name in sides[0]}
    barred = _held_back(document["values"], values)
    shown = {**evidence(principal, of, document), "decisions": decisions, "values": values}
    return {**shown, "masked": sorted(barred)} if barred else shown


def cluster(principal: Principal, rules: Shown, document: Document) -> Document:
    """Mask the labels of the records of a golden record, and of those that stand near it."""
    of = document["entity_type"]
    return {
        **document,
        **{part: [{**one, **masked_label(principal, rules, one, of)} for one in document[part]]
           for part in ("records", "near")},
    }  # fmt: skip


def event(principal: Principal, rules: Shown, document: Document) -> Document:
    """Mask the versions before and after in an event of the feed, and where a reference held back leads."""
    of, attribute = document["data"]["entity_type"], document["data"].get("attribute")
    barred = {"from", "to"} if attribute is not None and attribute in hidden(principal, rules.now[of]) else set[str]()
    data = {
        name: _version(principal, rules.under(of, part["rules_version"]), part)
        if name in {"before", "after"} and part
        else part
        for name, part in document["data"].items()
        if name not in barred
    }
    return {**document, "data": data}


def masked_label(principal: Principal, rules: Shown, document: Document, of: str) -> Document:
    """The label of a golden record as it may be seen: None where it is held back."""
    attribute = rules.now[of].label_attribute
    if document.get("label") is None:
        return {"label": None}
    return {"label": mask(principal, rules.now[of], {attribute: document["label"]}).get(attribute)}


def preview(principal: Principal, rules: Shown, events: list[Document]) -> list[Document]:
    """Mask the events that a decision would cause; those of a type that the key is not narrowed to are left out."""
    return [
        event(principal, rules, {"data": one})["data"]
        for one in events
        if principal.entity_type in {None, one["entity_type"]}
    ]


def rejected(principal: Principal, entity_type: EntityType | None, document: Document) -> Document:
    """Hold back the text of a rejected row where the principal has no right to every attribute of its entity type."""
    if principal.role == "admin" or (principal.role == "source" and principal.source == document["source"]):
        return document
    if entity_type is not None and sees_all(principal, entity_type):
        return document
    # The raw row and the words about it may hold any attribute, so a right to some of them is not enough.
    detail = f"breaks the rule {document['rule'].replace('_', ' ')}"
    return {**document, "value": None, "raw": None, "columns": None, "detail": detail}


def _held_back(all_: Mapping[str, Any], shown: Mapping[str, Any]) -> set[str]:
    return {name for name, value in all_.items() if name not in shown or shown[name] != value}


def _version(principal: Principal, entity_type: EntityType, document: Document) -> Document:
    shown = dict(document)
    if document["attributes"]:
        shown["attributes"] = mask(principal, entity_type, document["attributes"])
    if "dated" in document:
        shown["dated"] = _timelines(principal, entity_type, document["dated"])
    return shown


def _lineage(principal: Principal, entity_type: EntityType, attribute: str, entry: Document) -> Document:
    def place(document: Document) -> Document:
        return masked_place(principal, entity_type, attribute, document)

    return {
        name: part if name not in _PLACES else place(part) if isinstance(part, dict) else [place(one) for one in part]
        for name, part in entry.items()
    }


def masked_place(principal: Principal, entity_type: EntityType, attribute: str, document: Document) -> Document:
    """Mask the value, key and days that a place in a lineage tells, and why it lost as far as that tells a value."""
    told = {name: mask(principal, entity_type, {attribute: document[name]}) for name in _TOLD if name in document}
    rest = {name: part for name, part in document.items() if name not in told}
    if "because" in rest:
        rest["because"] = _because(principal, entity_type, rest["because"])
    return {**rest, **{name: seen[attribute] for name, seen in told.items() if attribute in seen}}


def _because(principal: Principal, entity_type: EntityType, because: str) -> str:
    """Leave out which condition a value did not meet where that asks for an attribute held back."""
    asked = because.startswith("not considered: its record has ")
    barred = any(because.endswith(f" {name}") for name in hidden(principal, entity_type))
    return "not considered" if asked and barred else because


def activity(principal: Principal, rules: Shown, document: Document) -> Document:
    """Mask the value that a person set, and what they wrote about it."""
    shown = {**document, "reason": free_text(principal, document["reason"])}
    if "attribute" not in document:
        return shown
    return masked_place(principal, rules.now[document["entity_type"]], document["attribute"], shown)


def forecast(principal: Principal, entity_type: EntityType, document: Document) -> Document:
    """Mask the values that a golden record will lose and gain, and why as far as that tells one."""
    changes = []
    for one in document["changes"]:
        values = {"from": one["from"], "to": one["to"]}
        shown = {name: mask(principal, entity_type, {one["attribute"]: value}) for name, value in values.items()}
        told = {name: part[one["attribute"]] for name, part in shown.items() if one["attribute"] in part}
        rest = {name: part for name, part in one.items() if name not in values}
        changes.append({**rest, **told, "because": _because(principal, entity_type, one["because"])})
    return {**document, "changes": changes}
