"""The kinds of steward tasks that there are: what a task is about."""

from typing import Literal, get_args

from mdm.entity_types import hint
from mdm.errors import Fault, InvalidInput

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
