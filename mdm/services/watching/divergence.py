"""Which systems disagree with golden records, on what, since when, and the value that each should take."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from golden_records.identity import golden_id
from mdm.entity_types import EntityType
from mdm.errors import Fault, InvalidInput
from mdm.resolution.fold import values_of
from mdm.services import as_then, known_sources
from mdm.services.hub import Hub
from mdm.services.known_attributes import ensure_known
from mdm.services.positions import AsOf, position
from mdm.services.reading.golden import entity_type_of, head_at, prefixes_of
from mdm.services.reading.valid_time import day, in_force
from mdm.services.watching.lines_at_odds import LinesAtOdds
from mdm.services.watching.members import Members
from mdm.services.watching.members import members as members_in_hand
from mdm.services.watching.taken_form import TakenForms
from mdm.services.whole_list import whole_list
from mdm.store import divergence as stored
from mdm.store import golden as stored_golden
from mdm.store import log as stored_log
from mdm.store.database import Transaction
from mdm.store.divergence import Filter, Told
from mdm.store.golden import StoredGolden
from mdm.store.xref import NOW

Document = dict[str, Any]
Place = tuple[int, str, int]
"""A golden number, an attribute and a record."""
EXPORT_PAGE = 1_000
MOST = 1_000
"""Disagreements of one golden record that are told."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which divergence is asked for; None takes all."""

    entity_type: str | None = None
    source: str | None = None
    attribute: str | None = None
    cursor: str | None = None
    limit: int = 100


def page(hub: Hub, wanted: Wanted, *, as_of: AsOf = None, on: str | None = None) -> Document:
    """All that stands, by golden ID, attribute and record: `{"items", "next"}`.

    An item is `{"golden_id", "entity_type", "label", "attribute", "golden_value", "source", "source_id", "value",
    "take", "because"?, "since", "recorded_at"}`. `value` is what the source says, `take` what it should say, as it can
    say it: a reference by its own id, a code by its own word. Where it cannot, `take` is None and `because` says why.
    Of dated lines and values `value` and `take` are those of the days on which they disagree.

    as_of: all that stood then, with what both said then. What a system should say is a matter of now, so that `take` is
        left out. An item tells its `rules_version` instead.
    on: of dated lines and values only what they disagree on that day, which a page has less of then. Other values have
        no days, and are told as ever.

    Raises:
        NotFound: there is no such entity type or source, or no entity type has the attribute.
        InvalidInput: the cursor is of no page, `as_of` no moment, or `on` no day.
    """
    on = day(on)
    entity_types = hub.entity_types()
    chosen = entity_types.values() if wanted.entity_type is None else [hub.entity_type(wanted.entity_type)]
    if as_of is None:  # rules of then may have had others
        ensure_known(chosen, wanted.attribute)
    after = _after(hub, wanted.cursor)
    only = Filter(wanted.entity_type, wanted.source, wanted.attribute)
    with hub.database.read() as transaction:
        known_sources.ensure_known(transaction, entity_types.values(), wanted.source)
        at = position(transaction, as_of)
        found = stored.page(transaction, only, after=after, limit=wanted.limit + 1, at=at)
        items = _Telling(hub, transaction, at, on).items(entity_types, found[: wanted.limit])
    last = found[wanted.limit - 1] if len(found) > wanted.limit else None
    return {"items": items, "next": None if last is None else _cursor(last, entity_types)}


def of_one(hub: Hub, written: str, *, as_of: AsOf = None, on: str | None = None) -> Document:
    """Where systems disagree with one golden record: `{"golden_id", "entity_type", "status", ..., "items"}`.

    as_of: where they did then.  on: on that day.  Both as `page` tells it.

    An ID that was merged shows what it leads to. Raises NotFound for an ID that was never given.
    """
    asked, prefixes, on = (written, *entity_type_of(hub, written)), prefixes_of(hub), day(on)
    entity_types = hub.entity_types()
    with hub.database.read() as transaction:
        at = position(transaction, as_of)
        head, shown = head_at(transaction, prefixes, asked, at=at)
        found = stored.page(transaction, Filter(golden=shown.golden), limit=MOST, at=at)
        items = _Telling(hub, transaction, at, on).items(entity_types, found)
    return {**head, "items": items}


def counts(hub: Hub, wanted: Wanted, *, since: str | None = None) -> Document:
    """How many disagreements opened, closed and were open at the end of each day: `{"items": [{"day", ...}]}`.

    Only days (UTC) on which any opened or closed; since: only these from a day on.

    Raises:
        NotFound: there is no such entity type or source, or no entity type has the attribute.
        InvalidInput: `since` is no day.
    """
    entity_types = hub.entity_types()
    chosen = entity_types.values() if wanted.entity_type is None else [hub.entity_type(wanted.entity_type)]
    ensure_known(chosen, wanted.attribute)
    start, only = day(since) or "", Filter(wanted.entity_type, wanted.source, wanted.attribute)
    with hub.database.read() as transaction:
        known_sources.ensure_known(transaction, entity_types.values(), wanted.source)
        opened, closed = (stored.by_day(transaction, only, end) for end in ("since", "until"))
    items: list[Document] = []
    left = 0
    for one in sorted(opened.keys() | closed.keys()):
        left += opened.get(one, 0) - closed.get(one, 0)
        items.append({"day": one, "opened": opened.get(one, 0), "closed": closed.get(one, 0), "open": left})
    return {"items": [one for one in items if one["day"] >= start]}


