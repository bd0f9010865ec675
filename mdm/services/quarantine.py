"""Rejected input: what came in and could not be taken, with the row, the column and the rule it broke."""

from typing import Any

from mdm.errors import NotFound
from mdm.services.hub import Hub
from mdm.store import quarantine as stored_quarantine
from mdm.store.quarantine import Filter

Document = dict[str, Any]


def page(
    hub: Hub, *, source: str | None = None, entity_type: str | None = None, status: str | None = "open",
    cursor: str | None = None, limit: int = 100,
) -> Document:  # fmt: skip
    """Rejected rows by id: `{"items", "next"}`."""
    with hub.database.read() as transaction:
        found = stored_quarantine.page(transaction, Filter(source, entity_type, status), after=cursor, limit=limit + 1)
        items = [row.model_dump() for row in found[:limit]]
    return {"items": items, "next": items[-1]["id"] if len(found) > limit else None}


def get(hub: Hub, quarantine_id: str) -> Document:
    """One rejected row; raises NotFound when there is none with this id."""
    with hub.database.read() as transaction:
        row = stored_quarantine.by_id(transaction, quarantine_id)
        if row is None:
            raise NotFound(f"there is no rejected row {quarantine_id!r}")
        return row.model_dump()
