"""Rejected rows for readers: one by its id, and pages of them."""

from dataclasses import dataclass

from sqlmodel import col, select

from mdm.store.database import Transaction
from mdm.tables import Quarantine


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rejected rows are wanted; None takes all."""

    source: str | None = None
    entity_type: str | None = None
    status: str | None = "open"


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
