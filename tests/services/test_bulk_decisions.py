"""Many tasks decided at once: one fact, one decision ID, one undo; a second person above twenty."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from mdm.errors import InvalidInput, NeedsApproval, Stale
from mdm.ingest import Incoming
from mdm.services import rebuild
from mdm.services.deciding import decisions
from mdm.services.hub import Hub, open_hub
from mdm.services.intake import records
from mdm.services.reading import golden
from mdm.services.stewarding import bulk_decisions, proposals, task_work, tasks
from mdm.services.stewarding.bulk_decisions import (
    Chosen,
    DecidedMany,
    Matching,
    choose,
    choose_listed,
    choose_named,
    decide_many,
    preview_many,
)
from mdm.services.stewarding.intents import Intent
from mdm.services.stewarding.proposals import Proposed, decide
from mdm.store import decisions as stored_decisions
from mdm.store.database import Transaction
from mdm.store.tasks import Filter
from tests.services.two_people import ANNA, BERT, asks_for, head, proposed, put, state

TOWNS = (
    *("Aachen", "Bremen", "Coburg", "Dessau", "Erfurt", "Fulda", "Goslar", "Hagen", "Ilmenau", "Jena", "Kassel"),
    *("Lindau", "Minden", "Nagold", "Oldenburg", "Passau", "Rostock", "Speyer", "Trier", "Ulm", "Velbert", "Worms"),
    "Zwickau",
)


def doubtful(hub: Hub, count: int) -> list[Chosen]:
    """So many pairs of firms that may be one, each with an open task."""
    for number, town in enumerate(TOWNS[:count]):
        address = {"street": f"Hauptstr. {number}", "postcode": f"{10115 + number}", "city": town}
        put(hub, "crm", str(number), name=f"{town} Logistik GmbH", phone=f"+49 30 9018{number:02}", address=address)
        phone = None if number % 3 else f"+49 40 7012{number:02}"
        put(hub, "erp", str(number), name=f"{town} Logistic", phone=phone, address=address)
    found = choose(hub, Matching("customer"), author=ANNA)
    assert len(found) == count
    return found


def intent(chosen: list[Chosen], verdict: str = "same") -> Intent:
    parts = {"tasks": [[*one] for one in chosen], "verdict": verdict, "reason": "sample checked", "supersede": False}
    return Intent("decide_tasks", parts)


def open_tasks(hub: Hub) -> int:
    return len(tasks.page(hub, limit=1000)["items"])


def test_one_fact_decides_all_of_them_and_one_undo_takes_all_back(hub: Hub) -> None:
    chosen, before, at = doubtful(hub, 5), state(hub), head(hub)
    dry = preview_many(hub, chosen, "same", reason="x", author=ANNA)
    assert (state(hub), head(hub)) == (before, at)
    done = decide(hub, intent(chosen), author=ANNA)
    assert isinstance(done, DecidedMany)
    assert (done.tasks, done.left_out, len(done.golden_ids), len(done.redirects)) == (5, [], 5, 5)
    assert (dry["golden_ids"], dry["redirects"]) == (done.golden_ids, done.redirects)
    assert open_tasks(hub) == 0
    with hub.database.read() as reader:
        assert reader.one("SELECT count(*) FROM log WHERE kind = 'verdict'") == (1,)
        assert len(stored_decisions.pairs_at(reader, [done.position])) == 5
    [told] = golden.history(hub, done.golden_ids[0])["decisions"]
    assert (told["action"], told["pairs"]) == ("bulk", [["crm:customer:0", "erp:customer:0"]])
    decisions.undo(hub, done.decision_id, reason="too quick", author=ANNA)
    assert state(hub) == before
    assert open_tasks(hub) == 5
    assert rebuild.verify(hub).match


def test_a_list_is_decided_without_what_its_steward_deals_with_one_by_one(hub: Hub) -> None:
    chosen = doubtful(hub, 5)
    in_hand, of_another, decided = (one.id for one in chosen[:3])
    task_work.claim(hub, in_hand, author=ANNA)
    task_work.claim(hub, of_another, author=BERT)
    parts = {"task_id": decided, "verdict": "distinct", "reason": "two", "etag": chosen[2].etag, "picks": None,
             "supersede": False}  # fmt: skip
    own = decide(hub, Intent("decide_task", parts), author=ANNA, hold=60)
    assert isinstance(own, Proposed)
    listed = choose_listed(hub, Filter("customer", "review"), author=ANNA)
    assert (listed.in_hand, listed.decided) == (1, 1)
    assert [one.id for one in listed.chosen] == [of_another, *(one.id for one in chosen[3:])]
    done = decide_many(hub, listed.chosen, "same", reason="x", author=ANNA)
    assert (done.tasks, [one["id"] for one in done.left_out]) == (2, [of_another])
    assert proposals.get(hub, own.document["proposal_id"])["status"] == "held", "their own decision stands"
    with pytest.raises(InvalidInput, match="0 open tasks"):
        choose(hub, Matching("customer", max_probability=0), author=ANNA)


def test_what_is_in_hand_is_decided_together_where_just_that_is_asked_for(hub: Hub) -> None:
    chosen = doubtful(hub, 3)
    task_work.claim(hub, chosen[0].id, author=ANNA)
    in_hand = Filter("customer", "review", claimed_by=ANNA.actor, now=ANNA.recorded_at)
    assert choose_listed(hub, in_hand, author=ANNA) == ([chosen[0]], 0, 0)
    ticked = choose_named(hub, [chosen[0].id, chosen[1].id])
    assert decide_many(hub, ticked, "distinct", reason="x", author=ANNA).tasks == 2


def test_it_gives_what_deciding_one_by_one_gives(hub: Hub) -> None:
    chosen, before = doubtful(hub, 4), state(hub)
    done = decide_many(hub, chosen, "same", reason="x", author=ANNA)
    at_once = state(hub)
    decisions.undo(hub, done.decision_id, reason="x", author=ANNA)
    assert state(hub) == before != at_once
    for one in choose(hub, Matching("customer"), author=ANNA):
        tasks.decide(hub, one.id, verdict="same", reason="x", etag=one.etag, author=ANNA)
    assert state(hub) == at_once


def test_a_dry_run_tells_totals_the_worst_and_a_sample_spread_by_weight(hub: Hub) -> None:
    chosen = doubtful(hub, 23)
    dry = preview_many(hub, chosen, "same", reason="x", author=ANNA)
    assert dry["totals"] == {"tasks": 23, "left_out": 0, "redirects": 23, "golden_records": 23}
    assert dry["needs"] == ["a bulk decision of 23 tasks (more than 20)"]
    weights = [one["match_weight"] for one in dry["sample"]]
    assert (len(dry["worst"]), weights) == (5, sorted(weights))
    assert len(weights) == 20
    assert dry["worst"][0]["match_weight"] == min(weights) < max(weights)
    apart = preview_many(hub, chosen, "distinct", reason="x", author=ANNA)
    assert apart["worst"][0]["match_weight"] == max(weights)
    assert apart["totals"]["redirects"] == 0


def test_more_than_twenty_need_a_second_person_and_the_rules_may_ask_earlier(hub: Hub) -> None:
    chosen, before = doubtful(hub, 22), state(hub)
    with pytest.raises(NeedsApproval, match="22 tasks"):
        decide_many(hub, chosen, "same", reason="x", author=ANNA)
    waits = proposed(hub, intent(chosen))
    told = proposals.get(hub, waits)
    assert (told["parts"]["tasks"], told["needs"]) == (22, ["a bulk decision of 22 tasks (more than 20)"])
    assert isinstance(decide(hub, intent(chosen[:3], "distinct"), author=BERT), DecidedMany)
    approved = proposals.approve(hub, waits, reason="fine", author=BERT)
    assert isinstance(approved, DecidedMany)
    assert (approved.tasks, len(approved.left_out)) == (19, 3), "those that were decided meanwhile are left out"
    assert golden.history(hub, approved.golden_ids[-1])["decisions"][0]["approved_by"] == BERT.actor
    decisions.undo(hub, approved.decision_id, reason="x", author=ANNA)
    assert state(hub) != before
    asks_for(hub, bulk=0)
    assert isinstance(decide(hub, intent(choose(hub, Matching("customer"), author=ANNA)[:1]), author=ANNA), Proposed)
    assert rebuild.verify(hub).match


def test_what_has_changed_is_left_out_and_said_and_nothing_left_is_stale(hub: Hub) -> None:
    chosen = doubtful(hub, 3)
    keys = {one.id: tasks.get(hub, one.id)["records"][0] for one in chosen}
    put(hub, "crm", keys[chosen[0].id].rpartition(":")[2], name="Quite Another Firm")
    tasks.decide(hub, chosen[1].id, verdict="distinct", reason="two", etag=chosen[1].etag, author=BERT)
    missing = Chosen("task_0", "0")
    done = decide_many(hub, [*chosen, missing], "same", reason="x", author=ANNA)
    assert done.tasks == 1
    because = {one["id"]: one["because"] for one in done.left_out}
    assert because.keys() == {chosen[0].id, chosen[1].id, "task_0"}
    assert "closed at position" in because[chosen[1].id]
    with pytest.raises(Stale, match="none of these tasks") as refused:
        decide_many(hub, chosen, "same", reason="x", author=ANNA)
    assert len(refused.value.extra["left_out"]) == 3  # type: ignore[arg-type]
    with pytest.raises(Stale, match="none of these tasks"):
        decide_many(hub, [missing], "same", reason="x", author=ANNA)


def test_what_has_come_and_is_not_resolved_yet_counts(hub: Hub) -> None:
    chosen = doubtful(hub, 2)
    _, _, number = tasks.get(hub, chosen[0].id)["records"][0].rpartition(":")
    new = Incoming("crm", "customer", number, {"name": "Quite Another Firm"}, None, None, "put")
    records.put(hub, new, author=ANNA, wait=False)
    dry = preview_many(hub, chosen, "same", reason="x", author=ANNA)
    records.put(hub, new._replace(attributes={"name": "Yet Another Firm"}), author=ANNA, wait=False)
    done = decide_many(hub, chosen, "same", reason="x", author=ANNA)
    assert [one["id"] for one in done.left_out] == [one["id"] for one in dry["left_out"]] == [chosen[0].id]


def test_a_filter_takes_what_is_within_its_range(hub: Hub) -> None:
    chosen = doubtful(hub, 3)
    likely = min(tasks.get(hub, one.id)["evidence"]["match_probability"] for one in chosen)
    assert len(choose(hub, Matching("customer", min_probability=likely - 0.001), author=ANNA)) == 3
    assert len(choose(hub, Matching("customer", max_probability=1), author=ANNA)) == 3
    for nothing in (Matching("customer", min_probability=1), Matching("customer", max_probability=0.5)):
        with pytest.raises(InvalidInput, match="from 1 to 10,000"):
            choose(hub, nothing, author=ANNA)


def test_a_dry_run_waits_for_nobody_who_writes_and_nobody_for_it(hub: Hub) -> None:
    chosen = doubtful(hub, 3)
    with closing(open_hub(hub.settings)) as other, other.database.write() as writer:
        writer.lock_log()
        assert preview_many(hub, chosen, "same", reason="x", author=ANNA)["totals"]["tasks"] == 3


def test_one_that_is_held_is_written_in_one_short_transaction(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen, written, begin = doubtful(hub, 3), list[str](), hub.database.write

    @contextmanager
    def watched() -> Iterator[Transaction]:
        with begin() as writer:
            yield writer
            written.extend(kind for (kind,) in writer.rows("SELECT kind FROM log ORDER BY position DESC LIMIT 1"))

    monkeypatch.setattr(hub.database, "write", watched)
    assert isinstance(decide(hub, intent(chosen), author=ANNA, hold=10), Proposed)
    assert written == ["proposal"]


def test_a_decision_of_many_asks_the_database_as_often_as_one_of_few(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    asks_for(hub, merge={"records": 2}, confirmed=True, different=["tax_id", "phone"], priority=100)
    chosen, asked, run = doubtful(hub, 12), list[str](), Transaction.rows

    def noted(self: Transaction, statement: str, *values: object) -> list[tuple[Any, ...]]:
        asked.append(statement)
        return run(self, statement, *values)

    monkeypatch.setattr(Transaction, "rows", noted)

    def many(count: int) -> list[str]:
        asked.clear()
        assert preview_many(hub, chosen[:count], "same", reason="x", author=ANNA)["totals"]["tasks"] == count
        return list(asked)

    assert many(12) == many(3)


def test_tasks_of_several_types_or_too_many_records_are_refused(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = doubtful(hub, 1)
    monkeypatch.setattr(bulk_decisions, "MOST", 1)
    with pytest.raises(InvalidInput, match="from 1 to 1 tasks"):
        decide_many(hub, [*chosen, Chosen("task_0", "0")], "same", reason="x", author=ANNA)
    with pytest.raises(InvalidInput, match="from 1 to 1 tasks"):
        decide_many(hub, [], "same", reason="x", author=ANNA)
