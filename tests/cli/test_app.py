"""The program as a whole: help, exit codes, and errors told in one line."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import typer

from mdm.cli.app import app
from tests.cli.conftest import Mdm

PROGRAM = [sys.executable, "-c", "from mdm.cli.app import main; main()"]


def commands() -> Iterator[tuple[list[str], Any]]:
    """Every command that runs something, with the words that call it."""
    root: Any = typer.main.get_command(app)
    for name, command in root.commands.items():
        for part, below in getattr(command, "commands", {"": command}).items():
            yield [word for word in (name, part) if word], below


def test_the_program_tells_its_version(bare: Mdm) -> None:
    assert bare("--version").out == f"mdm {metadata.version('mdm-hub')}\n"


def test_every_command_shows_an_example_of_itself() -> None:
    silent = [words for words, command in commands() if f"Example: mdm {' '.join(words)}" not in (command.help or "")]
    assert silent == []


def test_every_command_speaks_json() -> None:
    mute = [words for words, command in commands() if not any("--json" in option.opts for option in command.params)]
    assert mute == []


def test_every_option_says_what_it_does() -> None:
    silent = [(words, one.name) for words, command in commands() for one in command.params if not one.help]
    assert silent == []


def test_help_loads_no_heavy_library() -> None:
    heavy = {"sqlalchemy", "numpy", "pydantic", "fastapi", "rapidfuzz", "uvicorn", "alembic"}
    script = "import sys, mdm.cli.app; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert heavy & set(loaded.split()) == set()


def test_wrong_usage_exits_with_2(bare: Mdm) -> None:
    wrong = (["lokup"], ["lookup", "crm"], ["why", "not-a-key", "crm:customer:1"], ["ingest", "a.csv"])
    assert [bare(*words).code for words in wrong] == [2, 2, 2, 2]


def test_without_a_hub_one_line_says_to_run_init(bare: Mdm) -> None:
    ran = bare("lookup", "crm", "customer", "1")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("mdm: there is no hub")
    assert ran.err.endswith("run `mdm init`\n")
    assert not Path("mdm.db").exists()


def test_init_sets_a_hub_up_once(bare: Mdm) -> None:
    first, again = bare("init", "--json").json, bare("init", "--json").json
    assert first["created"]
    assert first["admin_key"].startswith("mdm_")
    assert again == {"created": False, "admin_key": None, "entity_types": first["entity_types"]}
    assert {"customer", "legal_entity"} <= set(first["entity_types"])


def test_a_pending_migration_is_said_in_one_line(mdm: Mdm, sqlite_url: str) -> None:
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    connection.close()
    ran = mdm("key", "list")
    assert ran.code == 1
    assert "a migration is pending" in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    "url",
    ["postgresql://nobody@127.0.0.1:1/nothing", "mysql://here/there", "no address at all", "sqlite:////proc/no/mdm.db"],
)
def test_a_database_that_cannot_be_reached_is_said_in_one_line(
    bare: Mdm, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("MDM_DATABASE_URL", url)
    for command in (["key", "list"], ["init"]):
        ran = bare(*command)
        assert (ran.code, ran.out) == (1, "")
        assert ran.err.startswith("mdm: ")
        assert ran.err.count("\n") == 1


def test_a_setting_that_is_no_good_is_named(bare: Mdm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MDM_PORT", "eighty")
    ran = bare("serve")
    assert ran.code == 1
    assert "MDM_PORT" in ran.err
    assert "Traceback" not in ran.err


def test_a_settings_file_that_is_no_toml_is_named(bare: Mdm) -> None:
    Path("mdm.toml").write_text("port = = 1", encoding="utf-8")
    ran = bare("key", "list")
    assert ran.code == 1
    assert ran.err.startswith("mdm: mdm.toml cannot be read as TOML")


def test_a_reader_that_has_seen_enough_is_no_error(sqlite_url: str) -> None:
    command, environment = [*PROGRAM, "rules", "show", "customer"], {**os.environ, "MDM_DATABASE_URL": sqlite_url}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        error = process.stderr.read()
    assert error == b""


def test_an_interrupt_ends_in_one_line_and_exit_130(sqlite_url: str) -> None:
    command = [*PROGRAM, "ingest", "-", "--source", "crm", "--type", "customer"]
    environment = {**os.environ, "MDM_DATABASE_URL": sqlite_url}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stderr is not None
        lock = Path(f"{sqlite_url.removeprefix('sqlite:///')}-shm")
        while not lock.exists() and process.poll() is None:  # before, nobody is there to end well
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        error = process.stderr.read().decode()
        assert process.wait() == 130
    assert error.startswith("mdm: interrupted")
    assert error.count("\n") == 1
