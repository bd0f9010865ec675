"""Cross-references: from a source key to the golden number it bears, now or at a position of the log."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from mdm.store.database import Transaction
from mdm.store.moments import THEN

# A position after everything: what holds now is what held then.
NOW = 2**62


@dataclass(frozen=True, slots=True)
class Borne:
    """The golden number a source record bears, and the position since which it does.

    `needs_refetch`: what the source said of a newer version, where it had to be fetched again at that position.
    """

    record_id: int
    source: str
    entity_type: str
    source_id: str
    deleted: bool
    golden: int
    since: int
    needs_refetch: Mapping[str, object] | None = None

    @property
    def key(self) -> str:
        """The written source key."""
        return f"{self.source}:{self.entity_type}:{self.source_id}"


def described(event: int, version: str | None, event_time: str | None) -> dict[str, object]:
    """Since which position, and the version and the time that the source names, where it does."""
    named = {"version": None if version is None else orjson.loads(version), "event_time": event_time}
    return {"since": event, **{name: value for name, value in named.items() if value is not None}}


_BORNE = (
    "SELECT source_record.id, source, source_record.entity_type, source_id, deleted, xref.golden, xref.since,"
    " refetch.event, refetch.version, refetch.event_time FROM source_record"
    f" JOIN xref ON xref.record_id = source_record.id AND {THEN.format('xref')}"
    f" LEFT JOIN refetch ON refetch.record_id = source_record.id AND {THEN.format('refetch')}"
)
"""Asks for the position four times."""


def arrived(transaction: Transaction, tokens: Collection[int]) -> dict[int, tuple[int, str]]:
    """The records that have arrived, by key token: (record id, written key)."""
    if not tokens:
        return {}
    rows = transaction.rows(
        "SELECT key_token, id, source, entity_type, source_id FROM source_record"
        " WHERE key_token {in} AND first_position IS NOT NULL",
        list(tokens),
    )
    return {token: (id_, f"{source}:{of}:{source_id}") for token, id_, source, of, source_id in rows}


def acknowledged(transaction: Transaction, tokens: Collection[int], *, at: int = NOW) -> set[int]:
    """Those of these key tokens of which some version was in the log by a position, resolved or not."""
    if not tokens:
        return set()
    rows = transaction.rows(
        "SELECT DISTINCT key_token FROM log WHERE key_token {in} AND kind = 'record' AND position <= ?",
        list(tokens), at,
    )  # fmt: skip
    return {row[0] for row in rows}


def representatives(transaction: Transaction, tokens: Collection[int], *, at: int) -> dict[int, str]:
    """For each key token that had arrived by a position: the smallest member key of what it bore then."""
    rows = transaction.rows(
        "SELECT target.key_token, member.source, member.entity_type, member.source_id FROM source_record AS target"
        " JOIN xref AS of_target ON of_target.record_id = target.id"
        " AND of_target.since <= ? AND (of_target.until IS NULL OR of_target.until > ?)"
        " JOIN xref AS of_member ON of_member.golden = of_target.golden"
        " AND of_member.since <= ? AND (of_member.until IS NULL OR of_member.until > ?)"
        " JOIN source_record AS member ON member.id = of_member.record_id WHERE target.key_token {in}",
        at, at, at, at, list(tokens),
    )  # fmt: skip
    smallest: dict[int, str] = {}
    for token, source, entity_type, source_id in rows:
        key = f"{source}:{entity_type}:{source_id}"
        smallest[token] = min(smallest.get(token, key), key)
    return smallest


def of_records(transaction: Transaction, ids: Collection[int], *, at: int = NOW) -> dict[int, Borne]:
    """What these records bore at a position, by record id; a record not yet resolved is absent."""
    if not ids:
        return {}
    rows = transaction.rows(f"{_BORNE} WHERE source_record.id {{in}}", at, at, at, at, list(ids))
    return {row[0]: _borne(row) for row in rows}


def since(transaction: Transaction, ids: Collection[int]) -> dict[int, int]:
    """The position since which each of these records bears what it bears now."""
    if not ids:
        return {}
    return dict(transaction.rows("SELECT record_id, since FROM xref WHERE record_id {in} AND until IS NULL", list(ids)))


def since_and_before(
    transaction: Transaction, ids: Collection[int], *, position: int
) -> tuple[dict[int, int], dict[int, int]]:
    """Since which position each record bore what it did before the commit at a position, and bears what it does now."""
    rows = transaction.rows(
        "SELECT record_id, since, until FROM xref WHERE record_id {in} AND (until IS NULL OR until = ?)",
        list(ids), position,
    )  # fmt: skip
    before = {record: since for record, since, _ in rows if since != position}
    return before, {record: since for record, since, until in rows if until is None}


def crosswalks(transaction: Transaction, golden: Collection[int], *, at: int = NOW) -> dict[int, list[Borne]]:
    """Who bore each golden number at a position, those deleted now included, sorted by key."""
    if not golden:
        return {}
    rows = transaction.rows(f"{_BORNE} WHERE xref.golden {{in}}", at, at, at, at, list(golden))
    found: dict[int, list[Borne]] = {}
    for one in sorted(map(_borne, rows), key=lambda borne: (borne.source, borne.source_id)):
        found.setdefault(one.golden, []).append(one)
    return found


def bearers(transaction: Transaction, golden: int, *, at: int = NOW) -> list[Borne]:
    """Every record that bore this golden number by a position, with the number that it bore at that position."""
    rows = transaction.rows(
        f"{_BORNE} WHERE source_record.id IN (SELECT record_id FROM xref WHERE golden = ? AND since <= ?)",
        at, at, at, at, golden, at,
    )  # fmt: skip
    return [_borne(row) for row in rows]


def moves(transaction: Transaction, golden: int, *, at: int = NOW) -> list[tuple[int, str, int, int, int | None]]:
    """The whole way, to a position, of every record that bore this number by then, in order.

    (record id, key, golden, since, until), where `until` is None when it came later.
    """
    rows = transaction.rows(
        "SELECT source_record.id, source, entity_type, source_id, xref.golden, xref.since,"
        " CASE WHEN xref.until <= ? THEN xref.until END FROM xref"
        " JOIN source_record ON source_record.id = xref.record_id"
        " WHERE record_id IN (SELECT record_id FROM xref WHERE golden = ? AND since <= ?) AND xref.since <= ?"
        " ORDER BY xref.since, source_record.id",
        at, golden, at, at,
    )  # fmt: skip
    return [(row[0], f"{row[1]}:{row[2]}:{row[3]}", *row[4:]) for row in rows]


def departures(
    transaction: Transaction, golden: Collection[int], positions: Collection[int]
) -> list[tuple[int, int, int]]:
    """(position, golden number before, golden number after) of records that left these numbers at these positions."""
    if not golden or not positions:
        return []
    return transaction.rows(
        "SELECT DISTINCT was.until, was.golden, came.golden FROM xref AS was"
        " JOIN xref AS came ON came.record_id = was.record_id AND came.since = was.until"
        " WHERE was.golden {in} AND was.until {in} ORDER BY was.until, was.golden, came.golden",
        list(golden), list(positions),
    )  # fmt: skip


def moved(
    transaction: Transaction, golden: Collection[int], positions: Collection[int]
) -> dict[tuple[int, int], list[str]]:
    """The keys that began or ceased to bear a golden number at a position, by (position, golden number)."""
    columns = "xref.golden, xref.since, xref.until, source, entity_type, source_id"
    source = "xref JOIN source_record ON source_record.id = xref.record_id"
    rows = transaction.rows(
        f"SELECT {columns} FROM {source} WHERE xref.golden {{in}} AND (xref.since {{in}} OR xref.until {{in}})",
        list(golden), list(positions), list(positions),
    )  # fmt: skip
    found: dict[tuple[int, int], list[str]] = {}
    for number, since, until, of_source, of, source_id in rows:
        for position in (since, until):
            if position is not None:
                found.setdefault((position, number), []).append(f"{of_source}:{of}:{source_id}")
    return {place: sorted(set(keys)) for place, keys in found.items()}


def _borne(row: tuple[Any, ...]) -> Borne:
    record_id, source, entity_type, source_id, deleted, golden, since, event, *named = row
    behind = None if event is None else described(event, *named)
    return Borne(record_id, source, entity_type, source_id, bool(deleted), golden, since, behind)


def bearing(transaction: Transaction, tokens: Collection[int]) -> list[tuple[int, str]]:
    """(golden number, entity type) that the records of these key tokens bear now."""
    return transaction.rows(
        "SELECT DISTINCT golden, entity_type FROM source_record WHERE key_token {in} AND golden IS NOT NULL",
        list(tokens),
    )
