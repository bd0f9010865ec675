"""Decisions that are held or wait for a second person: without effect until then, carried out once, checked again."""

import pytest
import yaml

from mdm.entity_types.document import shipped
from mdm.errors import Conflict, Forbidden, InvalidInput, NeedsApproval, NotFound, Settled
from mdm.ingest import Incoming
from mdm.log import Key
from mdm.services import rebuild, resolving
from mdm.services.deciding import decisions, overrides
from mdm.services.deciding.decisions import Decided
from mdm.services.deciding.overrides import Wanted
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.reading import golden
from mdm.services.rulebook import rules
from mdm.services.stewarding import proposals, tasks
from mdm.services.stewarding.intents import Intent
from mdm.services.stewarding.preview import preview
from mdm.services.stewarding.proposals import Proposed, approve, carry_out_due, decide, get, refuse, take_back, withdraw
from tests.services.two_people import (
    ANNA,
    BERT,
    CARL,
    asks_for,
    head,
    later,
    merge,
    override,
    proposed,
    put,
    state,
    two,
)


def test_a_held_decision_has_no_effect_before_its_time_and_all_of_it_then(hub: Hub) -> None:
    older, newer = two(hub)
    before = state(hub)
    held = proposed(hub, merge([older, newer]), hold=10)
    told = get(hub, held)
    assert (told["status"], told["due"]) == ("held", "2026-03-01T09:30:10.000000Z")
    assert (told["golden_ids"], told["redirects"], told["decision_id"]) == ([older], {newer: older}, None)
    assert carry_out_due(hub, author=later(9)) == 0
    resolving.resolve_all(hub, author=ANNA)
    assert state(hub) == before
    assert carry_out_due(hub, author=later(10)) == 1
    assert golden.get(hub, newer)["current_id"] == older
    told = get(hub, held)
    assert told["status"] == "carried_out"
    [decided] = golden.history(hub, older)["decisions"]
    assert (decided["decision_id"], decided["proposal_id"]) == (told["decision_id"], held)
    assert (decided["actor"], "approved_by" in decided) == (ANNA.actor, False)
    assert carry_out_due(hub, author=later(50)) == 0
    assert rebuild.verify(hub).match


def test_a_held_decision_is_withdrawn_without_a_trace_in_the_state_and_undone_afterwards(hub: Hub) -> None:
    older, newer = two(hub)
    before = state(hub)
    held = proposed(hub, merge([older, newer]), hold=10)
    with pytest.raises(Forbidden, match="proposed by key:anna"):
        take_back(hub, held, reason="mine?", author=BERT)
    taken = take_back(hub, held, reason="a slip", author=ANNA)
    assert isinstance(taken, Proposed)
    assert (taken.document["status"], taken.document["answer"]) == ("withdrawn", "a slip")
    assert carry_out_due(hub, author=later(30)) == 0
    with pytest.raises(Settled, match="it was withdrawn"):
        withdraw(hub, held, reason=None, author=ANNA)
    again = proposed(hub, merge([older, newer]), hold=10)
    carry_out_due(hub, author=later(30))
    assert state(hub) != before
    undone = take_back(hub, again, reason="a slip", author=ANNA)
    assert isinstance(undone, Decided)
    assert state(hub) == before
    with pytest.raises(Conflict, match=f"{undone.decision_id} took it back already"):
        take_back(hub, again, reason="once more", author=ANNA)
    assert rebuild.verify(hub).match


def test_what_could_not_be_decided_now_is_refused_now_and_what_is_so_already_is_not_held(hub: Hub) -> None:
    older, newer = two(hub)
    at = head(hub)
    with pytest.raises(InvalidInput, match="at least two"):
        decide(hub, merge([older, older]), author=ANNA, hold=10)
    with pytest.raises(NotFound):
        decide(hub, Intent("undo", {"decision_id": "dec_999", "reason": ""}), author=ANNA, hold=10)
    with pytest.raises(InvalidInput, match="0 to 60 seconds"):
        decide(hub, merge([older, newer]), author=ANNA, hold=61)
    assert head(hub) == at
    first = overrides.override(hub, Wanted(older, "name", "Alder"), reason="register", author=ANNA)
    assert decide(hub, override(older, "name", "Alder"), author=ANNA, hold=10) == first


