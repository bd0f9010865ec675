"""Keys of the API: rows in, rows out."""

from sqlmodel import select

from mdm.store.database import Transaction
from mdm.tables import ApiKey


def add(transaction: Transaction, key: ApiKey) -> None:
    """Keep a new key."""
    transaction.session.add(key)


def by_id(transaction: Transaction, key_id: str) -> ApiKey | None:
    """The key with this id, revoked or not."""
    return transaction.session.get(ApiKey, key_id)


def listed(transaction: Transaction) -> list[ApiKey]:
    """All keys, oldest first."""
    return list(transaction.session.exec(select(ApiKey).order_by(ApiKey.created_at, ApiKey.id)))
