"""Hierarchies: trees without a cycle, whatever sources say and in whatever order they say it."""

from itertools import permutations
from typing import Any

import pytest

from mdm.errors import InvalidInput
from mdm.ingest import Incoming
from mdm.services import rebuild, resolving
from mdm.services.deciding import overrides
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.reading import golden, hierarchy
from mdm.services.reading.hierarchy import Wanted
from mdm.services.rulebook import rules
from mdm.services.stewarding import tasks
from mdm.services.watching import hierarchy_mismatches
from mdm.store import digests
from tests.conftest import AUTHOR

FIRM = """
entity_type: firm
id_prefix: fir
attributes:
  name: {kind: text, required: true}
  above: {kind: reference, to: firm}
match: {block_on: [[name]], compare: [name], always: [{same: name}]}
survive: {default: most_trusted, trust: {crm: 90, erp: 80, psa: 70}}
"""


@pytest.fixture
def firms(hub: Hub) -> Hub:
    rules.apply(hub, FIRM, file="firm.yaml", author=AUTHOR)
    return hub


def put(hub: Hub, key: str, above: str | None = None, *, name: str | None = None, mode: Any = "put") -> str:
    source, number = key.split(":")
    said = {"name": name or f"Firm {number}"} | ({} if above is None else {"above": above})
    incoming = Incoming(source, "firm", number, said if mode == "put" else {}, None, None, mode)
    found = records.put(hub, incoming, author=AUTHOR, wait=True).golden_id
    resolving.resolve_all(hub, author=AUTHOR)
    assert found is not None
    return found


def above(hub: Hub, golden_id: str) -> list[str]:
    return [one["label"] for one in hierarchy.hierarchy(hub, golden_id, Wanted())["ancestors"]]


def cycles(hub: Hub) -> list[str]:
    found = tasks.page(hub, kind="hierarchy_cycle")["items"]
    return [key for one in found for key in one["records"]]


def told(hub: Hub) -> tuple[str, list[tuple[str, int, bool]]]:
    """Why an edge of the one cycle is set aside, and the way round: record, trust, whether it is that one."""
    [about] = [one["about"] for one in tasks.page(hub, kind="hierarchy_cycle")["items"]]
    ring = about["cycle"]
    assert [one["to"] for one in ring] == [one["golden_id"] for one in [*ring[1:], ring[0]]]
    return about["because"], [(one["key"], one["trust"], one["set_aside"]) for one in ring]


def test_a_tree_is_told_from_any_place_and_rolled_up(firms: Hub) -> None:
    top = put(firms, "crm:1")
    assert put(firms, "erp:91", name="Firm 1") == top
    middle = put(firms, "crm:2", "1")
    leaf, other = put(firms, "erp:3", "crm:firm:2"), put(firms, "psa:4", "crm:firm:2")
    assert above(firms, leaf) == ["Firm 2", "Firm 1"]
    found = hierarchy.hierarchy(firms, top, Wanted(depth=1))
    assert [child["golden_id"] for child in found["tree"]["children"]] == [middle]
    assert found["tree"]["children"][0]["more"]
    assert found["roll_up"]["golden_records"] == 4
    assert found["roll_up"]["source_records"] == {"crm": 2, "erp": 2, "psa": 1}
    then = golden.get(firms, other)["seq"]
    put(firms, "crm:2", "5")
    late = put(firms, "crm:5")
    assert hierarchy.hierarchy(firms, leaf, Wanted())["ultimate_parent"]["golden_id"] == late
    before = hierarchy.hierarchy(firms, leaf, Wanted(), as_of=then)
    assert before["ultimate_parent"]["golden_id"] == top
    put(firms, "crm:5", mode="delete")
    assert hierarchy.hierarchy(firms, leaf, Wanted())["ultimate_parent"]["golden_id"] == middle
    assert hierarchy.hierarchy(firms, middle, Wanted())["roll_up"]["golden_records"] == 3
    put(firms, "psa:4", mode="delete")
    assert hierarchy.hierarchy(firms, middle, Wanted())["roll_up"]["golden_records"] == 2
    with pytest.raises(InvalidInput, match="no hierarchy"):
        hierarchy.hierarchy(firms, leaf, Wanted("name"))
    assert rebuild.verify(firms).match


def test_what_refers_to_two_of_a_group_counts_once(firms: Hub) -> None:
    site = FIRM.replace("firm", "site").replace("fir", "sit").replace("above: {kind: reference, to: site}",
                                                                    "held_by: {kind: reference, to: firm}")  # fmt: skip
    rules.apply(firms, site, file="site.yaml", author=AUTHOR)
    top, _, other = put(firms, "crm:1"), put(firms, "crm:2", "1"), put(firms, "crm:3", "1")
    for source, firm in (("crm", "2"), ("erp", "3"), ("psa", "3")):
        said = {"name": "Mill", "held_by": f"crm:firm:{firm}"}
        records.put(firms, Incoming(source, "site", "9", said, None, None, "put"), author=AUTHOR, wait=True)

    def referring(golden_id: str, **asked: Any) -> list[int]:
        told = hierarchy.hierarchy(firms, golden_id, Wanted(**asked))["roll_up"]["referred_by"]
        return [one["golden_records"] for one in told]

    assert [referring(one) for one in (top, other)] == [[1], [1]]
    put(firms, "crm:3")
    assert [referring(one) for one in (top, other)] == [[1], [1]]
    put(firms, "crm:2", "3")
    assert [referring(one) for one in (top, other)] == [[], [1]]
    assert referring(other, on="2026-03-01") == [1], "counted, not kept"
    assert rebuild.verify(firms).match


