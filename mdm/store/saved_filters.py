"""Choices of tasks with a name: rows in, rows out."""

from typing import NamedTuple

from mdm.store import bulk
from mdm.store.database import Transaction


class StoredFilter(NamedTuple):
    """One row of `saved_filter`; `choice` is JSON."""

    owner: str
    name: str
    shared: bool
    choice: str
    saved_at: str


def seen_by(transaction: Transaction, who: str) -> list[StoredFilter]:
    """Those of a person, and those that others share with all, by name."""
    rows = transaction.rows(
        f"SELECT {', '.join(StoredFilter._fields)} FROM saved_filter WHERE owner = ? OR shared ORDER BY name, owner",
        who,
    )
    # SQLite keeps truth as 0 and 1.
    return [StoredFilter(*row)._replace(shared=bool(row[2])) for row in rows]


def save(transaction: Transaction, row: StoredFilter) -> None:
    """Keep one, in place of another of the same owner and name."""
    bulk.upsert(transaction, "saved_filter", StoredFilter._fields, [row], keys=2)


def remove(transaction: Transaction, owner: str, name: str) -> bool:
    """Forget one; says whether it was there."""
    there = transaction.one("SELECT 1 FROM saved_filter WHERE owner = ? AND name = ?", owner, name) is not None
    transaction.run("DELETE FROM saved_filter WHERE owner = ? AND name = ?", owner, name)
    return there
