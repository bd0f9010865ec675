"""Changes of accounts and keys: appended, and read newest first."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from mdm.store.database import Transaction


class StoredChange(NamedTuple):
    """One row of `access_change`; detail is JSON."""

    number: int
    recorded_at: str
    actor: str
    action: str
    subject: str
    detail: str
    correlation_id: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which changes are wanted; None takes all. since and until: days, both included."""

    actor: str | None = None
    subject: str | None = None
    action: str | None = None
    since: str | None = None
    until: str | None = None


def append(transaction: Transaction, change: StoredChange) -> int:
    """Add a change under the next number, which has no gaps; the one that is given does not count."""
    transaction.lock_log()
    row = transaction.one("SELECT max(number) FROM access_change")
    number = ((row and row[0]) or 0) + 1
    columns = ", ".join(StoredChange._fields)
    transaction.run(f"INSERT INTO access_change ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", number, *change[1:])
    return number


def page(transaction: Transaction, wanted: Wanted, *, before: int | None, limit: int) -> list[StoredChange]:
    """The next changes before a number, newest first."""
    conditions, values = ["1 = 1"], list[Any]()
    # U comes after the T that stands before the hour.
    for condition, value in (
        ("actor = ?", wanted.actor), ("subject = ?", wanted.subject), ("action = ?", wanted.action),
        ("recorded_at >= ?", wanted.since), ("recorded_at < ?", wanted.until and f"{wanted.until}U"),
        ("number < ?", before),
    ):  # fmt: skip
        if value is not None:
            conditions.append(condition)
            values.append(value)
    rows = transaction.rows(
        f"SELECT {', '.join(StoredChange._fields)} FROM access_change WHERE {' AND '.join(conditions)}"
        " ORDER BY number DESC LIMIT ?",
        *values, limit,
    )  # fmt: skip
    return [StoredChange(*row) for row in rows]
