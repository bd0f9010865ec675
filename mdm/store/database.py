"""One database, SQLite or PostgreSQL: transactions, locks, and statements that run alike on both.

Statements are written once, with `?` for a value and `{in}` for "is one of this list".
"""

import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import orjson
from filelock import FileLock
from sqlalchemy import Connection as SQLConnection
from sqlalchemy import Engine, PoolProxiedConnection, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlmodel import Session

from mdm import tracing
from mdm.errors import Unavailable
from mdm.store.connecting import PATIENCE, WRITERS, engine_of, failures, first_line, refusals, roll_back
from mdm.store.writing_together import Result, WritingTogether

LOG_LOCK = 7_301
USUALLY, IN_A_LOAD = 1_000, 25_000
"""Pages in SQLite's write-ahead log from which a commit moves them to their places: its own measure, and ours."""
_REPEATABLE_READ = 3
"""psycopg's IsolationLevel.REPEATABLE_READ; the driver is loaded only where it is used."""


class Transaction:
    """An open transaction: rows out, statements in. Commits when its block ends, rolls back on any error."""

    def __init__(self, engine: Engine, pooled: PoolProxiedConnection) -> None:
        """Wrap a connection of the engine's pool; statements go straight to its driver."""
        self.engine, self.pooled = engine, pooled
        self.postgresql = engine.dialect.name == "postgresql"
        self.cursor: Any = pooled.cursor()
        self._log_is_locked = not self.postgresql  # whoever writes to SQLite is alone anyway
        self.log_tail: tuple[Any, ...] | None = None
        """The last envelope of the log, where this transaction has appended it."""

    @cached_property
    def connection(self) -> SQLConnection:
        """The same as SQLAlchemy wraps it: dear to make, so only for those that need one."""
        connection = SQLConnection(self.engine, self.pooled)
        connection.begin()  # so that nobody it is lent to ends the transaction
        return connection

    @cached_property
    def session(self) -> Session:
        """What reads and writes tables as objects; made when it is first asked for, since most never do."""
        return Session(bind=self.connection)

    def flush(self) -> None:
        """Send what the session has not sent yet."""
        if "session" in self.__dict__:
            self.session.flush()

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a query and return all its rows."""
        self._run(statement, values)
        return self.cursor.fetchall()  # type: ignore[no-any-return]

    def one(self, statement: str, *values: object) -> tuple[Any, ...] | None:
        """Run a query and return its first row, if any."""
        self._run(statement, values)
        return self.cursor.fetchone()  # type: ignore[no-any-return]

    def run(self, statement: str, *values: object) -> None:
        """Run a statement that returns nothing."""
        self._run(statement, values)

    def _run(self, statement: str, values: Sequence[object]) -> None:
        postgresql = self.postgresql
        self.cursor.execute(spelled(statement, postgresql=postgresql), bound(values, postgresql=postgresql))

    def expect_few(self) -> None:
        """Say that every list of this transaction is short, so that PostgreSQL need not plan a query anew for each.

        To plan one that joins much takes it longer than to look up a few rows. By the length of a list it does so
        every time, since an average list looks dear to it.
        """
        if self.postgresql:
            self.run("SET LOCAL plan_cache_mode = force_generic_plan")

    def take_back(self, *, to: str | None = None) -> None:
        """Undo all that was written, and end; or only what was written since a savepoint, and go on."""
        if "session" in self.__dict__:
            self.session.expunge_all()
        if to is None:
            roll_back(self.pooled, postgresql=self.postgresql)
        else:
            self.run(f"ROLLBACK TO SAVEPOINT {to}")
        self._log_is_locked, self.log_tail = not self.postgresql, None  # what was locked since is free again

    def lock_log(self) -> None:
        """Take the one global lock under which positions of log and feed are given, until the transaction ends."""
        if not self._log_is_locked:
            self.run("SELECT pg_advisory_xact_lock(?)", LOG_LOCK)
            self._log_is_locked = True


@lru_cache(maxsize=1024)
def spelled(statement: str, *, postgresql: bool) -> str:
    """A statement as the driver of either database takes it."""
    if postgresql:
        return statement.replace("{in}", "= ANY(?)").replace("%", "%%").replace("?", "%s")
    return statement.replace("{in}", "IN (SELECT value FROM json_each(?))")


def bound(values: Sequence[object], *, postgresql: bool) -> list[object]:
    """Values as the driver of either database takes them."""
    as_list = as_array if postgresql else as_json
    return [as_list(value) if isinstance(value, list | set | tuple) else value for value in values]


def as_array(values: Sequence[object] | set[object]) -> str | list[object]:
    """A list as PostgreSQL takes it: numbers spelled out, which its driver would do one after the other."""
    return f"{{{','.join(map(str, values))}}}" if set(map(type, values)) <= {int} else list(values)


def as_json(values: Sequence[object] | set[object]) -> str:
    """A list as SQLite's json_each takes it."""
    return orjson.dumps(list(values)).decode()


