"""The kinds of steward tasks that there are: what a task is about."""

from collections.abc import Mapping
from typing import Any, Literal, get_args

import orjson

from mdm.entity_types import hint
from mdm.errors import Fault, InvalidInput
from mdm.services.hub import Hub
from mdm.store import tasks as stored_tasks
from mdm.store.tasks import StoredTask

TaskKind = Literal[
    "review",
    "contradiction",
    "oversized",
    "unmapped_code",
    "conflict",
    "weak_bridge",
    "constraint",
    "source_merge",
    "hierarchy_cycle",
]
KINDS: tuple[TaskKind, ...] = get_args(TaskKind)


def ensure_kind(kind: str | None) -> None:
    """Raise InvalidInput, which names the nearest, for a kind that no task is of; None is any."""
    if kind not in {None, *KINDS}:
        detail = f"there is no kind {kind!r} of tasks{hint(kind or '', KINDS)}"
        raise InvalidInput(detail, faults=[Fault("/query/kind", detail, "kind", kind)])


def attributes_of(hub: Hub, parts: Mapping[str, Any]) -> list[str]:
    """The attributes that the parts of a decision say something of: that which is set, those picked, the task's own."""
    task_id = parts.get("task_id")
    named = [parts.get("attribute"), *(parts.get("picks") or ()), task_id and _attribute_of(hub, task_id)]
    return [one for one in named if one]


def _attribute_of(hub: Hub, task_id: str) -> str | None:
    with hub.database.read() as reader:
        task = stored_tasks.by_id(reader, task_id)
    return None if task is None else attribute_of(task)


def attribute_of(task: StoredTask) -> str | None:
    """The one attribute that a task is about, if it is about one; a field of dated lines is named `lines.role`."""
    about = orjson.loads(task.about) if task.about else None
    return str(about["attribute"]) if isinstance(about, dict) and "attribute" in about else None
