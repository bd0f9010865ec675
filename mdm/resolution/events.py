"""What the feed tells of golden records, cross-references and tasks that a commit changes."""

from mdm.publish import feed
from mdm.resolution.golden import GoldenChanges
from mdm.resolution.tasks import TaskChanges
from mdm.resolution.verdicts import Verdicts
from mdm.resolution.work import Work


def work_out(
    work: Work, verdicts: Verdicts, golden: GoldenChanges, tasks: TaskChanges, decided: dict[int, list[str]]
) -> list[feed.FeedRow]:  # fmt: skip
    """Tell what became of them; where one decision came in, it is what brought it."""
    of = work.entity_type.entity_type
    events = [*_of_golden_records(of, work, golden), *_of_cross_references(of, work, golden)]
    decisions = [fact.position for fact in verdicts.new]
    if len(decisions) == 1:
        events = [event._replace(decision=decisions[0]) for event in events]
    if work.afresh:
        events.insert(0, feed.rules_event(of, work.entity_type.version))
    opened = [task.id for task in tasks.opened]
    return [*events, *feed.task_events(of, opened, decided)]


def _of_golden_records(of: str, work: Work, golden: GoldenChanges) -> list[feed.FeedRow]:
    active = {new.golden: new.attributes is not None for new in golden.versions}
    created = {new.golden for new in golden.versions if new.attributes is not None and not new.was_active}
    went: dict[int, set[int]] = {number: set() for number in golden.before}
    took: dict[int, set[int]] = {}
    for number, members in golden.before.items():
        went[number] = {work.records[id_].golden or 0 for id_ in members if work.records[id_].living} - {number}
        if active.get(number) is False and len(went[number]) == 1:
            took.setdefault(next(iter(went[number])), set()).add(number)
    changes = [
        feed.GoldenChange(
            new.golden, new.version, new.was_active, active[new.golden], sorted(went.get(new.golden, ())),
            sorted(took.get(new.golden, ())),
        )
        for new in golden.versions
    ]  # fmt: skip
    return feed.golden_events(of, changes, created=created)


def _of_cross_references(of: str, work: Work, golden: GoldenChanges) -> list[feed.FeedRow]:
    moves = {id_: (work.bore(id_), work.records[id_].golden or 0) for id_ in golden.moved}
    moves |= {id_: (None, work.records[id_].golden or 0) for id_ in _revived(work) if id_ not in moves}
    died = {
        id_: work.records[id_].golden or 0
        for id_ in sorted(work.dirty) if work.was_living(id_) and not work.records[id_].living
    }  # fmt: skip
    return feed.xref_events(of, moves, removed=died)


def _revived(work: Work) -> list[int]:
    """The records that were deleted and are living again: their cross-references hold once more."""
    return [
        id_
        for id_ in sorted(work.dirty)
        if work.bore(id_) is not None and not work.was_living(id_) and work.records[id_].living
    ]
