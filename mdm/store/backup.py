"""A copy of a hub in SQLite as it stands at one moment, made while others read and write."""

import sqlite3
from contextlib import closing
from pathlib import Path

from mdm.errors import InvalidInput, Unavailable
from mdm.store.database import Database

PAGES_AT_ONCE = 10_000


def copy(database: Database, file: Path) -> None:
    """Write one consistent copy of the whole database to a file.

    Raises:
        InvalidInput: the hub is in PostgreSQL, which has programs of its own for that.
        Unavailable: the database cannot be read, or the file not be written.
    """
    if database.postgresql:
        raise InvalidInput("a hub in PostgreSQL is backed up with pg_dump, or with what your PostgreSQL is run with")
    with database.read() as transaction:
        # One reading transaction is held throughout, so that no writer makes the copy begin anew.
        reading = transaction.connection.connection.driver_connection
        try:
            with closing(sqlite3.connect(file)) as out:
                reading.backup(out, pages=PAGES_AT_ONCE)  # type: ignore[union-attr]
        except sqlite3.Error as error:
            raise Unavailable(f"the copy at {file} could not be written: {error}") from error