class Database:
    """A hub's database: reads, writes, and one named lock per writer."""

    def __init__(self, url: str) -> None:
        """Open lazily; nothing is read or created until the first transaction."""
        try:
            self.url = make_url(url)
        except ArgumentError as error:
            raise Unavailable(
                f"MDM_DATABASE_URL is not a database address: {url!r}; write sqlite:///mdm.db or postgresql://user@host/name"
            ) from error
        if self.url.get_backend_name() not in {"sqlite", "postgresql"}:
            raise Unavailable(
                f"MDM_DATABASE_URL names {self.url.get_backend_name()}; only sqlite and postgresql are supported"
            )
        if self.url.get_backend_name() == "sqlite" and self.url.database in {None, "", ":memory:"}:
            raise Unavailable("a hub in SQLite needs a file: write sqlite:///mdm.db")
        self.engine = engine_of(str(self.url.render_as_string(hide_password=False)))
        self.postgresql = self.url.get_backend_name() == "postgresql"
        self._told = {"db.system.name": self.url.get_backend_name()}
        self._writing = threading.BoundedSemaphore(WRITERS) if self.postgresql else threading.Lock()
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._together: WritingTogether[Transaction] | None = WritingTogether(self.write)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A transaction that sees one state and changes nothing."""
        with tracing.leaf("read transaction", self._told), self._transaction(for_writing=False) as transaction:
            yield transaction

    @contextmanager
    def write(self, *, load: bool = False) -> Iterator[Transaction]:
        """A transaction that may change something; durable once its block has ended.

        `load`: it is one of many that follow one another. SQLite then moves pages from its write-ahead log to their
        places less often: those that each of them changes, as most of an index, are moved once for several.
        """
        told = tracing.leaf("write transaction", self._told)
        with told, self._transaction(for_writing=True, load=load) as transaction:
            yield transaction

    def write_together(self, work: Callable[[Transaction], Result]) -> Result:
        """Do a small piece of writing, in one transaction with what others of this process do at the same moment.

        It is durable once this returns. Where it fails, nothing of it stays; where another one does, it is done again.
        """
        if self._together is not None:
            return self._together.do(work)
        with self.write() as transaction:
            return work(transaction)

    @contextmanager
    def _transaction(self, *, for_writing: bool, load: bool = False) -> Iterator[Transaction]:
        with self._turn() if for_writing else nullcontext():
            yield from self._begun(for_writing=for_writing, load=load and not self.postgresql)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Be one of those of this process that write: to SQLite, which lets one write at a time, the only one.

        Those who wait do so here, where the next is woken at once; at SQLite's own lock they would ask again and
        again, and each would hold a connection meanwhile. So they would on PostgreSQL while they wait for the lock of
        the log, and nobody could read any more.
        """
        if not self._writing.acquire(timeout=PATIENCE):
            raise Unavailable(f"the database {self.url!r} is busy: others have written for {PATIENCE} seconds")
        try:
            yield
        finally:
            self._writing.release()

    def _begun(self, *, for_writing: bool, load: bool) -> Iterator[Transaction]:
        pooled = self.connected()
        try:
            if load:
                _move_pages_at(pooled, IN_A_LOAD)
            transaction = Transaction(self.engine, pooled)
            if self.postgresql:
                # Only told to the driver, which begins with the first statement.
                driver: Any = pooled.driver_connection
                driver.isolation_level = None if for_writing else _REPEATABLE_READ
            else:
                transaction.cursor.execute("BEGIN IMMEDIATE" if for_writing else "BEGIN")
            yield transaction
            transaction.flush()
            pooled.commit()
        except BaseException as error:
            _take_back(pooled, postgresql=self.postgresql)
            refusal = self.refusal(error)
            if refusal is not None:
                raise refusal from error
            raise
        finally:
            if load and pooled.is_valid:
                _move_pages_at(pooled, USUALLY)
            pooled.close()

    def connected(self) -> PoolProxiedConnection:
        """Take a connection from the pool; raises Unavailable."""
        try:
            return self.engine.raw_connection()
        except failures(self.postgresql) as error:
            raise self.unreachable(error) from error

    def unreachable(self, error: BaseException) -> Unavailable:
        """What to say where no connection can be made."""
        return Unavailable(
            f"the database {self.url!r} cannot be reached: check MDM_DATABASE_URL and that it can be opened"
            f" ({first_line(error)})"
        )

    @property
    def failures(self) -> tuple[type[Exception], ...]:
        """What the driver may raise that `refusal` has words for."""
        return failures(self.postgresql)

    def refusal(self, error: BaseException) -> Unavailable | None:
        """What to say of an error where it is the database that cannot do it; None of any other."""
        # That very class, and none of its own, is raised for a file that is damaged.
        if isinstance(error, refusals(self.postgresql)) or type(error) is sqlite3.DatabaseError:
            return Unavailable(f"the database {self.url!r} refused: {first_line(error)}")
        return None

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Be the only one under this name, across threads and processes; released when a process dies."""
        with self._locks[name], self._advisory_lock(name) if self.postgresql else self._file_lock(name):
            yield

    def _file_lock(self, name: str) -> FileLock:
        return FileLock(f"{self.url.database}.{name}.lock", thread_local=False)

    @contextmanager
    def _advisory_lock(self, name: str) -> Iterator[None]:
        try:
            # Without a transaction around each statement, which is two more waits for the server.
            connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql("SELECT pg_advisory_lock(hashtext(%s))", (name,))
        except SQLAlchemyError as error:
            raise self.unreachable(error) from error
        try:
            yield
        finally:
            _unlock(connection, name)

    def exists(self) -> bool:
        """Whether there is a database to open; SQLite would create an empty one."""
        return self.postgresql or Path(str(self.url.database)).exists()

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _take_back(pooled: PoolProxiedConnection, *, postgresql: bool) -> None:
    if not pooled.is_valid:
        return  # SQLAlchemy has closed it, as it does on an interrupt, and with it the transaction
    try:
        roll_back(pooled, postgresql=postgresql)
    except refusals(postgresql):
        pooled.invalidate()  # the server ended the session, and with it the transaction


def _move_pages_at(pooled: PoolProxiedConnection, pages: int) -> None:
    pooled.cursor().execute(f"PRAGMA wal_autocheckpoint={pages}")


def _unlock(connection: SQLConnection, name: str) -> None:
    try:
        connection.exec_driver_sql("SELECT pg_advisory_unlock(hashtext(%s))", (name,))
    except SQLAlchemyError:
        connection.invalidate()  # the server ended the session, and with it the lock
    finally:
        connection.close()
