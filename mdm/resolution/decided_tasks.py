"""Which decision closed a task: a verdict on its pair, a mapping of its value, or an override of its attribute."""

from collections import defaultdict
from collections.abc import Iterable
from operator import itemgetter

import orjson

from mdm.code_lists import fold
from mdm.log import key_token
from mdm.resolution import code_tasks, conflict_tasks
from mdm.resolution.verdicts import Verdicts
from mdm.resolution.work import Work
from mdm.store import code_lists as stored_code_lists
from mdm.store.task_writing import OpenTask


def by_decision(work: Work, verdicts: Verdicts, closed: Iterable[OpenTask]) -> dict[int, list[str]]:
    """The ids of the closed tasks that a decision among this commit's facts was about, by its position.

    A task that closes because its edge or its value is gone was not decided.
    """
    said = {row[:2]: row[2] for row in sorted(verdicts.pairs, key=itemgetter(2)) if row[4]}
    found: defaultdict[int, list[str]] = defaultdict(list)
    for task in closed:
        if task.kind == code_tasks.KIND:
            position = _mapped(work, task)
        elif task.kind == conflict_tasks.KIND:
            position = _overridden(work, verdicts, task)
        else:
            position = said.get((task.left_id or 0, task.right_id or 0))
        if position is not None:
            found[position].append(task.id)
    return dict(sorted(found.items()))


def _overridden(work: Work, verdicts: Verdicts, task: OpenTask) -> int | None:
    about = (task.left_id, conflict_tasks.attribute_of(task.about or "{}"))
    named = [
        fact.position
        for fact in verdicts.new
        if fact.kind == "override" and verdicts.in_force[fact.position]
        and (work.ids.get(key_token(work.salt, fact.body["record"])), fact.body["attribute"]) == about
    ]  # fmt: skip
    return max(named, default=None)


def _mapped(work: Work, task: OpenTask) -> int | None:
    about = orjson.loads(task.about or "{}")
    value = about["source"], fold(about["value"])
    rows = stored_code_lists.said_last(work.reader, work.upto, about["list"])
    said = [row.position for row in rows if (row.source, row.folded) == value and row.code is not None]
    return next((position for position in said if position > work.state.upto), None)
