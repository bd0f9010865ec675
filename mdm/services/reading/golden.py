"""Golden records for readers: as they are, as they were, where each value came from, and how they came about."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import orjson

from golden_records.identity import Identity, golden_id, parse_golden_id, status
from mdm.entity_types import EntityType
from mdm.errors import NotFound
from mdm.log import Key
from mdm.services.environments import shown_apart
from mdm.services.hub import Hub
from mdm.services.known_keys import known
from mdm.services.positions import AsOf, position
from mdm.services.reading import history as kept_history
from mdm.services.reading.crosswalks import crosswalks, entries, of_bearers
from mdm.services.reading.lineage import lineage_of
from mdm.services.reading.valid_time import day, in_force
from mdm.store import golden as stored_golden
from mdm.store import xref as stored_xref
from mdm.store.database import Transaction
from mdm.store.golden import StoredGolden
from mdm.store.xref import NOW, Borne

Document = dict[str, Any]
EXPORT_PAGE = 1_000


def entity_type_of(hub: Hub, written: str, types: Mapping[str, EntityType] | None = None) -> tuple[str, int]:
    """The entity type and number of a golden ID; raises NotFound for text that is no golden ID of this hub.

    types: the entity types of now, where the caller has them.
    """
    try:
        prefix, number = parse_golden_id(written)
    except ValueError as error:
        raise NotFound(str(error)) from error
    for name, entity_type in (hub.entity_types() if types is None else types).items():
        if entity_type.id_prefix == prefix and number < NOW:
            return name, number
    raise NotFound(f"no entity type gives IDs that begin with {prefix}_")


def prefixes_of(hub: Hub) -> dict[str, str]:
    """What the golden IDs of each entity type begin with.

    Read before a transaction is opened: one that needs a second connection could wait for itself in the pool.
    """
    return _prefixes(hub.entity_types())


def _prefixes(types: Mapping[str, EntityType]) -> dict[str, str]:
    return {name: entity_type.id_prefix for name, entity_type in types.items()}


def get(
    hub: Hub,
    golden_id: str,
    *,
    as_of: AsOf = None,
    on: str | None = None,
    include: Collection[str] = (),
    hint: str | None = None,
) -> Document:
    """The record that a golden ID stands for, whatever has happened to the ID.

    `status`: `active`, `merged` (`current_id` says into which, and it is shown), `split` (`successors`) or `retired`.

    `missing` names the required attributes for which no valid value survives, where there are any: its records may have
    come as partial updates alone, or say nothing but n/a.

    Where it has dated attributes, `dated` tells their values on all days; `attributes` has those of the latest day
    that the hub has seen.

    on: tells the dated lines and values that are in force on that day, and says nothing of the others.
    include: `lineage` adds where each value came from.
    hint: a source key that once bore the ID (`source:id` is enough) picks the record that it belongs to now.

    Raises:
        NotFound: the ID was never given.
        InvalidInput: `on` is no day.
    """
    asked, on = (golden_id, *entity_type_of(hub, golden_id)), day(on)
    types = hub.entity_types()
    prefixes = _prefixes(types)
    if hint is not None:
        (hinted,) = known(hub, [_hinted(hint, asked[1])], types)
        hint = str(hinted)
    with hub.database.read() as transaction:
        at = position(transaction, as_of)
        document, shown = answer_at(hub, transaction, prefixes, asked, at=at, hint=hint)
        rules = hub.rules(shown.rules_version, seen_by=transaction)
        document |= missing(rules, document)
        if "lineage" in include:
            document["lineage"] = lineage_of(transaction, shown, rules)
        return shown_apart(types, _on_day(hub, transaction, document, on))


def missing(rules: EntityType, document: Document) -> Document:
    """`{"missing": [...]}`: what is required and has no value in a golden record on any day; nothing where it has all.

    A record that lacks it is not refused: what it lacks may be on its way, or be in another system.
    """
    there = document["attributes"].keys() | document.get("dated", {}).keys()
    names = [name for name, one in rules.attributes.items() if one.must_be_there and name not in there]
    return {"missing": names} if names and document["crosswalk"] else {}


def standing(hub: Hub, numbers: Collection[int]) -> dict[int, Document]:
    """What `get` tells of golden records that are active, by their numbers; those that are not are left out."""
    types = hub.entity_types()
    with hub.database.read() as transaction:
        found = [one for one in stored_golden.at(transaction, numbers).values() if one.attributes is not None]
        documents = _documents(hub, transaction, _prefixes(types), found, at=NOW)
    told = zip(found, documents, strict=True)
    return {one.golden: shown_apart(types, document) for one, document in told}


def lineage(hub: Hub, golden_id: str, *, as_of: AsOf = None, on: str | None = None) -> Document:
    """Where each value of a golden record came from, and why others lost: `{"golden_id", ..., "lineage": {...}}`."""
    document = get(hub, golden_id, as_of=as_of, on=on, include=("lineage",))
    return {
        name: part for name, part in document.items() if name not in {"attributes", "dated", "crosswalk", "missing"}
    }


def history(hub: Hub, golden_id: str, *, as_of: AsOf = None) -> Document:
    """Versions, merges and splits, moves of records and decisions of a golden ID, each oldest first, up to a moment.

    `{"golden_id", "entity_type", "status", "current_id"?, "versions", "merges", "moves", "decisions"}`; nothing of it
    ever ages out.
    """
    entity_type, number = entity_type_of(hub, golden_id)
    prefixes = prefixes_of(hub)
    with hub.database.read() as transaction:
        at = position(transaction, as_of)
        head, _ = head_at(transaction, prefixes, (golden_id, entity_type, number), at=at)
        found = kept_history.told(transaction, number, entity_type, prefixes[entity_type], at=at)
    return {**head, **found}


def head(document: Document) -> Document:
    """What every answer about a golden ID begins with: `golden_id`, `entity_type`, `status` and where it leads."""
    told = ("golden_id", "entity_type", "status", "current_id", "successors")
    return {name: document[name] for name in told if name in document}


def page(
    hub: Hub, *, entity_type: str | None = None, cursor: str | None = None, limit: int = 100, as_of: AsOf = None,
    on: str | None = None,
) -> Document:  # fmt: skip
    """Active golden records by golden ID: `{"items", "next"}`, where `next` is the cursor of the page that follows.

    as_of: those that were active then, as they were.  on: of dated lines and values, those in force on that day.
    """
    on = day(on)
    if entity_type is not None:
        hub.entity_type(entity_type)
    after = entity_type_of(hub, cursor)[1] if cursor else 0
    types = hub.entity_types()
    prefixes = _prefixes(types)
    with hub.database.read() as transaction:
        at = position(transaction, as_of)
        found = stored_golden.page(transaction, entity_type, after=after, limit=limit + 1, position=at)
        items = _documents(hub, transaction, prefixes, found[:limit], at=at)
        items = [shown_apart(types, _on_day(hub, transaction, one, on)) for one in items]
    return {"items": items, "next": items[-1]["golden_id"] if len(found) > limit else None}


def export(hub: Hub, entity_type: str, *, as_of: AsOf = None, on: str | None = None) -> Iterator[Document]:
    """Every active golden record of one entity type, by golden ID, all as of one position of the log.

    on: of dated lines and values, those in force on that day.
    """
    hub.entity_type(entity_type)
    with hub.database.read() as transaction:
        at, after = position(transaction, as_of), 0
        while found := stored_golden.page(transaction, entity_type, after=after, limit=EXPORT_PAGE, position=at):
            after = found[-1].golden
            for document in told(hub, transaction, found, at=at, on=on):
                del document["seq"]
                yield document


def told(
    hub: Hub, transaction: Transaction, found: Collection[StoredGolden], *, at: int, on: str | None
) -> list[Document]:
    """What is told of versions that stood at a position: of one that nothing living bears, what became of its ID."""
    types, on = hub.entity_types(seen_by=transaction), day(on)
    prefixes = _prefixes(types)
    active = iter(_documents(hub, transaction, prefixes, [one for one in found if one.attributes is not None], at=at))
    return [
        _gone(transaction, prefixes, one, at=at)
        if one.attributes is None
        else shown_apart(types, _on_day(hub, transaction, next(active), on))
        for one in found
    ]


def _gone(transaction: Transaction, prefixes: Mapping[str, str], stored: StoredGolden, *, at: int) -> Document:
    written = golden_id(prefixes[stored.entity_type], stored.golden)
    found, _ = head_at(transaction, prefixes, (written, stored.entity_type, stored.golden), at=at)
    return {**found, "version": stored.version, "seq": stored.since}


def _on_day(hub: Hub, transaction: Transaction, document: Document, on: str | None) -> Document:
    """Of what is dated that which holds on a day; what is dated is told by the rules it was made under."""
    if on is None:
        return document
    return in_force(hub.rules(document["rules_version"], seen_by=transaction), document, on)


def answer_at(
    hub: Hub, transaction: Transaction, prefixes: Mapping[str, str], asked: tuple[str, str, int], *, at: int,
    hint: str | None = None,
) -> tuple[Document, StoredGolden]:  # fmt: skip
    """What an ID (as written, its type, its number) stood for at a position, and the golden version that shows."""
    bearers = stored_xref.bearers(transaction, asked[2], at=at)
    found, shown = _led(transaction, prefixes, asked, bearers, at=at, hint=hint)
    if shown.golden == asked[2]:  # those who bear it are among those who ever did
        walk = of_bearers(hub, transaction, bearers, shown.golden, at=at)
    else:
        walk = crosswalks(hub, transaction, [shown.golden], at=at).get(shown.golden, [])
    return {**_document(shown, prefixes[shown.entity_type], walk), **found}, shown


def head_at(
    transaction: Transaction, prefixes: Mapping[str, str], asked: tuple[str, str, int], *, at: int
) -> tuple[Document, StoredGolden]:
    """What `head` tells of an ID at a position, and the golden version that shows, without what that says."""
    return _led(transaction, prefixes, asked, stored_xref.bearers(transaction, asked[2], at=at), at=at)


def _led(
    transaction: Transaction, prefixes: Mapping[str, str], asked: tuple[str, str, int], bearers: Collection[Borne], *,
    at: int, hint: str | None = None,
) -> tuple[Document, StoredGolden]:  # fmt: skip
    """Where an ID led at a position, by all records that ever bore it."""
    written, entity_type, number = asked
    versions = stored_golden.at(transaction, {number, *(one.golden for one in bearers)}, position=at)
    if number not in versions or versions[number].entity_type != entity_type:
        raise NotFound(f"the golden ID {written!r} was never given" + (" by then" if at != NOW else ""))
    identity = status(
        number,
        bearers={one.key: one.golden for one in bearers},
        living={golden for golden, version in versions.items() if version.attributes is not None},
    )
    hinted = next((one.golden for one in bearers if hint is not None and _is_meant(hint, one)), None)
    if hint is not None and hinted is None:
        raise NotFound(f"{hint!r} names no source record that ever bore {written}")
    current = identity.current if hinted is None else hinted
    led_to = _redirect(prefixes[entity_type], number, identity, current)
    told = {"golden_id": written, "entity_type": entity_type, **led_to}
    return told, versions[number if current is None else current]


def _hinted(hint: str, entity_type: str) -> Key:
    """The key that a hint names; `source:id` leaves out the entity type."""
    source, _, rest = hint.partition(":")
    of, _, source_id = rest.partition(":")
    return Key(source, entity_type, source_id if of == entity_type and source_id else rest)


def _is_meant(hint: str, borne: Borne) -> bool:
    return hint == borne.key


def _redirect(prefix: str, number: int, identity: Identity, current: int | None) -> Document:
    found: Document = {"status": identity.status}
    if current not in {None, number}:
        found["current_id"] = golden_id(prefix, current or 0)
    if identity.successors and identity.status != "merged":
        found["successors"] = [golden_id(prefix, successor) for successor in identity.successors]
    return found


def _documents(
    hub: Hub, transaction: Transaction, prefixes: Mapping[str, str], found: Iterable[StoredGolden], *, at: int
) -> list[Document]:
    goldens = list(found)
    walks = crosswalks(hub, transaction, {one.golden for one in goldens}, at=at)
    return [_document(one, prefixes[one.entity_type], walks.get(one.golden, [])) for one in goldens]


def _document(stored: StoredGolden, prefix: str, crosswalk: list[Borne]) -> Document:
    living = stored.attributes is not None
    dated = {"dated": orjson.loads(stored.dated)} if stored.dated is not None else {}
    return {
        "golden_id": golden_id(prefix, stored.golden),
        "entity_type": stored.entity_type,
        "status": "active" if living else "retired",
        "version": stored.version,
        "seq": stored.since,
        "rules_version": stored.rules_version,
        "attributes": orjson.loads(stored.attributes or b"{}"),
        **dated,
        "crosswalk": entries(crosswalk if living else ()),
    }