@pytest.mark.parametrize("change", ["another decision", "a contradiction", "another record", "a wider supersede"])
def test_a_held_decision_that_is_overtaken_is_not_carried_out_and_says_what_changed(hub: Hub, change: str) -> None:
    older, newer = two(hub)
    left, right = Key("crm", "customer", "1"), Key("erp", "customer", "2")
    held = proposed(hub, merge([older, newer], supersede=change == "a wider supersede"), hold=10)
    if change == "another decision":
        decisions.merge(hub, [older, newer], reason="quicker", author=BERT)
        words = "no active golden record"
    elif change == "another record":
        put(hub, "psa", "3", name="Birch Logistics", phone="+43 316 1")
        decisions.merge(hub, [newer, put(hub, "psa", "3", name="Birch Logistics")], reason="one", author=BERT)
        words = "records that it names are others now"
    else:
        decisions.verdict(hub, left, right, "distinct", reason="two towns", author=BERT)
        words = "contradicts dec_" if change == "a contradiction" else "supersede a decision that was made since"
    before = state(hub)
    assert carry_out_due(hub, author=later(10)) == 1
    told = get(hub, held)
    assert (told["status"], told["decision_id"]) == ("overtaken", None)
    assert words in told["changed"]
    by = told["overtaken_by"]
    assert (by["what"], by["by"], by["at"]) == ("decision", BERT.actor, BERT.recorded_at)
    assert by["decision_id"] == f"dec_{by['seq']}"
    assert by["record"].split(":")[0] in {"crm", "erp", "psa"}
    assert state(hub) == before
    assert rebuild.verify(hub).match


@pytest.mark.parametrize("approved", [False, True], ids=["held", "waiting for a second person"])
def test_a_split_of_a_record_that_has_been_deleted_since_is_overtaken(hub: Hub, *, approved: bool) -> None:
    one, other = two(hub)
    decisions.merge(hub, [one, other], reason="one firm", author=BERT)
    parts = {"golden_id": one, "keys": ["erp:customer:2"], "reason": "two", "supersede": True}
    if approved:
        asks_for(hub, split={"records": 1})
    waits = proposed(hub, Intent("split", parts), hold=0 if approved else 10)
    gone = Incoming("erp", "customer", "2", {}, None, None, "delete")
    records.put(hub, gone, author=CARL, wait=True)
    before = state(hub)
    if approved:
        with pytest.raises(Conflict, match="erp:customer:2 has been deleted"):  # whoever may approve reads it before
            proposals.intent(hub, waits)
        with pytest.raises(Conflict, match="erp:customer:2 has been deleted"):
            approve(hub, waits, reason=None, author=BERT)
    else:
        assert carry_out_due(hub, author=later(10)) == 1
    told = get(hub, waits)
    assert (told["status"], told["decision_id"]) == ("overtaken", None)
    assert "erp:customer:2 has been deleted" in told["changed"]
    by = told["overtaken_by"]
    assert (by["what"], by["record"], by["by"]) == ("record", "erp:customer:2", CARL.actor)
    assert state(hub) == before
    assert isinstance(decide(hub, Intent("split", parts), author=ANNA), Proposed if approved else Decided), "on purpose"


def test_a_split_of_which_all_that_would_stay_has_been_deleted_is_overtaken(hub: Hub) -> None:
    one, other = two(hub)
    decisions.merge(hub, [one, other], reason="one firm", author=BERT)
    parts = {"golden_id": one, "keys": ["erp:customer:2"], "reason": "two", "supersede": True}
    held = proposed(hub, Intent("split", parts), hold=10)
    records.put(hub, Incoming("crm", "customer", "1", {}, None, None, "delete"), author=CARL, wait=True)
    carry_out_due(hub, author=later(10))
    assert "all that would stay has been deleted since" in get(hub, held)["changed"]
    assert golden.get(hub, one)["status"] == "active"


