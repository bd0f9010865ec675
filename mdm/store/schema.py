"""The schema of the database: bring it up to date, or say whether it is.

Alembic is loaded only to migrate or to compare: every command asks whether the schema is current.
"""

from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import inspect

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


def create(database: Database) -> None:
    """Make the newest schema in an empty database that nobody will migrate: much faster than one step at a time."""
    from sqlmodel import SQLModel

    import mdm.tables  # noqa: F401  fills the metadata

    with database.write() as transaction:
        SQLModel.metadata.create_all(transaction.connection)


def differences(database: Database) -> list[object]:
    """What autogenerate would still change: nothing, when tables and migrations agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext
    from sqlmodel import SQLModel

    import mdm.tables  # noqa: F401  fills the metadata

    with database.read() as transaction:
        return list(compare_metadata(MigrationContext.configure(transaction.connection), SQLModel.metadata))


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    return config
