"""What is different between two versions of a golden record, or two moments, and why each value changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mdm.errors import NotFound
from mdm.services.deciding import merge_tree
from mdm.services.hub import Hub, parsed
from mdm.services.positions import position
from mdm.services.reading.changed_values import Told, changed
from mdm.services.reading.golden import answer_at, entity_type_of, prefixes_of
from mdm.services.reading.history import decisions_about
from mdm.services.reading.lineage import lineage_of
from mdm.services.reading.valid_time import day, in_force
from mdm.store import golden as stored_golden
from mdm.store import log as stored_log
from mdm.store import resolution
from mdm.store import xref as stored_xref
from mdm.store.database import Transaction
from mdm.store.xref import NOW

Document = dict[str, Any]
LATEST = "now"
LONGEST = 18
"""Digits that a version may be written with; int() takes its time over thousands."""
HEAD = ("status", "current_id", "successors", "version", "seq", "rules_version")


@dataclass(frozen=True, slots=True)
class _Side:
    """What an ID stood for at a position, with its lineage, and the golden number that it was."""

    position: int
    upto: int
    number: int
    document: Document
    lineage: Document


def difference(hub: Hub, golden_id: str, start: str, end: str = LATEST, *, on: str | None = None) -> Document:
    """What changed of a golden ID from one version or moment to another.

    on: of what is dated both sides tell what they held to be in force on that day, so that a correction of the past
    shows.

    start, end: a version of the ID (`3`), a moment in ISO 8601, a position of the log (`@4712`), or `now`. Where the
    ID had been merged into another by then, that side is the record which it stood for, as reading it would have told.

    `{"golden_id", "entity_type", "from", "to", "attributes", "crosswalk", "merges", "decisions"}`: `from` and `to` say
    which versions, `attributes` what `changed_values.changed` tells of each that is different, `crosswalk` the records
    that `came` and `went`, and the rest what happened in between.

    Raises:
        NotFound: the ID was never given, or not by then; or it has no such version.
        InvalidInput: a side is neither a version nor a moment.
    """
    entity_type, number = entity_type_of(hub, golden_id)
    on = day(on)
    prefixes = prefixes_of(hub)
    with hub.database.read() as transaction:
        asked = (golden_id, entity_type, number)
        places = [_place(transaction, asked, *one) for one in (("from", start), ("to", end))]
        sides = [_side(hub, transaction, prefixes, asked, place, on) for place in places]
        told = [_told(hub, transaction, side) for side in sides]
        return {
            "golden_id": golden_id, "entity_type": entity_type,
            **{name: _head(transaction, side) for name, side in zip(("from", "to"), sides, strict=True)},
            "attributes": changed(*told),
            "crosswalk": _crosswalk(*sides),
            **_between(transaction, asked, prefixes[entity_type], sorted(sides, key=lambda side: side.position)),
        }  # fmt: skip


def _place(transaction: Transaction, asked: tuple[str, str, int], name: str, written: str) -> int:
    """The position of the log that one side means."""
    if written == LATEST:
        return NOW
    if written.startswith("@") and written[1:].isascii() and written[1:].isdigit():
        return position(transaction, written[1:], name=name)
    if not (written.isascii() and written.isdigit()):
        return position(transaction, written, name=name)
    since = {one.version: one.since for one in stored_golden.versions(transaction, asked[2])}
    number = int(written) if len(written) <= LONGEST else 0
    if number not in since:
        there = f"it has 1 to {len(since)}" if since else "it was never given"
        raise NotFound(f"{asked[0]} has no version {written}; {there}")
    return since[number]


def _side(
    hub: Hub, transaction: Transaction, prefixes: Mapping[str, str], asked: tuple[str, str, int], place: int,
    on: str | None,
) -> _Side:  # fmt: skip
    document, shown = answer_at(hub, transaction, prefixes, asked, at=place)
    upto = resolution.boundary(transaction, asked[1], at=place).upto
    rules = parsed(resolution.document(transaction, document["rules_version"]))
    told = in_force(rules, {**document, "lineage": lineage_of(transaction, shown)}, on)
    return _Side(place, upto, shown.golden, told, told["lineage"])


def _told(hub: Hub, transaction: Transaction, side: _Side) -> Told:
    codes = hub.code_lists(transaction, upto=side.upto)
    records = frozenset((one["source"], one["source_id"]) for one in side.document["crosswalk"])
    rules_version = side.document["rules_version"]
    known = frozenset(parsed(resolution.document(transaction, rules_version)).attributes)
    return Told(side.document["attributes"], side.lineage, records, rules_version, known, codes)


def _head(transaction: Transaction, side: _Side) -> Document:
    """Which version one side is, and when it came to be."""
    recorded = stored_log.moments(transaction, [side.document["seq"]])
    head = {name: side.document[name] for name in HEAD if name in side.document}
    return {**head, "recorded_at": recorded[side.document["seq"]]}


def _crosswalk(start: _Side, end: _Side) -> Document:
    was, came = start.document["crosswalk"], end.document["crosswalk"]
    return {"came": [one for one in came if one not in was], "went": [one for one in was if one not in came]}


def _between(transaction: Transaction, asked: tuple[str, str, int], prefix: str, sides: list[_Side]) -> Document:
    """Merges, splits and decisions between the earlier and the later side."""
    earlier, later = sides
    _, entity_type, number = asked
    moves = stored_xref.moves(transaction, number, at=later.position)
    events = merge_tree.events(transaction, moves, entity_type=entity_type, prefix=prefix)
    ids = {one.record_id for side in sides for one in _bearers(transaction, side)} | {move[0] for move in moves}
    decisions = decisions_about(transaction, entity_type, ids, at=later.position)
    return {
        "merges": [one for one in events if one["position"] > earlier.position],
        "decisions": [
            one for one in decisions if earlier.upto < int(one["decision_id"].removeprefix("dec_")) <= later.upto
        ],
    }


def _bearers(transaction: Transaction, side: _Side) -> list[stored_xref.Borne]:
    return stored_xref.crosswalks(transaction, [side.number], at=side.position).get(side.number, [])