@pytest.mark.parametrize("change", ["its record", "beside it", "the rules"])
def test_a_task_that_comes_back_says_what_overtook_the_decision(hub: Hub, change: str) -> None:
    address = {"street": "Hauptstr. 5", "postcode": "10115", "city": "Berlin"}
    put(hub, "crm", "1", name="Nordwind Logistik GmbH", address=address, tax_id="DE136695976")
    put(hub, "psa", "3", name="Nordwind Logistik GmbH", tax_id="DE136695976")
    put(hub, "erp", "2", name="Nordwind Logistic", address=address)
    found = tasks.page(hub, kind="review", moment=ANNA.recorded_at)["items"]
    task = next(one for one in found if "psa:customer:3" not in one["records"])
    parts = {"task_id": task["id"], "verdict": "same", "etag": task["etag"], "reason": "one", "supersede": False}
    held = decide(hub, Intent("decide_task", parts), author=ANNA, hold=10)
    assert isinstance(held, Proposed)
    assert tasks.get(hub, task["id"])["overtaken"] is None
    if change == "the rules":
        document = {**yaml.safe_load(shipped()["customer"]), "approval": {"priority": 1}}
        rules.apply(hub, yaml.safe_dump(document), file="customer.yaml", author=BERT)
    else:
        key = ("erp", "2") if change == "its record" else ("psa", "3")
        put(hub, *key, name="Nordwind Logistik GmbH", tax_id="DE136695976" if key[0] == "psa" else "", phone="030 1")
    assert carry_out_due(hub, author=later(10)) == 1
    told = get(hub, held.document["proposal_id"])
    record = {"its record": "erp:customer:2", "beside it": "psa:customer:3", "the rules": None}[change]
    what = "rules" if change == "the rules" else "record"
    assert (told["status"], told["overtaken_by"]["what"], told["overtaken_by"]["record"]) == ("overtaken", what, record)
    shown = tasks.get(hub, task["id"])["overtaken"]
    assert (shown["by"], shown["overtaken_by"], shown["changed"]) == (ANNA.actor, told["overtaken_by"], told["changed"])
    then = tasks.get(hub, task["id"], as_of=str(head(hub)))
    assert then["overtaken"] == shown
    assert tasks.get(hub, task["id"], as_of=str(told["seq"]))["overtaken"] is None
    assert rebuild.verify(hub).match


def test_a_decision_that_somebody_else_has_made_alike_is_what_became_of_the_proposal(hub: Hub) -> None:
    older, _ = two(hub)
    held = proposed(hub, override(older, "name", "Alder"), hold=10)
    made = overrides.override(hub, Wanted(older, "name", "Alder"), reason="register", author=BERT)
    at = head(hub)
    assert carry_out_due(hub, author=later(10)) == 1
    told = get(hub, held)
    assert (told["status"], told["decision_id"]) == ("carried_out", made.decision_id)
    assert head(hub) == at + 1, "only that it is settled"
    assert rebuild.verify(hub).match


def test_an_override_decided_on_an_older_version_is_overtaken(hub: Hub) -> None:
    older, _ = two(hub)
    version = golden.get(hub, older)["version"]
    held = proposed(hub, override(older, "name", "Alder", version=version), hold=10)
    put(hub, "crm", "1", name="Alder Consulting", website="alder.example")
    carry_out_due(hub, author=later(10))
    assert "is at version 2, and 1 was seen" in get(hub, held)["changed"]
    fresh = proposed(hub, override(older, "name", "Alder", version=2), hold=10)
    carry_out_due(hub, author=later(10))
    carried = get(hub, fresh)["decision_id"]
    assert (
        overrides.override(hub, Wanted(older, "name", "Alder"), reason="register", author=BERT).decision_id == carried
    )
    winner = golden.lineage(hub, older)["lineage"]["name"]["winner"]
    assert (winner["decision_id"], winner["actor"]) == (carried, ANNA.actor)


def test_an_undo_is_held_too(hub: Hub) -> None:
    older, newer = two(hub)
    before = state(hub)
    made = decisions.merge(hub, [older, newer], reason="one", author=BERT)
    held = proposed(hub, Intent("undo", {"decision_id": made.decision_id, "reason": "two"}), hold=5)
    assert state(hub) != before
    carry_out_due(hub, author=later(5))
    assert get(hub, held)["status"] == "carried_out"
    assert state(hub) == before