def export(hub: Hub, wanted: Wanted, *, as_of: AsOf = None, on: str | None = None) -> Iterator[Document]:
    """Every disagreement that stands, or stood then, page by page."""
    return whole_list(lambda cursor: page(hub, replace(wanted, cursor=cursor, limit=EXPORT_PAGE), as_of=as_of, on=on))


@dataclass(frozen=True, slots=True)
class _Telling:
    """How disagreements are told: as they stand or stood at a position, of what is dated only those of a day."""

    hub: Hub
    transaction: Transaction
    at: int
    on: str | None

    def items(self, entity_types: Mapping[str, EntityType], found: Sequence[Told]) -> list[Document]:
        """One for each, in their order."""
        goldens = stored_golden.at(self.transaction, {one.golden for one in found}, position=self.at)
        times = stored_log.moments(self.transaction, sorted({one.since for one in found}))
        items: dict[Place, Document] = {}
        for of in sorted({one.entity_type for one in found}):
            members = members_in_hand(self.hub, self.transaction, entity_types[of], at=self.at)
            own = [one for one in found if one.entity_type == of]
            items |= dict(self._of_type(members, goldens, own if self.at == NOW else self._as_said(own)))
        return [
            {**items[_place(one)], "since": one.since, "recorded_at": times[one.since]}
            for one in found
            if _place(one) in items
        ]

    def _as_said(self, found: Sequence[Told]) -> list[Told]:
        """With what the records said then."""
        ids = {one.record_id for one in found}
        layers = {one.id: one.layers for one in as_then.records(self.hub, self.transaction, ids, at=self.at)}
        return [one._replace(layers=layers[one.record_id]) for one in found]

    def _of_type(
        self, members: Members, goldens: Mapping[int, StoredGolden], found: Sequence[Told]
    ) -> Iterator[tuple[Place, Document]]:
        """Now with what each system should say, but for attributes that are there no longer; else with the rules."""
        now, rules = self.at == NOW, members.work.entity_type
        own = [one for one in found if not now or one.attribute in rules.attributes]
        taken = TakenForms(self.transaction, self.hub.salt) if now else None
        if taken is not None:
            taken.read({_value(goldens[one.golden], one.attribute) for one in own if one.attribute in rules.references})
        lines = LinesAtOdds(members, goldens, own, on=self.on)
        for one in own:
            golden = goldens[one.golden]
            under = rules if now else self.hub.rules(golden.rules_version, seen_by=self.transaction)
            item = _item(under, one, golden, self.on)
            if lines.holds(one):
                item |= lines.told(one, taken)
            elif taken is not None:
                item |= taken.told(rules, one, item)
            if item["value"] or not (self.on and lines.holds(one)):
                yield _place(one), item if now else {**item, "rules_version": golden.rules_version}


def _place(one: Told) -> Place:
    return one.golden, one.attribute, one.record_id


def _value(golden: StoredGolden, attribute: str) -> Any:
    return orjson.loads(golden.attributes or b"{}").get(attribute)


def _item(entity_type: EntityType, one: Told, golden: StoredGolden, on: str | None) -> Document:
    held = {"attributes": orjson.loads(golden.attributes or b"{}"), "dated": orjson.loads(golden.dated or b"{}")}
    attributes = in_force(entity_type, held, on)["attributes"]
    return {
        "golden_id": golden_id(entity_type.id_prefix, one.golden), "entity_type": one.entity_type,
        "label": attributes.get(entity_type.label_attribute), "attribute": one.attribute,
        "golden_value": attributes.get(one.attribute), "source": one.source, "source_id": one.source_id,
        "value": values_of(orjson.loads(one.layers)).get(one.attribute),
    }  # fmt: skip


def _cursor(one: Told, entity_types: Mapping[str, EntityType]) -> str:
    return f"{golden_id(entity_types[one.entity_type].id_prefix, one.golden)}:{one.attribute}:{one.record_id}"


def _after(hub: Hub, cursor: str | None) -> tuple[int, str, int]:
    if cursor is None:
        return 0, "", 0
    written, _, rest = cursor.partition(":")
    attribute, _, record = rest.rpartition(":")
    if not attribute or not record.isascii() or not record.isdigit() or len(record) > 18:
        detail = f"no page has the cursor {cursor!r}; take `next` of the page before"
        raise InvalidInput(detail, faults=[Fault("/query/cursor", detail, "cursor")])
    return entity_type_of(hub, written)[1], attribute, int(record)
