"""How the database really runs: whether a commit is flushed, and how far the resolver is behind."""

import shutil
from pathlib import Path
from typing import NamedTuple

from mdm.store import resolution
from mdm.store.database import Transaction
from mdm.store.log import UNRESOLVED

# A probe must be quick: it looks at this many positions of the log at most.
WINDOW = 100_000
LEAST_ROOM = 64 * 2**20
"""Bytes that must be free beside a hub in SQLite: its write-ahead log grows with every commit."""


def unsafe(transaction: Transaction) -> list[str]:
    """The settings under which a commit may be lost after it was acknowledged, as the database says them."""
    if not transaction.postgresql:
        row = transaction.one("PRAGMA synchronous")
        return [] if row is not None and int(row[0]) >= 2 else ["synchronous is not FULL"]
    rows = transaction.rows(
        "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit')"
        " ORDER BY name"
    )
    return [f"{name} is off" for name, setting in rows if setting == "off"]


def pending(transaction: Transaction) -> dict[str, int]:
    """How many source record versions of each entity type are acknowledged and not yet resolved, within WINDOW."""
    row = transaction.one("SELECT max(position) FROM log")
    head = (row and row[0]) or 0
    found: dict[str, int] = {}
    # Of most types nothing waits, which is told without a look at the log.
    waits = resolution.waiting(transaction, few=0)
    for entity_type, upto in transaction.rows("SELECT entity_type, upto FROM resolution ORDER BY entity_type"):
        found[entity_type] = 0
        if entity_type in waits:
            counted = transaction.one(
                "SELECT count(*) FROM log WHERE position > ? AND kind = 'record' AND entity_type = ?",
                max(upto, head - WINDOW), entity_type,
            )  # fmt: skip
            found[entity_type] = counted[0] if counted else 0
    return found


class Waiting(NamedTuple):
    """Since when the oldest fact that no resolver has read waits, and when a resolver last made a commit."""

    since: str | None
    resolved_at: str | None


def waiting(transaction: Transaction) -> Waiting:
    """What waits to be resolved since when, of any entity type, within WINDOW: the moments at which facts came."""
    row = transaction.one("SELECT max(position) FROM log")
    begin = ((row and row[0]) or 0) - WINDOW
    since, resolved, waits = [], [], resolution.waiting(transaction, few=0)
    for entity_type, upto in transaction.rows("SELECT entity_type, upto FROM resolution"):
        done = transaction.one(
            "SELECT recorded_at FROM log WHERE kind = 'resolved' AND entity_type = ? ORDER BY position DESC LIMIT 1",
            entity_type,
        )
        resolved += [done[0]] if done else []
        if entity_type in waits:
            first = transaction.one(
                "SELECT recorded_at FROM log WHERE position > ? AND (entity_type = ? OR entity_type IS NULL)"
                " AND NOT (kind {in}) ORDER BY position LIMIT 1",
                max(upto, begin), entity_type, list(UNRESOLVED),
            )  # fmt: skip
            since += [first[0]] if first else []
    return Waiting(min(since, default=None), max(resolved, default=None))


def room(file: str) -> int:
    """How many bytes are free where a file lies."""
    return shutil.disk_usage(Path(file).absolute().parent).free
