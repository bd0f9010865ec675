"""Blind second opinions: who is asked, what they see, and what becomes of a disagreement."""

import sqlite3
from dataclasses import replace
from typing import Any

import psycopg
import pytest
import yaml

from mdm.entity_types.document import shipped
from mdm.errors import Conflict, Forbidden, NotFound, Unavailable
from mdm.log import Consent
from mdm.resolution.sampled_matches import is_drawn
from mdm.services import rebuild
from mdm.services.deciding import decisions
from mdm.services.hub import Hub
from mdm.services.rulebook import rules
from mdm.services.stewarding import agreement, bulk_decisions, second_opinions, tasks
from mdm.services.stewarding.agreement import band, kappa
from mdm.services.stewarding.intents import Intent
from mdm.services.stewarding.proposals import carry_out_due, decide
from tests.services.two_people import ANNA, BERT, CARL, later, put, state

REFUSED = (sqlite3.IntegrityError, psycopg.errors.CheckViolation, Unavailable)
ADDRESS = {"street": "Hauptstr. 5", "postcode": "10115", "city": "Berlin"}


def share(hub: Hub, part: float, **approval: Any) -> None:
    document = {**yaml.safe_load(shipped()["customer"]), "second_opinion": part, "approval": approval}
    rules.apply(hub, yaml.safe_dump(document), file="customer.yaml", author=ANNA)


def doubtful(hub: Hub, number: int = 1) -> dict[str, Any]:
    """A task about two records that may be one."""
    for source, name in (("crm", "Nordwind Logistik GmbH"), ("erp", "Nordwind Logistic")):
        put(
            hub,
            source,
            str(number),
            name=f"{name} {'ABCDEFG'[number] * 6}",
            address={**ADDRESS, "street": f"Weg {number}"},
        )
    found = tasks.page(hub, kind="review", moment=ANNA.recorded_at)["items"]
    return next(one for one in found if f"crm:customer:{number}" in one["records"])


def decided(hub: Hub, verdict: Any = "same", number: int = 1) -> str:
    task = doubtful(hub, number)
    tasks.decide(hub, task["id"], verdict=verdict, reason="one firm", etag=task["etag"], author=ANNA)
    return str(task["id"])


def test_another_person_is_asked_and_sees_neither_the_answer_nor_who_gave_it(hub: Hub) -> None:
    share(hub, 1)
    task = doubtful(hub)
    parts = {"task_id": task["id"], "verdict": "same", "etag": task["etag"], "reason": "one firm", "supersede": False}
    decide(hub, Intent("decide_task", parts), author=ANNA, hold=10)
    assert second_opinions.waiting(hub, BERT.actor)["items"] == [], "nothing is decided yet"
    carry_out_due(hub, author=later(20))
    assert second_opinions.waiting(hub, ANNA.actor)["items"] == [], "nobody is asked about their own decision"
    waits = second_opinions.waiting(hub, BERT.actor)["items"]
    assert [set(one) for one in waits] == [{"id", "kind", "entity_type", "records"}]
    seen = second_opinions.look(hub, task["id"], who=BERT.actor)
    assert (seen["task"]["evidence"], seen["rest"]) == (None, []), "what the hub makes of it would tell, too"
    assert (seen["task"]["status"], seen["task"]["proposed"], seen["decided"], seen["same"]) == ("open", None, [], None)
    assert {one["golden_id"] for one in seen["records"]} == {None}, "where the records are now would tell the answer"
    assert seen["attributes"][0]["values"] != [None, None]
    assert ANNA.actor not in repr(seen)
    assert "one firm" not in repr(seen)
    with pytest.raises(Forbidden, match="yourself"):
        second_opinions.give(hub, task["id"], "same", reason="again", author=ANNA)
    told = second_opinions.give(hub, task["id"], "same", reason="one phone", author=BERT)
    assert told["agrees"]
    with pytest.raises(Conflict, match="given already"):
        second_opinions.give(hub, task["id"], "same", reason="late", author=CARL)
    with pytest.raises(NotFound):
        second_opinions.look(hub, "task_0", who=BERT.actor)
    found = agreement.agreement(hub)
    assert (found["answered"], found["agreed"], found["waiting"], found["disagreements"]) == (1, 1, 0, 0)
    assert [(one["person"], one["first"], one["second"]) for one in found["people"]] == [
        (ANNA.actor, 1, 0), (BERT.actor, 0, 1)
    ]  # fmt: skip
    assert rebuild.verify(hub).match


