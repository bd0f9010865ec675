"""What stands above and below a golden record, and the roll-up of its group; now or then."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from mdm.entity_types import EntityType, hint
from mdm.errors import Fault, InvalidInput
from mdm.resolution.hierarchy_groups import read
from mdm.services.hub import Hub
from mdm.services.positions import AsOf, position
from mdm.services.reading.golden import entity_type_of, head_at, prefixes_of
from mdm.services.reading.relations import Names
from mdm.services.reading.valid_time import day, moment
from mdm.store import golden as stored_golden
from mdm.store import hierarchy as stored
from mdm.store import hierarchy_groups as groups
from mdm.store import resolution
from mdm.store.database import Transaction
from mdm.store.moments import Moment
from mdm.store.xref import NOW

Document = dict[str, Any]
NODES, FURTHEST = 1_000, 1_000
"""The most golden records that one tree tells, and how far up and down a hierarchy is followed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: by which attribute, how far down, and which references are not to be told.

    on: the day that is meant, an ISO date; None for the latest that the hub has seen pass.
    """

    attribute: str | None = None
    depth: int = 3
    on: str | None = None
    barred: Collection[tuple[str, str]] = ()


def hierarchy(hub: Hub, written: str, wanted: Wanted, *, as_of: AsOf = None) -> Document:
    """`ancestors` (the nearest first), `ultimate_parent`, `tree`, `complete` and `roll_up` of a golden ID.

    `roll_up` counts the golden records of the whole group, in all and by `levels` from itself downwards, their
    cross-references by source (those of deleted records included), and what refers to them. `set_aside`: what the
    golden record says of its parent would close a cycle, and does not count; a task of kind `hierarchy_cycle` is open.
    `on` is the day of which all this is true; null where no day has passed and none was asked about.

    Raises:
        NotFound: the ID was never given.
        InvalidInput: its type has no such hierarchy, or `on` is no day.
    """
    on = day(wanted.on)
    entity_type, number = entity_type_of(hub, written)
    prefixes, entity_types = prefixes_of(hub), hub.entity_types()
    attribute = _attribute(entity_types[entity_type], wanted)
    with hub.database.read() as transaction:
        at = position(transaction, as_of)
        told, shown = head_at(transaction, prefixes, (written, entity_type, number), at=at)
        when = moment(transaction, entity_type, at=at, on=on)
        above = stored.ancestors(transaction, shown.golden, attribute, when=when, limit=FURTHEST)
        rows = stored.below(transaction, shown.golden, attribute, when=when, depth=wanted.depth + 1, limit=NODES + 1)
        numbers = {shown.golden, *above, *(golden for golden, _, _ in rows)}
        called = Names(entity_types, prefixes, stored_golden.at(transaction, numbers, position=at))
        aside = stored.is_set_aside(transaction, shown.golden, attribute, when=when)
        roll_up = _roll_up(transaction, shown.golden, (entity_type, attribute), when=when, barred=wanted.barred)
    nodes = {one: {"golden_id": called.id(entity_type, one), "label": called.label(one)} for one in numbers}
    return {
        **told,
        "label": called.label(shown.golden),
        "attribute": attribute,
        "on": when.on or None,
        "ancestors": [nodes[one] for one in above],
        "ultimate_parent": nodes[above[-1] if above else shown.golden],
        "set_aside": aside,
        "tree": _tree(nodes, shown.golden, rows[:NODES], depth=wanted.depth),
        "complete": len(rows) <= NODES,
        "roll_up": roll_up,
    }


def _attribute(entity_type: EntityType, wanted: Wanted) -> str:
    known = [name for name in entity_type.hierarchies if (entity_type.entity_type, name) not in wanted.barred]
    if wanted.attribute in known or (wanted.attribute is None and known):
        return wanted.attribute or known[0]
    named = entity_type.entity_type if wanted.attribute is None else wanted.attribute
    near = "" if wanted.attribute is None else hint(wanted.attribute, known)
    detail = f"{named} makes no hierarchy that may be seen{near}; a reference of a type to itself does"
    raise InvalidInput(detail, faults=[Fault("/query/attribute", detail, "hierarchy")])


def _tree(nodes: dict[int, Document], top: int, rows: list[tuple[int, int, int]], *, depth: int) -> Document:
    """Nest what is below; `more` where something stands below that is too deep to be told."""
    told = {number: {**node, "children": [], "more": False} for number, node in nodes.items()}
    for golden, parent, level in rows:
        if level > depth:
            told[parent]["more"] = True
        else:
            told[parent]["children"].append(told[golden])
    for node in told.values():
        node["children"].sort(key=lambda child: child["golden_id"])
    return told[top]


def _roll_up(
    transaction: Transaction, golden: int, own: tuple[str, str], *, when: Moment, barred: Collection[tuple[str, str]]
) -> Document:
    kept = _kept(transaction, golden, own, when)
    group = kept or stored.group(transaction, golden, own, when=when, deepest=FURTHEST)
    return {
        "golden_records": sum(group.levels),
        "levels": group.levels,
        "source_records": group.sources,
        "referred_by": [
            {"entity_type": of, "attribute": attribute, "golden_records": count}
            for (of, attribute), count in group.referring.items()
            if (of, attribute) not in barred
        ],
    }


def _kept(transaction: Transaction, golden: int, own: tuple[str, str], when: Moment) -> stored.Group | None:
    """What the resolver keeps of a group; None of other moments than now, and where it keeps nothing."""
    if when.at != NOW or when.on != (resolution.tick(transaction, own[0], at=NOW) or ""):
        return None
    found = groups.kept(transaction, groups.Hierarchy(*own), [golden]).get(golden)
    return found and stored.Group(*read(found.total))
