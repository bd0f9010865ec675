"""The hub's own row: its name and the salt of its key tokens."""

import os

from mdm.errors import Unavailable
from mdm.store import bulk
from mdm.store.database import Transaction


def create(transaction: Transaction, name: str) -> bool:
    """Give a new database its hub; False when it has one."""
    if transaction.one("SELECT id FROM hub") is not None:
        return False
    bulk.insert(transaction, "hub", ("id", "name", "salt"), [(1, name, new_salt())])
    return True


def new_salt() -> bytes:
    """32 bytes that nobody can guess, so that nobody can tell from a token which key it stands for."""
    return os.urandom(32)


def salt(transaction: Transaction) -> bytes:
    """The salt of this hub's key tokens."""
    row = transaction.one("SELECT salt FROM hub")
    if row is None:
        raise Unavailable("the database has no hub yet: run `mdm init`")
    return bytes(row[0])
