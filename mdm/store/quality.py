"""What data quality is measured from, in pages, and the figures that were kept."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from mdm.store import bulk
from mdm.store.database import Transaction

FIGURES = (
    "source", "attribute", "records", "fillable", "filled", "judged", "valid", "identified", "unique_count", "dated",
    "recent", "median_age", "compared", "differing", "golden_records", "golden_filled",
)  # fmt: skip
COLUMNS = ("entity_type", "tick", *FIGURES, "position", "rules_version")  # the first four say what is measured, when


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


def keep(transaction: Transaction, measured: Iterable[tuple[int, str, Mapping[str, Any]]]) -> None:
    """Keep for ever what facts of kind `measured` say: (position, entity type, body) of each."""
    rows = [
        (of, body["tick"], *figures, position, body["rules_version"])
        for position, of, body in measured
        for figures in body["figures"]
    ]
    bulk.upsert(transaction, "quality_measure", COLUMNS, rows, keys=4)


def derive(transaction: Transaction) -> None:
    """Work all kept figures out again from the log."""
    transaction.run("DELETE FROM quality_measure")
    rows = transaction.rows(
        "SELECT log.position, entity_type, body FROM log JOIN payload ON payload.position = log.position"
        " WHERE kind = 'measured' ORDER BY log.position"
    )
    for position, of, body in rows:  # one by one: of two about one day the later holds
        keep(transaction, [(position, of, orjson.loads(body))])


def kept_last(
    transaction: Transaction, entity_types: Collection[str], attribute: str | None
) -> list[tuple[str, str, tuple[Any, ...]]]:
    """What `kept` tells of the latest day before which figures of each of these types were kept."""
    own, values = ("", []) if attribute is None else (" AND attribute = ?", [attribute])
    rows = transaction.rows(
        # From one row for each type on, so that of all days only the last is looked at.
        f"SELECT told.entity_type, told.tick, {', '.join(FIGURES)} FROM resolution"
        " CROSS JOIN quality_measure AS told WHERE told.entity_type = resolution.entity_type"
        " AND told.tick = (SELECT max(tick) FROM quality_measure WHERE entity_type = resolution.entity_type)"
        f" AND resolution.entity_type {{in}}{own} ORDER BY told.entity_type, source, attribute",
        list(entity_types), *values,
    )  # fmt: skip
    return [(row[0], row[1], row[2:]) for row in rows]


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
