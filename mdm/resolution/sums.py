"""What a commit adds to the sums that are kept: how much there is, what happened on its day, and how long it took."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from mdm.entity_types import EntityType
from mdm.publish.feed import FeedRow
from mdm.resolution.golden import GoldenChanges
from mdm.resolution.work import Work
from mdm.settings import seconds_between
from mdm.store import log, task_writing, xref
from mdm.store import sums as stored
from mdm.store.database import Transaction
from mdm.store.readiness import NOTHING, Kept
from mdm.store.sums import Sum, Sums

HAPPENED = {
    "task.opened": "tasks_opened", "task.decided": "tasks_decided",
    "divergence.opened": "divergence_opened", "divergence.closed": "divergence_closed",
}  # fmt: skip
"""Events that name each thing that happened, and how their sum is called."""
UNITS = ((86_400, 10 * 86_400), (3_600, 10 * 3_600), (60, 10 * 60))
"""Seconds of a unit, and from how many on a time is told in whole ones: so there are few different times."""
Reached = tuple[str, str, str, int, int]
"""What was reached, of which entity type, about which process, and the positions at which it began and was reached."""


@dataclass(slots=True)
class Differences:
    """What is to be added to sums, and to how many reached something: all of a commit is written together."""

    sums: Sums = field(default_factory=Sums)
    reached: Counter[Reached] = field(default_factory=Counter)

    def answer(self, *, gone: Collection[Kept], come: Collection[Kept]) -> None:
        """Let some answers about readiness take the place of others."""
        for answers, sign in ((gone, -1), (come, 1)):
            alike = Counter((one.entity_type, one.process, one.missing) for one in answers)
            for (of, process, missing), count in alike.items():
                self.sums[Sum("concerned", of, process)] += sign * count
                self.sums[Sum("ready", of, process)] += sign * count if missing == NOTHING else 0
                for said in {(one[0], one[1]) for one in orjson.loads(missing)}:
                    self.sums[Sum("lacking", of, orjson.dumps([process, *said]).decode())] += sign * count
            for one in answers:
                if one.first_ready is not None:
                    self.reached["to_ready", one.entity_type, one.process, one.golden, one.first_ready] += sign


def write(
    writer: Transaction, work: Work, golden: GoldenChanges, events: list[FeedRow], found: Differences, *, position: int
) -> None:
    """Add what a commit changed and what it says in the feed to what was found; all must be written but the feed."""
    of = work.entity_type.entity_type
    found.reached.update(_to_decide(writer, of, events, position=position))
    found.reached.update(_to_all_systems(writer, work, golden, position=position))
    reached = {one: count for one, count in found.reached.items() if count}
    moments = log.moments(writer, sorted({position, *(place for one in reached for place in one[-2:])}))
    day = moments[position][:10]
    whole = work.dirty | (work.records.keys() - work.before.keys())
    found.sums[Sum("source_records", of, day=day)] = sum(
        work.records[id_].living - work.was_living(id_) for id_ in whole
    )
    found.sums[Sum("golden_records", of, day=day)] = sum(
        (one.attributes is not None) - one.was_active for one in golden.versions
    )
    for event in events:
        if event.kind in HAPPENED:
            found.sums[Sum(HAPPENED[event.kind], of, day=day)] += len(_named(event))
    for (what, of_type, about, begin, end), count in reached.items():
        seconds = rounded(seconds_between(moments[begin], moments[end]))
        found.sums[Sum(what, of_type, about, moments[end][:10], seconds)] += count
    stored.add(writer, found.sums)


def rounded(seconds: int) -> int:
    """Rounded down to whole minutes from ten minutes on, to whole hours from ten hours, to whole days from ten days."""
    return next((seconds - seconds % unit for unit, least in UNITS if seconds >= least), seconds)


def _named(event: FeedRow) -> list[Any]:
    """The tasks, or the places of disagreement, that one event is about."""
    return orjson.loads(event.others or "[]")  # type: ignore[no-any-return]


def _to_decide(writer: Transaction, of: str, events: Iterable[FeedRow], *, position: int) -> Counter[Reached]:
    """Of the tasks that were decided."""
    decided = [id_ for event in events if event.kind == "task.decided" for id_ in _named(event)]
    opened = task_writing.opened(writer, decided) if decided else {}
    return Counter[Reached](("to_decide", of, "", opened[id_], position) for id_ in decided)


def _to_all_systems(writer: Transaction, work: Work, golden: GoldenChanges, *, position: int) -> Counter[Reached]:
    """Of golden records with other living records than before: those that were in all systems, and those that are."""
    wanted, formerly = _systems(work.entity_type), _systems(work.stood_under)
    if not wanted and not formerly:
        return Counter()
    here = {number: {id_ for id_ in members if work.records[id_].living} for number, members in golden.after.items()}
    were = {number: {id_ for id_ in members if work.was_living(id_)} for number, members in golden.before.items()}
    changed = {one for one in here.keys() | were.keys() if wanted != formerly or here.get(one) != were.get(one)}
    come = {number: here[number] for number in changed & here.keys() if _all_know(work, here[number], wanted)}
    gone = {number: were[number] for number in changed & were.keys() if _all_know(work, were[number], formerly)}
    if not come and not gone:
        return Counter()
    ids = {id_ for members in (*come.values(), *gone.values()) for id_ in members}
    before, now = xref.since_and_before(writer, sorted(ids), position=position)
    took = Counter[Reached]()
    for known, systems, since, sign in ((gone, formerly, before, -1), (come, wanted, now, 1)):
        for number, members in known.items():
            last = max(min(since[id_] for id_ in members if work.records[id_].source == one) for one in systems)
            took["to_all_systems", work.entity_type.entity_type, "", number, last] += sign
    return took


def _systems(entity_type: EntityType | None) -> set[str]:
    """All that must know a thing of this type, whatever the process."""
    processes = () if entity_type is None else entity_type.readiness.values()
    return {source for process in processes for source in process.systems}


def _all_know(work: Work, ids: Collection[int], systems: set[str]) -> bool:
    return bool(systems) and systems <= {work.records[id_].source for id_ in ids}
