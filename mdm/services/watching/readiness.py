"""Is a golden record ready for a business process, and what is missing: one, many, on any day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from golden_records.identity import golden_id
from mdm.entity_types import EntityType, Readiness, hint
from mdm.errors import Fault, InvalidInput, NotFound
from mdm.resolution.readiness import Facts, Need, needs
from mdm.resolution.readiness_facts import read_facts
from mdm.resolution.readiness_seen import Seen
from mdm.services import as_then
from mdm.services.hub import Hub
from mdm.services.positions import AsOf, position
from mdm.services.reading.golden import answer_at, entity_type_of, head, prefixes_of
from mdm.services.reading.valid_time import day
from mdm.services.watching.readiness_anew import Anew, Judged
from mdm.services.watching.readiness_words import told
from mdm.store import golden as stored_golden
from mdm.store import log as stored_log
from mdm.store import readiness as stored
from mdm.store import resolution
from mdm.store.database import Transaction
from mdm.store.readiness import NOTHING, Filter
from mdm.store.xref import NOW

Document = dict[str, Any]
CODES = ("system", "value", "reference", "in_force", "active", "referring", "line")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which golden records are asked for; None takes all. missing: a code, alone or as in `system:erp`.

    on: a day, for which they are judged anew; None for the latest day that the hub has seen.
    """

    entity_type: str | None = None
    ready: bool | None = None
    missing: str | None = None
    on: str | None = None
    cursor: str | None = None
    limit: int = 100


def of_one(
    hub: Hub, written: str, process: str | None = None, *, as_of: AsOf = None, on: str | None = None
) -> Document:
    """Judge one golden record, for one process or for all of its type (`items`).

    `{"golden_id", "entity_type", "status", "label", "process", "on", "ready", "missing", "present"}`. Items of both
    lists are `{"code", "what", "system"?, "attribute"?, "lines"?, "key"?}`; those of `missing`, with a `hint`, are the
    shortest list of fixes: each is needed, and together they are enough.

    as_of: from what the hub knew at a moment, under the rules of then. What to do is a matter of now: there is no
        `hint`.  on: for a day (the latest that the hub had seen).

    Raises:
        NotFound: the ID was never given, or not by then, or its type declared no such process.
        InvalidInput: `on` is no day, or `as_of` no moment.
    """
    name, number = entity_type_of(hub, written)
    entity_types, prefixes, on = hub.entity_types(), prefixes_of(hub), day(on)
    with hub.database.read() as transaction:
        at = position(transaction, as_of)
        types = _as_they_stood(transaction, entity_types, at=at)
        entity_type = types[name]
        chosen = entity_type.readiness if process is None else {process: declared(entity_type, process)}
        document, shown = answer_at(hub, transaction, prefixes, (written, name, number), at=at)
        today = on or resolution.tick(transaction, name, at=at)
        sources = [(shown.golden, one["source"]) for one in document["crosswalk"]]
        known = read_facts(Seen(transaction, types, today, at), entity_type, [shown.golden], sources)
        facts = known.get(shown.golden, Facts({}))
    about = {**head(document), "label": document["attributes"].get(entity_type.label_attribute)}
    answers = [
        _answer(entity_type, name, needs(entity_type, one, facts, day=today), today, hints=as_of is None)
        for name, one in sorted(chosen.items())
    ]
    return {**about, **answers[0]} if process is not None else {**about, "items": answers}


def page(hub: Hub, process: str, wanted: Wanted, *, as_of: AsOf = None) -> Document:
    """What is ready for a process and what is not, by golden ID: `{"process", "on", "items", "next", "outdated"}`.

    An item is what `of_one` tells, without what is present. Where neither a moment nor a day is asked about, also
    `since` and `recorded_at`: how long it has been so, and `first_ready`, the position at which it was ready first.
    `outdated` are so many answers that a wide change, such as of a standard card, has outdated: they are judged anew
    within the next commits of the resolver, and `of_one`, as any list about a moment or a day, judges them as they are.

    A page about a moment or a day judges a thousand golden records at most: it may have less than was asked for, and a
    `next`.

    as_of: what was ready from what the hub knew at a moment, under the rules of then, without hints.

    Raises:
        NotFound: no entity type, or not this one, declared the process.
        InvalidInput: there is no such code, `on` is no day, or `as_of` no moment.
    """
    entity_types, on = hub.entity_types(), day(wanted.on)
    if wanted.entity_type is not None:
        hub.entity_type(wanted.entity_type)
    only = Filter(wanted.entity_type, wanted.ready, _missing(wanted.missing))
    after = entity_type_of(hub, wanted.cursor)[1] if wanted.cursor else 0
    with hub.database.read() as transaction:
        at = position(transaction, as_of)
        types = _as_they_stood(transaction, entity_types, at=at)
        of = _declaring(types, process, wanted.entity_type)
        if on is None and at == NOW:
            found, since = _kept(transaction, process, only, after=after, limit=wanted.limit + 1)
            last, more = found[wanted.limit - 1 : wanted.limit], len(found) > wanted.limit
            outdated = stored.outdated(transaction, process)
        else:
            asked = Anew(hub, transaction, types, process, at, on)
            found, last, more = asked.page(of, only, after=after, limit=wanted.limit)
            since, outdated = {}, 0
        shown = found[: wanted.limit]
        goldens = stored_golden.at(transaction, [one.golden for one in shown], position=at)
    items = [
        _item(types[one.entity_type], one, orjson.loads(goldens[one.golden].attributes or b"{}"), hints=as_of is None)
        | since.get(one.golden, {})
        for one in shown
    ]
    following = golden_id(entity_types[last[0].entity_type].id_prefix, last[0].golden) if more else None
    return {"process": process, "on": on, "items": items, "next": following, "outdated": outdated}


