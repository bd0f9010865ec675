"""Hubs that know no entity type yet: the laws bring their own, and each one more would be looked at in every step."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlmodel import SQLModel

from mdm.services.hub import Hub, open_hub
from mdm.settings import Settings

# The salt of a hub stays as it is, and of what only grows the database itself lets nobody remove anything.
KEPT = {"hub", "access_change"}


def emptied_tables() -> list[str]:
    """The tables of which nothing is left in a bare hub."""
    return [table.name for table in reversed(SQLModel.metadata.sorted_tables) if table.name not in KEPT]


@pytest.fixture(scope="session")
def bare_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file of a hub without facts."""
    path = tmp_path_factory.mktemp("bare") / "hub.db"
    shutil.copyfile(sqlite_template, path)
    connection = sqlite3.connect(path)
    with connection:
        for name in emptied_tables():
            connection.execute(f"DELETE FROM {name}")  # noqa: S608
    connection.close()  # moves what was written into the one file
    return path


@pytest.fixture
def bare_postgres_url(postgres_url: str) -> str:
    """The address of a hub without facts in PostgreSQL."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"TRUNCATE {', '.join(emptied_tables())}")
    return postgres_url


@pytest.fixture
def bare_postgres_hub(bare_postgres_url: str) -> Iterator[Hub]:
    """The same, open."""
    hub = open_hub(Settings(database_url=bare_postgres_url))
    yield hub
    hub.close()
