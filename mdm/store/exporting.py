"""What a delta reads: which golden records are not now what they were."""

from mdm.store.database import Transaction


def changed(transaction: Transaction, entity_type: str, *, since: int, at: int, after: int, limit: int) -> list[int]:
    """The next golden numbers of which a version or a crosswalk entry began or ended between two positions."""
    rows = transaction.rows(
        "SELECT golden FROM golden_version WHERE entity_type = ? AND golden > ? AND since > ? AND since <= ?"
        " UNION SELECT xref.golden FROM xref JOIN source_record ON source_record.id = xref.record_id"
        " WHERE source_record.entity_type = ? AND xref.golden > ?"
        " AND ((xref.since > ? AND xref.since <= ?) OR (xref.until > ? AND xref.until <= ?))"
        " ORDER BY 1 LIMIT ?",
        entity_type, after, since, at, entity_type, after, since, at, since, at, limit,
    )  # fmt: skip
    return [row[0] for row in rows]
