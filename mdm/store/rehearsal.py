"""A rehearsal: everything is written, read back and worked out further in one transaction that is never committed."""

from collections.abc import Iterator
from contextlib import contextmanager

from mdm.store.database import Database, Transaction


class Rehearsal(Database):
    """A database whose transactions are all one and the same, and whose locks are taken already."""

    def __init__(self, database: Database, transaction: Transaction) -> None:
        """Work inside an open transaction of a database."""
        self.url, self.engine, self.postgresql = database.url, database.engine, database.postgresql
        self.transaction = transaction

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """The one transaction."""
        yield self.transaction

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """The one transaction; nothing is durable when the block ends."""
        yield self.transaction
        self.transaction.flush()

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:  # noqa: ARG002  whoever rehearses holds all locks
        """Nothing to wait for."""
        yield

    def close(self) -> None:
        """The connections belong to the database."""


@contextmanager
def rehearsal(database: Database) -> Iterator[Rehearsal]:
    """Open a rehearsal; the caller holds the locks of all that it may touch. All that it wrote is taken back."""
    with database.write() as transaction:
        try:
            yield Rehearsal(database, transaction)
        finally:
            transaction.take_back()
