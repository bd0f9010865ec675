"""Whether history is what was once written, from the command line."""

import sqlite3
from pathlib import Path

from tests.cli.conftest import Mdm


def change(url: str, statement: str) -> None:
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        connection.execute(statement)
    connection.close()


def test_a_log_that_nobody_touched_verifies_against_a_checkpoint_of_before(loaded: Mdm) -> None:
    Path("kept.jsonl").write_text(loaded("audit", "checkpoint", "--json").out, encoding="utf-8")
    assert loaded("rebuild").code == 0
    ran = loaded("audit", "verify", "--checkpoint", "kept.jsonl")
    assert (ran.code, ran.err) == (0, "")
    assert "held against a checkpoint" in ran.out
    assert "Nothing has been changed" in ran.out
    assert loaded("audit", "checkpoint").out.startswith("hub: position ")


def test_an_edit_is_named_by_its_position_and_ends_with_exit_code_1(loaded: Mdm, sqlite_url: str) -> None:
    change(sqlite_url, "UPDATE log SET actor = 'cli:nobody' WHERE position = 5")
    ran = loaded("audit", "verify")
    assert ran.code == 1
    assert "mdm: fact 6: it does not carry the hash of 5" in ran.err
    assert [one["position"] for one in loaded("audit", "verify", "--json").json["findings"]] == [6]


def test_of_many_findings_the_first_are_told_and_the_others_counted(loaded: Mdm, sqlite_url: str) -> None:
    change(sqlite_url, "UPDATE payload SET body = body || ' '")
    ran = loaded("audit", "verify")
    assert "mdm: fact 1: what it says is not what its envelope is bound to" in ran.err
    assert "more (see --json)" in ran.err


def test_a_file_that_holds_no_checkpoints_is_refused_by_its_line(loaded: Mdm) -> None:
    Path("kept.jsonl").write_text(loaded("audit", "checkpoint", "--json").out + '{"position": "7"}\n', encoding="utf-8")
    assert "kept.jsonl, line 2: a checkpoint is a line" in loaded("audit", "verify", "--checkpoint", "kept.jsonl").err
    assert "nowhere.jsonl: No such file" in loaded("audit", "verify", "--checkpoint", "nowhere.jsonl").err
