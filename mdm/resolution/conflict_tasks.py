"""Steward tasks about values in conflict: one for each golden record and attribute, by the founding record."""

import orjson

from mdm.log import canonical
from mdm.resolution.golden import GoldenChanges
from mdm.resolution.work import Work
from mdm.store import task_writing
from mdm.store.task_writing import OpenTask, task_id

KIND = "conflict"


def in_conflict(work: Work, golden: GoldenChanges) -> tuple[list[OpenTask], list[OpenTask], set[str]]:
    """The tasks to open and those to close, each in the order of their ids; and those that stay and were looked at."""
    asked = work.entity_type.survivorship.conflicts
    if not asked and not work.values_anew:
        return [], [], set()
    founders = {number: _founder(work, golden, number) for number in [*golden.conflicts, *golden.ended]}
    if work.values_anew:
        stored = task_writing.open_of_type(work.reader, work.entity_type.entity_type)
    else:
        named = [_task(work, id_, attribute).id for id_ in founders.values() for attribute in asked]
        stored = task_writing.open_among(work.reader, sorted(named))
    there = {task.id: task for task in stored if task.kind == KIND}
    tasks = [_task(work, founders[number], name) for number, names in golden.conflicts.items() for name in names]
    wanted = {task.id: task for task in tasks}
    return (
        [wanted[id_] for id_ in sorted(wanted.keys() - there.keys())],
        [there[id_] for id_ in sorted(there.keys() - wanted.keys())],
        wanted.keys() & there.keys(),
    )


def attribute_of(about: str) -> str:
    """The attribute that such a task is about."""
    return str(orjson.loads(about)["attribute"])


def _founder(work: Work, golden: GoldenChanges, number: int) -> int:
    members = golden.after.get(number) or golden.before[number]
    return next(id_ for id_ in members if work.records[id_].first_position == number)


def _task(work: Work, founder: int, attribute: str) -> OpenTask:
    of, about = work.entity_type.entity_type, canonical({"attribute": attribute}).decode()
    # The colon keeps the two apart: no attribute's name has one, and every key has.
    return OpenTask(task_id(KIND, work.key(founder), attribute), of, KIND, founder, None, None, about)
