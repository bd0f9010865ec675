"""The schema of the database: bring it up to date, or say whether it is.

Alembic is loaded only to migrate or to compare: every command asks whether the schema is current.
"""

import warnings
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, inspect

from mdm.store.database import Database

if TYPE_CHECKING:
    from alembic.config import Config


def current(database: Database) -> str | None:
    """The version the database is at, None when it was never migrated."""
    with database.read() as transaction:
        if not inspect(transaction.connection).has_table("alembic_version"):
            return None
        row = transaction.one("SELECT version_num FROM alembic_version")
        return str(row[0]) if row else None


def newest() -> str:
    """The version this program needs: migrations are numbered, and the number begins their file's name."""
    names = (entry.name for entry in files("migrations.versions").iterdir())
    return max(name.partition("_")[0] for name in names if name[:4].isdigit())


def migrate(database: Database) -> None:
    """Bring the schema to the newest version; nothing happens when it is."""
    from alembic import command

    with database.write() as transaction:
        config = _config()
        config.attributes["connection"] = transaction.connection
        command.upgrade(config, "head")


@cache
def empty() -> bytes:
    """The file of an empty hub in SQLite with the newest schema, which nobody will migrate.

    Made once a process: to write it out again is far quicker than to make every table and index anew.
    """
    from sqlmodel import SQLModel

    import mdm.tables  # noqa: F401  fills the metadata

    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            SQLModel.metadata.create_all(connection)
        with engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            return bytes(driver.serialize())
    finally:
        engine.dispose()


def differences(database: Database) -> list[object]:
    """What autogenerate would still change: nothing, when tables and migrations agree.

    Indexes on expressions are left out, which SQLite does not tell of; that they are used is tested by themselves.
    """
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext
    from sqlalchemy import Column
    from sqlmodel import SQLModel

    import mdm.tables  # noqa: F401  fills the metadata

    of_expressions = {
        index.name
        for table in SQLModel.metadata.tables.values()
        for index in table.indexes
        if not all(isinstance(part, Column) for part in index.expressions)
    }

    def compared(_thing: object, name: str | None, kind: str, _reflected: bool, _beside: object) -> bool:  # noqa: FBT001
        return kind != "index" or name not in of_expressions

    with database.read() as transaction, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*expression-based index")
        context = MigrationContext.configure(transaction.connection, opts={"include_object": compared})
        return list(compare_metadata(context, SQLModel.metadata))


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    return config
