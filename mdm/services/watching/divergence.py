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
from mdm.services.deciding.standing import standing
from mdm.services.hub import Hub, parsed
from mdm.services.known_attributes import ensure_known
from mdm.services.positions import AsOf, position
from mdm.services.reading.golden import entity_type_of, head_at, prefixes_of
from mdm.services.reading.valid_time import day
from mdm.services.watching.lines_at_odds import LinesAtOdds
from mdm.services.watching.taken_form import TakenForms
from mdm.services.whole_list import whole_list
from mdm.store import divergence as stored
from mdm.store import golden as stored_golden
from mdm.store import log as stored_log
from mdm.store import resolution
from mdm.store.database import Transaction
from mdm.store.divergence import Filter, Told
from mdm.store.golden import StoredGolden
from mdm.store.xref import NOW

Document = dict[str, Any]
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


def page(hub: Hub, wanted: Wanted, *, as_of: AsOf = None) -> Document:
    """All that stands, by golden ID, attribute and record: `{"items", "next"}`.

    An item is `{"golden_id", "entity_type", "label", "attribute", "golden_value", "source", "source_id", "value",
    "take", "because"?, "since", "recorded_at"}`. `value` is what the source says, `take` what it should say, as it can
    say it: a reference by its own id, a code by its own word. Where it cannot, `take` is None and `because` says why.
    Of dated lines and values `value` and `take` are those of the days on which they disagree.

    as_of: all that stood then, with what both said then. What a system should say is a matter of now, so that `take` is
        left out, and of dated lines `value` is all that the record said. An item tells its `rules_version` instead.

    Raises:
        NotFound: there is no such entity type or source, or no entity type has the attribute.
        InvalidInput: the cursor is of no page, or `as_of` no moment.
    """
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
        items = _told(hub, transaction, entity_types, found[: wanted.limit], at=at)
    last = found[wanted.limit - 1] if len(found) > wanted.limit else None
    return {"items": items, "next": None if last is None else _cursor(last, entity_types)}


def of_one(hub: Hub, written: str, *, as_of: AsOf = None) -> Document:
    """Where systems disagree with one golden record: `{"golden_id", "entity_type", "status", ..., "items"}`.

    as_of: where they did then, as `page` tells it.

    An ID that was merged shows what it leads to. Raises NotFound for an ID that was never given.
    """
    asked, prefixes = (written, *entity_type_of(hub, written)), prefixes_of(hub)
    entity_types = hub.entity_types()
    with hub.database.read() as transaction:
        at = position(transaction, as_of)
        head, shown = head_at(transaction, prefixes, asked, at=at)
        found = stored.page(transaction, Filter(golden=shown.golden), limit=MOST, at=at)
        items = _told(hub, transaction, entity_types, found, at=at)
    return {**head, "items": items}


def counts(hub: Hub, wanted: Wanted, *, since: str | None = None) -> Document:
    """How many disagreements opened, closed and were open at the end of each day: `{"items": [{"day", ...}]}`.

    Only days (UTC) on which any opened or closed; since: only these from a day on.

    Raises:
        NotFound: there is no such entity type or source.
        InvalidInput: `since` is no day.
    """
    if wanted.entity_type is not None:
        hub.entity_type(wanted.entity_type)
    start, only = day(since) or "", Filter(wanted.entity_type, wanted.source, wanted.attribute)
    with hub.database.read() as transaction:
        known_sources.ensure_known(transaction, hub.entity_types(seen_by=transaction).values(), wanted.source)
        opened, closed = (stored.by_day(transaction, only, end) for end in ("since", "until"))
    items: list[Document] = []
    left = 0
    for one in sorted(opened.keys() | closed.keys()):
        left += opened.get(one, 0) - closed.get(one, 0)
        items.append({"day": one, "opened": opened.get(one, 0), "closed": closed.get(one, 0), "open": left})
    return {"items": [one for one in items if one["day"] >= start]}


def export(hub: Hub, wanted: Wanted, *, as_of: AsOf = None) -> Iterator[Document]:
    """Every disagreement that stands, or stood then, page by page."""
    return whole_list(lambda cursor: page(hub, replace(wanted, cursor=cursor, limit=EXPORT_PAGE), as_of=as_of))


def _told(
    hub: Hub, transaction: Transaction, entity_types: Mapping[str, EntityType], found: Sequence[Told], *, at: int
) -> list[Document]:
    return _items(hub, transaction, entity_types, found) if at == NOW else _then(hub, transaction, found, at=at)


def _then(hub: Hub, transaction: Transaction, found: Sequence[Told], *, at: int) -> list[Document]:
    """What stood at a position, under the rules that its golden version was made under."""
    goldens = stored_golden.at(transaction, {one.golden for one in found}, position=at)
    records = {one.id: one for one in as_then.records(hub, transaction, {one.record_id for one in found}, at=at)}
    times = stored_log.moments(transaction, sorted({one.since for one in found}))
    rules = {
        version: parsed(resolution.document(transaction, version))
        for version in {goldens[one.golden].rules_version for one in found}
    }
    return [
        {**_item(rules[goldens[one.golden].rules_version], one._replace(layers=records[one.record_id].layers),
                 goldens[one.golden]),
         "rules_version": goldens[one.golden].rules_version, "since": one.since, "recorded_at": times[one.since]}
        for one in found
    ]  # fmt: skip


def _items(
    hub: Hub, transaction: Transaction, entity_types: Mapping[str, EntityType], found: Sequence[Told]
) -> list[Document]:
    goldens = stored_golden.at(transaction, {one.golden for one in found})
    times = stored_log.moments(transaction, sorted({one.since for one in found}))
    works = {of: standing(hub, transaction, entity_types[of]) for of in {one.entity_type for one in found}}
    taken = TakenForms(transaction, hub.salt)
    items = []
    for of, work in sorted(works.items()):
        own = [one for one in found if one.entity_type == of and one.attribute in work.entity_type.attributes]
        references = [one for one in own if one.attribute in work.entity_type.references]
        taken.read({_value(goldens[one.golden], one.attribute) for one in references})
        lines = LinesAtOdds(work, goldens, own)
        for one in own:
            item = _item(work.entity_type, one, goldens[one.golden])
            item |= lines.told(one, taken) if lines.holds(one) else taken.told(work.entity_type, one, item)
            items.append({**item, "since": one.since, "recorded_at": times[one.since]})
    order = {(one.golden, one.attribute, one.source, one.source_id): place for place, one in enumerate(found)}
    number = {golden_id(entity_types[one.entity_type].id_prefix, one.golden): one.golden for one in found}
    return sorted(
        items, key=lambda one: order[number[one["golden_id"]], one["attribute"], one["source"], one["source_id"]]
    )


def _value(golden: StoredGolden, attribute: str) -> Any:
    return orjson.loads(golden.attributes or b"{}").get(attribute)


def _item(entity_type: EntityType, one: Told, golden: StoredGolden) -> Document:
    attributes = orjson.loads(golden.attributes or b"{}")
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
