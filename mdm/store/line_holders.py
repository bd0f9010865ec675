"""Whom dated lines are for, as intervals: the golden records that refer to another by their nearest reference."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from mdm.store import bulk
from mdm.store.database import Transaction
from mdm.store.moments import THEN

PLACE = ("golden", "target_token", "since")
FOR_ALL = ("", 0)
"""The attribute and key token of lines that refer to nothing."""


class StoredHolder(NamedTuple):
    """One row of `line_holder`, without its end."""

    golden: int
    target_token: int
    since: int
    entity_type: str
    attribute: str


_COLUMNS = ", ".join(StoredHolder._fields)


def standing(transaction: Transaction, goldens: Collection[int]) -> list[StoredHolder]:
    """Whom the lines of these golden numbers are for now."""
    rows = transaction.rows(f"SELECT {_COLUMNS} FROM line_holder WHERE golden {{in}} AND until IS NULL", list(goldens))
    return [StoredHolder(*row) for row in rows]


def change(
    transaction: Transaction, *, ended: Sequence[StoredHolder], begun: Sequence[StoredHolder], position: int
) -> None:
    """End some at a position, and begin others."""
    closed = [(*one[: len(PLACE)], position) for one in ended]
    bulk.update(transaction, "line_holder", (*PLACE, "until"), closed, keys=len(PLACE))
    bulk.insert(transaction, "line_holder", StoredHolder._fields, begun)


def lines_for(
    transaction: Transaction, entity_type: str, attribute: str, holder: int, *, at: int, limit: int
) -> list[int]:
    """The golden numbers of an entity type whose lines were for another one at a position."""
    # In two steps: SQLite would rather look through all holders of the type than through the keys of one.
    tokens = transaction.rows(
        "SELECT key_token FROM xref WHERE golden = ? AND since <= ? AND (until IS NULL OR until > ?)",
        holder, at, at,
    )  # fmt: skip
    rows = transaction.rows(
        "SELECT DISTINCT golden FROM line_holder WHERE entity_type = ? AND attribute = ? AND target_token {in}"
        " AND since <= ? AND (until IS NULL OR until > ?) ORDER BY golden LIMIT ?",
        entity_type, attribute, [token for (token,) in tokens], at, at, limit,
    )  # fmt: skip
    return [row[0] for row in rows]


def lines_for_all(transaction: Transaction, entity_type: str, *, at: int, limit: int) -> list[int]:
    """The golden numbers of an entity type whose lines referred to nothing at a position."""
    rows = transaction.rows(
        "SELECT golden FROM line_holder WHERE entity_type = ? AND attribute = ? AND target_token = ?"
        " AND since <= ? AND (until IS NULL OR until > ?) ORDER BY golden LIMIT ?",
        entity_type, *FOR_ALL, at, at, limit,
    )  # fmt: skip
    return [row[0] for row in rows]


def lines_of_holders(
    transaction: Transaction, entity_type: str, attributes: Collection[str], holders: Collection[int], *, at: int
) -> list[tuple[int, int]]:
    """(holder, golden number of an entity type whose lines were for it by one of these attributes), of many holders.

    With those that were for all, whose holder is 0.
    """
    # CROSS keeps SQLite from looking through all holders of the type instead of through the keys of these.
    return transaction.rows(
        "SELECT DISTINCT xref.golden, line_holder.golden FROM xref CROSS JOIN line_holder"
        f" WHERE xref.golden {{in}} AND {THEN.format('xref')} AND target_token = key_token"
        f" AND line_holder.entity_type = ? AND attribute {{in}} AND {THEN.format('line_holder')}"
        " UNION ALL SELECT 0, golden FROM line_holder WHERE entity_type = ? AND attribute = ? AND target_token = ?"
        f" AND {THEN.format('line_holder')}",
        list(holders), at, at, entity_type, list(attributes), at, at, entity_type, *FOR_ALL, at, at,
    )  # fmt: skip


def touched(transaction: Transaction, goldens: Collection[int], *, position: int) -> list[tuple[str, int]]:
    """(attribute, key token) whom the lines of these are for, or were before the commit at a position."""
    return transaction.rows(
        "SELECT DISTINCT attribute, target_token FROM line_holder WHERE golden {in} AND (until IS NULL OR until = ?)",
        list(goldens), position,
    )  # fmt: skip
