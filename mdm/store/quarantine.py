"""Rejected rows: kept with what was wrong with them, and read by id or in pages."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from mdm.ingest.rows import Rejected
from mdm.store import bulk
from mdm.store.database import Transaction
from mdm.tables import Quarantine


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rejected rows are wanted; None takes all."""

    source: str | None = None
    entity_type: str | None = None
    status: str | None = "open"


COLUMNS = (
    "id", "batch", "source", "entity_type", "file", "line", "column", "value", "rule", "detail", "raw", "status",
    "recorded_at",
)  # fmt: skip


def add(transaction: Transaction, rejected: Sequence[Rejected], *, batch: str, recorded_at: str) -> None:
    """Keep rejected rows, open again; the same row of the same file, sent again, is kept once."""
    rows = {
        _id(item): (
            _id(item), batch, item.source, item.entity_type, item.file, item.line, item.column,
            None if item.value is None else str(item.value), item.rule, item.detail, item.raw, "open", recorded_at,
        )
        for item in rejected
    }  # fmt: skip
    bulk.upsert(transaction, "quarantine", COLUMNS, [rows[id_] for id_ in sorted(rows)], keys=1)


def _id(item: Rejected) -> str:
    about = "\x1f".join((item.source, item.entity_type, item.file, str(item.line), item.rule, item.raw))
    return "qua_" + hashlib.blake2b(about.encode(errors="surrogatepass"), digest_size=10).hexdigest()


def by_id(transaction: Transaction, quarantine_id: str) -> Quarantine | None:
    """The rejected row with this id."""
    return transaction.session.get(Quarantine, quarantine_id)


def page(transaction: Transaction, wanted: Filter, *, after: str | None, limit: int) -> list[Quarantine]:
    """The next rejected rows by id, after the row with this one."""
    query = select(Quarantine).order_by(Quarantine.id).limit(limit)
    for column in ("source", "entity_type", "status"):
        if getattr(wanted, column) is not None:
            query = query.where(getattr(Quarantine, column) == getattr(wanted, column))
    if after is not None:
        query = query.where(col(Quarantine.id) > after)
    return list(transaction.session.exec(query))
