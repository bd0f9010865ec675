"""One role under seven spellings in three systems: one mapping makes records of two entity types agree, undone too."""

from typing import Any

import pytest

from mdm.errors import Conflict, InvalidInput
from mdm.ingest import Incoming
from mdm.services import rebuild, resolving
from mdm.services.deciding import decisions
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.reading import golden
from mdm.services.rulebook import code_lists, rules
from mdm.services.stewarding import tasks
from mdm.store import digests
from mdm.store.batches import Origin
from tests.conftest import AUTHOR

WORKER = """
entity_type: worker
id_prefix: wrk
attributes:
  number: {kind: identifier, required: true}
  role: {kind: code, list: roles}
  skills: {kind: code, list: roles, many: true}
match:
  block_on: [[number]]
  compare: [number, {attribute: role, levels: [{level: same, m: 0.9, u: 0.001}, {level: different, m: 0.001, u: 0.9}]}]
  prior: 0.1
survive: {attributes: {role: most_frequent}, trust: {hcm: 90, psa: 50, erp: 40}}
"""
RATE = """
entity_type: rate
id_prefix: rat
attributes:
  role: {kind: code, list: roles}
  price: {kind: number}
match:
  block_on: [[role]]
  compare: [{attribute: role, levels: [{level: same, m: 0.9, u: 0.0001}, {level: different, m: 0.001, u: 0.9}]}]
  prior: 0.5
"""
SPELLINGS = [
    ("hcm", "senior_consultant"), ("hcm", "Senior Consultant"), ("erp", "SR. CONSULTANT"), ("erp", "Snr.-Consultant"),
    ("psa", "Consultant (Senior)"), ("psa", "Sr.\u00a0Cons."), ("psa", "S/C 2"),
]  # fmt: skip
ODD = "S/C 2"


def put(hub: Hub, of: str, *given: tuple[str, str, dict[str, Any]], mode: Any = "put") -> None:
    items = [Incoming(source, of, id_, values, None, None, mode) for source, id_, values in given]
    assert {one.status for one in records.put_many(hub, items, author=AUTHOR, batch=Origin("story"))} == {"accepted"}
    resolving.resolve_all(hub, author=AUTHOR)


@pytest.fixture
def firm(hub: Hub) -> Hub:
    """Seven copies of one worker, and two copies of one rate, one of each with a role that nobody knows."""
    for text in (WORKER, RATE):
        rules.apply(hub, text, file="rules.yaml", author=AUTHOR)
    put(
        hub,
        "worker",
        *((source, str(n), {"number": "E-4711", "role": role}) for n, (source, role) in enumerate(SPELLINGS)),
    )
    put(
        hub,
        "rate",
        ("erp", "1", {"role": "Senior consultant", "price": 100}),
        ("psa", "2", {"role": ODD, "price": 120}),
    )
    return hub


def open_tasks(hub: Hub) -> list[tuple[str, str, str, int]]:
    items = tasks.page(hub, kind="unmapped_code")["items"]
    return sorted(
        (one["entity_type"], one["about"]["source"], one["about"]["value"], one["about"]["records"]) for one in items
    )


def shown(hub: Hub, of: str) -> list[tuple[Any, int]]:
    """The role and the number of records of each golden record of a type."""
    items = golden.page(hub, entity_type=of)["items"]
    return sorted((one["attributes"].get("role", "-"), len(one["crosswalk"])) for one in items)


def digest(hub: Hub) -> str:
    with hub.database.read() as reader:
        return digests.state(reader)


def test_one_mapping_settles_a_value_everywhere_and_taking_it_away_opens_it_again(firm: Hub) -> None:
    assert open_tasks(firm) == [("rate", "psa", ODD, 1), ("worker", "psa", ODD, 1)]
    assert shown(firm, "rate") == [("-", 1), ("senior_consultant", 1)]
    assert shown(firm, "worker") == [("senior_consultant", 7)]
    before = digest(firm)
    done = code_lists.change(firm, "roles", "psa", {"s/c-2": "senior_consultant"}, reason="asked", author=AUTHOR)
    assert done.changed == 1
    assert open_tasks(firm) == []
    assert shown(firm, "rate") == [("senior_consultant", 2)]
    assert rebuild.verify(firm).match
    again = code_lists.change(firm, "roles", "psa", {ODD: "senior_consultant"}, reason="asked", author=AUTHOR)
    assert (again.changed, again.position) == (0, 0)
    code_lists.change(firm, "roles", "psa", {ODD: None}, reason="was wrong", author=AUTHOR)
    assert digest(firm) == before
    assert len(open_tasks(firm)) == 2
    assert rebuild.verify(firm).match


