"""Deleted records that look like a living one of their own source: perhaps they were merged, and nobody said so."""

from collections.abc import Collection
from typing import NamedTuple

from mdm.store.database import Transaction

_LIKE = """
    FROM edge JOIN source_record AS dead ON dead.id = edge.{dead} JOIN source_record AS kept ON kept.id = edge.{kept}
    WHERE NOT edge.living AND dead.deleted AND NOT kept.deleted AND kept.first_position IS NOT NULL
    AND dead.source = kept.source AND dead.entity_type = ?
    AND NOT EXISTS (SELECT 1 FROM reference WHERE reference.record_id = dead.id AND until IS NULL)
    AND NOT EXISTS (SELECT 1 FROM source_link WHERE source_link.record_id = dead.id AND kind = 'source_merge')
    AND NOT EXISTS (
        SELECT 1 FROM decision_pair WHERE in_force AND decision_pair.left_id = edge.left_id
        AND decision_pair.right_id = edge.right_id
    )
"""
_SIDES = [_LIKE.format(dead=dead, kept=kept) for dead, kept in (("left_id", "right_id"), ("right_id", "left_id"))]


class Suspected(NamedTuple):
    """A deleted record, a living one of its source that it looks like, and how much (thousandths of a bit)."""

    id: int
    key_token: int
    source: str
    source_id: str
    golden: int
    kept_id: str
    kept_golden: int
    weight: int


def records(transaction: Transaction, entity_type: str, *, after: int, limit: int) -> list[int]:
    """The next deleted records that look like living ones, by id."""
    some = " UNION ".join(f"SELECT dead.id AS id {side} AND dead.id > ?" for side in _SIDES)
    rows = transaction.rows(f"{some} ORDER BY id LIMIT ?", *(entity_type, after) * 2, limit)
    return [row[0] for row in rows]


def like(transaction: Transaction, entity_type: str, ids: Collection[int]) -> list[Suspected]:
    """What these deleted records look like, by record, the likeliest first."""
    columns = (
        "dead.id, dead.key_token, dead.source, dead.source_id, dead.golden, kept.source_id, kept.golden, edge.weight"
    )
    found = [
        Suspected(*row)
        for side in _SIDES
        for row in transaction.rows(f"SELECT {columns} {side} AND dead.id {{in}}", entity_type, list(ids))
    ]
    return sorted(found, key=lambda one: (one.id, -one.weight, one.kept_id))


def last_heard(transaction: Transaction, tokens: Collection[int]) -> dict[int, str]:
    """When the latest fact about each of these key tokens was recorded."""
    rows = transaction.rows(
        "SELECT key_token, recorded_at FROM log WHERE position IN"
        " (SELECT max(position) FROM log WHERE kind = 'record' AND key_token {in} GROUP BY key_token)",
        list(tokens),
    )
    return dict(rows)
