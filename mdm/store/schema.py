"""The schema of the database: bring it up to date, or say whether it is."""

from importlib.resources import files

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

import mdm.tables  # noqa: F401  fills the metadata
from mdm.store.database import Database


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    return config


def migrate(database: Database) -> None:
    """Bring the schema to the newest version; nothing happens when it is."""
    with database.write() as transaction:
        config = _config()
        config.attributes["connection"] = transaction.connection
        command.upgrade(config, "head")


def current(database: Database) -> str | None:
    """The version the database is at, None when it was never migrated."""
    with database.read() as transaction:
        return MigrationContext.configure(transaction.connection).get_current_revision()


def newest() -> str | None:
    """The version this program needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def differences(database: Database) -> list[object]:
    """What autogenerate would still change: nothing, when tables and migrations agree."""
    with database.read() as transaction:
        return list(compare_metadata(MigrationContext.configure(transaction.connection), SQLModel.metadata))