def test_a_second_person_approves_and_both_are_named(hub: Hub) -> None:
    asks_for(hub, override=["tax_id"], merge={"records": 2})
    older, newer = two(hub)
    wanted = override(older, "tax_id", "DE136695976")
    waits = proposed(hub, wanted, hold=10)
    told = get(hub, waits)
    assert (told["status"], told["due"], told["needs"]) == ("proposed", None, ["an override of tax_id"])
    assert carry_out_due(hub, author=later(59)) == 0
    with pytest.raises(Forbidden, match="your own"):
        approve(hub, waits, reason=None, author=ANNA)
    with pytest.raises(Forbidden, match="your own"):
        refuse(hub, waits, reason="x", author=ANNA)
    dry = preview(hub, lambda tried, by: approve(tried, waits, reason=None, author=by), author=BERT)
    assert [one["after"]["attributes"]["tax_id"] for one in dry.changes] == ["DE136695976"]
    assert get(hub, waits)["status"] == "proposed"
    decided = approve(hub, waits, reason="register", author=BERT)
    told = get(hub, waits)
    assert (told["status"], told["answered_by"], told["answer"]) == ("carried_out", BERT.actor, "register")
    [shown] = golden.history(hub, older)["decisions"]
    assert (shown["actor"], shown["approved_by"], shown["decision_id"]) == ("key:anna", "key:bert", decided.decision_id)
    winner = golden.lineage(hub, older)["lineage"]["tax_id"]["winner"]
    assert (winner["actor"], winner["approved_by"]) == ("key:anna", "key:bert")
    assert isinstance(decide(hub, merge([older, newer]), author=ANNA), Decided), "two records are not more than two"
    with pytest.raises(Settled, match=r"it was carried out by key:bert, as dec_"):
        approve(hub, waits, reason=None, author=CARL)
    assert rebuild.verify(hub).match


def test_no_way_into_the_log_goes_past_the_second_person(hub: Hub) -> None:
    asks_for(hub, merge=True, split=True, undo=True)
    older, newer = two(hub)
    with pytest.raises(NeedsApproval, match="a merge of 2 records"):
        decisions.merge(hub, [older, newer], reason="one", author=ANNA)
    with pytest.raises(NeedsApproval, match="a merge of 2 records"):
        decisions.verdict(
            hub, Key("crm", "customer", "1"), Key("erp", "customer", "2"), "same", reason="one", author=ANNA
        )
    approve(hub, proposed(hub, merge([older, newer])), reason=None, author=BERT)
    [made] = golden.history(hub, older)["decisions"]
    parts = {"golden_id": older, "keys": ["erp:customer:2"], "reason": "two", "supersede": True}
    assert get(hub, proposed(hub, Intent("split", parts)))["needs"] == ["a split of 2 records"]
    undo = proposed(hub, Intent("undo", {"decision_id": made["decision_id"], "reason": "two"}))
    assert get(hub, undo)["needs"] == ["an undo"]
    approve(hub, undo, reason=None, author=BERT)
    assert golden.get(hub, newer)["status"] == "active"
    apart = decisions.verdict(
        hub, Key("crm", "customer", "1"), Key("erp", "customer", "2"), "distinct", reason="two", author=ANNA
    )
    assert apart.golden_ids == [older, newer], "keeping apart what is apart splits nothing"
    assert rebuild.verify(hub).match


def test_golden_records_of_different_identifiers_need_a_second_person(hub: Hub) -> None:
    asks_for(hub, different=["tax_id"])
    one = put(hub, "crm", "1", name="Alder Consulting", tax_id="DE136695976")
    other = put(hub, "erp", "2", name="Birch Logistics", tax_id="ATU13585627")
    without = put(hub, "psa", "3", name="Cedar Trading")
    again = put(hub, "hcm", "4", name="Dogwood Foods", tax_id="not a number")
    assert isinstance(decide(hub, merge([one, without]), author=ANNA), Decided)
    assert isinstance(decide(hub, merge([one, again]), author=ANNA), Decided), "what is not valid is no difference"
    waits = proposed(hub, merge([one, other]))
    assert get(hub, waits)["needs"] == ["golden records of different tax_id"]


