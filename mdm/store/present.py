"""What most hubs, or most entity types, have nothing of: asked in one, so that nobody looks for it one by one."""

from typing import NamedTuple

from mdm.store.database import Transaction


class Present(NamedTuple):
    """Whether there is any decision about an entity type, override, must-link from outside, record of the type behind.

    marked: record of the type that is to be resolved again.
    """

    decisions: bool
    overrides: bool
    links: bool
    refetches: bool
    marked: bool


def present(transaction: Transaction, entity_type: str) -> Present:
    """What there is any of."""
    row = transaction.one(
        "SELECT EXISTS (SELECT 1 FROM decision WHERE entity_type = ?),"
        " EXISTS (SELECT 1 FROM decision WHERE record_id IS NOT NULL), EXISTS (SELECT 1 FROM source_link),"
        " EXISTS (SELECT 1 FROM refetch WHERE until IS NULL AND entity_type = ?),"
        " EXISTS (SELECT 1 FROM dirty_record WHERE entity_type = ?)",
        *(entity_type,) * 3,
    )  # fmt: skip
    return Present(*map(bool, row or (False,) * len(Present._fields)))
