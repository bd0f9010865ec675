"""Comments that name somebody who has not read them."""

from collections.abc import Collection
from typing import NamedTuple

from mdm.store import bulk
from mdm.store.database import Transaction


def keep(transaction: Transaction, task_id: str, position: int, people: Collection[str]) -> None:
    """Keep that a comment at a position names these people."""
    bulk.insert(transaction, "mention", ("person", "task_id", "position"), [(one, task_id, position) for one in people])


def end(transaction: Transaction, task_id: str, person: str) -> None:
    """Whoever acts on a task has read what was said to them there."""
    transaction.run("DELETE FROM mention WHERE person = ? AND task_id = ?", person, task_id)


class Mention(NamedTuple):
    """A comment that names somebody, and the task it is on; body: what its fact says, None once that is erased."""

    task_id: str
    kind: str
    entity_type: str
    status: str
    by: str
    at: str
    position: int
    body: bytes | None


def unread(transaction: Transaction, person: str, entity_type: str | None, *, before: int, limit: int) -> list[Mention]:
    """The comments that name a person, the newest first, those before a position."""
    only, values = ("", ()) if entity_type is None else (" AND task.entity_type = ?", (entity_type,))
    rows = transaction.rows(
        "SELECT task_id, task.kind, task.entity_type, status, actor, recorded_at, mention.position, body FROM mention"
        " JOIN task ON task.id = task_id JOIN log ON log.position = mention.position"
        " LEFT JOIN payload ON payload.position = mention.position"
        f" WHERE person = ? AND mention.position < ?{only} ORDER BY mention.position DESC LIMIT ?",
        person, before, *values, limit,
    )  # fmt: skip
    return [Mention(*row) for row in rows]


def any_of(transaction: Transaction, person: str, task_id: str) -> bool:
    """Whether a comment on a task names a person who has not read it."""
    row = transaction.one("SELECT 1 FROM mention WHERE person = ? AND task_id = ? LIMIT 1", person, task_id)
    return row is not None