def test_a_cycle_is_cut_at_the_least_trusted_edge_in_every_order_and_closes_when_mended(hub: Hub) -> None:
    """crm:1 is under erp:2, that under psa:3, that under crm:1; the PSA is trusted least, whoever comes last."""
    said = {"crm:1": "erp:firm:2", "erp:2": "psa:firm:3", "psa:3": "crm:firm:1"}
    rules.apply(hub, FIRM, file="firm.yaml", author=AUTHOR)
    found = set()
    for order in permutations(said):
        ids = {key: put(hub, key, said[key]) for key in order}
        assert cycles(hub) == ["psa:firm:3"]
        assert told(hub) == (
            "trusted least",
            [("psa:firm:3", 70, True), ("crm:firm:1", 90, False), ("erp:firm:2", 80, False)],
        )
        assert [above(hub, ids[key]) for key in sorted(ids)] == [["Firm 2", "Firm 3"], ["Firm 3"], []]
        assert hierarchy.hierarchy(hub, ids["psa:3"], Wanted())["set_aside"]
        with hub.database.read() as reader:
            found.add(digests.neutral(reader))
        put(hub, "erp:2")
        assert cycles(hub) == []
        assert above(hub, ids["crm:1"]) == ["Firm 2"]
        for key in order:
            put(hub, key, mode="delete")
    assert len(found) == 1
    assert rebuild.verify(hub).match


def test_a_record_that_names_itself_is_at_the_top_and_no_cycle(firms: Hub) -> None:
    one = put(firms, "crm:1", "1")
    assert (above(firms, one), cycles(firms)) == ([], [])
    put(firms, "erp:7", "crm:firm:1", name="Firm 1")
    assert (above(firms, one), cycles(firms)) == ([], [])


def test_where_systems_disagree_each_version_is_told_until_they_agree(firms: Hub) -> None:
    one, other = put(firms, "crm:1"), put(firms, "erp:2")
    child = put(firms, "crm:3", "1")
    assert put(firms, "erp:33", "2", name="Firm 3") == child
    put(firms, "psa:333", "late", name="Firm 3")
    [found] = hierarchy_mismatches.mismatches(firms, hierarchy_mismatches.Wanted())["items"]
    assert (found["golden_id"], found["attribute"]) == (child, "above")
    assert [(said["source"], said["golden_id"]) for said in found["versions"]] == [("crm", one), ("erp", other)]
    then = golden.get(firms, child)["seq"]
    put(firms, "erp:33", "crm:firm:1", name="Firm 3")
    assert hierarchy_mismatches.mismatches(firms, hierarchy_mismatches.Wanted())["items"] == []
    before = hierarchy_mismatches.mismatches(firms, hierarchy_mismatches.Wanted("firm", limit=1), as_of=then)
    assert [len(item["versions"]) for item in before["items"]] == [2]
    put(firms, "psa:late", name="Firm 2")
    [again] = hierarchy_mismatches.mismatches(firms, hierarchy_mismatches.Wanted())["items"]
    assert [said["source"] for said in again["versions"]] == ["crm", "erp", "psa"]
    assert rebuild.verify(firms).match


def test_a_mismatch_names_the_open_tasks_that_ask_whether_the_parents_are_one(hub: Hub) -> None:
    doubtful = FIRM.replace("same: name}]", "same: name}], thresholds: {match: 0.999, review: 0.001}").replace(
        "[[name]]", "[[name.tokens]]"
    )
    rules.apply(hub, doubtful, file="firm.yaml", author=AUTHOR)
    one, other = put(hub, "crm:1", name="Nordwind Board"), put(hub, "erp:2", name="Nordwind Boards")
    put(hub, "crm:3", "1", name="Sales")
    put(hub, "erp:4", "2", name="Sales")
    [found] = hierarchy_mismatches.mismatches(hub, hierarchy_mismatches.Wanted())["items"]
    [review] = tasks.page(hub, kind="review")["items"]
    assert {said["golden_id"] for said in found["versions"]} == {one, other}
    assert found["reviews"] == [review["id"]]
    then = golden.get(hub, one)["seq"]
    tasks.decide(hub, review["id"], verdict="same", reason="one", etag=review["etag"], author=AUTHOR)
    resolving.resolve_all(hub, author=AUTHOR)
    assert hierarchy_mismatches.mismatches(hub, hierarchy_mismatches.Wanted())["items"] == []
    assert hierarchy_mismatches.mismatches(hub, hierarchy_mismatches.Wanted(), as_of=then)["items"] == []


def test_a_cycle_that_a_person_closes_is_told_with_what_they_said_and_as_it_was_once_it_is_over(firms: Hub) -> None:
    one = put(firms, "crm:1", "2")
    other = put(firms, "crm:2")
    overrides.override(firms, overrides.Wanted(other, "above", "crm:firm:1"), reason="moved", author=AUTHOR)
    resolving.resolve_all(firms, author=AUTHOR)
    assert told(firms)[1] == [("crm:firm:1", 90, True), ("crm:firm:2", None, False)]
    [task] = tasks.page(firms, kind="hierarchy_cycle")["items"]
    put(firms, "crm:1")
    over = tasks.get(firms, task["id"])
    assert (over["status"], over["about"]) == (
        "closed", {"attribute": "above", "days": [], "because": None, "cycle": None},
    )  # fmt: skip
    assert tasks.get(firms, task["id"], as_of=golden.get(firms, one)["seq"] - 1)["about"] == task["about"]
