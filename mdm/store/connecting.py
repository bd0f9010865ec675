"""Connections to either database: how they are made and kept, and what their drivers raise."""

import select
import sqlite3
from typing import Any

from sqlalchemy import Engine, PoolProxiedConnection, create_engine, event
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeout

PATIENCE = 60
"""Seconds for which a write waits until others have written."""
WRITERS, READERS = 10, 30
"""How many of one process write to PostgreSQL at once, most waiting for the log, and connections for all others."""
CONNECTING = {"connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 5, "keepalives_count": 3}
"""To PostgreSQL: a server that has gone without a word is noticed within a minute, on connections that lie idle too."""
PREPARED = 1_000
"""Statements of which a connection to PostgreSQL knows how often it had them, and as many that it has prepared there.

There are some seven hundred. The driver's own hundred would be prepared and forgotten in turns.
"""


def refusals(postgresql: bool) -> tuple[type[Exception], ...]:  # noqa: FBT001  one of two drivers
    """What is raised when the database cannot do it; PostgreSQL's driver is loaded only where it is used."""
    if not postgresql:
        return DBAPIError, PoolTimeout, sqlite3.OperationalError
    import psycopg

    return DBAPIError, PoolTimeout, psycopg.OperationalError


def failures(postgresql: bool) -> tuple[type[Exception], ...]:  # noqa: FBT001  see above
    """What is raised when the database cannot be opened: also that a file is no database."""
    return *refusals(postgresql), sqlite3.DatabaseError


def first_line(error: BaseException) -> str:
    """What a driver says of an error, without what SQLAlchemy adds."""
    cause = getattr(error, "orig", None) or error
    return str(cause).strip().splitlines()[0]


def engine_of(url: str) -> Engine:
    """A pool of connections to a database, made when they are first needed."""
    if url.startswith("sqlite"):
        # The connection used last goes first: its cache holds what is there, and one that lay idle has to read again.
        # One more costs next to nothing: so nobody waits for a connection, perhaps for one that waits for them.
        engine = create_engine(
            url, connect_args={"timeout": PATIENCE, "check_same_thread": False}, pool_use_lifo=True, max_overflow=-1
        )
        event.listen(engine, "connect", _configure_sqlite)
        return engine
    # Here the connection used last is the one that has most statements prepared.
    engine = create_engine(url, connect_args=CONNECTING, pool_use_lifo=True, pool_size=WRITERS, max_overflow=READERS)
    event.listen(engine, "connect", _configure_postgresql)
    event.listen(engine, "checkout", _ensure_open)
    return engine


def roll_back(connection: PoolProxiedConnection, *, postgresql: bool) -> None:
    """Undo what the open transaction of a connection has written.

    PostgreSQL is told so directly: its driver would have it forget every prepared statement, as if tables might have
    come and gone, and each would have to be sent five times more before it is prepared again.
    """
    if postgresql:
        driver: Any = connection.driver_connection
        driver.pgconn.exec_(b"ROLLBACK")
    connection.rollback()  # where that did it, nothing is left to do


def _ensure_open(connection: Any, _record: object, _pooled: object) -> None:
    """Have another connection made where this one has ended, as the server or the keepalives have told by now.

    To ask the server whether it is there would be one more wait for it in every transaction.
    """
    told = select.poll()
    if not connection.closed:
        told.register(connection.fileno(), select.POLLIN)
    if connection.closed or told.poll(0):
        raise DisconnectionError


def _configure_postgresql(connection: Any, _record: object) -> None:
    connection.prepared_max = PREPARED


def _configure_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by hand
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-131072",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
