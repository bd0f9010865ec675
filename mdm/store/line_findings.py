"""What is wrong with dated lines, as intervals: written by the resolver, read in pages at any position of the log."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mdm.store import bulk
from mdm.store.database import Transaction

PLACE = ("golden", "finding", "since")
BAR = "|"
"""Stands before and after each source in `sources`, so that none is taken for a part of another."""


class StoredFinding(NamedTuple):
    """One row of `line_finding`, without its end."""

    golden: int
    finding: int
    since: int
    entity_type: str
    attribute: str
    kind: str
    key: str
    valid_from: str
    valid_to: str | None
    sources: str
    said: str


_ORDER = "golden, valid_from, finding"
_THEN = "since <= ? AND (until IS NULL OR until > ?)"


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which findings are wanted: of these (entity type, kind); of a source; of one golden number; expired by a day."""

    pairs: Collection[tuple[str, str]]
    expired_by: str
    source: str | None = None
    golden: int | None = None


def standing(transaction: Transaction, goldens: Collection[int]) -> list[tuple[int, int, int]]:
    """(golden, finding, since) of the findings that stand of these golden numbers."""
    return transaction.rows(
        "SELECT golden, finding, since FROM line_finding WHERE golden {in} AND until IS NULL", list(goldens)
    )


def change(
    transaction: Transaction, *, ended: Sequence[tuple[int, int, int]], begun: Sequence[StoredFinding], position: int
) -> None:
    """End findings at a position, and begin others."""
    bulk.update(transaction, "line_finding", (*PLACE, "until"), [(*one, position) for one in ended], keys=len(PLACE))
    bulk.insert(transaction, "line_finding", StoredFinding._fields, begun)


def page(
    transaction: Transaction, wanted: Narrowed, *, at: int, after: tuple[int, str, int], limit: int
) -> list[StoredFinding]:
    """The next findings at a position, by golden number, first day and finding."""
    # One range of the index for each pair: with an OR both databases would read and sort all that there is.
    found = [row for pair in sorted(wanted.pairs) for row in _of_pair(transaction, wanted, pair, at, after, limit)]
    return sorted(found, key=lambda one: (one.golden, one.valid_from, one.finding))[:limit]


def of_golden(transaction: Transaction, golden: int, *, at: int) -> list[StoredFinding]:
    """All findings of one golden number at a position, by their first day."""
    columns = ", ".join(StoredFinding._fields)
    rows = transaction.rows(
        f"SELECT {columns} FROM line_finding WHERE golden = ? AND {_THEN} ORDER BY valid_from, finding", golden, at, at
    )
    return [StoredFinding(*row) for row in rows]


def _of_pair(
    transaction: Transaction, wanted: Narrowed, pair: tuple[str, str], at: int, after: tuple[int, str, int], limit: int
) -> list[StoredFinding]:
    conditions, values = [], list[object]()
    if pair[1] == "expired":
        conditions.append("valid_from <= ?")
        values.append(wanted.expired_by)
    if wanted.source is not None:
        conditions.append("sources LIKE ? ESCAPE '!'")
        values.append(f"%{BAR}{_escaped(wanted.source)}{BAR}%")
    if wanted.golden is not None:
        conditions.append("golden = ?")
        values.append(wanted.golden)
    # The rows are found in the index alone, and only those of the page are read.
    found = (
        f"SELECT golden, finding, since FROM line_finding WHERE entity_type = ? AND kind = ? AND ({_ORDER}) > (?, ?, ?)"
        f" AND {_THEN}{''.join(f' AND {one}' for one in conditions)} ORDER BY {_ORDER} LIMIT ?"
    )
    columns = ", ".join(f"line_finding.{name}" for name in StoredFinding._fields)
    rows = transaction.rows(
        f"SELECT {columns} FROM ({found}) AS found JOIN line_finding ON line_finding.golden = found.golden"
        " AND line_finding.finding = found.finding AND line_finding.since = found.since",
        *pair, *after, at, at, *values, limit,
    )  # fmt: skip
    return [StoredFinding(*row) for row in rows]


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
