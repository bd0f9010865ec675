"""Counts of open tasks."""

from mdm.store.database import Transaction


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
