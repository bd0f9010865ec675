"""Which references lead to nothing living: what has not arrived, or has been deleted, and since when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mdm.services import known_sources
from mdm.services.hub import Hub
from mdm.services.known_attributes import ensure_known
from mdm.services.positions import AsOf, position
from mdm.settings import now
from mdm.store import log as stored_log
from mdm.store import references as stored
from mdm.store.database import Transaction
from mdm.store.references import Standing, Waiting
from mdm.store.xref import NOW

Document = dict[str, Any]
SAMPLES = 3
_NOWHERE: dict[bool, tuple[Standing, ...]] = {False: ("waiting", "deleted"), True: ("waiting",)}
"""Which references lead nowhere that somebody should mend; a record that retires with its target needs nothing."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of them are asked for.

    entity_type, source, attribute: only these.  before: only those that have led nowhere since before a moment.
    samples: how many of each group are named.  barred: references, as (entity type, attribute), not to be told.
    """

    entity_type: str | None = None
    source: str | None = None
    attribute: str | None = None
    before: AsOf = None
    samples: int = SAMPLES
    barred: Collection[tuple[str, str]] = ()


def waiting(hub: Hub, wanted: Wanted, *, as_of: AsOf = None, moment: str | None = None) -> Document:
    """Group by source, entity type, attribute and standing, those first that have waited longest: `{"items"}`.

    An item has `count`, `since`, `recorded_at` and `days` (whole ones, until now or the moment of `as_of`) of the
    oldest, and some `samples`, the oldest first: the `key` that refers, its `target`, and since when and how long it
    has led nowhere. `standing` is `waiting` (the target has never arrived) or `deleted` (nothing of its golden record
    lives any more). A record that retires with its target is not told.

    moment: until when ages are counted (ISO 8601 UTC); the present when it is left out.

    Raises:
        NotFound: there is no such entity type or source, or no entity type has the attribute.
        InvalidInput: `before` or `as_of` is no moment.
    """
    entity_types = hub.entity_types()
    chosen = entity_types.values() if wanted.entity_type is None else [hub.entity_type(wanted.entity_type)]
    ensure_known(chosen, wanted.attribute)
    only = {
        (name, attribute): _NOWHERE[attribute in one.retires_with]
        for name, one in entity_types.items()
        for attribute in one.references
        if wanted.entity_type in {None, name} and wanted.attribute in {None, attribute}
        if (name, attribute) not in wanted.barred
    }
    with hub.database.read() as transaction:
        known_sources.ensure_known(transaction, entity_types.values(), wanted.source)
        at, before = position(transaction, as_of), position(transaction, wanted.before, name="before")
        found = stored.waiting(
            transaction, at=at, only=only, source=wanted.source, before=before, samples=wanted.samples
        )
        recorded = stored_log.moments(transaction, sorted({one.since for one in found}))
        end = (moment or now()) if at == NOW else _recorded_at(transaction, at)
    groups: dict[tuple[str, ...], Document] = {}
    for one in found:
        to = entity_types[one.entity_type].references[one.attribute]
        group = groups.setdefault(one[:4], _group(one, to, age(recorded[one.oldest], end)))
        group["samples"].append(_sample(one, age(recorded[one.since], end)))
    return {"items": list(groups.values())}


def _recorded_at(transaction: Transaction, at: int) -> str:
    last = min(at, stored_log.head(transaction))
    return stored_log.moments(transaction, [last])[last] if last else ""


def age(recorded_at: str, end: str) -> Document:
    """Since when it has been so, and for how many whole days until an end."""
    passed = datetime.fromisoformat(end) - datetime.fromisoformat(recorded_at)
    return {"recorded_at": recorded_at, "days": max(passed.days, 0)}


def _group(one: Waiting, to: str, age: Document) -> Document:
    return {
        "source": one.source, "entity_type": one.entity_type, "attribute": one.attribute, "to": to,
        "standing": one.standing, "count": one.references, "since": one.oldest, **age, "samples": [],
    }  # fmt: skip


def _sample(one: Waiting, age: Document) -> Document:
    key = f"{one.source}:{one.entity_type}:{one.source_id}"
    return {"key": key, "target": one.target, "since": one.since, **age}
