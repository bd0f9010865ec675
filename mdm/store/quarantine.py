"""Rejected rows: one by its id, pages of them, and what becomes of one."""

from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import tuple_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from mdm.store.database import Transaction
from mdm.tables import Quarantine

Row = TypeVar("Row", Quarantine, str)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rejected rows are wanted; None takes all."""

    source: str | None = None
    entity_type: str | None = None
    status: str | None = "open"
    rule: str | None = None
    file: str | None = None


def by_id(transaction: Transaction, quarantine_id: str) -> Quarantine | None:
    """The rejected row with this id."""
    return transaction.session.get(Quarantine, quarantine_id)


def page(transaction: Transaction, wanted: Filter, *, after: Quarantine | None, limit: int) -> list[Quarantine]:
    """The next rejected rows by file and line, after this one."""
    query = _wanted(select(Quarantine), wanted).limit(limit)
    if after is not None:
        place = tuple_(col(Quarantine.file), col(Quarantine.line), col(Quarantine.id))
        query = query.where(place > (after.file, after.line, after.id))
    return list(transaction.session.exec(query))


def ids(transaction: Transaction, wanted: Filter) -> list[str]:
    """The ids of all rejected rows that are wanted, by file and line."""
    return list(transaction.session.exec(_wanted(select(Quarantine.id), wanted)))


def save(transaction: Transaction, row: Quarantine) -> None:
    """Write a changed row."""
    transaction.session.add(row)
    transaction.session.flush()


def _wanted(query: SelectOfScalar[Row], wanted: Filter) -> SelectOfScalar[Row]:
    for column in ("source", "entity_type", "status", "rule", "file"):
        if getattr(wanted, column) is not None:
            query = query.where(getattr(Quarantine, column) == getattr(wanted, column))
    return query.order_by(col(Quarantine.file), col(Quarantine.line), col(Quarantine.id))