def test_a_task_shows_who_holds_the_value_and_is_decided_by_a_code(firm: Hub) -> None:
    task = next(one for one in tasks.page(firm)["items"] if one["entity_type"] == "rate")
    assert task["records"] == ["psa:rate:2"]
    assert task["about"]["attribute"] == "role"
    with pytest.raises(InvalidInput, match="decided by a code"):
        tasks.decide(firm, task["id"], verdict="same", reason="?", etag=task["etag"], author=AUTHOR)
    with pytest.raises(InvalidInput, match="the nearest is 'senior_consultant'"):
        tasks.decide(firm, task["id"], code="senior_consultent", reason="?", etag=task["etag"], author=AUTHOR)
    before = digest(firm)
    decided = tasks.decide(firm, task["id"], code="senior_consultant", reason="ok", etag=task["etag"], author=AUTHOR)
    assert len(decided.golden_ids) == len(decided.redirects) == 1
    assert open_tasks(firm) == []
    decisions.undo(firm, decided.decision_id, reason="no", author=AUTHOR)
    assert digest(firm) == before
    with pytest.raises(Conflict, match="mapped anew"):
        decisions.undo(firm, decided.decision_id, reason="again", author=AUTHOR)


def test_lineage_says_what_was_sent_and_that_it_is_unmapped(firm: Hub) -> None:
    [worker] = golden.page(firm, entity_type="worker")["items"]
    entry = golden.lineage(firm, worker["golden_id"])["lineage"]["role"]
    assert entry["winner"]["value"] == "senior_consultant"
    unmapped = [one for one in entry["losers"] if one["because"] == "not valid: unmapped"]
    assert [(one["source_id"], one["value"]) for one in unmapped] == [("6", ODD)]


def test_tasks_follow_the_data(firm: Hub) -> None:
    put(firm, "worker", ("psa", "7", {"number": "X-1", "role": " S/C  2", "skills": ["Coach", "Juggler", "n/a"]}))
    assert open_tasks(firm) == [("rate", "psa", ODD, 1), ("worker", "psa", "Juggler", 1), ("worker", "psa", ODD, 2)]
    put(firm, "worker", ("psa", "6", {}), mode="delete")
    assert ("worker", "psa", ODD, 1) in open_tasks(firm)
    put(firm, "worker", ("psa", "7", {"number": "X-1", "role": "Trainer"}))
    assert open_tasks(firm) == [("rate", "psa", ODD, 1)]
    assert shown(firm, "worker") == [("senior_consultant", 6), ("trainer", 1)]
    assert rebuild.verify(firm).match


def test_a_new_version_of_a_list_resolves_what_it_changes_and_new_rules_close_tasks(firm: Hub) -> None:
    code_lists.apply(firm, "code_list: roles\ncodes: {sc2: {label: S/C 2}}", file="roles.yaml", author=AUTHOR)
    assert shown(firm, "rate") == [("-", 1), ("sc2", 1)]
    assert {(source, value) for _, source, value, _ in open_tasks(firm)} == {
        ("erp", "SR. CONSULTANT"), ("erp", "Senior consultant"), ("erp", "Snr.-Consultant"),
        ("hcm", "Senior Consultant"), ("psa", "Consultant (Senior)"), ("psa", "Sr.\u00a0Cons."),
    }  # fmt: skip
    rules.apply(firm, RATE.replace(", list: roles", ""), file="rate.yaml", author=AUTHOR)
    assert {of for of, *_ in open_tasks(firm)} == {"worker"}
    assert shown(firm, "rate") == [("S/C 2", 1), ("Senior consultant", 1)]
    rules.apply(firm, RATE, file="rate.yaml", author=AUTHOR)
    assert shown(firm, "rate") == [("-", 1), ("sc2", 1)]
    assert rebuild.verify(firm).match
