"""Edges: candidate pairs at or above the review threshold."""

from collections.abc import Collection, Mapping

from mdm.store import bulk
from mdm.store.database import Transaction

Pair = tuple[int, int]
Weighed = tuple[int, bool]


def of(transaction: Transaction, ids: Collection[int]) -> list[tuple[int, int, int, bool]]:
    """All edges with an end among these records: (left id, right id, weight, both living)."""
    if not ids:
        return []
    listed = list(ids)
    return transaction.rows(
        "SELECT left_id, right_id, weight, living FROM edge WHERE left_id {in}"
        " UNION SELECT left_id, right_id, weight, living FROM edge WHERE right_id {in}",
        listed, listed,
    )  # fmt: skip


def change(transaction: Transaction, changes: Mapping[Pair, Weighed | None]) -> None:
    """Set the weight of pairs; None removes the edge."""
    gone = sorted(pair for pair, weighed in changes.items() if weighed is None)
    kept = sorted((*pair, *weighed) for pair, weighed in changes.items() if weighed is not None)
    bulk.delete(transaction, "edge", ("left_id", "right_id"), gone)
    bulk.upsert(transaction, "edge", ("left_id", "right_id", "weight", "living"), kept, keys=2)


def clear(transaction: Transaction, entity_type: str) -> None:
    """Remove all edges of one entity type, before a change of rules makes new ones."""
    transaction.run(
        "DELETE FROM edge WHERE left_id IN (SELECT id FROM source_record WHERE entity_type = ?)", entity_type
    )
