"""What the resolver writes of golden records: versions and cross-references as intervals, read back as they stand."""

from collections.abc import Collection, Sequence

from mdm.store import bulk
from mdm.store.database import Transaction

VERSION = (
    "golden",
    "version",
    "entity_type",
    "since",
    "until",
    "rules_version",
    "attributes",
    "lineage",
    "due",
    "dated",
)
Standing = tuple[int, bytes | None, bytes | None, str | None, bytes | None]
"""(version, attributes, lineage, due, dated) of a golden number as it stands."""


def current(transaction: Transaction, goldens: Collection[int]) -> dict[int, Standing]:
    """How these golden numbers stand."""
    rows = transaction.rows(
        "SELECT golden, version, attributes, lineage, due, dated FROM golden_version"
        " WHERE golden {in} AND until IS NULL",
        list(goldens),
    )
    return {golden: tuple(standing) for golden, *standing in rows}


def due(transaction: Transaction, entity_type: str, *, tick: str, limit: int, by_number: bool = False) -> list[int]:
    """The first golden numbers that may change by a date, those that were due first before others.

    by_number: the smallest before others, as they were taken in hand formerly.
    """
    order = "golden" if by_number else "due, golden"
    rows = transaction.rows(
        "SELECT golden FROM golden_version WHERE entity_type = ? AND until IS NULL AND due IS NOT NULL AND due <= ?"
        f" ORDER BY {order} LIMIT ?",
        entity_type, tick, limit,
    )  # fmt: skip
    return [row[0] for row in rows]


def due_types(transaction: Transaction) -> list[str]:
    """The entity types with golden records that the latest day has reached, and that have not been decided again."""
    rows = transaction.rows(
        "SELECT entity_type FROM resolution WHERE EXISTS (SELECT 1 FROM golden_version"
        " WHERE golden_version.entity_type = resolution.entity_type AND until IS NULL AND due IS NOT NULL"
        " AND due <= resolution.tick) ORDER BY entity_type"
    )
    return [row[0] for row in rows]


def add_versions(
    transaction: Transaction, rows: Sequence[tuple[object, ...]], *, closed: Sequence[tuple[int, int]], position: int
) -> None:
    """End the current versions (golden, version) at a position and add new ones (in the order of VERSION)."""
    ended = [(golden, version, position) for golden, version in closed]
    bulk.update(transaction, "golden_version", ("golden", "version", "until"), ended, keys=2)
    bulk.insert(transaction, "golden_version", VERSION, rows)


def move(transaction: Transaction, moves: Sequence[tuple[int, int, int, bool]], *, position: int) -> None:
    """Give records (id, key token, golden, had one before) a golden number from a position on."""
    ended = [record_id for record_id, *_, before in moves if before]
    if ended:
        transaction.run("UPDATE xref SET until = ? WHERE record_id {in} AND until IS NULL", position, ended)
    rows = [(record_id, position, None, golden, token) for record_id, token, golden, _ in moves]
    bulk.insert(transaction, "xref", ("record_id", "since", "until", "golden", "key_token"), rows)
