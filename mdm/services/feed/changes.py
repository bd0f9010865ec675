"""The change feed as it is read: compact rows become CloudEvents, gapless and in order.

Source: CloudEvents 1.0, with the extensions `sequence` and `partitionkey`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from golden_records.identity import golden_id
from mdm.entity_types import hint
from mdm.errors import Fault, InvalidInput
from mdm.log import Key
from mdm.publish.feed import KINDS
from mdm.services.deciding.decisions import decision_id
from mdm.services.hub import Hub
from mdm.store import changes as stored_changes
from mdm.store import golden as stored_golden
from mdm.store import log as stored_log
from mdm.store import xref as stored_xref
from mdm.store.changes import StoredChange
from mdm.store.database import Transaction
from mdm.store.golden import StoredGolden

Document = dict[str, Any]
EVENTS = tuple(f"mdm.{kind}" for kind in KINDS)
"""The types of events there are."""


@dataclass(frozen=True, slots=True)
class _Context:
    """What the events of one page need beyond their rows, each read once."""

    hub_name: str
    prefixes: Mapping[str, str]
    times: Mapping[int, str]
    keys: Mapping[int, str]
    moved: Mapping[tuple[int, int], list[str]]
    versions: Mapping[tuple[int, int], StoredGolden]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events: of an entity type, that touch records of a source, of some types; of all where it is left out."""

    entity_type: str | None = None
    source: str | None = None
    events: tuple[str, ...] = ()


ALL = Wanted()


def wanted(
    hub: Hub, *, entity_type: str | None = None, source: str | None = None, events: Sequence[str] = ()
) -> Wanted:
    """Read which events are wanted; a feed may be followed before a source has sent anything.

    Raises:
        NotFound: there is no such entity type; names the nearest.
        InvalidInput: there is no such type of event; names the nearest.
    """
    if entity_type is not None:
        hub.entity_type(entity_type)
    for name in events:
        if name not in EVENTS:
            detail = f"there are no events {name!r}{hint(name, EVENTS)}"
            raise InvalidInput(detail, faults=[Fault("/query/event", detail, "event", name)])
    return Wanted(entity_type, source, tuple(sorted(set(events))))


def page(hub: Hub, *, after: int, limit: int = 100, wanted: Wanted = ALL) -> Document:
    """The events after a position of the feed: `{"items", "next"}`.

    `next` is always a cursor: where to go on, also when there is nothing new, or nothing that is wanted.
    """
    entity_type, kinds = wanted.entity_type, [name.removeprefix("mdm.") for name in wanted.events]
    prefixes = {name: one.id_prefix for name, one in hub.entity_types().items()}
    with hub.database.read() as transaction:
        found = stored_changes.page(transaction, entity_type, kinds, after=after, limit=limit)
        context = _read(transaction, found, hub.settings.hub_name, prefixes)
        head = stored_changes.head(transaction)
    # With fewer than asked for, everything up to the head has been looked at, also what is of other types.
    reached = found[-1].sequence if len(found) == limit else max(after, head)
    events = [_event(change, context) for change in found]
    return {"items": [one for one in events if wanted.source is None or _touches(one, wanted.source)], "next": reached}


def head(hub: Hub) -> int:
    """The last position of the feed."""
    with hub.database.read() as transaction:
        return stored_changes.head(transaction)


def _touches(event: Document, source: str) -> bool:
    data = event["data"]
    keys = [data.get("key"), *data.get("keys", ()), *(one["key"] for one in data.get("divergence", ()))]
    return any(key is not None and Key.parse(key).source == source for key in keys)


def _read(
    transaction: Transaction, found: Sequence[StoredChange], hub_name: str, prefixes: Mapping[str, str]
) -> _Context:
    positions = {change.position for change in found}
    golden = {change.golden for change in found if change.golden}
    return _Context(
        hub_name=hub_name,
        prefixes=prefixes,
        times=stored_log.moments(transaction, sorted(positions)),
        keys=stored_changes.keys(transaction, _records(found)),
        moved=stored_xref.moved(transaction, golden, positions),
        versions=stored_golden.numbered(transaction, _versions(found)),
    )


