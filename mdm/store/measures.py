"""What became of the hub's work over time, counted by day from positions of the log: nothing is counted in memory."""

from collections.abc import Sequence
from typing import Any, Literal

from mdm.store.database import Transaction

Day = tuple[str, str, int]
"""Entity type, day (UTC), how many."""
_DAY = "substr(recorded_at, 1, 10)"


def divergence(transaction: Transaction, end: Literal["since", "until"]) -> list[Day]:
    """How many disagreements began (`since`) or ended (`until`) on each day."""
    return transaction.rows(
        f"SELECT told.entity_type, {_DAY}, count(*) FROM divergence AS told JOIN log ON log.position = {end}"
        " GROUP BY told.entity_type, 2"
    )


def tasks(transaction: Transaction, kind: str) -> list[tuple[str, str, str]]:
    """(entity type, when, JSON list of task ids) of events `task.opened` or `task.decided`, the oldest first."""
    return transaction.rows(
        "SELECT change.entity_type, recorded_at, others FROM change JOIN log ON log.position = change.position"
        " WHERE change.kind = ? ORDER BY sequence",
        kind,
    )


def open_divergence(transaction: Transaction) -> list[tuple[str, int]]:
    """(entity type, how many) of the disagreements that stand."""
    return transaction.rows("SELECT entity_type, count(*) FROM divergence WHERE until IS NULL GROUP BY entity_type")


def joined(transaction: Transaction) -> list[tuple[str, str, str, Any, Any, str | None]]:
    """(entity type, day, kind, version before, version after, others) of what changed how many records are one."""
    return transaction.rows(
        f"SELECT change.entity_type, {_DAY}, change.kind, version_before, version_after, others FROM change"
        " JOIN log ON log.position = change.position WHERE change.kind IN"
        " ('golden.created', 'golden.merged', 'golden.split', 'golden.retired', 'xref.assigned', 'xref.removed')"
    )


def first_in(
    transaction: Transaction, entity_type: str, sources: Sequence[str], *, after: int
) -> list[tuple[int, str, str, str]]:
    """(golden number, source, when it was seen first, when the source's first record was in the crosswalk).

    Of the golden records of a type that came after a position, as their living records stand; only of these sources.
    """
    return transaction.rows(
        "SELECT member.golden, source, seen.recorded_at, min(told.recorded_at) FROM source_record AS member"
        " JOIN xref ON xref.record_id = member.id AND until IS NULL JOIN log AS told ON told.position = xref.since"
        " JOIN log AS seen ON seen.position = member.golden"
        " WHERE member.golden > ? AND member.entity_type = ? AND NOT deleted AND source {in}"
        " GROUP BY member.golden, source, seen.recorded_at",
        after, entity_type, list(sources),
    )  # fmt: skip


def first_ready(transaction: Transaction, *, after: int) -> list[tuple[str, str, str, str]]:
    """(entity type, process, when a golden record that came after a position was seen first, and was ready first)."""
    return transaction.rows(
        "SELECT readiness.entity_type, process, seen.recorded_at, told.recorded_at FROM readiness"
        " JOIN log AS seen ON seen.position = golden JOIN log AS told ON told.position = first_ready"
        " WHERE golden > ?",
        after,
    )
