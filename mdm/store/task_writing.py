"""What the resolver writes of steward tasks."""

import hashlib
from collections.abc import Collection, Sequence
from typing import NamedTuple

from mdm.store import bulk
from mdm.store.database import Transaction


class OpenTask(NamedTuple):
    """A task as the resolver sees it: what it is about, and the weight of its pair; `about` is JSON."""

    id: str
    entity_type: str
    kind: str
    left_id: int | None
    right_id: int | None
    weight: int | None
    about: str | None = None


def task_id(kind: str, *about: str) -> str:
    """The id of the task of this kind about these keys, for ever the same."""
    return "task_" + hashlib.blake2b("\x1f".join((kind, *sorted(about))).encode(), digest_size=10).hexdigest()


def open_among(transaction: Transaction, ids: Collection[str]) -> list[OpenTask]:
    """Those of these tasks that are open."""
    rows = transaction.rows(
        f"SELECT {', '.join(OpenTask._fields)} FROM task WHERE id {{in}} AND status = 'open'", list(ids)
    )
    return [OpenTask(*row) for row in rows]


def opened(transaction: Transaction, ids: Collection[str]) -> dict[str, int]:
    """The position at which each of these tasks was opened last."""
    return dict(transaction.rows("SELECT id, opened FROM task WHERE id {in}", list(ids)))


def open_about(transaction: Transaction, ids: Collection[int]) -> list[OpenTask]:
    """Open tasks with an end among these records."""
    columns, listed = ", ".join(OpenTask._fields), list(ids)
    rows = transaction.rows(
        f"SELECT {columns} FROM task WHERE status = 'open' AND left_id {{in}}"
        f" UNION SELECT {columns} FROM task WHERE status = 'open' AND right_id {{in}}",
        listed, listed,
    )  # fmt: skip
    return [OpenTask(*row) for row in rows]


def open_of_type(transaction: Transaction, entity_type: str) -> list[OpenTask]:
    """All open tasks of one entity type."""
    rows = transaction.rows(
        f"SELECT {', '.join(OpenTask._fields)} FROM task WHERE entity_type = ? AND status = 'open'", entity_type
    )
    return [OpenTask(*row) for row in rows]


def change(transaction: Transaction, *, opened: Sequence[OpenTask], closed: Sequence[OpenTask], position: int) -> None:
    """Open tasks, or open again those that were closed; close others."""
    bulk.upsert(
        transaction, "task", (*OpenTask._fields, "status", "opened", "closed"),
        [(*task, "open", position, None) for task in opened], keys=1,
    )  # fmt: skip
    bulk.update(
        transaction, "task", ("id", "status", "closed"), [(task.id, "closed", position) for task in closed], keys=1
    )


def weigh(transaction: Transaction, tasks: Sequence[OpenTask]) -> None:
    """Give open tasks the weight that their pair has now, and what is said of it; they stay as old as they are."""
    columns = ("id", "weight", "about")
    bulk.update(transaction, "task", columns, [(task.id, task.weight, task.about) for task in tasks], keys=1)
