"""The history of rules: which versions of an entity type were applied, by whom and when; and what one changed."""

from collections.abc import Collection
from typing import NamedTuple

import orjson

from mdm.store.database import Transaction


class Applied(NamedTuple):
    """One time that a rules version was put in force; `rolled_back` is the version that it took the place of."""

    position: int
    version: str
    rolled_back: str | None
    actor: str
    recorded_at: str


class Moved(NamedTuple):
    """A record that bears another golden number than it did."""

    record_id: int
    was: int
    now: int


class Rewritten(NamedTuple):
    """A golden record that is active as it was, with its attributes then and now (JSON)."""

    golden: int
    was: bytes
    now: bytes


def applied(transaction: Transaction, entity_types: Collection[str]) -> dict[str, list[Applied]]:
    """Every time that rules of these types were applied, oldest first; one whose payload was erased is left out."""
    rows = transaction.rows(
        "SELECT entity_type, log.position, actor, recorded_at, body FROM log"
        " JOIN payload ON payload.position = log.position"
        " WHERE kind = 'rules' AND entity_type {in} ORDER BY log.position",
        list(entity_types),
    )
    found: dict[str, list[Applied]] = {name: [] for name in entity_types}
    for name, position, actor, recorded_at, body in rows:
        said = orjson.loads(body)
        found[name].append(Applied(position, said["version"], said.get("rolled_back"), actor, recorded_at))
    return found


def versions(transaction: Transaction, entity_type: str) -> list[str]:
    """Every rules version that an entity type ever had, the one applied last at the end."""
    rows = transaction.rows("SELECT version FROM rules_document WHERE entity_type = ? ORDER BY position", entity_type)
    return [row[0] for row in rows]


def active(transaction: Transaction, entity_type: str) -> int:
    """How many golden records of an entity type are active."""
    row = transaction.one(
        "SELECT count(*) FROM golden_version WHERE entity_type = ? AND until IS NULL AND attributes IS NOT NULL",
        entity_type,
    )
    return row[0] if row else 0


def moved(transaction: Transaction, entity_type: str, *, since: int) -> list[Moved]:
    """The records that bear another golden number than at a position."""
    rows = transaction.rows(
        "SELECT old.record_id, old.golden, new.golden FROM xref AS old"
        " JOIN xref AS new ON new.record_id = old.record_id AND new.until IS NULL"
        " JOIN source_record ON source_record.id = old.record_id"
        " WHERE entity_type = ? AND old.since <= ? AND old.until > ? AND old.golden <> new.golden"
        " ORDER BY old.record_id",
        entity_type, since, since,
    )  # fmt: skip
    return [Moved(*row) for row in rows]


def rewritten(
    transaction: Transaction, entity_type: str, *, since: int, after: int, limit: int, among: Collection[int] = ()
) -> list[Rewritten]:
    """The next golden records, by number, that were active at a position and have other attributes now.

    among: only these golden numbers.
    """
    chosen, values = (" AND old.golden {in}", [list(among)]) if among else ("", [])
    rows = transaction.rows(
        "SELECT old.golden, old.attributes, new.attributes FROM golden_version AS old"
        " JOIN golden_version AS new ON new.golden = old.golden AND new.until IS NULL"
        " WHERE old.entity_type = ? AND old.since <= ? AND old.until > ? AND old.golden > ?"
        " AND old.attributes IS NOT NULL AND new.attributes IS NOT NULL AND old.attributes <> new.attributes"
        f"{chosen} ORDER BY old.golden LIMIT ?",
        entity_type, since, since, after, *values, limit,
    )  # fmt: skip
    return [Rewritten(golden, bytes(was), bytes(now)) for golden, was, now in rows]


def changed_by_type(transaction: Transaction, *, since: int) -> dict[str, int]:
    """How many golden records of each entity type have a version that is younger than a position."""
    return dict(
        transaction.rows(
            "SELECT entity_type, count(DISTINCT golden) FROM golden_version WHERE since > ?"
            " GROUP BY entity_type ORDER BY entity_type",
            since,
        )
    )
