"""Keys of the API: rows in, rows out."""

from collections.abc import Collection
from typing import NamedTuple

from sqlmodel import select

from mdm.store.database import Transaction
from mdm.tables import ApiKey


def add(transaction: Transaction, key: ApiKey) -> None:
    """Keep a new key."""
    transaction.session.add(key)


def by_id(transaction: Transaction, key_id: str) -> ApiKey | None:
    """The key with this id, revoked or not."""
    return transaction.session.get(ApiKey, key_id)


class Bearer(NamedTuple):
    """What authenticating needs of a key: read by every request, so not as an object of the session."""

    id: str
    role: str
    source: str | None
    entity_type: str | None
    hash: str
    revoked_at: str | None
    expires_at: str | None


def bearers(transaction: Transaction, key_ids: Collection[str]) -> dict[str, Bearer]:
    """The same for those that are to be authenticated, by id."""
    rows = transaction.rows(f"SELECT {', '.join(Bearer._fields)} FROM api_key WHERE id {{in}}", list(key_ids))
    return {row[0]: Bearer._make(row) for row in rows}


def listed(transaction: Transaction) -> list[ApiKey]:
    """All keys, oldest first."""
    return list(transaction.session.exec(select(ApiKey).order_by(ApiKey.created_at, ApiKey.id)))


def sources(transaction: Transaction) -> set[str]:
    """The sources that keys are narrowed to, revoked ones too."""
    return {source for (source,) in transaction.rows("SELECT DISTINCT source FROM api_key WHERE source IS NOT NULL")}


def used(transaction: Transaction, key_id: str, at: str) -> None:
    """Keep when a key was last used; a later moment stands."""
    transaction.run(
        "UPDATE api_key SET last_used_at = ? WHERE id = ? AND (last_used_at IS NULL OR last_used_at < ?)",
        at, key_id, at,
    )  # fmt: skip
