"""All in one read: what would be many transactions sees one state, and is told once what it asks again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from mdm.store.database import Database, Transaction


class Reading(Transaction):
    """A transaction that changes nothing, so that the same question has the same answer until it ends."""

    def __init__(self, transaction: Transaction) -> None:
        """Go on in an open transaction, for which nothing has been written."""
        super().__init__(transaction.engine, transaction.pooled)
        self._answers: dict[tuple[str, str], list[tuple[Any, ...]]] = {}

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query, which is run only where it is the first like that."""
        # A list only says what is among it, so that its order means nothing.
        asked = statement, repr([sorted(one) if isinstance(one, list | set | tuple) else one for one in values])
        if asked not in self._answers:
            self._answers[asked] = super().rows(statement, *values)
        return list(self._answers[asked])

    def one(self, statement: str, *values: object) -> tuple[Any, ...] | None:
        """The first row of a query."""
        return next(iter(self.rows(statement, *values)), None)


class OneReading(Database):
    """A database whose transactions are all one and the same, and only read."""

    def __init__(self, database: Database, transaction: Transaction) -> None:
        """Work inside an open transaction of a database."""
        self.url, self.engine, self.postgresql = database.url, database.engine, database.postgresql
        self._together = None
        self._reading = Reading(transaction)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """The one transaction."""
        yield self._reading

    def write(self, *, load: bool = False) -> NoReturn:  # noqa: ARG002  there is nothing to load
        """Refuse: a second transaction beside this one could wait for a connection for ever."""
        raise RuntimeError("here is only read; write before or after")

    def locked(self, name: str) -> NoReturn:
        """Refuse: whoever locks will write."""
        raise RuntimeError(f"here is only read; lock {name} before or after")

    def close(self) -> None:
        """The connections belong to the database."""
