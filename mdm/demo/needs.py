"""Sets what the rows of the demo firm lack, and where they are at odds, against what readiness and divergence tell.

Only of golden records that hold exactly the records of one true thing: what they should lack follows from its rows.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from matching.kinds import KINDS
from mdm.demo.exports import entity_type
from mdm.demo.firm import Firm
from mdm.entity_types import truth_of
from mdm.services.hub import Hub
from mdm.services.reading import golden
from mdm.services.watching import divergence, readiness

Row = dict[str, Any]
Things = dict[str, dict[str, Row]]
"""The rows of each golden record by their keys."""
Count = tuple[str, int, int]
"""What it is, how often it was planted, and how often it was found."""
TYPES = ("customer", "legal_entity", "employee")
CERTAIN = ("tax_id", "lei", "birth_date")
"""Attributes of which a thing has one true value, so that another one is wrong."""
WORDS = {
    "system": "systems that do not know a thing",
    "value": "attributes without a valid value",
    "reference": "references that a process needs and that lead nowhere",
    "apart": "values at odds with the only valid one",
}


def counts(hub: Hub, made: Firm) -> Iterator[Count]:
    """Missing mappings, missing values and divergence: of each what was planted and told, and what only was told."""
    expected: dict[str, set[Any]] = {what: set() for what in WORDS}
    told: dict[str, set[Any]] = {what: set() for what in WORDS}
    for name in TYPES:
        things = _things(hub, made, name)
        expected["apart"] |= set(_at_odds(name, things))
        told["apart"] |= set(_told_apart(hub, name, things))
        for process in entity_type(name).readiness:
            for what, *place in [*_lacked(name, process, things), *_led_nowhere(made, name, process, things)]:
                expected[what].add((process, *place))
            for what, *place in _told_missing(hub, made, name, process, things):
                told[what].add((process, *place))
    yield from _parents(hub, made)
    for what, words in WORDS.items():
        yield words, len(expected[what]), len(expected[what] & told[what])
        yield f"{words}, told of others", 0, len(told[what] - expected[what])


def _things(hub: Hub, made: Firm, name: str) -> Things:
    """Golden records whose records are those of one true thing, with their rows."""
    rows: dict[str, Row] = {}
    for load in sorted(made.loads, key=lambda load: load.is_changes):
        if load.entity_type == name:
            for row in made.files[load.name]:
                key = f"{load.source}:{name}:{row['id']}"
                if row.get("deleted"):
                    rows.pop(key, None)
                else:
                    rows[key] = row
    of: defaultdict[str, set[str]] = defaultdict(set)
    for key in rows.keys() & made.truth[name].keys():
        of[made.truth[name][key]].add(key)
    wholes = set(map(frozenset, of.values()))
    found: Things = {}
    for document in golden.export(hub, name):
        keys = {f"{one['source']}:{name}:{one['source_id']}" for one in document["crosswalk"]}
        if frozenset(keys) in wholes:
            found[document["golden_id"]] = {key: rows[key] for key in sorted(keys)}
    return found


def _plain(name: str, process: str) -> list[str]:
    """The attributes that a process asks for whose values follow from one row alone."""
    of = entity_type(name)
    barred = of.references.keys() | of.lines.keys() | of.code_lists.keys() | of.validity.keys()
    return [one for one in of.readiness[process].attributes if one not in barred]


def _lacked(name: str, process: str, things: Things) -> Iterator[tuple[str, str, str]]:
    for golden_id, rows in things.items():
        known = {key.partition(":")[0] for key in rows}
        for source in entity_type(name).readiness[process].systems:
            if source not in known:
                yield "system", golden_id, source
        for attribute in _plain(name, process):
            if not any(_forms(name, attribute, row) for row in rows.values()):
                yield "value", golden_id, attribute


def _led_nowhere(made: Firm, name: str, process: str, things: Things) -> Iterator[tuple[str, str, str]]:
    """Of each reference that all rows agree about, whether none of them leads to what arrived."""
    for attribute in _references(name, process):
        for golden_id, rows in things.items():
            if _leading(made, name, attribute, rows) == {False}:
                yield "reference", golden_id, attribute


def _references(name: str, process: str) -> list[str]:
    of = entity_type(name)
    return [one for one in of.readiness[process].attributes if one in of.references]


def _leading(made: Firm, name: str, attribute: str, rows: dict[str, Row]) -> set[bool]:
    """Whether the references of these rows lead to what arrived; none is one that does not."""
    to = entity_type(name).references[attribute]
    keys = [f"{key.partition(':')[0]}:{to}:{row[attribute]}" for key, row in rows.items() if attribute in row]
    return {key in made.truth[to] for key in keys} or {False}


def _told_missing(hub: Hub, made: Firm, name: str, process: str, things: Things) -> Iterator[tuple[str, str, str]]:
    cursor, plain, references = None, _plain(name, process), _references(name, process)
    while True:
        wanted = readiness.Wanted(entity_type=name, cursor=cursor, limit=1_000)
        found = readiness.page(hub, process, wanted)
        for item in found["items"]:
            for one in item["missing"] if item["golden_id"] in things else ():
                about = one.get("system") or one["attribute"]
                if one["code"] == "system" or (one["code"] == "value" and about in plain):
                    yield one["code"], item["golden_id"], about
                elif about in references and len(_leading(made, name, about, things[item["golden_id"]])) == 1:
                    yield "reference", item["golden_id"], about
        cursor = found["next"]
        if cursor is None:
            return


def _at_odds(name: str, things: Things) -> Iterator[tuple[str, str]]:
    """(key, attribute) of each row that says something else than the only valid value of its thing."""
    for rows in things.values():
        for attribute in _certain(name):
            valid = {form for row in rows.values() for form in _forms(name, attribute, row)}
            if len(valid) == 1:
                for key, row in rows.items():
                    if _forms(name, attribute, row, valid=False) - valid:
                        yield key, attribute


def _told_apart(hub: Hub, name: str, things: Things) -> Iterator[tuple[str, str]]:
    certain = {
        (golden_id, attribute) for golden_id, rows in things.items() for attribute in _certain(name)
        if len({form for row in rows.values() for form in _forms(name, attribute, row)}) == 1
    }  # fmt: skip
    for item in divergence.export(hub, divergence.Wanted(entity_type=name)):
        if (item["golden_id"], item["attribute"]) in certain:
            yield f"{item['source']}:{name}:{item['source_id']}", item["attribute"]


def _parents(hub: Hub, made: Firm) -> Iterator[Count]:
    """Parents that systems disagree about are divergence of whoever does not say what survived."""
    planted = [set(one.keys) for one in made.planted if one.way == "apart"]
    told = {
        f"{item['source']}:{name}:{item['source_id']}"
        for name in made.truth
        for attribute in entity_type(name).hierarchies
        for item in divergence.export(hub, divergence.Wanted(entity_type=name, attribute=attribute))
    }
    yield "parents that systems disagree about, as divergence", len(planted), sum(bool(one & told) for one in planted)
    yield "parents that systems agree about, told as divergence", 0, len(told - set().union(*planted))


def _certain(name: str) -> list[str]:
    return [one for one in CERTAIN if one in entity_type(name).attributes]


def _forms(name: str, attribute: str, row: Row, *, valid: bool = True) -> set[str]:
    """The standard forms of what a row says; only valid ones, or any."""
    kind, value = KINDS[entity_type(name).attributes[attribute].kind], row.get(attribute)
    said = value if isinstance(value, list) else [value]
    forms = {form for one in said if one is not None and (form := kind.standardise(one)) is not None}
    return {form for form in forms if not valid or truth_of(kind)(form)}
