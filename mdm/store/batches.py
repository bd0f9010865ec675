"""Batches of source records, and the rows of theirs that were rejected."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from mdm.store import bulk
from mdm.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Origin:
    """Where records come from: their batch and file, and the source and entity type of rows that name none.

    `snapshot`: the file holds every record of them.
    """

    id: str = ""
    file: str = ""
    source: str = ""
    entity_type: str = ""
    snapshot: bool = False


class RejectedRow(NamedTuple):
    """One row that cannot be taken: where it stands, which rule it breaks, and the whole of it for a retry."""

    source: str
    entity_type: str
    line: int
    column: str | None
    value: object
    rule: str
    detail: str
    raw: str
    parts: str | None = None


def start(transaction: Transaction, origin: Origin, *, actor: str, at: str) -> None:
    """Begin a batch, or begin it again after it was interrupted."""
    columns = ("id", "file", "source", "entity_type", "actor", "started_at", "accepted", "unchanged", "quarantined")
    row = (origin.id, origin.file, origin.source, origin.entity_type, actor, at, 0, 0, 0)
    bulk.upsert(transaction, "batch", columns, [row], keys=1)


def count(transaction: Transaction, batch: str, *, accepted: int, unchanged: int, quarantined: int) -> None:
    """Add to what a batch has brought so far."""
    transaction.run(
        "UPDATE batch SET accepted = accepted + ?, unchanged = unchanged + ?, quarantined = quarantined + ?"
        " WHERE id = ?",
        accepted, unchanged, quarantined, batch,
    )  # fmt: skip


def finish(transaction: Transaction, batch: str, *, at: str) -> None:
    """Say that a batch is complete."""
    transaction.run("UPDATE batch SET finished_at = ? WHERE id = ?", at, batch)


def reopen(transaction: Transaction, batch: str) -> None:
    """Say that there is more to do for a batch than to take its rows."""
    transaction.run("UPDATE batch SET finished_at = NULL WHERE id = ?", batch)


def finished(transaction: Transaction, batch: str) -> bool:
    """Whether a batch is complete; one that brought no row was never begun, and counts as complete."""
    row = transaction.one("SELECT finished_at FROM batch WHERE id = ?", batch)
    return row is None or row[0] is not None


def quarantine(transaction: Transaction, origin: Origin, rejected: Sequence[RejectedRow], *, recorded_at: str) -> None:
    """Keep rejected rows; the same row of the same file is kept once, however often it comes.

    One that was mended, taken or discarded since stays as it is: sending the file again asks nobody twice.
    """
    columns = (
        "id", "batch", "source", "entity_type", "file", "line", "column", "value", "rule", "detail", "raw", "parts",
        "status", "recorded_at",
    )  # fmt: skip
    rows = {}
    for row in rejected:
        written = orjson.dumps([row.source, row.entity_type, origin.file, row.line, row.rule, storable(row.raw)])
        id_ = hashlib.blake2b(written, digest_size=10).hexdigest()
        value = None if row.value is None else storable(str(row.value))
        column = None if row.column is None else storable(row.column)  # a name out of JSON may hold anything
        rows[id_] = (
            id_, origin.id, row.source, row.entity_type, origin.file, row.line, column, value, row.rule,
            storable(row.detail), storable(row.raw), row.parts, "open", recorded_at,
        )  # fmt: skip
    bulk.insert_new_plain(transaction, "quarantine", columns, [rows[id_] for id_ in sorted(rows)], keys=1)


def brought_rejected(transaction: Transaction, batch: str) -> bool:
    """Whether a batch brought a rejected row that no batch before it had brought."""
    return transaction.one("SELECT 1 FROM quarantine WHERE batch = ? LIMIT 1", batch) is not None


def storable(text: str) -> str:
    """A text that both databases keep: PostgreSQL has no NUL, nothing has half a surrogate pair; both are spelt out."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")
