"""Where a task stands in the queue: its priority, what is at stake, and the days it has been open.

The priority is 100 for a contradiction and for pieces that had to be cut: what people said is not carried out, or
the machine gave up, so they come before all others. For any other task it is the value at stake, from 0 to 99: five
points for each source system concerned, and five for each doubling of the living records that make up the golden
records concerned, and of the living records that refer to them. A task about a value without a code has the records
that hold the value at stake.

A task gains one point for each day it is open. All of them gain alike, so what stands before what never changes as
time passes: a task's place is the day it was opened, less its points. Within a day and a priority the likeliest
matches come first.

Stakes are counted when a task is opened, when one of its records is resolved again, and when a record refers to one
of its golden records. They depend on when that happens, so they are history, as golden IDs are (P4 leaves them out).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import orjson

from mdm.resolution import code_tasks
from mdm.resolution.codes import token_of
from mdm.resolution.work import Work
from mdm.store import code_lists as stored_code_lists
from mdm.store import task_places
from mdm.store.database import Transaction
from mdm.store.task_places import COUNTED, PlacedTask

FIRST = {"contradiction", "oversized"}
"""The kinds that come before all others, however long those wait."""
HIGHEST, POINTS, AHEAD = 100, 5, 100_000
DUE = ((100, 1), (60, 3), (30, 7), (0, 14))
"""The days from opening to `due`, by the least priority they are for."""
DAY, LIKELIEST = 1_000_000, 500_000
"""A day of the queue in parts, and the weight (thousandths of a bit) that counts as likeliest within one."""


@dataclass(frozen=True, slots=True)
class Stake:
    """What hangs on a task: living records, the source systems they are of, and living records that refer to them."""

    records: int
    systems: int
    referring: int

    @property
    def points(self) -> int:
        """From 0 to 99; `bit_length` is one more with each doubling."""
        return min(HIGHEST - 1, POINTS * (self.records.bit_length() + self.systems + self.referring.bit_length()))


def settle(writer: Transaction, work: Work, touched: Collection[str], referred: Collection[int]) -> list[str]:
    """Give the tasks that a commit touched, or whose golden records it refers to anew (key tokens), their places.

    Returns those that have another place now.

    Under the lock of the log, so that what is counted is what stands at the commit's position, whoever else commits.
    """
    targets = sorted(set(work.entity_type.references.values()))
    ids = {*touched, *task_places.about_referred(writer, targets, referred)}
    tasks = task_places.read(writer, sorted(ids)) if ids else []
    stakes = _stakes(writer, work, tasks)
    rows = [_row(task, stakes[task.id].points if task.kind not in FIRST else HIGHEST) for task in tasks]
    changed = [row for task, row in zip(tasks, rows, strict=True) if row[1:3] != (task.priority, task.place)]
    task_places.place(writer, changed)
    return [row[0] for row in changed]


def _row(task: PlacedTask, priority: int) -> tuple[str, int, int, str]:
    opened = date.fromisoformat(task.opened_at[:10])
    ahead = AHEAD if task.kind in FIRST else priority
    likely = min(max((task.weight or 0) + LIKELIEST, 0), 2 * LIKELIEST - 1)
    days = next(days for least, days in DUE if priority >= least)
    due = (opened + timedelta(days=days)).isoformat()
    return task.id, priority, (opened.toordinal() - ahead) * DAY - likely, due


def _stakes(writer: Transaction, work: Work, tasks: list[PlacedTask]) -> dict[str, Stake]:
    ends = {end for task in tasks for end in (task.left_id, task.right_id) if end is not None}
    golden = task_places.goldens(writer, sorted(ends))
    numbers = sorted(set(golden.values()))
    members: dict[int, dict[str, int]] = {number: {} for number in numbers}
    for number, source, count in task_places.members(writer, numbers) if numbers else []:
        members[number][source] = count
    referring = task_places.referring(writer, numbers) if numbers else {}
    return {
        task.id: _held(writer, work, task)
        if task.kind == code_tasks.KIND
        else _hanging(task, golden, members=members, referring=referring)
        for task in tasks
    }


def _hanging(
    task: PlacedTask, golden: Mapping[int, int], *, members: Mapping[int, Mapping[str, int]],
    referring: Mapping[int, int],
) -> Stake:  # fmt: skip
    concerned = {golden[end] for end in (task.left_id, task.right_id) if end is not None and end in golden}
    return Stake(
        sum(sum(members[number].values()) for number in concerned),
        len({source for number in concerned for source in members[number]}),
        sum(referring.get(number, 0) for number in concerned),
    )


def _held(writer: Transaction, work: Work, task: PlacedTask) -> Stake:
    about = orjson.loads(task.about or "{}")
    token = token_of(work.salt, about)
    holders = stored_code_lists.living_holders(writer, task.entity_type, token, about["source"], limit=COUNTED)
    return Stake(len(holders), min(len(holders), 1), 0)
