"""A steward at work from the command line."""

from pathlib import Path

import pytest

from mdm.cli import session
from mdm.log import Author
from mdm.settings import now
from tests.cli.conftest import Mdm

ALIKE = """id,name,address.street,address.city,address.postcode,address.country
1,Hollerbach Maschinenbau GmbH,Rosenweg 147,Leipzig,04185,DE
2,Hollerbach Maschinenbau,,,,
"""


@pytest.fixture
def task(mdm: Mdm, monkeypatch: pytest.MonkeyPatch) -> str:
    """An open task about two customers that look alike; Anna is typing."""
    Path("alike.csv").write_text(ALIKE, encoding="utf-8")
    mdm("ingest", "alike.csv", "--source", "crm", "--type", "customer")
    types(monkeypatch, "anna")
    return str(mdm("tasks", "list", "--json").json["items"][0]["id"])


def types(monkeypatch: pytest.MonkeyPatch, who: str) -> None:
    monkeypatch.setattr(session, "author", lambda: Author(f"cli:{who}", now()))


def test_a_task_is_claimed_and_others_are_told_so(mdm: Mdm, task: str, monkeypatch: pytest.MonkeyPatch) -> None:
    claimed = mdm("tasks", "claim-next", "--type", "customer", "--seconds", "600", "--json").json
    assert (claimed["id"], claimed["claim"]["by"]) == (task, "cli:anna")
    assert f"{task} is yours until" in mdm("tasks", "claim", task).out
    assert "held by cli:anna" in mdm("tasks", "show", task).out
    types(monkeypatch, "bert")
    for command in (("claim", task), ("release", task), ("decide", task, "--verdict", "same", "--reason", "x")):
        refused = mdm("tasks", *command)
        assert (refused.code, "cli:anna holds" in refused.err) == (1, True)
    assert mdm("tasks", "claim-next").out == "No task is free.\n"
    assert mdm("tasks", "claim-next", "--json").json is None
    types(monkeypatch, "anna")
    assert [one["id"] for one in mdm("tasks", "list", "--claimed-by", "me", "--json").json["items"]] == [task]
    assert mdm("tasks", "release", task, "--json").json["claim"] is None
    assert mdm("tasks", "release", task).out == f"Nobody holds {task}.\n"
    assert mdm("tasks", "decide", task, "--verdict", "same", "--reason", "x").code == 0


def test_the_next_one_is_of_the_list_and_the_band_that_one_chose(mdm: Mdm, task: str) -> None:
    likelihood = mdm("tasks", "show", task, "--json").json["evidence"]["match_probability"]
    choice = ("tasks", "claim-next", "--order", "likeliest")
    assert mdm(*choice, "--min-probability", (1 + likelihood) / 2, "--json").json is None
    assert mdm(*choice, "--view", "mine", "--json").json is None
    claimed = mdm(*choice, "--min-probability", likelihood / 2, "--max-probability", 1, "--json").json
    assert claimed["id"] == task
    assert mdm("tasks", "claim-next", "--view", "lately").code == 2


def test_a_task_is_put_off_passed_on_and_talked_about(mdm: Mdm, task: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert mdm("tasks", "skip", task).code == 0
    assert mdm("tasks", "claim-next", "--json").json is None
    assert mdm("tasks", "snooze", task, "--until", "2999-01-01").out == f"{task} sleeps until 2999-01-01.\n"
    assert mdm("tasks", "list", "--no-snoozed", "--json").json["items"] == []
    assert mdm("tasks", "snooze", task, "--until", "1999-01-01").code == 1
    assert mdm("tasks", "escalate", task, "--to", "cli:bert", "--question", "One firm?").code == 0
    assert mdm("tasks", "escalate", task, "--to", "cli:bert").code == 2
    types(monkeypatch, "bert")
    shown = mdm("tasks", "show", task).out
    assert "cli:anna asks cli:bert: One firm?" in shown
    assert "snoozed until 2999-01-01" in shown
    assert mdm("tasks", "assign", task, "--to", "me").out == f"{task} is for cli:bert.\n"
    assert [one["id"] for one in mdm("tasks", "list", "--assigned-to", "me", "--json").json["items"]] == [task]
    assert mdm("tasks", "assign", task).out == f"{task} is for anybody.\n"
    assert mdm("tasks", "comment", task, "They moved").code == 0
    assert ": They moved" in mdm("tasks", "show", task).out
    assert mdm("rebuild", "--verify").code == 0
