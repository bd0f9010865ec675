"""The server's start, and the demo: what they check, print and leave behind."""

import shlex
import socket
from pathlib import Path

import pytest

from mdm.services.hub import open_hub
from mdm.services.keys import authenticate
from mdm.settings import Settings
from tests.cli.conftest import Mdm

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


@pytest.mark.parametrize("host", ["256.1.1.1", "nowhere.invalid"])
def test_a_host_that_is_not_here_is_said_in_one_line(mdm: Mdm, host: str) -> None:
    ran = mdm("serve", "--host", host)
    assert ran.code == 1
    assert host in ran.err
    assert ran.err.count("\n") == 1


def test_the_demo_comes_out_well_and_again_doubles_nothing(bare: Mdm) -> None:
    first = bare("demo", "--no-serve", "--json").json
    for one in first["figures"]:
        assert one["precision"] >= 0.99, one
        assert one["recall"] >= 0.90, one
        assert one["traps"] > 0
        assert one["traps_merged"] == 0, one
    assert sum(one["source_records"] for one in first["figures"]) > 2_500

    shown = bare("demo", "--no-serve")
    assert shown.code == 0
    again = bare("demo", "--no-serve", "--json").json
    for one in (*first["figures"], *again["figures"]):
        del one["seconds"]
    assert again == first
    assert all(key in shown.out for key in first["keys"].values())
    assert all(command in shown.out for command in first["commands"])


def test_the_demos_keys_and_commands_work(bare: Mdm, monkeypatch: pytest.MonkeyPatch) -> None:
    built = bare("demo", "--no-serve", "--json").json
    hub = open_hub(Settings(database_url=built["database_url"]))
    assert {role: authenticate(hub, key).role for role, key in built["keys"].items()} == {
        role: role for role in ("reader", "source", "steward", "approver", "auditor", "admin")
    }
    hub.close()
    for command in built["commands"]:
        setting, _, *words = shlex.split(command)
        monkeypatch.setenv(*setting.split("=", 1))
        ran = bare(*words)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.count("\n") > 3


def _free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as probe:
        return int(probe.getsockname()[1])