def _kept(
    transaction: Transaction, process: str, only: Filter, *, after: int, limit: int
) -> tuple[list[Judged], dict[int, Document]]:
    """The next answers that are kept, and since when each is so."""
    found = stored.page(transaction, process, only, after=after, limit=limit)
    times = stored_log.moments(transaction, sorted({one.since for one in found}))
    since = {
        one.golden: {"since": one.since, "recorded_at": times[one.since], "first_ready": one.first_ready}
        for one in found
    }
    return [Judged(one.golden, one.entity_type, one.process, one.missing) for one in found], since


def _as_they_stood(
    transaction: Transaction, types: Mapping[str, EntityType], *, at: int
) -> Mapping[str, EntityType]:  # fmt: skip
    """The entity types under the rules of a position; as they are for now."""
    if at == NOW:
        return types
    return {name: as_then.rules_then(transaction, one, at=at) for name, one in types.items()}


def _declaring(types: Mapping[str, EntityType], process: str, only: str | None) -> list[str]:
    """The entity types that declare a process, or the one that is asked for; NotFound names the nearest."""
    if only is not None:
        declared(types[only], process)
        return [only]
    if found := [name for name, one in types.items() if process in one.readiness]:
        return found
    known = sorted({name for one in types.values() for name in one.readiness})
    raise NotFound(f"no entity type declares a process {process!r}{hint(process, known)}")


def declared(entity_type: EntityType, process: str) -> Readiness:
    """What an entity type says that a process needs; NotFound names the nearest."""
    if process not in entity_type.readiness:
        listed = ", ".join(entity_type.readiness) or "none"
        near = hint(process, entity_type.readiness)
        raise NotFound(f"{entity_type.entity_type} declares no process {process!r}{near or f'; there are: {listed}'}")
    return entity_type.readiness[process]


def _missing(written: str | None) -> tuple[str, ...] | None:
    if written is None:
        return None
    code, colon, about = written.partition(":")
    if code not in CODES or '"' in about or "\\" in about:
        detail = f"missing takes one of {', '.join(CODES)}, or one with what it is about, as in system:erp"
        raise InvalidInput(detail, faults=[Fault("/query/missing", detail, "code", written)])
    return (code, about) if colon else (code,)


def _item(entity_type: EntityType, one: Judged, attributes: Mapping[str, Any], *, hints: bool) -> Document:
    process = entity_type.readiness.get(one.process, Readiness())
    missing = [Need(said[0], said[1], tuple(said[2].items() if said[2:] else ()), met=False)
               for said in orjson.loads(one.missing)]  # fmt: skip
    return {
        "golden_id": golden_id(entity_type.id_prefix, one.golden), "entity_type": one.entity_type,
        "label": attributes.get(entity_type.label_attribute), "process": one.process,
        "ready": one.missing == NOTHING, "missing": told(entity_type, process, missing, hints=hints),
    }  # fmt: skip


def _answer(entity_type: EntityType, name: str, found: Iterable[Need], on: str | None, *, hints: bool) -> Document:
    both: tuple[list[Need], list[Need]] = ([], [])
    for one in found:
        both[one.met].append(one)
    missing, present = both
    process = entity_type.readiness[name]
    return {
        "process": name, "on": on, "ready": not missing,
        "missing": told(entity_type, process, missing, hints=hints),
        "present": told(entity_type, process, present, hints=False),
    }  # fmt: skip
