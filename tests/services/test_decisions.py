"""Merges, splits, verdicts and their undoing: facts that hold, and go without a trace when they are undone."""

import pytest

from mdm.errors import Conflict, InvalidInput, NotFound
from mdm.ingest import Incoming
from mdm.log import Key
from mdm.services import rebuild
from mdm.services.deciding import activity, decisions, overrides
from mdm.services.deciding.overrides import Wanted
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.reading import golden
from mdm.store import digests
from tests.conftest import AUTHOR


def put(hub: Hub, source: str, source_id: str, **attributes: object) -> str:
    incoming = Incoming(source, "customer", source_id, attributes, None, None, "put")
    found = records.put(hub, incoming, author=AUTHOR, wait=True).golden_id
    assert found is not None
    return found


def digest(hub: Hub) -> str:
    with hub.database.read() as reader:
        return digests.state(reader)


def two(hub: Hub) -> tuple[str, str]:
    return put(hub, "crm", "1", name="Alder Consulting"), put(hub, "erp", "2", name="Birch Logistics")


def one_of_two(hub: Hub) -> str:
    put(hub, "crm", "1", name="Northgate Trading Ltd", tax_id="GB434031494")
    return put(hub, "erp", "2", name="Northgate Trading Limited", tax_id="GB434031494")


def test_a_merge_keeps_the_older_id_and_the_other_redirects(hub: Hub) -> None:
    older, newer = two(hub)
    decided = decisions.merge(hub, [newer, older], reason="same firm", author=AUTHOR)
    assert decided.golden_ids == [older]
    assert decided.redirects == {newer: older}
    found = golden.get(hub, newer)
    assert (found["status"], found["current_id"]) == ("merged", older)
    assert rebuild.verify(hub).match


def test_undoing_a_merge_restores_the_digest_and_both_ids(hub: Hub) -> None:
    older, newer = two(hub)
    before = digest(hub)
    decided = decisions.merge(hub, [older, newer], reason="same firm", author=AUTHOR)
    assert digest(hub) != before
    undone = decisions.undo(hub, decided.decision_id, reason="mistaken", author=AUTHOR)
    assert undone.golden_ids == [older, newer]
    assert digest(hub) == before
    assert rebuild.verify(hub).match


def test_a_split_holds_against_the_rules_and_the_old_id_stays_with_its_founder(hub: Hub) -> None:
    one = one_of_two(hub)
    decided = decisions.split(hub, one, [Key("erp", "customer", "2")], reason="not the same", author=AUTHOR)
    assert len(decided.golden_ids) == 2
    assert one in decided.golden_ids
    assert golden.get(hub, one)["status"] == "active"
    put(hub, "erp", "2", name="Northgate Trading Limited", tax_id="GB434031494", website="northgate.example")
    assert len(golden.page(hub, entity_type="customer", cursor=None, limit=10)["items"]) == 2


def test_undoing_a_split_restores_the_digest(hub: Hub) -> None:
    one = one_of_two(hub)
    before = digest(hub)
    decided = decisions.split(hub, one, [Key("erp", "customer", "2")], reason="not the same", author=AUTHOR)
    decisions.undo(hub, decided.decision_id, reason="it was", author=AUTHOR)
    assert digest(hub) == before
    assert rebuild.verify(hub).match


def test_a_decision_is_undone_once(hub: Hub) -> None:
    decided = decisions.merge(hub, two(hub), reason="same firm", author=AUTHOR)
    undone = decisions.undo(hub, decided.decision_id, reason="mistaken", author=AUTHOR)
    with pytest.raises(Conflict, match=f"{undone.decision_id} took it back already"):
        decisions.undo(hub, decided.decision_id, reason="again", author=AUTHOR)


def test_what_does_not_hold_names_the_decision_that_stands_against_it(hub: Hub) -> None:
    one, other = Key("crm", "customer", "1"), Key("erp", "customer", "2")
    two(hub)
    first = decisions.verdict(hub, one, other, "same", reason="", author=AUTHOR)
    second = decisions.verdict(hub, one, other, "distinct", reason="", author=AUTHOR, supersede=True)
    undone = decisions.undo(hub, second.decision_id, reason="", author=AUTHOR)
    third = decisions.verdict(hub, one, other, "distinct", reason="", author=AUTHOR, supersede=True)
    decisions.undo(hub, third.decision_id, reason="", author=AUTHOR)
    decisions.undo(hub, undone.decision_id, reason="", author=AUTHOR)
    with pytest.raises(Conflict, match=f"{second.decision_id} was decided in its place; undo that one"):
        decisions.undo(hub, first.decision_id, reason="", author=AUTHOR)
    told = {item["decision_id"]: item.get("undone_by") for item in activity.page(hub, activity.Wanted())["items"]
            if "decision_id" in item}  # fmt: skip
    assert told[first.decision_id] == second.decision_id, "and not the third, which was taken back"


