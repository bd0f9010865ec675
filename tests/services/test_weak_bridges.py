"""Clusters that hang by a thread: a task names the pair, and goes when the pair is decided or the cause is gone."""

from typing import Any

import pytest

from mdm.ingest import Incoming
from mdm.log import Key
from mdm.services import rebuild
from mdm.services.deciding import decisions
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.rulebook import rules
from mdm.services.stewarding import tasks
from tests.conftest import AUTHOR

PART = """
entity_type: part
id_prefix: prt
attributes: {a: {kind: code}, b: {kind: code}, c: {kind: code}}
match:
  block_on: [[a], [b], [c]]
  compare:
    - {attribute: a, levels: [{level: same, m: 0.8, u: 0.01}, {level: different, m: 0.1, u: 0.1}]}
    - {attribute: b, levels: [{level: same, m: 0.8, u: 0.1}, {level: different, m: 0.1, u: 0.1}]}
    - {attribute: c, levels: [{level: same, m: 0.8, u: 0.12}, {level: different, m: 0.1, u: 0.1}]}
  prior: 0.5
  thresholds: {match: 0.8, review: 0.6}
"""
ENDS = ["crm:part:2", "crm:part:3"]
CHAIN: dict[str, dict[str, object]] = {"1": {"a": "P"}, "2": {"a": "P", "b": "Q"}, "3": {"b": "Q", "c": "R"}}


@pytest.fixture
def chain(hub: Hub) -> Hub:
    """Four records, each alike to the next only: the first two strongly, the others hardly."""
    rules.apply(hub, PART, file="part.yaml", author=AUTHOR)
    for id_, values in {**CHAIN, "4": {"c": "R"}}.items():
        put(hub, id_, values)
    return hub


def put(hub: Hub, id_: str, values: dict[str, object], *, mode: Any = "put") -> None:
    records.put(hub, Incoming("crm", "part", id_, values, None, None, mode), author=AUTHOR, wait=True)


def bridges(hub: Hub) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = tasks.page(hub, kind="weak_bridge")["items"]
    return items


def goldens(hub: Hub) -> int:
    with hub.database.read() as reader:
        return len(reader.rows("SELECT golden FROM golden_version WHERE until IS NULL AND attributes IS NOT NULL"))


def test_the_pair_that_holds_two_and_two_together_is_a_task_with_its_evidence(chain: Hub) -> None:
    assert goldens(chain) == 1
    [task] = bridges(chain)
    assert task["records"] == ENDS
    assert task["evidence"]["outcome"] == "match"
    assert task["preview"]["same"]["redirects"] == {}


@pytest.mark.parametrize(("verdict", "left"), [("same", 1), ("distinct", 2), ("related", 2)])
def test_a_verdict_keeps_or_splits_it_and_undo_brings_the_task_back(chain: Hub, verdict: Any, left: int) -> None:
    [task] = bridges(chain)
    decided = tasks.decide(chain, task["id"], verdict=verdict, reason="", etag=task["etag"], author=AUTHOR)
    assert (goldens(chain), bridges(chain)) == (left, [])
    decisions.undo(chain, decided.decision_id, reason="", author=AUTHOR)
    assert (goldens(chain), [one["id"] for one in bridges(chain)]) == (1, [task["id"]])
    assert rebuild.verify(chain).match


def test_a_second_way_across_a_deletion_or_a_decision_beside_it_closes_it(chain: Hub) -> None:
    put(chain, "4", {"a": "P", "c": "R"})
    assert bridges(chain) == []
    put(chain, "4", {"c": "R"})
    assert len(bridges(chain)) == 1
    put(chain, "4", {}, mode="delete")
    assert bridges(chain) == []
    put(chain, "4", {"c": "R"})
    ends = [Key.parse(f"crm:part:{id_}") for id_ in (1, 4)]
    decisions.verdict(chain, *ends, "same", reason="", author=AUTHOR)
    assert bridges(chain) == []
