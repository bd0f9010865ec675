"""Comments that name somebody who has not read them."""

from collections.abc import Collection

from mdm.store import bulk
from mdm.store.database import Transaction


def keep(transaction: Transaction, task_id: str, position: int, people: Collection[str]) -> None:
    """Keep that a comment at a position names these people."""
    bulk.insert(transaction, "mention", ("person", "task_id", "position"), [(one, task_id, position) for one in people])


def end(transaction: Transaction, task_id: str, person: str) -> None:
    """Whoever acts on a task has read what was said to them there."""
    transaction.run("DELETE FROM mention WHERE person = ? AND task_id = ?", person, task_id)


def unread(
    transaction: Transaction, person: str, entity_type: str | None, *, before: int, limit: int
) -> list[tuple[str, int]]:
    """(task id, position) of the comments that name a person, the newest first, those before a position."""
    only, values = ("", ()) if entity_type is None else (" AND task.entity_type = ?", (entity_type,))
    return transaction.rows(
        "SELECT task_id, position FROM mention JOIN task ON task.id = task_id"
        f" WHERE person = ? AND position < ?{only} ORDER BY position DESC LIMIT ?",
        person, before, *values, limit,
    )  # fmt: skip


def any_of(transaction: Transaction, person: str, task_id: str) -> bool:
    """Whether a comment on a task names a person who has not read it."""
    row = transaction.one("SELECT 1 FROM mention WHERE person = ? AND task_id = ? LIMIT 1", person, task_id)
    return row is not None
