"""Counts of open tasks."""

from mdm.store.database import Transaction
from mdm.store.tasks import ORDERS


def open_by_kind(
    transaction: Transaction, entity_type: str | None, *, today: str
) -> list[tuple[str, str, int, int, int]]:
    """(entity type, kind, how many are open, overdue, due today), by type and kind."""
    of, values = ("", []) if entity_type is None else (" AND entity_type = ?", [entity_type])
    rows = transaction.rows(
        "SELECT entity_type, kind, count(*), sum(CASE WHEN due < ? THEN 1 ELSE 0 END),"
        " sum(CASE WHEN due = ? THEN 1 ELSE 0 END) FROM task"
        f" WHERE status = 'open'{of} GROUP BY entity_type, kind ORDER BY entity_type, kind",
        today, today, *values,
    )  # fmt: skip
    return [(of, kind, count, int(overdue), int(due)) for of, kind, count, overdue, due in rows]


def pressing(transaction: Transaction, entity_type: str | None, *, today: str) -> tuple[int, int]:
    """How many open tasks are overdue and how many due today; looks at these alone, not at the whole queue."""
    of, values = ("", []) if entity_type is None else (" AND entity_type = ?", [entity_type])
    ((overdue, all_of_them),) = transaction.rows(
        "SELECT coalesce(sum(CASE WHEN due < ? THEN 1 ELSE 0 END), 0), count(*) FROM task"
        f" WHERE status = 'open' AND {ORDERS['due']} <= ?{of}",
        today, today, *values,
    )  # fmt: skip
    return int(overdue), int(all_of_them) - int(overdue)
