"""The server's start, and the demo: what they check, print and leave behind."""

import json
import os
import shlex
import socket
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from mdm.cli.serving import ensure_safe
from mdm.demo import run
from mdm.demo.firm import Firm, firm
from mdm.entity_types import shipped
from mdm.services.access.keys import authenticate
from mdm.services.hub import Hub, open_hub
from mdm.settings import Settings
from tests.cli.conftest import Mdm
from tests.conftest import AUTHOR
from tests.demo import plain_rates, plain_readiness

LOOPBACK = "127.0.0.1"


def test_a_port_in_use_is_named_before_anything_starts(mdm: Mdm) -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        for command in ("serve", "demo"):
            ran = mdm(command, "--port", port)
            assert (ran.code, ran.out) == (1, "")
            assert f"port {port} on {LOOPBACK}" in ran.err
            assert "--port" in ran.err
            assert ran.err.count("\n") == 1
    assert not Path("demo").exists()


def test_a_server_without_a_hub_says_to_run_init(bare: Mdm) -> None:
    ran = bare("serve", "--port", _free_port())
    assert ran.code == 1
    assert "mdm init" in ran.err


def test_beyond_this_machine_it_listens_only_with_tls_or_behind_a_proxy(
    mdm: Mdm, monkeypatch: pytest.MonkeyPatch
) -> None:
    for host in ("0.0.0.0", "::", "192.0.2.1"):  # noqa: S104  it is refused
        ran = mdm("serve", "--host", host, "--port", _free_port())
        assert (ran.code, ran.out) == (1, "")
        assert "MDM_TLS_CERTIFICATE" in ran.err
        assert "MDM_BEHIND_PROXY=true" in ran.err
    for host in ("127.0.0.1", "::1", "localhost"):
        ensure_safe(Settings(host=host))
    ensure_safe(Settings(host="192.0.2.1", behind_proxy=True))
    monkeypatch.setenv("MDM_TLS_CERTIFICATE", "nowhere.pem")
    assert "go together" in mdm("serve").err
    monkeypatch.setenv("MDM_TLS_KEY", "nowhere.key")
    ran = mdm("serve")
    assert (ran.code, "nowhere.pem" in ran.err) == (1, True)


@pytest.mark.parametrize("host", ["256.1.1.1", "nowhere.invalid"])
def test_a_host_that_is_not_here_is_said_in_one_line(mdm: Mdm, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MDM_BEHIND_PROXY", "true")
    ran = mdm("serve", "--host", host)
    assert ran.code == 1
    assert host in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("workers", [1, 2])
def test_whoever_reads_where_it_serves_can_connect_there(sqlite_url: str, workers: int) -> None:
    command = [sys.executable, "-c", "from mdm.cli.app import main; main()", "serve", "--workers", str(workers)]
    with subprocess.Popen(
        [*command, "--port", str(_free_port()), "--json"], env={**os.environ, "MDM_DATABASE_URL": sqlite_url},
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as server:  # fmt: skip
        try:
            assert server.stdout is not None
            url = json.loads(server.stdout.readline())["url"]
            socket.create_connection((LOOPBACK, int(url.rpartition(":")[2]))).close()
        finally:
            server.terminate()
            assert server.stdout.read() == "", "it is said once"


@pytest.mark.verify
def test_the_demo_comes_out_well_its_keys_and_commands_work_and_again_doubles_nothing(
    bare: Mdm, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = bare("demo", "--no-serve", "--json").json
    _well(built)
    hub = open_hub(Settings(database_url=built["database_url"]))
    assert {role: authenticate(hub, key).role for role, key in built["keys"].items()} == {
        role: role for role in ("reader", "source", "steward", "approver", "auditor", "admin")
    }
    _every_finding_about_lines_is_told_and_no_other(hub, firm())
    hub.close()

    again = bare("demo", "--no-serve", "--password", "four words that wander")
    assert again.code == 0
    assert again.out.count("four words that wander") == len(built["passwords"]) == 3
    assert all(key in again.out for key in built["keys"].values())
    assert all(command in again.out for command in built["commands"])
    shown = {cells[0]: cells[1:4] for cells in _cells(again.out)}
    for one in built["figures"]:
        counts = (one["source_records"], one["golden_records"], one["tasks"])
        assert shown[one["entity_type"]] == [f"{count:,}" for count in counts]
    for one in built["findings"]:
        assert shown[one["what"]] == [f"{one['planted']:,}", f"{one['found']:,}"]

    for command in built["commands"]:
        setting, _, *words = shlex.split(command)
        monkeypatch.setenv(*setting.split("=", 1))
        ran = bare(*words)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.count("\n") > 3


@pytest.mark.verify
@pytest.mark.parametrize("seed", range(1, 4))
def test_the_demo_comes_out_well_from_any_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.chdir(tmp_path)
    built = run.build(run.settings(Settings()), author=AUTHOR, seed=seed)
    _well(asdict(built))
    hub = open_hub(Settings(database_url=built.database_url))
    _every_finding_about_lines_is_told_and_no_other(hub, firm(seed))
    hub.close()


def _every_finding_about_lines_is_told_and_no_other(hub: Hub, made: Firm) -> None:
    """Precision and recall of overlaps, gaps, conflicts and lines that are over are 1."""
    assert plain_rates.reported(hub) == plain_rates.expected(hub, made)
    for process in ("quote_to_project", "time_to_billing", "resource_to_margin"):
        expected = plain_readiness.expected(hub, process)
        assert plain_readiness.reported(hub, process) == expected
        assert {True, False} == {met for *_, met in expected}, process


def _well(built: dict[str, Any]) -> None:
    """What must hold of every demo firm, whatever it was made from."""
    assert {one["entity_type"] for one in built["figures"]} == set(shipped())
    for one in built["figures"]:
        assert one["precision"] >= 0.99, one
        assert one["recall"] >= 0.92, one
        assert one["traps"] > 0
        assert one["traps_merged"] <= one["traps"] // 1_000, one
    assert sum(one["source_records"] for one in built["figures"]) > 6_000
    exact = ("rows that", "good rows", "records deleted", "records merged", "references", "rate lines", "words without",
             "parents that", "systems that do not know", "attributes without", "values at odds",
             "references that a process needs")  # fmt: skip
    for one in built["findings"]:
        if one["what"].startswith(exact):
            assert one["found"] == one["planted"], one
        else:
            assert one["found"] >= 0.75 * one["planted"] > 0, one


def _cells(text: str) -> list[list[str]]:
    """The cells of every row of the tables that were printed."""
    return [
        [cell.strip() for cell in line.strip("│ ").split("│")] for line in text.splitlines() if line.startswith("│")
    ]


def _free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as probe:
        return int(probe.getsockname()[1])