def test_an_id_of_which_all_is_deleted_redirects_to_nothing_and_not_to_itself(hub: Hub) -> None:
    third = Key("psa", "customer", "3")
    ids = [*two(hub), put(hub, "psa", "3", name="Hollerbach Maschinenbau")]
    decided = decisions.merge(hub, ids, reason="same firm", author=AUTHOR)
    decisions.verdict(hub, Key("crm", "customer", "1"), third, "distinct", reason="", author=AUTHOR, supersede=True)
    gone = Incoming("psa", "customer", "3", {}, None, None, "delete")
    records.put(hub, gone, author=AUTHOR, wait=True)
    undone = decisions.undo(hub, decided.decision_id, reason="mistaken", author=AUTHOR)
    assert undone.redirects == {}, "the third redirected to itself"


def test_undoing_an_undo_brings_the_decision_back(hub: Hub) -> None:
    older, newer = two(hub)
    decided = decisions.merge(hub, [older, newer], reason="same firm", author=AUTHOR)
    merged = digest(hub)
    undone = decisions.undo(hub, decided.decision_id, reason="mistaken", author=AUTHOR)
    again = decisions.undo(hub, undone.decision_id, reason="no, it was right", author=AUTHOR)
    assert digest(hub) == merged
    assert (again.golden_ids, again.redirects) == ([older], {newer: older}), "as the decision itself was answered"
    apart = decisions.undo(hub, again.decision_id, reason="no, it was not", author=AUTHOR)
    assert (apart.golden_ids, apart.redirects) == ([older, newer], {})


def test_what_was_set_with_a_decision_goes_and_comes_back_with_it_however_often_it_is_undone(hub: Hub) -> None:
    older, newer = two(hub)
    before = digest(hub)
    last = decisions.merge(hub, [older, newer], reason="same firm", author=AUTHOR)
    picked = Wanted(older, "name", "Alder & Birch", beside=last.position)
    overrides.override(hub, picked, reason="same firm", author=AUTHOR)
    merged = digest(hub)
    for there in (False, True, False, True):
        last = decisions.undo(hub, last.decision_id, reason="on second thoughts", author=AUTHOR)
        assert digest(hub) == (merged if there else before)
        assert rebuild.verify(hub).match


def test_a_contradiction_is_refused_with_what_it_contradicts_unless_it_supersedes(hub: Hub) -> None:
    left, right = Key("crm", "customer", "1"), Key("erp", "customer", "2")
    two(hub)
    first = decisions.verdict(hub, left, right, "distinct", reason="other town", author=AUTHOR)
    with pytest.raises(Conflict) as refused:
        decisions.verdict(hub, left, right, "same", reason="moved", author=AUTHOR)
    listed = refused.value.extra["decisions"]
    assert isinstance(listed, list)
    assert listed[0]["decision_id"] == first.decision_id
    decided = decisions.verdict(hub, left, right, "same", reason="moved", author=AUTHOR, supersede=True)
    assert len(decided.golden_ids) == 1


def test_what_cannot_be_decided_is_refused_in_words(hub: Hub) -> None:
    older, newer = two(hub)
    with pytest.raises(InvalidInput, match="at least two different"):
        decisions.merge(hub, [older, older], reason="", author=AUTHOR)
    with pytest.raises(InvalidInput, match="erp:customer:2 is not a record of"):
        decisions.split(hub, older, [Key("erp", "customer", "2")], reason="", author=AUTHOR)
    with pytest.raises(InvalidInput, match="leaves at least one"):
        decisions.split(hub, older, [Key("crm", "customer", "1")], reason="", author=AUTHOR)
    with pytest.raises(NotFound, match="no decision"):
        decisions.undo(hub, "dec_999999", reason="", author=AUTHOR)
    with pytest.raises(NotFound, match="no source record crm:customer:404"):
        decisions.verdict(
            hub, Key("crm", "customer", "404"), Key("erp", "customer", "2"), "same", reason="", author=AUTHOR
        )
    decisions.merge(hub, [older, newer], reason="same firm", author=AUTHOR)
    with pytest.raises(Conflict, match=f"{newer} is no active golden record: it is merged into {older}"):
        decisions.merge(hub, [older, newer], reason="again", author=AUTHOR)
    with pytest.raises(NotFound, match="'cus_zzzzzzz' was never given"):
        decisions.merge(hub, [older, "cus_zzzzzzz"], reason="", author=AUTHOR)
