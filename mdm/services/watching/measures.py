"""What the hub brings: duplicates removed, tasks decided, divergence closed, processes ready, and how long it took."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import orjson

from mdm.entity_types import EntityType
from mdm.errors import Fault, InvalidInput
from mdm.resolution.tallies import median
from mdm.services import health
from mdm.services.hub import Hub
from mdm.services.watching.readiness_words import item_of
from mdm.settings import now
from mdm.store import sums
from mdm.store.database import Transaction

Document = dict[str, Any]
SERIES = ("duplicates_removed", *sums.HAPPENED)
MEDIANS = {"median_seconds_to_decide": "to_decide", "median_seconds_to_all_systems": "to_all_systems"}
"""What `history` tells beside the counts, of what was decided, or reached the last of all systems, on a day."""
MOST_BLOCKING = 10
LATELY = timedelta(days=90)
Times = Counter[int]
"""How many took how many seconds."""


def stats(hub: Hub, *, since: str | None = None, moment: str | None = None) -> Document:
    """How much the hub holds and what it brought, by entity type, and day by day since a day (`history`).

    To `health.stats` each entity type adds `duplicates_removed` (living source records beyond one for each golden
    record), `divergence` (open), `tasks` (opened, decided, `median_seconds_to_decide`), `median_seconds_to_all_systems`
    (from the first record to records in all systems that its processes name), and for each process `readiness`: how
    many are ready, `median_seconds_to_ready` from the first record on, and `blocked_by`, what is missing most often.

    Times are those at which facts entered the log. How long it took is told of what was reached since the day, or in
    the last 90 days where none is given; in whole minutes from ten minutes on, hours from ten hours, days from ten
    days. All of it is read from sums that are kept, whatever the hub's size.

    moment: when the 90 days end (ISO 8601 UTC); the present when it is left out.

    Raises:
        InvalidInput: `since` is no day.
    """
    _check_day(since)
    found = health.stats(hub)
    start = since or (datetime.fromisoformat(moment or now()) - LATELY).date().isoformat()
    with hub.database.read() as transaction:
        totals, times = _totals(transaction), _times(transaction, since=start)
        history = [] if since is None else _history(transaction, since=since)
    ready = _readiness(hub.entity_types(), totals, times)
    for name, counts in found["entity_types"].items():
        happened = {what: totals.get((what, name, ""), 0) for what in sums.HAPPENED}
        opened, closed = happened["divergence_opened"], happened["divergence_closed"]
        found["entity_types"][name] = {
            **counts,
            "duplicates_removed": counts["source_records"] - counts["golden_records"],
            "divergence": {"open": opened - closed, "opened": opened, "closed": closed},
            "tasks": {"opened": happened["tasks_opened"], "decided": happened["tasks_decided"],
                      "median_seconds_to_decide": median(times["to_decide", name, ""])},
            "median_seconds_to_all_systems": median(times["to_all_systems", name, ""]),
            "readiness": ready.get(name, {}),
        }  # fmt: skip
    return found if since is None else {**found, "history": history}


def readiness(hub: Hub, *, since: str) -> dict[str, Document]:
    """Of each entity type and process the `readiness` that `stats` tells, with how long it took since a day.

    Raises:
        InvalidInput: `since` is no day.
    """
    _check_day(since)
    with hub.database.read() as transaction:
        totals, times = _totals(transaction), _times(transaction, since=since)
    return _readiness(hub.entity_types(), totals, times)


def _check_day(written: str | None) -> None:
    try:
        date.fromisoformat(written or "2000-01-01")
    except ValueError:
        detail = f"since is no date such as 2026-03-01: {written!r}"
        raise InvalidInput(detail, faults=[Fault("/query/since", detail, "date", written)]) from None


def _totals(transaction: Transaction) -> dict[tuple[str, str, str], int]:
    """How many of everything that is summed up for all days, by what that is, entity type and what it is about."""
    return {(what, of, about): count for what, of, about, count in sums.totals(transaction)}


def _times(transaction: Transaction, *, since: str) -> defaultdict[tuple[str, str, str], Times]:
    """How long what was reached since a day took, by what that is, entity type and process."""
    found = defaultdict[tuple[str, str, str], Times](Counter)
    for what, of, about, seconds, count in sums.times(transaction, since=since):
        found[what, of, about][seconds] = count
    return found


def _history(transaction: Transaction, *, since: str) -> list[Document]:
    """One entry for each day and entity type on which anything happened: what was counted, and medians."""
    series = {what: Counter[tuple[str, str]]() for what in SERIES}
    for what, of, day, count in sums.by_day(transaction, since=since):
        name, sign = ("duplicates_removed", 1 - 2 * (what == "golden_records")) if what in sums.HELD else (what, 1)
        series[name][day, of] += sign * count
    times = {what: defaultdict[tuple[str, str], Times](Counter) for what in MEDIANS}
    for what, name in MEDIANS.items():
        for of, day, seconds, count in sums.times_by_day(transaction, name, since=since):
            times[what][day, of][seconds] = count
    places = {place for days in series.values() for place in days} | {
        place for days in times.values() for place in days
    }
    return [
        {
            "day": day, "entity_type": of, **{what: days[day, of] for what, days in series.items()},
            **{what: median(days[day, of]) for what, days in times.items()},
        }
        for day, of in sorted(places)
    ]  # fmt: skip


def _readiness(
    entity_types: Mapping[str, EntityType], totals: Mapping[tuple[str, str, str], int],
    times: Mapping[tuple[str, str, str], Times],
) -> dict[str, Document]:  # fmt: skip
    lacking = defaultdict[tuple[str, str], list[tuple[int, str, str]]](list)
    for (what, of, about), count in totals.items():
        if what == "lacking" and count:
            process, code, named = orjson.loads(about)
            lacking[of, process].append((-count, code, named))
    found = defaultdict[str, Document](dict)
    for (what, of, process), total in sorted(totals.items()):
        if what == "concerned" and total:
            found[of][process] = {
                "golden_records": total,
                "ready": totals.get(("ready", of, process), 0),
                "median_seconds_to_ready": median(times.get(("to_ready", of, process), Counter())),
                "blocked_by": [
                    {**item_of(entity_types[of], code, named), "golden_records": -less}
                    for less, code, named in sorted(lacking[of, process])[:MOST_BLOCKING]
                ],
            }
    return found


METRICS = {
    "log_position": "Last position of the log",
    "feed_position": "Last position of the change feed",
    "waiting_seconds": "How long the oldest fact waits that no resolver has read yet; 0 when none waits",
    "pending": "Source record versions that are acknowledged and not yet resolved",
    "marked": "Source records to be resolved once more since what they refer to has moved",
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
