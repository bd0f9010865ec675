"""Migrations: a database that was migrated is what the tables say, and migrating again changes nothing."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import make_url

from mdm.services.hub import Hub
from mdm.store import crosswalks, golden_writing, records, schema
from mdm.store.database import Database
from tests.store.rows import record


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with nothing in it."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        yield database
        database.close()
        return
    server: str = request.getfixturevalue("postgres_server")
    name = "mdm_empty"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
        database = Database(make_url(server).set(database=name).render_as_string(hide_password=False))
        yield database
        database.close()
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_new_database_is_migrated_to_exactly_what_the_tables_say(empty: Database) -> None:
    assert schema.current(empty) is None
    schema.migrate(empty)
    assert schema.current(empty) == schema.newest()
    assert schema.differences(empty) == []


def test_migrating_again_changes_nothing(hub: Hub) -> None:
    before = _everything(hub.database)
    schema.migrate(hub.database)
    assert _everything(hub.database) == before
    assert schema.differences(hub.database) == []


def test_a_difference_would_be_seen(hub: Hub) -> None:
    with hub.database.write() as writer:
        writer.run("CREATE TABLE stray (id INTEGER PRIMARY KEY)")
        writer.run("DROP INDEX ix_xref_golden")
    assert len(schema.differences(hub.database)) == 2


def test_a_hub_from_before_learns_its_latest_facts(hub: Hub) -> None:
    told = "SELECT entity_type, position FROM latest_fact ORDER BY entity_type"
    with hub.database.write() as writer:
        before = writer.rows(told)
        config = _config()
        config.attributes["connection"] = writer.connection
        command.downgrade(config, "0013")
    schema.migrate(hub.database)
    with hub.database.read() as reader:
        assert reader.rows(told) == before
        assert "customer" in dict(before)


def test_a_hub_from_before_is_looked_up_by_key_token_as_one_from_now(hub: Hub) -> None:
    with hub.database.write() as writer:
        records.save(writer, [record(number) for number in (1, 2)])
        golden_writing.move(writer, [(number, 1000 + number, number, False) for number in (1, 2)], position=100)
        golden_writing.move(writer, [(2, 1002, 1, True)], position=110)
        config = _config()
        config.attributes["connection"] = writer.connection
        command.downgrade(config, "0045")
    schema.migrate(hub.database)
    assert schema.differences(hub.database) == []
    with hub.database.write() as writer:
        crosswalks.change(writer, gone=(), kept=[(1, "customer", "[]", 110)])
        assert crosswalks.of_tokens(writer, [1001, 1002]).goldens == [1, 1]
        assert writer.rows("SELECT golden_id FROM bi_crosswalk") == [], "the views stand as they stood"


def test_the_newest_version_is_the_last_of_the_migrations() -> None:
    assert _scripts().get_heads() == [schema.newest()]


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parents[2] / "migrations"))
    return config


def _everything(database: Database) -> list[tuple[object, ...]]:
    catalogue = (
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
        " WHERE table_schema = 'public' ORDER BY 1, 2"
        if database.postgresql
        else "SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2"
    )
    with database.read() as reader:
        return [*reader.rows(catalogue), *reader.rows("SELECT position, kind FROM log ORDER BY position")]
