"""History, differences and tasks on the command line, as of any moment."""

from tests.cli.conftest import Mdm


def test_history_ends_at_a_moment_and_a_difference_names_both_of_its_own(loaded: Mdm) -> None:
    golden_id = loaded("lookup", "crm", "customer", "1", "--json").json["golden_id"]
    whole = loaded("history", golden_id, "--json").json
    since = whole["versions"][0]["since"]
    first = loaded("history", golden_id, "--as-of", since, "--json").json
    assert first["versions"] == [{**whole["versions"][0], "until": None}]
    found = loaded("lookup", "erp", "customer", "1", "--as-of", since)
    assert (found.code, "has arrived by then" in found.err) == (1, True)
    difference = loaded("history", golden_id, "--diff", "1", "now", "--json").json
    assert (difference["from"]["version"], difference["to"]["version"]) == (1, 2)
    shown = loaded("history", golden_id, "--diff", "1", "2").out
    assert f"From {golden_id} (active), version 1, recorded" in shown
    assert "the winning record came" in shown
    refused = loaded("history", golden_id, "--diff", "1", "now", "--as-of", since)
    assert (refused.code, "leave out --as-of" in refused.err) == (2, True)


def test_history_says_until_when_a_value_was_set_and_what_an_undo_took_back(loaded: Mdm) -> None:
    golden_id = loaded("lookup", "crm", "customer", "1", "--json").json["golden_id"]
    said = ("override", golden_id, "name", "Alder", "--reason", "their letter", "--until-source-changes")
    decided = loaded(*said, "--until", "2999-12-31", "--json").json["decision_id"]
    loaded("undo", decided, "--reason", "a slip")
    shown = loaded("history", golden_id).out
    row, undone = (line for line in shown.splitlines() if "│ override" in line or "│ undo" in line)
    assert "│ 2999-12-31; a source changes │" in row
    assert f"│ {decided} │" in undone


def test_tasks_are_listed_and_shown_as_they_were(loaded: Mdm) -> None:
    assert loaded("tasks", "list", "--as-of", "1999-01-01", "--json").json == {"items": [], "next": None}
    assert loaded("tasks", "show", "task_1", "--as-of", "1999-01-01").err == "mdm: there was no task 'task_1' by then\n"
    assert loaded("tasks", "list", "--as-of", "soon").code == 1
