"""How many tasks are open, by entity type and kind, and how many of them are overdue: what a queue is chosen by."""

from typing import Any

from mdm.services.hub import Hub
from mdm.settings import now
from mdm.store import task_counts as stored

Document = dict[str, Any]


def open_tasks(hub: Hub, *, entity_type: str | None = None, moment: str | None = None) -> Document:
    """`{"open", "overdue", "due_today", "by": [{"entity_type", "kind", "open", "overdue"}]}`, by type and kind.

    moment: the day of which is today (ISO 8601 UTC); the present when it is left out.
    """
    if entity_type is not None:
        hub.entity_type(entity_type)
    today = (moment or now())[:10]
    with hub.database.read() as reader:
        rows = stored.open_by_kind(reader, entity_type, today=today)
    by = [
        {"entity_type": of, "kind": kind, "open": count, "overdue": overdue} for of, kind, count, overdue, _ in rows
    ]  # fmt: skip
    return {
        "open": sum(one["open"] for one in by), "overdue": sum(one["overdue"] for one in by),
        "due_today": sum(row[4] for row in rows), "by": by,
    }  # fmt: skip