def test_a_proposal_is_refused_and_its_proposer_sees_why(hub: Hub) -> None:
    asks_for(hub, merge=True)
    older, newer = two(hub)
    before = state(hub)
    waits = proposed(hub, merge([older, newer]))
    told = refuse(hub, waits, reason="two firms of one group", author=BERT)
    assert (told["status"], told["answered_by"], told["answer"]) == ("refused", BERT.actor, "two firms of one group")
    with pytest.raises(Settled, match="refused by key:bert"):
        approve(hub, waits, reason=None, author=CARL)
    with pytest.raises(Settled, match="refused by key:bert"):
        take_back(hub, waits, reason="x", author=ANNA)
    held = proposed(hub, override(older, "name", "Alder"), hold=60)
    with pytest.raises(Conflict, match="needs no approval"):
        approve(hub, held, reason=None, author=BERT)
    assert refuse(hub, held, reason="no", author=BERT)["status"] == "refused"
    assert state(hub) == before
    assert rebuild.verify(hub).match


def test_an_approval_of_what_is_overtaken_is_refused_and_the_proposal_says_so(hub: Hub) -> None:
    asks_for(hub, merge=True)
    older, newer = two(hub)
    waits = proposed(hub, merge([older, newer]))
    asks_for(hub, merge={"records": 2})
    decisions.merge(hub, [older, newer], reason="quicker", author=CARL)
    with pytest.raises(Conflict, match="as it was proposed") as refused:
        approve(hub, waits, reason=None, author=BERT)
    assert refused.value.extra["status"] == "overtaken"
    told = get(hub, waits)
    assert (told["status"], told["answered_by"]) == ("overtaken", None)


def test_rules_that_ask_for_a_second_person_meanwhile_stop_what_is_held(hub: Hub) -> None:
    older, newer = two(hub)
    held = proposed(hub, merge([older, newer]), hold=10)
    asks_for(hub, merge=True)
    carry_out_due(hub, author=later(10))
    told = get(hub, held)
    assert (told["status"], "a second person" in told["changed"]) == ("overtaken", True)


def test_proposals_are_listed_by_what_became_of_them(hub: Hub) -> None:
    asks_for(hub, merge=True)
    older, newer = two(hub)
    waits, held = proposed(hub, merge([older, newer])), proposed(hub, override(older, "name", "Alder"), BERT, hold=9)
    gone = proposed(hub, override(older, "name", "Elder"), hold=9)
    withdraw(hub, gone, reason=None, author=ANNA)

    def listed(**wanted: object) -> list[str]:
        return [one["proposal_id"] for one in proposals.page(hub, **wanted)["items"]]  # type: ignore[arg-type]

    assert listed() == [held, waits]
    assert (listed(status="held"), listed(status="proposed")) == ([held], [waits])
    assert (listed(status="withdrawn"), listed(status=None, proposer=ANNA.actor)) == ([gone], [gone, waits])
    assert (listed(entity_type="customer"), listed(entity_type="employee")) == ([held, waits], [])
    first = proposals.page(hub, status=None, limit=2)
    assert proposals.page(hub, status=None, cursor=first["next"])["items"][0]["proposal_id"] == waits
    with pytest.raises(NotFound, match="pro_1234"):
        get(hub, "pro_x")


def test_a_rebuild_brings_back_what_stands_of_every_proposal(hub: Hub) -> None:
    asks_for(hub, merge=True)
    older, newer = two(hub)
    proposed(hub, merge([older, newer]))
    refuse(hub, proposed(hub, merge([older, newer])), reason="no", author=BERT)
    proposed(hub, override(older, "name", "Alder"), hold=9)
    carry_out_due(hub, author=later(30))
    everything = proposals.page(hub, status=None)
    with hub.database.write() as writer:
        writer.run("UPDATE proposal SET status = 'withdrawn' WHERE status = 'open'")
    assert not rebuild.verify(hub).match
    rebuild.rebuild(hub)
    assert rebuild.verify(hub).match
    assert proposals.page(hub, status=None) == everything
