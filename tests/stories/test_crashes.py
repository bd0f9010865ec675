"""Killed at any moment, a hub loses nothing it acknowledged, doubles nothing, and needs no repair."""

import random
import signal
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from mdm.demo.firm import firm
from mdm.ingest import Columns
from mdm.services import auditing, rebuild
from mdm.services.hub import Hub, open_hub
from mdm.services.intake import ingest
from mdm.settings import Settings
from tests.conftest import AUTHOR
from tests.demo.plain import write_customers
from tests.forked import FORKING, forked

KILLS = 5
SETTINGS = {"ingest_chunk": 80, "resolve_chunk": 200}


@pytest.fixture(scope="module")
def customers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of customers of one source, each id once, all of them good."""
    folder = tmp_path_factory.mktemp("customers")
    write_customers(firm(), folder)
    return folder / "crm_customers.csv"


def killed_ingest(url: str, path: Path, *, acknowledged: int, after: float) -> int:
    """Ingest in a process of its own, kill it some seconds after it has acknowledged so many rows; returns how many."""
    heard, told = FORKING.Pipe(duplex=False)
    with forked(ingested, url, path, told) as process, suppress(EOFError):
        told.close()
        rows: int = heard.recv()
        while rows < acknowledged:
            rows = heard.recv()
        time.sleep(after)
        process.kill()
        while True:
            rows = heard.recv()
    assert process.exitcode in {-signal.SIGKILL, 0}
    return rows


def ingested(url: str, path: Path, told: Connection) -> None:
    """Ingest, and tell how many rows are acknowledged so far."""
    hub = open_hub(Settings(database_url=url, **SETTINGS))
    told.send(0)
    ingest.ingest_file(hub, file(path), author=AUTHOR, progress=lambda rows, _share: told.send(rows))


def file(path: Path) -> ingest.File:
    return ingest.File(str(path), "crm", "customer", Columns(id="id", event_time="updated"))


def facts(hub: Hub) -> tuple[int, int]:
    """How many record facts the log holds, and of how many different records."""
    with hub.database.read() as reader:
        row = reader.one("SELECT count(*), count(DISTINCT key_token) FROM log WHERE kind = 'record'")
    assert row is not None
    return row[0], row[1]


def survives(url: str, path: Path, *, seed: int) -> None:
    drawn = random.Random(seed)
    rows = sum(1 for _ in path.open()) - 1
    hub = open_hub(Settings(database_url=url, **SETTINGS))
    for _ in range(KILLS):
        after = drawn.choice((0.03, 0.8)) * drawn.random()  # among the rows, or while what came is resolved
        acknowledged = killed_ingest(url, path, acknowledged=drawn.randint(0, rows), after=after)
        held, different = facts(hub)
        assert held == different, "a record was doubled"
        assert held >= acknowledged, "an acknowledged record was lost"
    summary = ingest.ingest_file(hub, file(path), author=AUTHOR)
    assert summary.accepted + summary.unchanged == rows
    assert facts(hub) == (rows, rows)
    with hub.database.read() as reader:
        assert reader.one("SELECT count(*) FROM source_record WHERE golden IS NOT NULL") == (rows,)
        assert reader.one("SELECT count(*) FROM change") == reader.one("SELECT max(sequence) FROM change")
        assert reader.one("SELECT count(*) FROM log") == reader.one("SELECT max(position) FROM log")
    assert rebuild.verify(hub).match
    assert auditing.verify(hub).match
    hub.close()


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.verify)])
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.verify) for seed in range(1, 6))])
def test_a_killed_ingest_is_finished_by_running_it_again(
    request: pytest.FixtureRequest, customers: Path, database: str, seed: int
) -> None:
    survives(request.getfixturevalue(f"{database}_url"), customers, seed=seed)


def test_the_process_under_test_is_really_killed(sqlite_url: str, customers: Path) -> None:
    hub = open_hub(Settings(database_url=sqlite_url))
    with hub.database.write():  # so that it cannot be through before
        assert killed_ingest(sqlite_url, customers, acknowledged=0, after=0) == 0
    assert facts(hub) == (0, 0)
    hub.close()
