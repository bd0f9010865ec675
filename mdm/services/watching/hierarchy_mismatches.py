"""Where systems disagree about what is above a golden record, with the version of each; now or then."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from mdm.services.hub import Hub
from mdm.services.positions import AsOf, position
from mdm.services.reading.golden import entity_type_of, prefixes_of
from mdm.services.reading.relations import Names
from mdm.services.reading.valid_time import day, moment
from mdm.store import golden as stored_golden
from mdm.store import hierarchy as stored
from mdm.store import tasks as stored_tasks
from mdm.store.database import Transaction
from mdm.store.moments import Moment

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which are asked for: of an entity type, from a cursor on; `barred` references are not to be told.

    on: the day on which they disagree, an ISO date; None for the latest that the type has seen pass.
    """

    entity_type: str | None = None
    cursor: str | None = None
    limit: int = 100
    on: str | None = None
    barred: Collection[tuple[str, str]] = ()


def mismatches(hub: Hub, wanted: Wanted, *, as_of: AsOf = None) -> Document:
    """Golden records whose source records lead to different parents, by golden ID: `{"items", "next"}`.

    An item has `golden_id`, `label`, `attribute`, `since`, and of each record a version: `source`, `source_id`, the
    `target` it names, and the `golden_id` and `label` that this means. `valid_from` and `valid_to` are the days on
    which they disagree, null where these are open; the versions are those of the day that is asked about. `reviews`
    are the open tasks that ask whether two of these parents are one thing: once they are, nobody disagrees.
    """
    if wanted.entity_type is not None:
        hub.entity_type(wanted.entity_type)
    written, _, name = (wanted.cursor or "").partition(":")
    after = (entity_type_of(hub, written)[1], name) if wanted.cursor else (0, "")
    on = day(wanted.on)
    entity_types, prefixes = hub.entity_types(), prefixes_of(hub)
    only = {
        (name, attribute)
        for name, one in entity_types.items()
        for attribute in one.hierarchies
        if wanted.entity_type in {None, name}
    } - set(wanted.barred)
    with hub.database.read() as transaction:
        at = position(transaction, as_of)
        when = Moment(at, on or _latest(transaction, {name for name, _ in only}, at=at))
        found = stored.mismatches(transaction, when=when, only=only, after=after, limit=wanted.limit + 1)
        numbers = {one.golden for one in found} | {one.parent for one in found}
        called = Names(entity_types, prefixes, stored_golden.at(transaction, numbers, position=at))
        asked = stored_tasks.reviews_between(transaction, {one.parent for one in found}, position=at)
    items: dict[tuple[int, str], Document] = {}
    for one in found:
        item = items.setdefault((one.golden, one.attribute), _item(one, called))
        item["versions"].append(_version(one, called))
    for item in items.values():
        item["reviews"] = _between({said["golden_id"] for said in item["versions"]}, item["entity_type"], asked, called)
    listed = list(items.values())
    last = listed[wanted.limit - 1] if len(listed) > wanted.limit else None
    cursor = None if last is None else f"{last['golden_id']}:{last['attribute']}"
    return {"items": listed[: wanted.limit], "next": cursor}


def _latest(transaction: Transaction, entity_types: Collection[str], *, at: int) -> str:
    """The latest day that any of these types had seen pass; "" before the first."""
    return max((moment(transaction, name, at=at, on=None).on for name in entity_types), default="")


def _item(one: stored.Version, called: Names) -> Document:
    return {
        "golden_id": called.id(one.entity_type, one.golden), "entity_type": one.entity_type,
        "label": called.label(one.golden), "attribute": one.attribute, "since": one.since,
        "valid_from": one.valid_from or None, "valid_to": one.valid_to, "versions": [],
    }  # fmt: skip


def _between(parents: set[str], of: str, asked: list[tuple[str, int, int]], called: Names) -> list[str]:
    return [task for task, *ends in asked if {called.id(of, end) for end in ends} <= parents]


def _version(one: stored.Version, called: Names) -> Document:
    return {
        "source": one.source, "source_id": one.source_id, "target": one.target,
        "golden_id": called.id(one.entity_type, one.parent), "label": called.label(one.parent),
    }  # fmt: skip
