"""A share of automatic matches is asked about blind: which pairs, what is seen, and what becomes of a finding."""

import random
from typing import Any

import pytest
import yaml

from mdm.entity_types.document import shipped
from mdm.errors import Conflict, NotFound
from mdm.ingest import Incoming
from mdm.log import Key
from mdm.resolution.sampled_matches import is_drawn
from mdm.services import rebuild
from mdm.services.deciding import decisions
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.rulebook import rules
from mdm.services.stewarding import agreement, second_opinions, tasks
from mdm.services.watching import at_a_glance
from mdm.store.task_writing import task_id
from tests.services.two_people import ANNA, BERT, CARL, put


def share(hub: Hub, part: float) -> None:
    document = {**yaml.safe_load(shipped()["customer"]), "second_opinion_on_matches": part}
    rules.apply(hub, yaml.safe_dump(document), file="customer.yaml", author=ANNA)


def matched(hub: Hub, number: int = 1, sources: tuple[str, ...] = ("crm", "erp")) -> str:
    """A golden record that a number in common makes of these sources."""
    tax = {one: f"DE{number:09}" if one == "crm" else f"DE {number:09}" for one in sources}
    return [put(hub, one, str(number), name="Nordwind Logistik GmbH", tax_id=tax[one]) for one in sources][-1]


def asked(hub: Hub) -> set[str]:
    return {one["id"] for one in second_opinions.waiting(hub, BERT.actor)["items"]}


def expected(hub: Hub, part: float) -> set[str]:
    """What a plain reading of edges, clusters and verdicts gives."""
    least = hub.entity_type("customer").matching.match_weight
    with hub.database.read() as reader:
        edges = reader.rows(
            "SELECT one.source, one.source_id, other.source, other.source_id FROM edge"
            " JOIN source_record AS one ON one.id = left_id JOIN source_record AS other ON other.id = right_id"
            " WHERE weight >= ? AND living AND one.cluster = other.cluster AND NOT EXISTS (SELECT 1 FROM decision_pair"
            " JOIN decision ON decision.position = decision_pair.position AND decision.in_force"
            " WHERE decision_pair.left_id = edge.left_id AND decision_pair.right_id = edge.right_id)",
            least,
        )
    ids = (task_id("match", f"{a}:customer:{b}", f"{c}:customer:{d}") for a, b, c, d in edges)
    return {one for one in ids if is_drawn(hub.salt, one, part)}


def test_a_match_is_asked_about_like_any_decision_and_a_finding_becomes_a_verdict(hub: Hub) -> None:
    share(hub, 1)
    golden = matched(hub)
    [one] = second_opinions.waiting(hub, ANNA.actor)["items"]
    assert (one["kind"], sorted(one["records"])) == ("review", ["crm:customer:1", "erp:customer:1"])
    assert at_a_glance.look(hub, ["customer"], ANNA.actor, narrowed="customer")["opinions"] == 1
    seen = second_opinions.look(hub, one["id"], who=ANNA.actor)
    assert (seen["task"]["kind"], seen["task"]["evidence"], seen["task"]["preview"]) == ("review", None, None)
    assert {row["weight"] for row in seen["attributes"]} == {0.0}
    assert {row["attribute"]: row["state"] for row in seen["attributes"]}["tax_id"] == "same", "spelt in two ways"
    assert golden not in repr(seen)
    assert not second_opinions.give(hub, one["id"], "distinct", reason="two branches", author=BERT)["agrees"]
    with pytest.raises(Conflict, match="given already"):
        second_opinions.give(hub, one["id"], "same", reason="late", author=CARL)
    assert asked(hub) == set(), "each pair is asked about once"
    share(hub, 0)
    found = agreement.agreement(hub)
    assert (found["matches"], found["answered"], found["disagreements"]) == ({"answered": 1, "agreed": 0}, 0, 1)
    assert [(rule["kind"], rule["band"]) for rule in found["rules"]] == [("match", "0.99 to 1.00")]
    assert [person["person"] for person in found["people"]] == [BERT.actor], "the hub is nobody"
    assert agreement.compared(hub, one["id"])["task"]["evidence"], "who settles it sees what the hub made of it"
    settled = agreement.settle(hub, one["id"], "distinct", reason="the register has two", author=CARL)
    assert [answer["person"] for answer in settled["answers"]] == ["hub", BERT.actor]
    assert settled["decision_id"] is None
    assert len({put(hub, source, "1", name="Nordwind", tax_id="DE000000001") for source in ("crm", "erp")}) == 2
    assert rebuild.rebuild(hub).match
    assert agreement.get(hub, one["id"])["settled"]["reason"] == "the register has two"


def test_nobody_is_asked_about_matches_unless_the_rules_say_so(hub: Hub) -> None:
    matched(hub)
    assert asked(hub) == set()
    with pytest.raises(NotFound):
        second_opinions.look(hub, task_id("match", "crm:customer:1", "erp:customer:1"), who=BERT.actor)


def test_the_sample_is_that_of_a_plain_reading_whatever_happens(hub: Hub) -> None:
    chance, part = random.Random(11), 0.6
    share(hub, part)
    undone: list[Any] = []
    for number in (1, 2, 3):
        matched(hub, number)
    for step in range(12):
        number = chance.randint(1, 3)
        matched(hub, number, tuple(chance.sample(["crm", "erp", "psa", "billing"], 3)))
        if step % 4 == 1:
            pair = [Key("crm", "customer", str(number)), Key("erp", "customer", str(number))]
            said: Any = chance.choice(["same", "distinct"])
            undone.append(decisions.verdict(hub, *pair, said, reason="r", author=ANNA, supersede=True))
        elif step % 4 == 2:
            gone = Incoming("psa", "customer", str(number), {}, None, None, "delete")
            records.put(hub, gone, author=ANNA, wait=True)
        elif step % 4 == 3 and undone:
            decisions.undo(hub, undone.pop().decision_id, reason="r", author=ANNA)
        assert asked(hub) == expected(hub, part)
    assert asked(hub), "a sample of nothing would prove nothing"
    kept = asked(hub)
    for other in (1, 0, part):
        share(hub, other)
        assert asked(hub) == expected(hub, other)
    assert asked(hub) == kept, "the same pairs always"
    assert rebuild.verify(hub).match
    queued = tasks.page(hub, status=None, limit=1_000)
    assert queued["next"] is None
    assert "match" not in {one["kind"] for one in queued["items"]}, "none of it is in anybody's queue"
