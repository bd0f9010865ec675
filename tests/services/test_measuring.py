"""Data quality of a large hub is measured by a process of its own, and nothing but who is slowed by it shows that."""

import subprocess
import sys
from typing import Any

import pytest

from mdm.errors import Unavailable
from mdm.ingest import Incoming
from mdm.services import measuring, resolving
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.watching import quality
from tests.conftest import AUTHOR

Started = list["subprocess.Popen[bytes]"]
ENDLESS = """
import time
from mdm.services import measuring
def _before(*_):
    print("measuring", flush=True)
    time.sleep(600)
measuring._before = _before
measuring.answer()
"""
STARTER = """
import sys
from mdm.services import measuring
from mdm.services.hub import open_hub
from mdm.settings import Settings
measuring.LARGE = 0
measuring.COMMAND = (sys.executable, "-c", sys.argv[2])
measuring.measured_before(open_hub(Settings(database_url=sys.argv[1])), "2026-03-02")
"""


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    """The processes that are started from now on."""
    found: Started = []

    def start(*arguments: Any, **options: Any) -> "subprocess.Popen[bytes]":
        found.append(subprocess.Popen(*arguments, **options))
        return found[-1]

    monkeypatch.setattr(measuring, "Popen", start)
    return found


def put(hub: Hub) -> None:
    for number, name in enumerate(("Acme Ltd", "Acme Limited", "Nord GmbH")):
        one = Incoming("crm", "customer", str(number), {"name": name, "tax_id": "DE136695976"}, None, None, "put")
        records.put(hub, one, author=AUTHOR, wait=True)


def test_the_figures_are_the_same_wherever_they_were_measured(
    hub: Hub, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(hub)
    wanted = quality.Wanted("customer", attribute="tax_id", days=7)
    here, now = measuring.measured_before(hub, "2026-03-02"), quality.quality(hub, wanted)
    assert not started
    monkeypatch.setattr(measuring, "LARGE", 3)
    assert measuring.measured_before(hub, "2026-03-02") == here
    assert quality.quality(hub, wanted) == now
    assert [one.entity_type for one in here] == ["customer"]
    resolving.tick(hub, "2026-03-02", author=AUTHOR)
    resolving.resolve_all(hub, author=AUTHOR)
    assert [process.returncode is not None for process in started] == [True] * 3
    kept = quality.quality(hub, quality.Wanted(kept=True))["items"]
    assert {one["records"] for one in kept} == {3}


def test_a_process_that_is_killed_is_noticed_and_no_day_has_passed(
    sqlite_hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(sqlite_hub)

    def start(*arguments: Any, **options: Any) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(*arguments, **options)
        process.kill()
        return process

    monkeypatch.setattr(measuring, "LARGE", 0)
    monkeypatch.setattr(measuring, "Popen", start)
    with pytest.raises(Unavailable, match=r"measures data quality was killed \(SIGKILL\)"):
        resolving.tick(sqlite_hub, "2026-03-02", author=AUTHOR)
    assert resolving.latest_tick(sqlite_hub) is None


def test_who_waits_too_long_for_others_is_told(sqlite_hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "LARGE", 0)
    monkeypatch.setattr(measuring, "PATIENCE", 0)
    with measuring._one_at_a_time, pytest.raises(Unavailable, match="has been measured for others"):
        quality.quality(sqlite_hub, quality.Wanted("customer"))


def test_it_ends_with_the_one_who_started_it(sqlite_hub: Hub) -> None:
    command = [sys.executable, "-c", STARTER, str(sqlite_hub.database.url), ENDLESS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "measuring\n"
        process.kill()
        # The process that measures holds what is printed open too: this ends when both have ended.
        assert process.communicate()[0] == ""
