"""All in one transaction: what would be many is written, read back and worked out further, then kept or taken back."""

from collections.abc import Iterator
from contextlib import contextmanager

from mdm.errors import HubError
from mdm.store.database import Database, Transaction

PART = "part"
"""The name of every savepoint: a name means the last that was set and is not released."""


class OneTransaction(Database):
    """A database whose transactions are all one and the same, and whose locks are taken already."""

    def __init__(self, database: Database, transaction: Transaction) -> None:
        """Work inside an open transaction of a database."""
        self.url, self.engine, self.postgresql = database.url, database.engine, database.postgresql
        self._together = None
        self.transaction = transaction

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """The one transaction."""
        yield self.transaction

    @contextmanager
    def write(self, *, load: bool = False) -> Iterator[Transaction]:  # noqa: ARG002  it ends with the one
        """The one transaction, of which the part of a block that fails is taken back."""
        self.transaction.run(f"SAVEPOINT {PART}")
        try:
            yield self.transaction
            self.transaction.flush()
        except BaseException:
            self.transaction.take_back(to=PART)
            raise
        finally:
            self.transaction.run(f"RELEASE SAVEPOINT {PART}")

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:  # noqa: ARG002  who has opened this holds all locks
        """Nothing to wait for."""
        yield

    def close(self) -> None:
        """The connections belong to the database."""


@contextmanager
def one_transaction(database: Database, *, kept: bool) -> Iterator[OneTransaction]:
    """Open one; the caller holds the locks of all that it may touch.

    kept: whether what it wrote stays. Then no fact enters the log meanwhile, and a refusal takes back no more than it
    would in transactions of its own. Within another one, what is taken back is only what this one wrote.
    """
    refused: HubError | None = None
    with database.write() as transaction:
        if kept:
            transaction.lock_log()
        try:
            yield OneTransaction(database, transaction)
        except HubError as error:
            refused = error
        finally:
            if not kept:
                transaction.take_back(to=PART if isinstance(database, OneTransaction) else None)
    if refused is not None:
        raise refused
