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
from mdm.resolution.readiness_writing import judged, standing_types
from mdm.services.hub import Hub
from mdm.services.reading.golden import answer_at, entity_type_of, head, prefixes_of
from mdm.services.reading.valid_time import day
from mdm.services.watching.readiness_words import told
from mdm.store import golden as stored_golden
from mdm.store import log as stored_log
from mdm.store import readiness as stored
from mdm.store import resolution
from mdm.store.database import Transaction
from mdm.store.readiness import NOTHING, Filter, Kept
from mdm.store.xref import NOW

Document = dict[str, Any]
LOOKED_AT = 1_000
"""So many golden records are judged for one page about a day; a page may be short of its limit and still go on."""
CODES = ("system", "value", "reference", "in_force", "active", "referring", "line")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which golden records are asked for; None takes all. missing: a code, alone or as in `system:erp`.

    on: a day, for which they are judged anew; None takes what is kept, as of the latest day that the hub has seen.
    """

    entity_type: str | None = None
    ready: bool | None = None
    missing: str | None = None
    on: str | None = None
    cursor: str | None = None
    limit: int = 100


def of_one(hub: Hub, written: str, process: str | None = None, *, on: str | None = None) -> Document:
    """Judge one golden record, for one process or for all of its type (`items`).

    `{"golden_id", "entity_type", "status", "label", "process", "on", "ready", "missing", "present"}`. Items of both
    lists are `{"code", "what", "system"?, "attribute"?, "lines"?, "key"?}`; those of `missing`, with a `hint`, are the
    shortest list of fixes: each is needed, and together they are enough. on: a day (the latest that the hub has seen).

    Raises:
        NotFound: the ID was never given, or its type declares no such process.
        InvalidInput: `on` is no day.
    """
    name, number = entity_type_of(hub, written)
    types, prefixes, on = hub.entity_types(), prefixes_of(hub), day(on)
    entity_type = types[name]
    chosen = entity_type.readiness if process is None else {process: declared(entity_type, process)}
    with hub.database.read() as transaction:
        document, shown = answer_at(hub, transaction, prefixes, (written, name, number), at=NOW)
        state = resolution.state(transaction, name)
        today = on or (state.tick if state else None)
        facts = read_facts(transaction, types, entity_type, [shown.golden], day=today).get(shown.golden, Facts({}))
    about = {**head(document), "label": document["attributes"].get(entity_type.label_attribute)}
    answers = [
        _answer(entity_type, name, needs(entity_type, one, facts, day=today), today)
        for name, one in sorted(chosen.items())
    ]
    return {**about, **answers[0]} if process is not None else {**about, "items": answers}


def page(hub: Hub, process: str, wanted: Wanted) -> Document:
    """What is ready for a process and what is not, by golden ID: `{"process", "on", "items", "next", "outdated"}`.

    An item is what `of_one` tells, without what is present. Where no day is asked about, also `since` and
    `recorded_at`: how long it has been so, and `first_ready`, the position at which it was ready first. `outdated` are
    so many answers that a wide change, such as of a standard card, has outdated: they are judged anew within the next
    commits of the resolver, and `of_one`, as any list about a day, judges them as they are.

    A page about a day judges at most `LOOKED_AT` golden records: it may have less than was asked for, and a `next`.

    Raises:
        NotFound: no entity type, or not this one, declares the process.
        InvalidInput: there is no such code, or `on` is no day.
    """
    entity_types = hub.entity_types()
    declaring = {name: one for name, one in entity_types.items() if process in one.readiness}
    if wanted.entity_type is not None:
        declared(hub.entity_type(wanted.entity_type), process)
    if not declaring:
        known = sorted({name for one in entity_types.values() for name in one.readiness})
        raise NotFound(f"no entity type declares a process {process!r}{hint(process, known)}")
    only, on = Filter(wanted.entity_type, wanted.ready, _missing(wanted.missing)), day(wanted.on)
    after = entity_type_of(hub, wanted.cursor)[1] if wanted.cursor else 0
    with hub.database.read() as transaction:
        if on is None:
            found = stored.page(transaction, process, only, after=after, limit=wanted.limit + 1)
            last, outdated = found[wanted.limit - 1 : wanted.limit], stored.outdated(transaction, process)
            more = len(found) > wanted.limit
        else:
            found, last, more = _on_a_day(transaction, process, only, on=on, after=after, limit=wanted.limit)
            outdated = 0
        shown = found[: wanted.limit]
        goldens = stored_golden.at(transaction, [one.golden for one in shown])
        times = {} if on else stored_log.moments(transaction, sorted({one.since for one in shown}))
    items = [
        _item(entity_types[one.entity_type], one, orjson.loads(goldens[one.golden].attributes or b"{}"))
        | ({} if on else {"since": one.since, "recorded_at": times[one.since], "first_ready": one.first_ready})
        for one in shown
    ]
    following = golden_id(entity_types[last[0].entity_type].id_prefix, last[0].golden) if more else None
    return {"process": process, "on": on, "items": items, "next": following, "outdated": outdated}


def _on_a_day(
    transaction: Transaction, process: str, only: Filter, *, on: str, after: int, limit: int
) -> tuple[list[Kept], list[Kept], bool]:
    """Those that are meant among the next golden records, judged anew; the last that was looked at, and if more are."""
    every = only.ready is None and only.missing is None
    most = limit if every else LOOKED_AT
    asked = stored.page(transaction, process, Filter(only.entity_type), after=after, limit=most + 1)
    types = {name: one._replace(tick=on) for name, one in standing_types(transaction).items()}
    lacking = {
        place: missing
        for name in sorted({one.entity_type for one in asked})
        for place, (missing, _) in judged(
            transaction, types, name, [one.golden for one in asked[:most] if one.entity_type == name]
        ).items()
    }
    said = [one._replace(missing=lacking[one.golden, process]) for one in asked[:most]]
    found = [one for one in said if only.takes(one)]
    if len(found) > limit:
        return found, found[limit - 1 : limit], True
    return found, said[-1:], len(asked) > most


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


def _item(entity_type: EntityType, one: Kept, attributes: Mapping[str, Any]) -> Document:
    process = entity_type.readiness.get(one.process, Readiness())
    missing = [Need(said[0], said[1], tuple(said[2].items() if said[2:] else ()), met=False)
               for said in orjson.loads(one.missing)]  # fmt: skip
    return {
        "golden_id": golden_id(entity_type.id_prefix, one.golden), "entity_type": one.entity_type,
        "label": attributes.get(entity_type.label_attribute), "process": one.process,
        "ready": one.missing == NOTHING, "missing": told(entity_type, process, missing),
    }  # fmt: skip


def _answer(entity_type: EntityType, name: str, found: Iterable[Need], on: str | None) -> Document:
    both: tuple[list[Need], list[Need]] = ([], [])
    for one in found:
        both[one.met].append(one)
    missing, present = (told(entity_type, entity_type.readiness[name], some) for some in both)
    return {
        "process": name, "on": on, "ready": not missing, "missing": missing,
        "present": [{part: said for part, said in one.items() if part != "hint"} for one in present],
    }  # fmt: skip
