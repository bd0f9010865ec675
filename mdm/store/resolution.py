"""How far each entity type is resolved; the rules documents; the change feed's tail."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import orjson

from mdm.errors import NotFound
from mdm.store import bulk
from mdm.store.database import Transaction
from mdm.store.log import OF_ALL
from mdm.store.xref import NOW

STATE = ("entity_type", "upto", "position", "rules_version", "tick", "cut_records")


class StateRow(NamedTuple):
    """One row of `resolution`."""

    entity_type: str
    upto: int
    position: int
    rules_version: str
    tick: str | None
    cut_records: int


def state(transaction: Transaction, entity_type: str) -> StateRow | None:
    """How far a type is resolved, None when it never was."""
    row = transaction.one(f"SELECT {', '.join(STATE)} FROM resolution WHERE entity_type = ?", entity_type)
    return StateRow(*row) if row else None


def states(transaction: Transaction) -> dict[str, StateRow]:
    """How far every type is resolved that ever was."""
    rows = transaction.rows(f"SELECT {', '.join(STATE)} FROM resolution ORDER BY entity_type")
    return {row[0]: StateRow(*row) for row in rows}


class StandingRow(NamedTuple):
    """How an entity type stands: the position of its last resolver commit, its latest day, and its rules."""

    position: int
    tick: str | None
    document: str


def standing(transaction: Transaction) -> dict[str, StandingRow]:
    """How every type stands that ever was resolved."""
    rows = transaction.rows(
        "SELECT resolution.entity_type, resolution.position, tick, document"
        " FROM resolution JOIN rules_document ON version = rules_version ORDER BY resolution.entity_type"
    )
    return {row[0]: StandingRow(*row[1:]) for row in rows}


def waiting(transaction: Transaction, *, few: int) -> set[str]:
    """The entity types of which something that has arrived is not resolved yet, told without a look at the log.

    few: records that are marked count where there are at most so many of them.
    """
    rows = transaction.rows(
        "SELECT resolution.entity_type FROM resolution WHERE EXISTS (SELECT 1 FROM latest_fact"
        " WHERE latest_fact.entity_type IN (resolution.entity_type, ?) AND latest_fact.position > resolution.upto)"
        " OR EXISTS (SELECT 1 FROM dirty_record WHERE dirty_record.entity_type = resolution.entity_type)"
        " AND NOT EXISTS (SELECT 1 FROM dirty_record WHERE dirty_record.entity_type = resolution.entity_type"
        " LIMIT 1 OFFSET ?)"
        " UNION SELECT entity_type FROM latest_fact WHERE entity_type <> ?"
        " AND entity_type NOT IN (SELECT entity_type FROM resolution)",
        OF_ALL, few, OF_ALL,
    )  # fmt: skip
    return {row[0] for row in rows}


class Boundary(NamedTuple):
    """A resolver commit: where it stands in the log, up to which position it had read the facts, and which rules."""

    position: int
    upto: int
    rules_version: str


def boundary(transaction: Transaction, entity_type: str, *, at: int) -> Boundary:
    """The last resolver commit of a type by a position of the log; of one that never was, nothing was read."""
    row = transaction.one(
        "SELECT log.position, body FROM log JOIN payload ON payload.position = log.position"
        " WHERE kind = 'resolved' AND entity_type = ? AND log.position <= ? ORDER BY log.position DESC LIMIT 1",
        entity_type, at,
    )  # fmt: skip
    if row is None:
        return Boundary(0, 0, "")
    said = orjson.loads(row[1])
    return Boundary(row[0], said["upto"], said["rules_version"])


def boundaries(transaction: Transaction, entity_type: str, positions: Collection[int]) -> dict[int, int]:
    """Up to where the last commit of a type by each of these positions of the log had read it, 0 before the first."""
    if not positions:
        return {}
    rows = transaction.rows(
        "SELECT asked.position, body FROM log AS asked JOIN payload ON payload.position = (SELECT max(made.position)"
        " FROM log AS made WHERE kind = 'resolved' AND entity_type = ? AND made.position <= asked.position)"
        " WHERE asked.position {in}",
        entity_type, list(positions),
    )  # fmt: skip
    return {**dict.fromkeys(positions, 0), **{position: orjson.loads(body)["upto"] for position, body in rows}}


def tick(transaction: Transaction, entity_type: str, *, at: int) -> str | None:
    """The latest day that a type had seen pass at a position of the log, None before the first."""
    if at == NOW:
        stands = state(transaction, entity_type)
        return stands.tick if stands else None
    rows = transaction.rows(
        "SELECT body FROM log JOIN payload ON payload.position = log.position"
        " WHERE kind = 'tick' AND log.position <= ?",
        boundary(transaction, entity_type, at=at).upto,
    )
    return max((str(orjson.loads(body)["date"]) for (body,) in rows), default=None)


def save(transaction: Transaction, row: StateRow) -> None:
    """Say how far a type is resolved now."""
    bulk.upsert(transaction, "resolution", STATE, [row], keys=1)


def document(transaction: Transaction, version: str) -> str:
    """The text of a rules version."""
    row = transaction.one("SELECT document FROM rules_document WHERE version = ?", version)
    if row is None:
        raise NotFound(f"there is no rules version {version}")
    return str(row[0])


def documents(transaction: Transaction, versions: Collection[str]) -> dict[str, str]:
    """The texts of these rules versions."""
    return dict(transaction.rows("SELECT version, document FROM rules_document WHERE version {in}", list(versions)))


def behind(transaction: Transaction, position: int) -> bool:
    """Whether a type has facts up to a position of the log that are not resolved."""
    waits = transaction.one(
        "SELECT 1 FROM latest_fact LEFT JOIN resolution ON latest_fact.entity_type IN (resolution.entity_type, '')"
        " WHERE COALESCE(upto, 0) < ? AND latest_fact.position > COALESCE(upto, 0)",
        position,
    )
    return waits is not None


def in_force(transaction: Transaction) -> dict[str, str]:
    """The rules version that was applied last for each entity type."""
    rows = transaction.rows("SELECT entity_type, version FROM rules_document ORDER BY position")
    return dict(rows)


def applied(transaction: Transaction, entity_type: str) -> int:
    """The position at which rules of an entity type were applied last, 0 where none were."""
    row = transaction.one("SELECT max(position) FROM rules_document WHERE entity_type = ?", entity_type)
    return (row and row[0]) or 0


class RulesApplied(NamedTuple):
    """One row of `rules_document`."""

    version: str
    entity_type: str
    document: str
    position: int
    shown: str | None


def add_document(transaction: Transaction, row: RulesApplied) -> None:
    """Keep the text of a rules version, the position at which it was applied last, and what reports show under it.

    Of a version that is applied again the first text stays: another order of attributes in it would make lineage in
    another order, and a rebuild, which has one text for a version, would not repeat what was done under each.
    """
    bulk.insert_new(transaction, "rules_document", RulesApplied._fields, [row], keys=1)
    transaction.run(
        "UPDATE rules_document SET position = ?, shown = ? WHERE version = ?", row.position, row.shown, row.version
    )


def show(transaction: Transaction, version: str, shown: str) -> None:
    """Say what reports show under a rules version of which that is not said yet."""
    transaction.run("UPDATE rules_document SET shown = ? WHERE version = ? AND shown IS NULL", shown, version)


def append_changes(
    transaction: Transaction, rows: Sequence[tuple[object, ...]], *, columns: Sequence[str], position: int
) -> None:
    """Add events to the end of the feed, gapless, under the lock of the log."""
    if not rows:
        return
    last = transaction.one("SELECT max(sequence) FROM change")
    start = ((last and last[0]) or 0) + 1
    numbered = [(start + offset, position, *row) for offset, row in enumerate(rows)]
    bulk.insert(transaction, "change", ("sequence", "position", *columns), numbered)
