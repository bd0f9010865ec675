"""Proposals and bulk decisions from the command line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Mdm

GoldenId = Callable[[str, str], str]
ALIKE = """id,name,address.street,address.city,address.postcode,address.country
1,Hollerbach Maschinenbau GmbH,Rosenweg 147,Leipzig,04185,DE
2,Hollerbach Maschinenbau,,,,
"""


@pytest.fixture
def asking(loaded: Mdm) -> Mdm:
    """Runs commands against a hub in which every merge of customers needs a second person."""
    text = loaded("rules", "show", "customer").out
    Path("customer.yaml").write_text(f"{text}\napproval: {{merge: true}}\n", encoding="utf-8")
    applied = loaded("rules", "apply", "customer.yaml")
    assert applied.code == 0, applied.err
    return loaded


def test_a_second_person_approves(asking: Mdm, golden_id: GoldenId, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = golden_id("crm", "1"), golden_id("crm", "2")
    monkeypatch.setenv("LOGNAME", "anna")
    dry = asking("merge", first, second, "--reason", "one", "--dry-run")
    assert "A second person would have to approve it: a merge of 3 records" in dry.out
    said = asking("merge", first, second, "--reason", "one")
    assert said.code == 0
    waits = said.out.split()[1]
    assert waits in asking("proposals", "list").out
    assert "a merge of 3 records" in asking("proposals", "show", waits).out
    own = asking("proposals", "approve", waits)
    assert (own.code, "your own" in own.err) == (1, True)
    monkeypatch.setenv("LOGNAME", "bert")
    assert f"{second} would lead to {first}" in asking("proposals", "approve", waits, "--dry-run").out
    decided = asking("proposals", "approve", waits, "--reason", "register", "--json")
    assert decided.json["redirects"] == {second: first}
    assert "cli:bert" in asking("history", first).out
    assert asking("proposals", "show", waits, "--json").json["status"] == "carried_out"
    assert asking("rebuild", "--verify").code == 0


def test_what_is_held_is_withdrawn_or_undone(loaded: Mdm, golden_id: GoldenId) -> None:
    one = golden_id("crm", "1")
    held = loaded("override", one, "name", "Waldsee", "--reason", "x", "--hold", "60")
    assert held.out.startswith("Held: pro_")
    waits = held.out.split()[1]
    assert loaded("undo", waits, "--dry-run").code == 2
    assert loaded("undo", waits, "--reason", "slip").out == f"Withdrawn: {waits}\n"
    assert loaded("undo", waits).code == 1
    again = loaded("override", one, "name", "Waldsee", "--reason", "x", "--hold", "60", "--json").json["proposal_id"]
    assert loaded("proposals", "withdraw", again, "--json").json["status"] == "withdrawn"
    listed = loaded("proposals", "list", "--status", "withdrawn", "--limit", "1")
    assert f"--cursor {again}" in listed.out
    own = loaded("proposals", "refuse", again, "--reason", "x")
    assert (own.code, "open no longer" in own.err) == (1, True)


def test_many_tasks_are_seen_first_then_decided_and_undone_at_once(mdm: Mdm) -> None:
    Path("alike.csv").write_text(ALIKE, encoding="utf-8")
    mdm("ingest", "alike.csv", "--source", "crm", "--type", "customer")
    task = mdm("tasks", "list", "--json").json["items"][0]["id"]
    many = (
        "tasks",
        "decide-many",
        "--type",
        "customer",
        "--min-probability",
        "0.5",
        "--verdict",
        "same",
        "--reason",
        "x",
    )
    dry = mdm(*many, "--dry-run")
    assert "Tasks: 1\nGolden IDs that would redirect: 1\n" in dry.out
    assert task in dry.out
    assert mdm(*many, "--dry-run", "--json").json["totals"]["tasks"] == 1
    one = mdm("tasks", "decide", task, "--verdict", "same", "--reason", "x", "--dry-run", "--json").json
    assert one["dry_run"] is True
    decided = mdm(*many)
    assert "Tasks: 1\n" in decided.out
    assert mdm("tasks", "list", "--json").json["items"] == []
    assert mdm("undo", decided.out.split()[1], "--reason", "x").code == 0
    assert [one["id"] for one in mdm("tasks", "list", "--json").json["items"]] == [task]
    assert mdm(*many, "--json").json["left_out"] == []


def test_a_split_shows_what_a_record_brought(loaded: Mdm, golden_id: GoldenId) -> None:
    one = golden_id("crm", "1")
    Path("psa.csv").write_text("id,name\n9,Cedar Trading\n", encoding="utf-8")
    loaded("ingest", "psa.csv", "--source", "psa", "--type", "customer")
    loaded("split", one, "erp:customer:1", "--reason", "apart")
    loaded("merge", golden_id("psa", "9"), golden_id("erp", "1"), "--reason", "one")
    whole = golden_id("erp", "1")
    split = ("split", whole, "psa:customer:9", "--with-what-it-brought", "--reason", "x", "--supersede")
    assert loaded(*split, "--dry-run").code == 0
    assert loaded(*split).code == 0
