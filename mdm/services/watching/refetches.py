"""Which records are to be fetched again from their sources, and since when: counted by source, or one by one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from golden_records.identity import golden_id
from mdm.errors import Fault, InvalidInput
from mdm.services import known_sources
from mdm.services.hub import Hub
from mdm.services.intake.references import age
from mdm.services.positions import AsOf, position
from mdm.settings import now
from mdm.store import log as stored_log
from mdm.store import refetches as stored
from mdm.store.database import Transaction
from mdm.store.refetches import Among, Waiting
from mdm.store.xref import NOW, described

Document = dict[str, Any]
SAMPLES = 3
FIRST = (0, -NOW)
"""Before the word of any source, about any record."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of them are asked for: of an entity type and a source, and since before a moment; all where left out."""

    entity_type: str | None = None
    source: str | None = None
    before: AsOf = None


def waiting(
    hub: Hub, wanted: Wanted, *, samples: int = SAMPLES, as_of: AsOf = None, moment: str | None = None
) -> Document:
    """Count them by source and entity type, those first that have waited longest: `{"items"}`.

    An item has `source`, `entity_type`, `count`, `since`, `recorded_at` and `days` (whole ones) of the oldest, and some
    `samples`, the oldest first, as `page` tells them.

    moment: until when ages are counted (ISO 8601 UTC); the present when it is left out.
    """
    with hub.database.read() as transaction:
        prefixes = _prefixes(hub, transaction, wanted)
        found = stored.grouped(transaction, _among(transaction, wanted, list(prefixes), as_of), samples=samples)
        ages = _Ages(transaction, found, as_of, moment)
    groups: dict[tuple[str, str], Document] = {}
    for one in found:
        head = {"source": one.source, "entity_type": one.entity_type, "count": one.alike, **ages.of(one.oldest)}
        groups.setdefault((one.source, one.entity_type), {**head, "samples": []})["samples"].append(
            _told(one, ages, prefixes)
        )
    return {"items": list(groups.values())}


def page(
    hub: Hub, wanted: Wanted, *, cursor: str | None = None, limit: int = 100, as_of: AsOf = None,
    moment: str | None = None,
) -> Document:  # fmt: skip
    """List them, those first that have waited longest: `{"items", "next"}`.

    An item has the `key`, the `golden_id` (null before the record has arrived), since when it is so (`since`,
    `recorded_at`, `days`), and the `version` and `event_time` that its source names, where it does.

    Raises:
        InvalidInput: the cursor is none.
    """
    after = _after(cursor)
    with hub.database.read() as transaction:
        prefixes = _prefixes(hub, transaction, wanted)
        among = _among(transaction, wanted, list(prefixes), as_of)
        found = stored.page(transaction, among, after=after, limit=limit + 1)
        ages = _Ages(transaction, found, as_of, moment)
    items = [_told(one, ages, prefixes) for one in found[:limit]]
    last = found[limit - 1] if len(found) > limit else None
    return {"items": items, "next": None if last is None else f"{last.event}:{last.record_id}"}


def _among(transaction: Transaction, wanted: Wanted, types: list[str], as_of: AsOf) -> Among:
    at, before = position(transaction, as_of), position(transaction, wanted.before, name="before")
    return Among(types, wanted.source, at, before)


def _prefixes(hub: Hub, transaction: Transaction, wanted: Wanted) -> dict[str, str]:
    """The ID prefixes of the entity types that are asked for; NotFound where what is named is no type, or no source."""
    types = hub.entity_types(seen_by=transaction)
    known_sources.ensure_known(transaction, types.values(), wanted.source)
    if wanted.entity_type is not None:
        return {wanted.entity_type: hub.entity_type(wanted.entity_type, seen_by=transaction).id_prefix}
    return {name: one.id_prefix for name, one in types.items()}


class _Ages:
    """How old words are: until a moment, or that of `as_of`."""

    def __init__(self, transaction: Transaction, found: Iterable[Waiting], as_of: AsOf, moment: str | None) -> None:
        positions = {one.event for one in found} | {one.oldest for one in found}
        at = position(transaction, as_of)
        end = min(at, stored_log.head(transaction))
        self.recorded = stored_log.moments(transaction, sorted(positions | ({end} - {0})))
        self.end = (moment or now()) if at == NOW else self.recorded.get(end, "")

    def of(self, event: int) -> Document:
        return {"since": event, **age(self.recorded[event], self.end)}


def _told(one: Waiting, ages: _Ages, prefixes: dict[str, str]) -> Document:
    borne = None if one.golden is None else golden_id(prefixes[one.entity_type], one.golden)
    named = described(one.event, one.version, one.event_time)
    return {"key": f"{one.source}:{one.entity_type}:{one.source_id}", "golden_id": borne, **named, **ages.of(one.event)}


def _after(cursor: str | None) -> tuple[int, int]:
    if cursor is None:
        return FIRST
    event, _, record = cursor.partition(":")
    numbers = (event, record.removeprefix("-"))
    if not all(number.isascii() and number.isdigit() and len(number) <= 18 for number in numbers):
        detail = f"{cursor!r} is no cursor: give `next` of the page before"
        raise InvalidInput(detail, faults=[Fault("/query/cursor", detail, "cursor", cursor)])
    return int(event), int(record)
