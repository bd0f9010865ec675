"""Steward tasks for readers: one by its id, and pages of them, as they stand or as they stood."""

from dataclasses import dataclass
from typing import Any

from mdm.store.database import Transaction
from mdm.store.xref import NOW

# Tasks without a weight, such as contradictions, rank before all others.
HIGHEST = 2**31 - 1
_RANK = f"coalesce(weight, {HIGHEST})"
_COLUMNS = "id, entity_type, kind, left_id, right_id, weight, status, opened, closed, about"


@dataclass(frozen=True, slots=True)
class StoredTask:
    """One row of `task`; weight in thousandths of a bit, `about` as JSON."""

    id: str
    entity_type: str
    kind: str
    left_id: int | None
    right_id: int | None
    weight: int | None
    status: str
    opened: int
    closed: int | None
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which tasks are wanted; None takes all."""

    entity_type: str | None = None
    kind: str | None = None
    status: str | None = "open"


def by_id(transaction: Transaction, task_id: str, *, position: int = NOW) -> StoredTask | None:
    """The task with this id, as it stood at a position; one not yet opened then is absent."""
    source, places = _standing(position)
    row = transaction.one(f"SELECT {_COLUMNS} FROM {source} AND id = ?", *places, task_id)
    return StoredTask(*row) if row else None


def page(
    transaction: Transaction, wanted: Filter, *, after: str | None, limit: int, position: int = NOW
) -> list[StoredTask]:
    """The next tasks after the one with this id: those without a weight, then the likeliest matches first."""
    source, values = _standing(position)
    conditions = [source]
    for column, value in (("entity_type", wanted.entity_type), ("kind", wanted.kind), ("status", wanted.status)):
        if value is not None:
            conditions.append(f"{column} = ?")
            values.append(value)
    last = by_id(transaction, after, position=position) if after is not None else None
    if last is not None:
        conditions.append(f"({_RANK} < ? OR ({_RANK} = ? AND id > ?))")
        rank = HIGHEST if last.weight is None else last.weight
        values += [rank, rank, last.id]
    rows = transaction.rows(
        f"SELECT {_COLUMNS} FROM {' AND '.join(conditions)} ORDER BY {_RANK} DESC, id LIMIT ?",
        *values,
        limit,
    )
    return [StoredTask(*row) for row in rows]


def _standing(position: int) -> tuple[str, list[Any]]:
    """Where tasks stand as of a position, with a condition to add others to, and its values."""
    if position == NOW:
        return "task WHERE 1 = 1", []
    return "task_version WHERE since <= ? AND (until IS NULL OR until > ?)", [position, position]


def open_abouts(transaction: Transaction, kind: str) -> list[tuple[str, str]]:
    """(entity type, what it is about as JSON) of all open tasks of one kind, by id."""
    return transaction.rows(
        "SELECT entity_type, about FROM task WHERE kind = ? AND status = 'open' AND about IS NOT NULL ORDER BY id", kind
    )
