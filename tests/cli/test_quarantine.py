"""`mdm quarantine`: list by file and line, show in columns, retry one or all, discard."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Mdm


@pytest.fixture
def rows(mdm: Mdm) -> list[dict[str, Any]]:
    """Three rejected rows of one file."""
    Path("bad.csv").write_text("id,name\n1,\n2,\n,Nameless\n", encoding="utf-8")
    assert mdm("ingest", "bad.csv", "--source", "crm", "--type", "customer").code == 1
    items: list[dict[str, Any]] = mdm("quarantine", "list", "--json").json["items"]
    return items


def test_rows_are_listed_by_line_and_filtered(mdm: Mdm, rows: list[dict[str, Any]]) -> None:
    assert [row["line"] for row in rows] == [2, 3, 4]
    for options, lines in (
        (("--rule", "missing_id"), [4]), (("--file", "other.csv"), []), (("--status", "retried"), []),
        (("--file", "bad.csv", "--limit", "1"), [2]),
    ):  # fmt: skip
        found = mdm("quarantine", "list", "--json", *options).json["items"]
        assert [row["line"] for row in found] == lines
    assert mdm("quarantine", "list", "--limit", "1", "--cursor", rows[0]["id"], "--json").json["items"] == rows[1:2]


def test_a_row_is_shown_in_columns_mended_and_taken(mdm: Mdm, rows: list[dict[str, Any]]) -> None:
    id_ = rows[2]["id"]
    assert "Nameless" in mdm("quarantine", "show", id_).out.partition("Columns")[2]
    ran = mdm("quarantine", "retry", id_)
    assert (ran.code, ran.err) == (1, "mdm: refused again: bad.csv, line 4: the record has no id\n")
    ran = mdm("quarantine", "retry", id_, "--set", "id=a=b", "--set", "name=Kestrel Ltd")
    assert (ran.code, ran.out) == (0, "Taken: bad.csv, line 4\n")
    assert mdm("lookup", "crm", "customer", "a=b").code == 0
    ran = mdm("quarantine", "retry", id_, "--json")
    assert ran.code == 1
    assert "was retried already" in ran.err


def test_all_are_retried_and_the_refused_counted(mdm: Mdm, rows: list[dict[str, Any]]) -> None:
    ran = mdm("quarantine", "retry", "--all", "--rule", "required", "--json")
    assert (ran.code, ran.json) == (1, {"taken": 0, "refused": 2})
    assert mdm("quarantine", "retry", "--all", "--source", "erp").out == "Taken: 0; refused again: 0\n"


def test_a_row_is_discarded(mdm: Mdm, rows: list[dict[str, Any]]) -> None:
    assert mdm("quarantine", "discard", rows[0]["id"]).code == 2
    ran = mdm("quarantine", "discard", rows[0]["id"], "--reason", "a test record")
    assert (ran.code, ran.out) == (0, "Discarded: bad.csv, line 2\n")
    (found,) = mdm("quarantine", "list", "--status", "discarded", "--json").json["items"]
    assert (found["id"], found["reason"]) == (rows[0]["id"], "a test record")


@pytest.mark.parametrize(
    "wrong", [(), ("x", "--all"), ("--all", "--set", "a=b"), ("x", "--set", "a"), ("x", "--rule", "required")]
)
def test_wrong_usage_is_said(mdm: Mdm, wrong: tuple[str, ...]) -> None:
    assert mdm("quarantine", "retry", *wrong).code == 2