def _records(found: Collection[StoredChange]) -> set[int]:
    apart = {record for change in found if _is_divergence(change) for _, record in orjson.loads(change.others or "[]")}
    behind = {record for change in found if _is_refetch(change) for record in orjson.loads(change.others or "[]")}
    return apart | behind | {change.record_id for change in found if change.record_id is not None}


def _is_divergence(change: StoredChange) -> bool:
    return change.kind.startswith("divergence.")


def _is_refetch(change: StoredChange) -> bool:
    return change.kind.startswith("refetch.")


def _versions(found: Collection[StoredChange]) -> set[tuple[int, int]]:
    return {
        (change.golden, version)
        for change in found
        for version in (change.version_before, change.version_after)
        if version is not None
    }


def _event(change: StoredChange, context: _Context) -> Document:
    about = golden_id(context.prefixes[change.entity_type], change.golden) if change.golden else None
    event: Document = {
        "specversion": "1.0",
        "id": f"{change.sequence:020d}",
        "source": f"/hub/{context.hub_name}",
        "type": f"mdm.{change.kind}",
        "subject": about or change.entity_type,
        "time": context.times.get(change.position),
        "datacontenttype": "application/json",
        "sequence": f"{change.sequence:020d}",
        "partitionkey": about or change.entity_type,
        "data": _data(change, context, about),
    }
    return {name: value for name, value in event.items() if value is not None}


def _data(change: StoredChange, context: _Context, about: str | None) -> Document:
    data: Document = {"entity_type": change.entity_type, "seq": change.position}
    if change.decision is not None:
        data["decision_id"] = decision_id(change.decision)
    if about is None:
        others = orjson.loads(change.others) if change.others else []
        if _is_refetch(change):
            return data | {"keys": [context.keys[id_] for id_ in others]}
        return data | ({"rules_version": others[0]} if change.kind == "rules.applied" else {"task_ids": others})
    data["golden_id"] = about
    if change.kind == "reference.moved":
        return data | _moved_reference(change, context)
    if _is_divergence(change):
        return data | _divergence(change, context)
    if change.kind == "readiness.changed":
        process, missing = orjson.loads(change.others or "[]")
        # The keys of lines are left to the address that masks them.
        return data | {"process": process, "ready": not missing, "missing": [one[:2] for one in missing]}
    if change.record_id is not None:
        data["key"] = context.keys.get(change.record_id)
    else:
        data["keys"] = context.moved.get((change.position, change.golden), [])
        data["before"] = _version(change, change.version_before, context)
        data["after"] = _version(change, change.version_after, context)
    version = context.versions.get((change.golden, change.version_after or change.version_before or 0))
    if version is not None:
        data["rules_version"] = version.rules_version
    return data | _others(change, context, about)


def _moved_reference(change: StoredChange, context: _Context) -> Document:
    attribute, to, *ends = orjson.loads(change.others or "[]")
    meant, means = (None if number is None else golden_id(context.prefixes[to], number) for number in ends)
    return {"key": context.keys.get(change.record_id or 0), "attribute": attribute, "from": meant, "to": means}


def _divergence(change: StoredChange, context: _Context) -> Document:
    """Which records disagree, or no longer do, about what, and the golden record that they disagree with."""
    places = [{"attribute": name, "key": context.keys.get(id_)} for name, id_ in orjson.loads(change.others or "[]")]
    return {"divergence": places, "after": _version(change, change.version_after, context)}


def _others(change: StoredChange, context: _Context, about: str) -> Document:
    if not change.others:
        return {}
    others = [golden_id(context.prefixes[change.entity_type], number) for number in orjson.loads(change.others)]
    if change.kind == "golden.merged":
        return {"survivor": about, "losers": others}
    return {"from": others[0]} if change.kind == "xref.moved" else {"into": others}


def _version(change: StoredChange, version: int | None, context: _Context) -> Document | None:
    stored = context.versions.get((change.golden, version)) if version is not None else None
    if stored is None:
        return None
    attributes = orjson.loads(stored.attributes or b"{}")
    dated = {"dated": orjson.loads(stored.dated)} if stored.dated else {}
    return {"version": stored.version, "rules_version": stored.rules_version, "attributes": attributes, **dated}
