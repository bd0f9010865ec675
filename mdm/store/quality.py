"""What data quality is measured from, in pages, and the figures that were kept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from mdm.store import bulk
from mdm.store.database import Transaction

FIGURES = (
    "source", "attribute", "records", "fillable", "filled", "judged", "valid", "identified", "unique_count", "dated",
    "recent", "median_age", "compared", "differing", "golden_records", "golden_filled",
)  # fmt: skip
COLUMNS = ("entity_type", "tick", *FIGURES, "position", "rules_version")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which kept figures are wanted; None takes all."""

    entity_type: str | None = None
    source: str | None = None
    attribute: str | None = None
    since: str | None = None


def golden_page(transaction: Transaction, entity_type: str, *, after: int, limit: int) -> list[tuple[int, bytes]]:
    """The next golden records that stand, by number, with their attributes."""
    return transaction.rows(
        "SELECT golden, attributes FROM golden_version WHERE entity_type = ? AND golden > ? AND until IS NULL"
        " AND attributes IS NOT NULL ORDER BY golden LIMIT ?",
        entity_type, after, limit,
    )  # fmt: skip


def members(transaction: Transaction, golden: Collection[int]) -> list[tuple[int, str, bytes, bytes]]:
    """(golden number, source, layers, cells) of the living records that bear these numbers."""
    return transaction.rows(
        "SELECT golden, source, layers, cells FROM source_record WHERE golden {in} AND NOT deleted", list(golden)
    )


def keep(transaction: Transaction, rows: Sequence[tuple[object, ...]]) -> None:
    """Keep figures for ever."""
    bulk.insert(transaction, "quality_measure", COLUMNS, rows)


def kept(transaction: Transaction, wanted: Filter) -> list[tuple[str, str, tuple[Any, ...]]]:
    """(entity type, tick, figures) that were kept, the oldest first."""
    conditions, values = ["1 = 1"], []
    for condition, value in (
        ("entity_type = ?", wanted.entity_type), ("source = ?", wanted.source), ("attribute = ?", wanted.attribute),
        ("tick >= ?", wanted.since),
    ):  # fmt: skip
        if value is not None:
            conditions.append(condition)
            values.append(value)
    rows = transaction.rows(
        f"SELECT entity_type, tick, {', '.join(FIGURES)} FROM quality_measure WHERE {' AND '.join(conditions)}"
        " ORDER BY entity_type, tick, source, attribute",
        *values,
    )
    return [(row[0], row[1], row[2:]) for row in rows]
