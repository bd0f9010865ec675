"""Short reads on a connection of their own: to take one from the pool and give it back costs more than they do.

With SQLite one read is one transaction. With PostgreSQL, where to begin and to end one are two more journeys to the
server, each statement stands for itself and sees what is committed as it begins.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from mdm.store.database import Database, Transaction

T = TypeVar("T")


class StandingReads:
    """Reads of one thread, one after the other."""

    def __init__(self, database: Database) -> None:
        """Connect at the first read."""
        self.database = database
        self._kept: Transaction | None = None
        self._seen: int | None = None

    def read(self, work: Callable[[Transaction], T]) -> T:
        """What is read; a connection that broke since the last time is replaced, once. Raises Unavailable."""
        kept, done = self._kept, False
        try:
            reader = kept or self._connected()
            told = self._of_one_state(reader, work)
            done = True
        except self.database.failures as error:
            if kept is None:
                raise self.database.refusal(error) or error from error
        finally:
            if not done:
                self.close()  # and with it the transaction
        return told if done else self.read(work)

    def _of_one_state(self, reader: Transaction, work: Callable[[Transaction], T]) -> T:
        if self.database.postgresql:
            return work(reader)
        reader.cursor.execute("BEGIN")
        told = work(reader)
        reader.cursor.execute("COMMIT")
        return told

    def unchanged(self, reader: Transaction) -> bool:
        """Whether nothing was committed since this was asked before, by anybody; PostgreSQL does not tell."""
        if self.database.postgresql:
            return False
        before = self._seen
        reader.cursor.execute("PRAGMA data_version")
        self._seen = reader.cursor.fetchone()[0]
        return self._seen == before

    def close(self) -> None:
        """Give the connection back."""
        kept, self._kept, self._seen = self._kept, None, None
        if kept is not None:
            kept.pooled.dbapi_connection.close()  # type: ignore[union-attr]  # it has one as long as it is kept

    def _connected(self) -> Transaction:
        pooled = self.database.connected()
        driver: Any = pooled.driver_connection
        if self.database.postgresql:
            driver.autocommit = True
        pooled.detach()
        self._kept = kept = Transaction(self.database.engine, pooled)
        return kept
