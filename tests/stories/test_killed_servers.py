"""A server and a worker killed at any moment while clients put records and decide: nothing acknowledged is lost."""

import http.client
import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from math import ceil
from multiprocessing.context import ForkServerProcess

import orjson
import pytest

from mdm.log import Key
from mdm.services import rebuild
from mdm.services.access import keys
from mdm.services.hub import Hub, open_hub
from mdm.services.reading import lookup
from mdm.services.resolving import resolve_all
from mdm.settings import Settings
from tests.conftest import AUTHOR
from tests.forked import forked, mdm
from tests.serving import free_port

CLIENTS = 3
DATABASES = ("sqlite", "postgres")


@dataclass
class Ledger:
    """What clients were told is done: the positions of records by key, and of decisions by Idempotency-Key."""

    records: dict[str, int] = field(default_factory=dict)
    decisions: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


@pytest.mark.parametrize("database", DATABASES)
def test_nothing_acknowledged_is_lost_or_doubled_over_kills_of_server_and_worker(
    request: pytest.FixtureRequest, database: str
) -> None:
    killed_over_and_over(request, database, 5, seed=0)


@pytest.mark.verify
@pytest.mark.parametrize("seed", range(1, 6))
@pytest.mark.parametrize("database", DATABASES)
def test_nothing_acknowledged_is_lost_or_doubled_over_fifty_kills_on_each_database(
    request: pytest.FixtureRequest, database: str, seed: int
) -> None:
    killed_over_and_over(request, database, 10, seed=seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(6, 6 + ceil(int(os.environ.get("SOAK_N", "50")) / 10)))
@pytest.mark.parametrize("database", DATABASES)
def test_nothing_acknowledged_is_lost_or_doubled_over_any_number_of_kills_ten_on_each_hub(
    request: pytest.FixtureRequest, database: str, seed: int
) -> None:
    killed_over_and_over(request, database, 10, seed=seed)


def killed_over_and_over(request: pytest.FixtureRequest, database: str, kills: int, *, seed: int) -> None:
    """Work at a hub whose server and worker are killed and started again; what was acknowledged stands each time."""
    hub = open_hub(Settings(database_url=request.getfixturevalue(f"{database}_url")))
    key, drawn, ledger = keys.create(hub, role="admin", author=AUTHOR)["key"], random.Random(seed), Ledger()
    for number in range(kills):
        port = free_port()
        serve = forked(mdm, hub.settings.database_url, "serve", "--port", str(port))
        with serve as server, forked(mdm, hub.settings.database_url, "worker") as worker:
            await_server(server, port)
            stop = threading.Event()
            with ThreadPoolExecutor(CLIENTS) as clients:
                working = [clients.submit(work, port, key, f"{number}-{n}", ledger, stop) for n in range(CLIENTS)]
                before = len(ledger.records)
                while len(ledger.records) == before and not all(one.done() for one in working):
                    time.sleep(0.01)
                time.sleep(drawn.uniform(0, 0.6))
                for process in drawn.sample((server, worker), 2):
                    process.kill()
                stop.set()
                for one in working:
                    one.result()
            for process in (server, worker):
                process.join()
                assert process.exitcode == -signal.SIGKILL, "it ended by itself"
        resolve_all(hub, author=AUTHOR)
        stands(hub, ledger)
    assert len(ledger.records) >= kills, "clients got something done between the kills"
    hub.close()


def await_server(server: ForkServerProcess, port: int) -> None:
    while True:
        assert server.is_alive(), "the server ended by itself"
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.05)


def work(port: int, key: str, name: str, ledger: Ledger, stop: threading.Event) -> None:
    """Put pairs of records and merge or split them, and note what was acknowledged, until the server is gone."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    connection, count = http.client.HTTPConnection("127.0.0.1", port, timeout=60), 0

    def send(method: str, path: str, body: object, **more: str) -> dict[str, object]:
        connection.request(method, path, orjson.dumps(body), {**headers, **more})
        answer = connection.getresponse()
        told = orjson.loads(answer.read())
        assert answer.status in {200, 202}, told
        return told  # type: ignore[no-any-return]

    try:
        while not stop.is_set():
            count += 1
            ids = []
            for source in ("crm", "erp"):
                of = f"{source}:customer:{name}-{count}"
                attributes = {"name": f"Alder {source} {name} {count}"}
                told = send(
                    "PUT", f"/v1/source-records/{of.replace(':', '/')}?wait=resolved", {"attributes": attributes}
                )
                with ledger.lock:
                    ledger.records[of] = int(str(told["seq"]))
                ids.append(told["golden_id"])
            once = f"merge-{name}-{count}"
            body = {"golden_ids": ids, "reason": "one firm"}
            told = send("POST", "/v1/golden-records:merge", body, **{"Idempotency-Key": once})
            with ledger.lock:
                ledger.decisions[once] = str(told["decision_id"])
    except (OSError, http.client.HTTPException, orjson.JSONDecodeError):
        return  # the server was killed in the middle


def stands(hub: Hub, ledger: Ledger) -> None:
    """All that was acknowledged is there once, at the position that was told, and state is what the log gives."""
    with hub.database.read() as reader:
        held = reader.rows("SELECT key_token, count(*) FROM log WHERE kind = 'record' GROUP BY key_token")
        positions = {row[0] for row in reader.rows("SELECT position FROM log WHERE kind = 'record'")}
        decided = {f"dec_{row[0]}" for row in reader.rows("SELECT position FROM log WHERE kind = 'verdict'")}
        assert reader.one("SELECT count(*) FROM log") == reader.one("SELECT max(position) FROM log")
        assert reader.one("SELECT count(*) FROM change") == reader.one("SELECT max(sequence) FROM change")
    assert all(count == 1 for _, count in held), "a record was doubled"
    assert set(ledger.records.values()) <= positions
    assert set(ledger.decisions.values()) <= decided
    assert len(set(ledger.decisions.values())) == len(ledger.decisions)
    for merged in ledger.decisions:
        name = merged.removeprefix("merge-")
        both = [lookup.xref(hub, Key(source, "customer", name))["golden_id"] for source in ("crm", "erp")]
        assert both[0] == both[1]
    assert rebuild.verify(hub).match
