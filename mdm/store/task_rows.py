"""What a list of tasks shows beside the tasks: the golden records they are about, by name, and how many there are."""

from collections.abc import Collection
from typing import NamedTuple

from mdm.store.database import Transaction
from mdm.store.tasks import DECIDED, PROPOSED


class End(NamedTuple):
    """A record that a task is about, and the values of its golden record (JSON), None when nothing living bears it."""

    record_id: int
    entity_type: str
    source: str
    source_id: str
    golden: int | None
    attributes: bytes | None
    rules_version: str | None


class Counted(NamedTuple):
    """How many open tasks there are of a type and kind, how many of them are overdue, how many due today."""

    entity_type: str
    kind: str
    open: int
    overdue: int
    due_today: int


def ends(transaction: Transaction, ids: Collection[int]) -> dict[int, End]:
    """These records with their golden records as they stand, by id."""
    rows = transaction.rows(
        "SELECT id, source_record.entity_type, source, source_id, source_record.golden, attributes, rules_version"
        " FROM source_record LEFT JOIN golden_version ON golden_version.golden = source_record.golden"
        " AND until IS NULL WHERE id {in}",
        list(ids),
    )
    return {row[0]: End(*row) for row in rows}


def facets(
    transaction: Transaction, entity_type: str | None, *, who: str, moment: str
) -> tuple[list[Counted], dict[str, int]]:
    """How many tasks are open by type and kind, and how many there are in each view of a person; one statement.

    moment: ISO 8601 UTC, by which claims are in force, and on whose day tasks are due and wake.
    """
    today = moment[:10]
    of, values = ("", []) if entity_type is None else (" AND task.entity_type = ?", [entity_type])
    few = (
        "SELECT '', '{0}', count(*), 0, 0 FROM task_work CROSS JOIN task WHERE task.id = task_work.task_id"
        f" AND task.opened = task_work.opened AND task.status = 'open' AND {{1}}{of}"
    )
    views = {
        "mine": (f"assigned_to = ? AND NOT {PROPOSED}", [who]),
        "held": (f"claimed_by = ? AND claimed_until > ? AND NOT {PROPOSED}", [who, moment]),
        "asked": (f"escalated_to = ? AND NOT {PROPOSED}", [who]),
        "snoozed": ("snoozed_until > ?", [today]),
    }
    said = [few.format(name, asked) for name, (asked, _) in views.items()]
    taken = [value for _, asked in views.values() for value in [*asked, *values]]
    proposed = f"SELECT '', 'proposed', many, 0, 0 FROM ({DECIDED}{of}) AS decided"
    rows = transaction.rows(
        "SELECT entity_type, kind, count(*), sum(CASE WHEN due < ? THEN 1 ELSE 0 END),"
        " sum(CASE WHEN due = ? THEN 1 ELSE 0 END) FROM task"
        f" WHERE status = 'open'{of} GROUP BY entity_type, kind UNION ALL {' UNION ALL '.join([*said, proposed])}"
        " ORDER BY 1, 2",
        today, today, *values, *taken, *values,
    )  # fmt: skip
    found = [Counted(row[0], row[1], row[2], int(row[3]), int(row[4])) for row in rows]
    return [one for one in found if one.entity_type], {one.kind: one.open for one in found if not one.entity_type}
