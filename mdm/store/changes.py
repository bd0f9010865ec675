"""The change feed for readers: events in order, and when and by whom they came about."""

from bisect import bisect_right
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from mdm.store.database import Transaction


@dataclass(frozen=True, slots=True)
class StoredChange:
    """One row of the feed; `others` is a JSON list of the further golden numbers or tasks it involves."""

    sequence: int
    position: int
    entity_type: str
    kind: str
    golden: int
    record_id: int | None
    others: str | None
    version_before: int | None
    version_after: int | None
    decision: int | None


def page(
    transaction: Transaction, entity_type: str | None, kinds: Collection[str] = (), *, after: int, limit: int
) -> list[StoredChange]:
    """The next changes after a position of the feed; only of some kinds where any are given."""
    condition, values = ("AND entity_type = ? ", [entity_type]) if entity_type is not None else ("", list[Any]())
    if kinds:
        condition, values = f"{condition}AND kind {{in}} ", [*values, list(kinds)]
    rows = transaction.rows(
        "SELECT sequence, position, entity_type, kind, golden, record_id, others, version_before, version_after,"
        " decision"
        " FROM change"
        f" WHERE sequence > ? {condition}ORDER BY sequence LIMIT ?",
        after, *values, limit,
    )  # fmt: skip
    return [StoredChange(*row) for row in rows]


def reached_by(transaction: Transaction, position: int) -> int:
    """The last position of the feed that came about by a position of the log."""
    return bisect_right(
        range(1, head(transaction) + 1), position, key=lambda sequence: _position_of(transaction, sequence)
    )


def _position_of(transaction: Transaction, sequence: int) -> int:
    row = transaction.one("SELECT position FROM change WHERE sequence = ?", sequence)
    return row[0] if row else 0


def head(transaction: Transaction) -> int:
    """The last position of the feed, 0 while it is empty."""
    row = transaction.one("SELECT max(sequence) FROM change")
    return (row and row[0]) or 0


def keys(transaction: Transaction, ids: Collection[int]) -> dict[int, str]:
    """The written keys of these source records."""
    rows = transaction.rows("SELECT id, source, entity_type, source_id FROM source_record WHERE id {in}", list(ids))
    return {id_: f"{source}:{entity_type}:{source_id}" for id_, source, entity_type, source_id in rows}
