"""Killed at any moment, a hub loses nothing it acknowledged, doubles nothing, and needs no repair."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mdm.demo.firm import firm
from mdm.ingest import Columns
from mdm.services import rebuild
from mdm.services.hub import Hub, open_hub
from mdm.services.intake import ingest
from mdm.settings import Settings
from tests.conftest import AUTHOR
from tests.demo.plain import write_customers

SETTINGS = {"ingest_chunk": 80, "resolve_chunk": 200}
INGEST = """
import sys
from mdm.ingest import Columns
from mdm.log import Author
from mdm.services.intake import ingest
from mdm.services.hub import open_hub
from mdm.settings import Settings
url, path, chunk, resolve = sys.argv[1:]
hub = open_hub(Settings(database_url=url, ingest_chunk=int(chunk), resolve_chunk=int(resolve)))
file = ingest.File(path, "crm", "customer", Columns(id="id", event_time="updated"))
print("started", flush=True)
ingest.ingest_file(hub, file, author=Author("test", "2026-03-01T09:30:00.000000Z"),
                   progress=lambda rows, share: print(rows, flush=True))
print("done", flush=True)
"""


@pytest.fixture(scope="module")
def customers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of customers of one source, each id once, all of them good."""
    folder = tmp_path_factory.mktemp("customers")
    write_customers(firm(), folder)
    return folder / "crm_customers.csv"


def killed_ingest(url: str, path: Path, *, after: float) -> int:
    """Ingest in a process of its own, kill it after some seconds, and return the rows it had acknowledged."""
    arguments = [sys.executable, "-c", INGEST, url, str(path), *map(str, SETTINGS.values())]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(after)
    process.kill()
    said, _ = process.communicate()
    assert process.returncode in {-signal.SIGKILL, 0}
    return max((int(line) for line in said.splitlines() if line.isdigit()), default=0)


def facts(hub: Hub) -> tuple[int, int]:
    """How many record facts the log holds, and of how many different records."""
    with hub.database.read() as reader:
        row = reader.one("SELECT count(*), count(DISTINCT key_token) FROM log WHERE kind = 'record'")
    assert row is not None
    return row[0], row[1]


def survives(url: str, path: Path, *, kills: int, seed: int) -> None:
    delays = random.Random(seed)
    rows = sum(1 for _ in path.open()) - 1
    hub = open_hub(Settings(database_url=url, **SETTINGS))
    for _ in range(kills):
        acknowledged = killed_ingest(url, path, after=delays.uniform(0.05, 1.2))
        held, different = facts(hub)
        assert held == different, "a record was doubled"
        assert held >= acknowledged, "an acknowledged record was lost"
    summary = ingest.ingest_file(
        hub, ingest.File(str(path), "crm", "customer", Columns(id="id", event_time="updated")), author=AUTHOR
    )
    assert summary.accepted + summary.unchanged == rows
    assert facts(hub) == (rows, rows)
    with hub.database.read() as reader:
        assert reader.one("SELECT count(*) FROM source_record WHERE golden IS NOT NULL") == (rows,)
        assert reader.one("SELECT count(*) FROM change") == reader.one("SELECT max(sequence) FROM change")
        assert reader.one("SELECT count(*) FROM log") == reader.one("SELECT max(position) FROM log")
    assert rebuild.verify(hub).match
    hub.close()


@pytest.mark.parametrize(
    ("database", "kills"),
    [
        ("sqlite", 2),
        pytest.param("postgres", 2, marks=pytest.mark.verify),
        pytest.param("sqlite", 25, marks=pytest.mark.verify),
        pytest.param("postgres", 25, marks=pytest.mark.verify),
    ],
)
def test_a_killed_ingest_is_finished_by_running_it_again(
    request: pytest.FixtureRequest, customers: Path, database: str, kills: int
) -> None:
    survives(request.getfixturevalue(f"{database}_url"), customers, kills=kills, seed=kills)


def test_the_process_under_test_is_really_killed(sqlite_url: str, customers: Path) -> None:
    assert killed_ingest(sqlite_url, customers, after=0) < 900
    assert os.path.exists(sqlite_url.removeprefix("sqlite:///"))
