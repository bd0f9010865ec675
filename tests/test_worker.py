"""The worker resolves what was accepted without waiting, lets days pass once, and stops when told."""

import threading
import time
from collections.abc import Callable

import pytest

from mdm import worker
from mdm.ingest import Incoming
from mdm.log import Author, Key
from mdm.services import resolving
from mdm.services.access import keys
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.reading import lookup
from mdm.services.stewarding import task_work, tasks
from mdm.settings import Settings, later, now
from mdm.store.database import Database

AUTHOR = Author("test", "2026-03-01T09:30:00.000000Z")
ACME = Incoming("crm", "customer", "1", {"name": "Acme Ltd"}, None, None, "put")


def accept(hub: Hub) -> None:
    assert records.put(hub, ACME, author=AUTHOR, wait=False).golden_id is None


def is_active(hub: Hub) -> bool:
    return bool(lookup.xref(hub, Key("crm", "customer", "1"))["status"] == "active")


def eventually(holds: Callable[[], bool]) -> bool:
    for _ in range(6_000):
        if holds():
            return True
        time.sleep(0.05)
    return False


def ticks(hub: Hub) -> list[str]:
    with hub.database.read() as reader:
        return [row[0] for row in reader.rows("SELECT actor FROM log WHERE kind = 'tick'")]


def test_what_was_accepted_is_resolved_in_the_background(hub: Hub) -> None:
    accept(hub)
    with worker.in_background(hub.settings, actor="resolver"):
        assert eventually(lambda: hub.database.exists() and _has_arrived(hub) and is_active(hub))
    assert "worker" not in [thread.name for thread in threading.enumerate()]


def _has_arrived(hub: Hub) -> bool:
    return lookup.xrefs(hub, [Key("crm", "customer", "1")])[0] is not None


def test_run_stops_when_told_and_counts_its_commits(sqlite_hub: Hub) -> None:
    accept(sqlite_hub)
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    commits = worker.run(sqlite_hub, stop, actor="resolver")
    assert commits >= 1
    assert is_active(sqlite_hub)
    assert not resolving.resolve(sqlite_hub, "customer", author=AUTHOR)


def test_a_worker_that_is_told_to_stop_begins_nothing(sqlite_hub: Hub) -> None:
    accept(sqlite_hub)
    stop = threading.Event()
    stop.set()
    assert worker.resolve_pending(sqlite_hub, stop, actor="resolver") == 0
    assert worker.run(sqlite_hub, stop, actor="resolver") == 0


def test_the_worker_frees_the_tasks_of_a_key_that_is_over(hub: Hub) -> None:
    for source, name in (("crm", "Hollerbach Maschinenbau GmbH"), ("erp", "Hollerbach Maschinenbau")):
        incoming = Incoming(source, "customer", "1", {"name": name, "address": {"city": "Leipzig"}}, None, None, "put")
        records.put(hub, incoming, author=AUTHOR, wait=True)
    (task,) = tasks.page(hub)["items"]
    soon = later(now(), seconds=2)
    key = keys.create(hub, role="steward", expires=soon, author=AUTHOR)["id"]
    task_work.assign(hub, task["id"], to=f"key:{key}", author=AUTHOR)
    with worker.in_background(hub.settings, actor="resolver"):
        assert eventually(lambda: tasks.get(hub, task["id"])["assigned_to"] is None)
    assert now() >= soon


def test_a_day_passes_once_however_many_workers_look(hub: Hub) -> None:
    threads = [threading.Thread(target=worker.let_day_pass, args=(hub,), kwargs={"actor": f"w{n}"}) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ticks(hub)) == 1
    assert not worker.let_day_pass(hub, actor="late")


def test_a_day_that_was_let_pass_already_is_not_repeated(sqlite_hub: Hub) -> None:
    resolving.tick(sqlite_hub, now()[:10], author=AUTHOR)
    resolving.resolve_all(sqlite_hub, author=AUTHOR)
    assert not worker.let_day_pass(sqlite_hub, actor="resolver")


def test_a_clock_that_goes_back_makes_no_tick(sqlite_hub: Hub) -> None:
    resolving.tick(sqlite_hub, "2999-01-01", author=AUTHOR)
    resolving.resolve_all(sqlite_hub, author=AUTHOR)
    assert not worker.let_day_pass(sqlite_hub, actor="resolver")


def test_a_database_that_is_away_is_tried_again(sqlite_hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "LONGEST", 0.05)
    there = sqlite_hub.database
    away = Hub(sqlite_hub.settings, Database("postgresql://nobody@127.0.0.1:1/nothing"), sqlite_hub.salt)
    accept(sqlite_hub)
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(away, stop), kwargs={"actor": "resolver"})
    thread.start()
    time.sleep(0.2)
    assert thread.is_alive()
    away.database = there
    assert eventually(lambda: _has_arrived(sqlite_hub) and is_active(sqlite_hub))
    stop.set()
    thread.join(300)
    assert not thread.is_alive()


def test_the_background_needs_a_hub_that_is_ready(tmp_path: object) -> None:
    from mdm.errors import Unavailable

    with (
        pytest.raises(Unavailable, match="mdm init"),
        worker.in_background(Settings(database_url=f"sqlite:///{tmp_path}/none.db"), actor="resolver"),
    ):
        pass
