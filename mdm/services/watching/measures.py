"""What the hub brings: duplicates removed, tasks decided, divergence closed, processes ready, and how long it took."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from statistics import median_low
from typing import Any

import orjson

from mdm.entity_types import EntityType
from mdm.errors import Fault, InvalidInput
from mdm.services import health
from mdm.services.hub import Hub
from mdm.services.positions import position
from mdm.services.watching.readiness_words import item_of
from mdm.settings import now, seconds_between
from mdm.store import measures as stored
from mdm.store import readiness as stored_readiness
from mdm.store.database import Transaction

Document = dict[str, Any]
SERIES = ("duplicates_removed", "tasks_opened", "tasks_decided", "divergence_opened", "divergence_closed")
MEDIANS = ("median_seconds_to_decide", "median_seconds_to_all_systems")
"""What `history` tells beside the counts, of what was decided, or reached the last of all systems, on a day."""
MOST_BLOCKING = 10
LATELY = timedelta(days=90)
Counts = Counter[tuple[str, str]]
"""How many by entity type and day."""
Took = list[tuple[str, int]]
"""The day on which something was reached, and how many seconds it had taken."""


def stats(hub: Hub, *, since: str | None = None, moment: str | None = None) -> Document:
    """How much the hub holds and what it brought, by entity type, and day by day since a day (`history`).

    To `health.stats` each entity type adds `duplicates_removed` (living source records beyond one for each golden
    record), `divergence` (open), `tasks` (opened, decided, `median_seconds_to_decide`), `median_seconds_to_all_systems`
    (from the first record to records in all systems that its processes name), and for each process `readiness`: how
    many are ready, `median_seconds_to_ready` from the first record on, and `blocked_by`, what is missing most often.

    Times are those at which facts entered the log. Of golden records, how long it took is told of those that were
    first seen since the day, or in the last 90 days where none is given: of all of them it would take too long.

    moment: when the 90 days end (ISO 8601 UTC); the present when it is left out.

    Raises:
        InvalidInput: `since` is no day.
    """
    _check_day(since)
    found, entity_types = health.stats(hub), hub.entity_types()
    start = since or (datetime.fromisoformat(moment or now()) - LATELY).date().isoformat()
    with hub.database.read() as transaction:
        after = position(transaction, start)
        series = _series(transaction, history=since is not None)
        decided = _times_to_decide(transaction)
        apart = dict(stored.open_divergence(transaction))
        ready = _readiness(transaction, entity_types, after=after)
        everywhere = {name: _times_to_all(transaction, one, after=after) for name, one in entity_types.items()}
    for name, counts in found["entity_types"].items():
        totals = {what: sum(count for (of, _), count in days.items() if of == name) for what, days in series.items()}
        found["entity_types"][name] = {
            **counts,
            "duplicates_removed": counts["source_records"] - counts["golden_records"],
            "divergence": {"open": apart.get(name, 0), "opened": totals["divergence_opened"],
                           "closed": totals["divergence_closed"]},
            "tasks": {"opened": totals["tasks_opened"], "decided": totals["tasks_decided"],
                      "median_seconds_to_decide": _median(took for _, took in decided[name])},
            "median_seconds_to_all_systems": _median(took for _, took in everywhere[name]),
            "readiness": ready.get(name, {}),
        }  # fmt: skip
    if since is None:
        return found
    medians = {what: _by_day(took) for what, took in zip(MEDIANS, (decided, everywhere), strict=True)}
    return {**found, "history": _history(series, medians, since)}


def readiness(hub: Hub, *, since: str) -> dict[str, Document]:
    """Of each entity type and process the `readiness` that `stats` tells, with how long it took since a day.

    Raises:
        InvalidInput: `since` is no day.
    """
    _check_day(since)
    with hub.database.read() as transaction:
        types = hub.entity_types(seen_by=transaction)
        return _readiness(transaction, types, after=position(transaction, since))


def _check_day(written: str | None) -> None:
    try:
        date.fromisoformat(written or "2000-01-01")
    except ValueError:
        detail = f"since is no date such as 2026-03-01: {written!r}"
        raise InvalidInput(detail, faults=[Fault("/query/since", detail, "date", written)]) from None


def _series(transaction: Transaction, *, history: bool) -> dict[str, Counts]:
    """What is counted by day; duplicates, for which the whole feed is read, only for the history of the counts."""
    series: dict[str, Counts] = {what: Counter() for what in SERIES}
    for what, end in (("divergence_opened", "since"), ("divergence_closed", "until")):
        for name, day, count in stored.divergence(transaction, end):  # type: ignore[arg-type]
            series[what][name, day] += count
    for kind in ("opened", "decided"):
        for name, when, ids in stored.tasks(transaction, f"task.{kind}"):
            series[f"tasks_{kind}"][name, when[:10]] += len(orjson.loads(ids))
    for name, day, kind, before, after, others in stored.joined(transaction) if history else ():
        series["duplicates_removed"][name, day] += _removed(kind, before, after, others)
    return series


def _removed(kind: str, before: int | None, after: int | None, others: str | None) -> int:
    """How many more records than golden records an event leaves."""
    if kind.startswith("xref."):
        return 1 if kind == "xref.assigned" else -1
    change = (before is not None) - (after is not None)
    return change + (len(orjson.loads(others or "[]")) if kind == "golden.merged" else 0)


def _history(
    series: Mapping[str, Counts], medians: Mapping[str, Mapping[tuple[str, str], int | None]], since: str
) -> list[Document]:
    """One entry for each day and entity type on which anything happened: what was counted, and medians."""
    happened = [*series.values(), *medians.values()]
    places = sorted({(day, name) for days in happened for name, day in days if day >= since})
    return [
        {
            "day": day, "entity_type": name, **{what: days[name, day] for what, days in series.items()},
            **{what: days.get((name, day)) for what, days in medians.items()},
        }
        for day, name in places
    ]  # fmt: skip


def _by_day(took: Mapping[str, Took]) -> dict[tuple[str, str], int | None]:
    """The median of each entity type and day."""
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for name, times in took.items():
        for day, seconds in times:
            found[name, day].append(seconds)
    return {place: _median(seconds) for place, seconds in found.items()}


def _times_to_decide(transaction: Transaction) -> dict[str, Took]:
    """From the last time that a task was opened to the decision that closed it, by entity type."""
    opened: defaultdict[str, list[str]] = defaultdict(list)
    for _, when, ids in stored.tasks(transaction, "task.opened"):
        for id_ in orjson.loads(ids):
            opened[id_].append(when)
    found: defaultdict[str, Took] = defaultdict(list)
    for name, when, ids in stored.tasks(transaction, "task.decided"):
        for id_ in orjson.loads(ids):
            before = [one for one in opened[id_] if one <= when]
            if before:
                found[name].append((when[:10], seconds_between(before[-1], when)))
    return found


def _times_to_all(transaction: Transaction, entity_type: EntityType, *, after: int) -> Took:
    """From the first record of each golden record to the first in the last of all systems, of those that got there."""
    wanted = sorted({source for process in entity_type.readiness.values() for source in process.systems})
    if not wanted:
        return []
    seen: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for golden, _, first, told in stored.first_in(transaction, entity_type.entity_type, wanted, after=after):
        seen[golden].append((first, told))
    reached = [(times[0][0], max(told for _, told in times)) for times in seen.values() if len(times) == len(wanted)]
    return [(last[:10], seconds_between(first, last)) for first, last in reached]


def _readiness(transaction: Transaction, entity_types: Mapping[str, EntityType], *, after: int) -> dict[str, Document]:
    totals: Counter[tuple[str, str]] = Counter()
    ready: Counter[tuple[str, str]] = Counter()
    lacking: defaultdict[tuple[str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
    for name, process, missing, count in stored_readiness.answers(transaction):
        said = {(one[0], one[1]) for one in orjson.loads(missing)}
        totals[name, process] += count
        ready[name, process] += count if not said else 0
        for one in said:
            lacking[name, process][one] += count
    seconds: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for name, process, seen, told in stored.first_ready(transaction, after=after):
        seconds[name, process].append(seconds_between(seen, told))
    found: defaultdict[str, Document] = defaultdict(dict)
    for (name, process), total in sorted(totals.items()):
        most = sorted(lacking[name, process].items(), key=lambda item: (-item[1], item[0]))[:MOST_BLOCKING]
        found[name][process] = {
            "golden_records": total,
            "ready": ready[name, process],
            "median_seconds_to_ready": _median(seconds[name, process]),
            "blocked_by": [{**item_of(*one), "golden_records": count} for one, count in most],
        }
    return {name: one for name, one in found.items() if name in entity_types}


def _median(seconds: Iterable[int]) -> int | None:
    """The lower of two in the middle, None of none."""
    listed = list(seconds)
    return median_low(listed) if listed else None


METRICS = {
    "log_position": "Last position of the log",
    "feed_position": "Last position of the change feed",
    "waiting_seconds": "How long the oldest fact waits that no resolver has read yet; 0 when none waits",
    "pending": "Source record versions that are acknowledged and not yet resolved",
    "source_records": "Living source records",
    "golden_records": "Active golden records",
    "open_tasks": "Steward tasks that are open",
    "quarantined": "Rejected rows in quarantine",
    "duplicates_removed": "Living source records beyond one for each golden record",
    "tasks_opened": "Steward tasks opened so far",
    "tasks_decided": "Steward tasks decided so far",
    "median_seconds_to_decide": "From opening a task to its decision",
    "divergence_open": "Source records and attributes that disagree with their golden record",
    "divergence_closed": "Disagreements that have ended",
    "median_seconds_to_all_systems": "From the first record to records in all systems",
    "readiness": "Golden records that a process concerns, ready or not",
    "median_seconds_to_ready": "From the first record to being ready for a process first",
}
"""The figures for monitoring, and what each of them is."""


def samples(found: Document) -> Iterator[tuple[str, dict[str, str], int]]:
    """(name, labels, value) of every figure that `stats` tells; one that is not known is left out."""
    yield from ((f"{name}_position", {}, reached) for name, reached in found["positions"].items())
    yield "waiting_seconds", {}, found["waiting_seconds"]
    for name, one in found["entity_types"].items():
        labels, tasks = {"entity_type": name}, one["tasks"]
        plain = {what: one[what] for what in METRICS if what in one and what != "readiness"}
        plain |= {"tasks_opened": tasks["opened"], "tasks_decided": tasks["decided"]}
        plain |= {"median_seconds_to_decide": tasks["median_seconds_to_decide"]}
        plain |= {f"divergence_{what}": one["divergence"][what] for what in ("open", "closed")}
        yield from ((what, labels, value) for what, value in plain.items() if value is not None)
        for process, said in one["readiness"].items():
            for state, count in (("yes", said["ready"]), ("no", said["golden_records"] - said["ready"])):
                yield "readiness", {**labels, "process": process, "ready": state}, count
            if said["median_seconds_to_ready"] is not None:
                yield "median_seconds_to_ready", {**labels, "process": process}, said["median_seconds_to_ready"]
