"""What a golden record refers to, and what refers to it: in both directions, now or then."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from golden_records.identity import golden_id
from mdm.entity_types import EntityType
from mdm.errors import Fault, InvalidInput
from mdm.log import key_token
from mdm.services.hub import Hub
from mdm.services.known_attributes import ensure_known
from mdm.services.positions import AsOf, position
from mdm.services.reading.golden import answer_at, entity_type_of, head, prefixes_of
from mdm.services.reading.history import decisions_about
from mdm.services.reading.valid_time import day, in_force
from mdm.store import golden as stored_golden
from mdm.store import relations as stored
from mdm.store import xref as stored_xref
from mdm.store.database import Transaction
from mdm.store.golden import StoredGolden

Document = dict[str, Any]
_BEFORE_ALL = ("", "", 0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of what refers to a golden record is asked for.

    entity_type, attribute: only these.  cursor: `next` of the page before.  on: only what holds on that day, an ISO
    date, on either side; None for all days.  barred: references, as (entity type, attribute), that are not to be told.
    """

    entity_type: str | None = None
    attribute: str | None = None
    cursor: str | None = None
    limit: int = 100
    on: str | None = None
    barred: Collection[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """How golden records are written and labelled at one position."""

    entity_types: Mapping[str, EntityType]
    prefixes: Mapping[str, str]
    versions: Mapping[int, StoredGolden]

    def id(self, entity_type: str, number: int) -> str:
        """The golden ID of a number."""
        return golden_id(self.prefixes[entity_type], number)

    def label(self, number: int) -> Any:
        """What people know a golden record by, None when nothing living bears it."""
        version = self.versions.get(number)
        if version is None or version.attributes is None:
            return None
        return orjson.loads(version.attributes).get(self.entity_types[version.entity_type].label_attribute)


def relations(hub: Hub, written: str, wanted: Wanted, *, as_of: AsOf = None) -> Document:
    """What a golden record refers to (`refers_to`), what refers to it (`referred_by`, a page), and `related`.

    `refers_to` has one entry for each attribute and target: `attribute`, `to`, `golden_id` and `label` where it has
    arrived, `standing` (`arrived`, `waiting` or `deleted`) and the source `keys` that say so, each with its `target`;
    of a dated attribute also with `valid_from` and `valid_to`, the days on which it does.
    `on_delete` is what the rules say of a deleted target. `golden`: whether the golden record itself shows that
    target. `related` are those that a verdict calls related.

    An ID that was merged shows what it leads to.

    Raises:
        NotFound: the ID was never given, or not by then; there is no such entity type, or none has the attribute.
        InvalidInput: the cursor is of no page, or `on` is no day.
    """
    on = day(wanted.on)
    asked, prefixes = (written, *entity_type_of(hub, written)), prefixes_of(hub)
    after = _after(wanted.cursor)
    entity_types = hub.entity_types()
    chosen = entity_types.values() if wanted.entity_type is None else [hub.entity_type(wanted.entity_type)]
    if as_of is None:  # rules of then may have had others
        ensure_known(chosen, wanted.attribute)
    with hub.database.read() as transaction:
        at = position(transaction, as_of)
        document, shown = answer_at(hub, transaction, prefixes, asked, at=at)
        out = stored.outgoing(transaction, shown.golden, at=at, on=on)
        found = stored.incoming(
            transaction, shown.golden, at=at, on=on, only=(wanted.entity_type, wanted.attribute), barred=wanted.barred,
            after=after, limit=wanted.limit + 1,
        )  # fmt: skip
        page = found[: wanted.limit]
        said = stored.said_by(transaction, shown.golden, {one.golden for one in page}, at=at, on=on)
        related = _related(hub, transaction, shown, at=at)
        numbers = {shown.golden, *(one.golden for one in page), *(one.golden for one in out if one.golden), *related}
        called = Names(entity_types, prefixes, stored_golden.at(transaction, numbers, position=at))
    return {
        **head(document),
        "label": called.label(shown.golden),
        "refers_to": refers_to(entity_types[shown.entity_type], out, document, on, called),
        "related": [
            {"golden_id": called.id(shown.entity_type, number), "label": called.label(number), "verdicts": verdicts}
            for number, verdicts in sorted(related.items())
        ],
        "referred_by": {
            "items": [_referring(one, said.get((one.golden, one.attribute), []), called) for one in page],
            "next": _cursor(page[-1]) if len(found) > wanted.limit else None,
        },
    }


def refers_to(
    entity_type: EntityType, out: list[stored.Outgoing], document: Document, on: str | None, called: Names
) -> list[Document]:
    """One entry for each attribute and what it leads to; the records that say so stand under it."""
    attributes = in_force(entity_type, document, on)["attributes"]
    entries: dict[tuple[str, object], Document] = {}
    for one in out:
        if one.attribute not in entity_type.references:  # an attribute that the rules no longer have
            continue
        place = (one.attribute, one.target if one.golden is None else one.golden)
        entry = entries.setdefault(place, _led_to(one, entity_type, called))
        days = {"valid_from": one.valid_from or None, "valid_to": one.valid_to}
        entry["keys"].append({
            "source": one.source, "source_id": one.source_id, "target": one.target, "since": one.since,
            **(days if one.attribute in entity_type.dated else {}),
        })  # fmt: skip
        entry["golden"] = entry["golden"] or attributes.get(one.attribute) == one.target
    return list(entries.values())


def _led_to(one: stored.Outgoing, entity_type: EntityType, called: Names) -> Document:
    to = entity_type.references[one.attribute]
    return {
        "attribute": one.attribute, "to": to, "standing": one.standing,
        "on_delete": entity_type.attributes[one.attribute].on_delete,
        "golden_id": None if one.golden is None else called.id(to, one.golden),
        "label": None if one.golden is None else called.label(one.golden),
        "golden": False, "keys": [],
    }  # fmt: skip


def _referring(one: stored.Incoming, said: list[tuple[str, str, str]], called: Names) -> Document:
    return {
        "entity_type": one.entity_type, "attribute": one.attribute,
        "golden_id": called.id(one.entity_type, one.golden), "label": called.label(one.golden),
        "keys": [{"source": source, "source_id": id_, "target": target} for source, id_, target in said],
    }  # fmt: skip


def _related(hub: Hub, transaction: Transaction, shown: StoredGolden, *, at: int) -> dict[int, list[Document]]:
    """The golden numbers of records that a verdict in force calls related to one of these, and those verdicts."""
    members = {one.key: one for one in stored_xref.bearers(transaction, shown.golden, at=at)}
    members = {key: one for key, one in members.items() if one.golden == shown.golden}
    decided = decisions_about(transaction, shown.entity_type, {one.record_id for one in members.values()}, at=at)
    latest: dict[tuple[str, str], Document] = {}
    for one in decided:
        if one["in_force"] and "verdict" in one:
            across = [*one.get("pairs", ()), *((x, y) for x in one.get("left", ()) for y in one.get("right", ()))]
            latest |= {(min(x, y), max(x, y)): one for x, y in across if {x, y} & members.keys()}
    ends = {
        (x, y) if x in members else (y, x): one for (x, y), one in sorted(latest.items()) if one["verdict"] == "related"
    }
    bears = _bearing(hub, transaction, {other for _, other in ends}, at=at)
    found: dict[int, list[Document]] = {}
    for (mine, other), one in ends.items():
        if other in bears:
            verdict = {"decision_id": one["decision_id"], "left": mine, "right": other}
            found.setdefault(bears[other], []).append(verdict)
    return found


def _bearing(hub: Hub, transaction: Transaction, keys: Collection[str], *, at: int) -> dict[str, int]:
    """The golden number that each of these keys bore at a position; one that had not arrived is absent."""
    tokens = {key_token(hub.salt, key) for key in keys}
    arrived = dict(stored_xref.arrived(transaction, tokens).values())
    return {arrived[id_]: one.golden for id_, one in stored_xref.of_records(transaction, set(arrived), at=at).items()}


def _cursor(one: stored.Incoming) -> str:
    return f"{one.entity_type}:{one.attribute}:{one.record_id}"


def _after(cursor: str | None) -> tuple[str, str, int]:
    if cursor is None:
        return _BEFORE_ALL
    entity_type, _, rest = cursor.partition(":")
    attribute, _, record = rest.rpartition(":")
    if not attribute or not record.isascii() or not record.isdigit() or len(record) > 18:
        detail = f"no page has the cursor {cursor!r}; take `next` of the page before"
        raise InvalidInput(detail, faults=[Fault("/query/cursor", detail, "cursor")])
    return entity_type, attribute, int(record)
