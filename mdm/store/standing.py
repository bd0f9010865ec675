"""Short reads on a connection of their own: to take one from the pool and give it back costs more than they do.

Each is one statement, which stands for itself and sees what is committed as it begins. SQLite answers it at once,
within microseconds; PostgreSQL's server is waited for in the event loop, which does other things meanwhile.
"""

import asyncio
from typing import TYPE_CHECKING, Any

from mdm.store.database import Database, Transaction, bound, spelled

if TYPE_CHECKING:
    from psycopg import AsyncConnection

PATIENCE = 10
"""Seconds for which a server is given time to answer at all."""
AT_ONCE = 4
"""So many longer reads: the server takes twice as long for one as this process, which has one core, does with it."""
Rows = list[tuple[Any, ...]]


class StandingReads:
    """Reads one after the other: who waits for one must not begin another."""

    def __init__(self, database: Database) -> None:
        """Connect at the first read."""
        self.database, self.postgresql = database, database.postgresql
        self._kept: _Within | _Server | None = None

    async def rows(self, statement: str, *values: object) -> Rows:
        """The rows of a query; a connection that broke since the last time is replaced, once. Raises Unavailable."""
        kept = self._kept
        try:
            if self._kept is None:
                self._kept = await _Server.reached(self.database) if self.postgresql else _Within(self.database)
            return await self._kept.rows(statement, values)
        except self.database.failures as error:
            self.close()
            if kept is None:
                raise self.database.refusal(error) or error from error
        return await self.rows(statement, *values)

    def close(self) -> None:
        """Give the connection back."""
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()


class ReadsAtOnce:
    """Reads at the same moment, each on a connection of its own: who comes while none is free waits for one."""

    def __init__(self, database: Database) -> None:
        """Connect as reads need it."""
        self.postgresql = database.postgresql
        self._idle = [StandingReads(database) for _ in range(AT_ONCE)]
        self._free = asyncio.Semaphore(AT_ONCE)

    async def rows(self, statement: str, *values: object) -> Rows:
        """The rows of a query, as `StandingReads` gives them; raises Unavailable."""
        async with self._free:
            reads = self._idle.pop()  # the one used last, so that no more connect than are needed
            try:
                return await reads.rows(statement, *values)
            finally:
                self._idle.append(reads)

    def close(self) -> None:
        """Give the connections back."""
        for reads in self._idle:
            reads.close()


class _Within:
    """SQLite, which is within this process."""

    def __init__(self, database: Database) -> None:
        self._pooled = database.connected()
        self._pooled.detach()
        self._transaction = Transaction(database.engine, self._pooled)

    async def rows(self, statement: str, values: tuple[object, ...]) -> Rows:
        return self._transaction.rows(statement, *values)

    def close(self) -> None:
        self._pooled.dbapi_connection.close()  # type: ignore[union-attr]  # it has one until then


class _Server:
    """PostgreSQL; its driver is loaded only where it is used."""

    def __init__(self, connection: "AsyncConnection") -> None:
        self.connection, self._cursor = connection, connection.cursor()

    @classmethod
    async def reached(cls, database: Database) -> "_Server":
        from psycopg import AsyncConnection

        _, where = database.engine.dialect.create_connect_args(database.url)
        options = {"connect_timeout": PATIENCE, **where, "autocommit": True, "prepare_threshold": 0}
        try:
            connection = await AsyncConnection.connect(**options)
        except database.failures as error:
            raise database.unreachable(error) from error
        # To plan a statement takes longer than all the rest, and what is read here is planned no better for its values.
        await connection.execute("SET plan_cache_mode = force_generic_plan")
        return cls(connection)

    async def rows(self, statement: str, values: tuple[object, ...]) -> Rows:
        await self._cursor.execute(spelled(statement, postgresql=True), bound(values, postgresql=True))
        return await self._cursor.fetchall()

    def close(self) -> None:
        self.connection.pgconn.finish()