@pytest.mark.parametrize("holds", ["same", "distinct"])
def test_a_disagreement_is_settled_by_a_third_person_and_what_they_say_holds(hub: Hub, holds: Any) -> None:
    share(hub, 1, split=True)
    task_id = decided(hub)
    before = state(hub)
    assert not second_opinions.give(hub, task_id, "distinct", reason="two branches", author=BERT)["agrees"]
    assert state(hub) == before, "a second opinion changes nothing"
    assert [one["id"] for one in agreement.page(hub, apart=True)["items"]] == [task_id]
    for one in (ANNA, BERT):
        with pytest.raises(Forbidden, match="third person"):
            agreement.settle(hub, task_id, holds, reason="mine", author=one)
    settled = agreement.settle(hub, task_id, holds, reason="the register", author=CARL)
    assert settled["in_force"] == (holds == "same")
    assert [one["verdict"] for one in (*settled["answers"], settled["settled"])] == ["same", "distinct", holds]
    assert agreement.page(hub, apart=True)["items"] == []
    people = {one["person"]: one["overruled"] for one in agreement.agreement(hub)["people"]}
    assert people == {ANNA.actor: int(holds == "distinct"), BERT.actor: int(holds == "same")}
    with pytest.raises(Conflict):
        agreement.settle(hub, task_id, holds, reason="again", author=CARL)
    assert rebuild.rebuild(hub).match
    assert [one["settled"]["verdict"] for one in agreement.page(hub)["items"]] == [holds]


def test_what_was_taken_back_is_asked_about_no_longer(hub: Hub) -> None:
    share(hub, 1)
    task_id = decided(hub)
    with hub.database.read() as reader:
        (position,) = reader.one("SELECT decision FROM second_opinion")
    decisions.undo(hub, f"dec_{position}", reason="too early", author=ANNA)
    assert second_opinions.waiting(hub, BERT.actor)["items"] == []
    with pytest.raises(Conflict, match="taken back"):
        second_opinions.give(hub, task_id, "same", reason="late", author=BERT)
    with pytest.raises(NotFound, match="was given"):
        agreement.settle(hub, task_id, "same", reason="early", author=CARL)
    assert rebuild.verify(hub).match


def test_a_share_of_tasks_is_drawn_the_same_ones_each_time_and_none_that_two_have_seen(hub: Hub) -> None:
    share(hub, 0.5)
    chosen = [doubtful(hub, number) for number in range(1, 7)]
    picked = [bulk_decisions.Chosen(one["id"], one["etag"]) for one in bulk_tasks(hub)]
    done = bulk_decisions.decide_many(hub, picked, "distinct", reason="a sample", author=ANNA)
    asked = {one["id"] for one in second_opinions.waiting(hub, BERT.actor)["items"]}
    by_itself = {one["id"] for one in chosen if is_drawn(hub.salt, one["id"], 0.5)}
    assert asked == by_itself, "of a bulk decision each task is drawn by itself"
    decisions.undo(hub, done.decision_id, reason="again", author=ANNA)
    picked = [bulk_decisions.Chosen(one["id"], one["etag"]) for one in bulk_tasks(hub)]
    bulk_decisions.decide_many(hub, picked, "distinct", reason="a sample", author=ANNA)
    assert {one["id"] for one in second_opinions.waiting(hub, BERT.actor)["items"]} == asked
    share(hub, 1)
    approved = replace(ANNA, consent=Consent(None, approved_by=BERT.actor))
    task = doubtful(hub, 0)
    tasks.decide(hub, task["id"], verdict="same", reason="one", etag=task["etag"], author=approved)
    assert task["id"] not in {one["id"] for one in second_opinions.waiting(hub, CARL.actor)["items"]}


def bulk_tasks(hub: Hub) -> list[dict[str, Any]]:
    return list(tasks.page(hub, kind="review", moment=ANNA.recorded_at)["items"])


def test_the_database_itself_lets_nobody_answer_twice_or_settle_their_own(hub: Hub) -> None:
    share(hub, 1)
    decided(hub)
    with pytest.raises(REFUSED, match="ck_second_opinion_another"), hub.database.write() as writer:
        writer.run("UPDATE second_opinion SET second = first, position = 1, answer = 'same'")
    with pytest.raises(REFUSED, match="ck_second_opinion_third"), hub.database.write() as writer:
        writer.run("UPDATE second_opinion SET second = 'b', position = 1, settled = 2, settled_by = 'b'")


def test_agreement_beyond_chance_is_that_of_the_textbook() -> None:
    answers = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    assert kappa(answers) == 0.4
    assert kappa([]) is kappa([("same", "same")] * 9) is None
    assert [band(one) for one in (None, -9_000, 0, 4_000, 30_000)] == [
        "no weight", "0.00 to 0.50", "0.50 to 0.70", "0.90 to 0.95", "0.99 to 1.00"
    ]  # fmt: skip
