"""Overrides: the record and attribute that each names, and whether it is in force; the log alone has the values."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from mdm.store import bulk
from mdm.store.database import Transaction


class StoredOverride(NamedTuple):
    """One override: the position of its fact, and the founding record of the golden record that it was set on.

    target_token: of the source key that was set, where the value is one.
    """

    position: int
    record_id: int
    attribute: str
    target_token: int | None
    in_force: bool


COLUMNS = StoredOverride._fields
NAMED = COLUMNS[:-1]


def of(transaction: Transaction, ids: Collection[int]) -> list[StoredOverride]:
    """All overrides that name one of these records."""
    rows = transaction.rows(f"SELECT {', '.join(COLUMNS)} FROM decision WHERE record_id {{in}}", list(ids))
    return [StoredOverride(*row) for row in rows]


def at(transaction: Transaction, positions: Collection[int]) -> list[StoredOverride]:
    """Those of the decisions at these positions that are overrides."""
    rows = transaction.rows(
        f"SELECT {', '.join(COLUMNS)} FROM decision WHERE position {{in}} AND record_id IS NOT NULL", list(positions)
    )
    return [StoredOverride(*row) for row in rows]


def name(transaction: Transaction, overrides: Iterable[StoredOverride]) -> None:
    """Say what these decisions, which are kept already, name."""
    rows = sorted(one[: len(NAMED)] for one in overrides)
    bulk.update(transaction, "decision", NAMED, rows, keys=1)


def leading_to(transaction: Transaction, tokens: Collection[int]) -> list[tuple[int, str, int, str]]:
    """(record, attribute, key token, entity type) of the references to these keys that were set and are in force."""
    return transaction.rows(
        "SELECT DISTINCT record_id, attribute, target_token, entity_type FROM decision"
        " WHERE target_token {in} AND in_force",
        list(tokens),
    )
