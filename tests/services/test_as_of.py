"""Asked as of a moment or a position, every read tells what the hub knew then."""

from dataclasses import dataclass
from typing import Any

import pytest

from mdm.errors import InvalidInput, NotFound
from mdm.ingest import Incoming
from mdm.log import Author, Key
from mdm.services import positions, resolving
from mdm.services.deciding import decisions
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.reading import explain, golden, history, lookup
from mdm.services.rulebook import code_lists
from mdm.services.stewarding import tasks
from mdm.store import log
from mdm.store.batches import Origin

BERLIN = {"street": "Hauptstr. 5", "postcode": "10115", "city": "Berlin"}
CRM, ERP, PSA = (Key(source, "customer", "1") for source in ("crm", "erp", "psa"))


@dataclass
class Days:
    """A hub in which each thing happens on a day of its own, at nine."""

    hub: Hub
    day: int = 0

    def author(self) -> Author:
        self.day += 1
        return Author("ada", f"2027-03-{self.day:02}T09:00:00.000000Z")

    def put(self, key: Key, *, mode: Any = "put", **attributes: Any) -> None:
        sent = Incoming(key.source, key.entity_type, key.source_id, attributes, None, None, mode)
        author = self.author()
        records.put_many(self.hub, [sent], author=author, batch=Origin())
        resolving.resolve_all(self.hub, author=author)

    def head(self) -> int:
        with self.hub.database.read() as reader:
            return log.head(reader)

    def at(self, as_of: Any) -> int:
        with self.hub.database.read() as reader:
            return positions.position(reader, as_of)


@pytest.fixture
def days(hub: Hub) -> Days:
    return Days(hub)


def id_of(days: Days, key: Key, as_of: Any = None) -> str:
    return lookup.xref(days.hub, key, as_of=as_of)["golden_id"]


def test_a_moment_means_the_last_fact_recorded_at_or_before_it(days: Days) -> None:
    days.put(CRM, name="Acme GmbH")
    first = days.head()
    days.put(ERP, name="Other AG")
    assert days.at("2027-03-01T09:00:00Z") == days.at("2027-03-02T08:59:59Z") == first
    assert days.at("2027-03-02") == first, "a date is its first instant"
    assert days.at("2027-03-02T10:00:00+01:00") == days.at("2027-03-02T09:00:00Z") == days.head()
    assert days.at("2999-01-01") == days.head()
    assert days.at("1999-12-31T23:59:59Z") == days.at(0) == days.at("0") == 0
    assert [id_of(days, CRM, "2999-01-01"), id_of(days, CRM, 10**30)] == [id_of(days, CRM)] * 2
    for written in ("yesterday", "-1", "2027-13-01", ""):
        with pytest.raises(InvalidInput, match="as_of takes a log position or an ISO 8601 date or time"):
            days.at(written)


def test_a_clock_that_was_set_back_records_no_fact_before_the_one_it_follows(days: Days) -> None:
    days.put(CRM, name="Acme GmbH")
    days.put(ERP, name="Other AG")
    second = days.head()
    days.day = 0
    days.put(PSA, name="Third Ltd")
    assert days.at("2027-03-01T09:00:00Z") < second
    assert days.at("2027-03-02T09:00:00Z") == days.head()
    with days.hub.database.read() as reader:
        times = [row[0] for row in reader.rows("SELECT recorded_at FROM log ORDER BY position")]
    assert times == sorted(times)


def test_before_the_hub_knew_it_there_is_nothing(days: Days) -> None:
    days.put(CRM, name="Acme GmbH")
    days.put(ERP, name="Other AG")
    written = id_of(days, ERP)
    before = "2027-03-01T12:00:00Z"
    assert lookup.xrefs(days.hub, [ERP, CRM], as_of=before) == [None, lookup.xref(days.hub, CRM, as_of=before)]
    for read in (golden.get, golden.lineage, golden.history):
        with pytest.raises(NotFound, match=f"'{written}' was never given by then"):
            read(days.hub, written, as_of=before)
    with pytest.raises(NotFound, match="has arrived by then"):
        lookup.xref(days.hub, ERP, as_of=before)
    assert [one["golden_id"] for one in golden.page(days.hub, as_of=before)["items"]] == [id_of(days, CRM)]
    assert golden.page(days.hub, as_of=0)["items"] == tasks.page(days.hub, as_of=0)["items"] == []


def test_what_was_acknowledged_and_not_yet_resolved_was_pending_then(days: Days) -> None:
    sent = Incoming("crm", "customer", "1", {"name": "Acme GmbH"}, None, None, "put")
    records.put_many(days.hub, [sent], author=days.author(), batch=Origin())
    waiting = days.head()
    resolving.resolve_all(days.hub, author=days.author())
    assert lookup.xref(days.hub, CRM, as_of=waiting)["status"] == "pending"
    assert lookup.xref(days.hub, CRM, as_of=days.head())["status"] == "active"


def test_a_deletion_that_was_not_yet_resolved_had_not_happened(days: Days) -> None:
    days.put(CRM, name="Acme GmbH")
    gone = Incoming("crm", "customer", "1", {}, None, None, "delete")
    records.put_many(days.hub, [gone], author=days.author(), batch=Origin())
    waiting, written = days.head(), id_of(days, CRM)
    resolving.resolve_all(days.hub, author=days.author())
    then, now = (lookup.xref(days.hub, CRM, as_of=at) for at in (waiting, None))
    assert (then["status"], then["crosswalk"], "deleted" in then) == (
        "active",
        [{"source": "crm", "source_id": "1"}],
        False,
    )
    assert (now["status"], now["crosswalk"], now["deleted"]) == ("retired", [], True)
    assert lookup.xref(days.hub, CRM, as_of=days.head()) == now
    assert golden.get(days.hub, written, as_of=waiting)["crosswalk"] == then["crosswalk"]


def test_whether_a_decision_was_in_force_is_told_as_of_then(days: Days) -> None:
    days.put(CRM, name="Acme GmbH")
    days.put(ERP, name="Other AG")
    ids = [id_of(days, CRM), id_of(days, ERP)]
    merged = decisions.merge(days.hub, ids, reason="one", author=days.author())
    first = days.head()
    undone = decisions.undo(days.hub, merged.decision_id, reason="no", author=days.author())
    second = days.head()
    decisions.undo(days.hub, undone.decision_id, reason="yes after all", author=days.author())

    def in_force(as_of: Any) -> list[bool]:
        return [one["in_force"] for one in golden.history(days.hub, ids[0], as_of=as_of)["decisions"]]

    assert in_force("2027-03-02T23:00:00Z") == []
    assert in_force(first) == [True]
    assert in_force(second) == [False, True]
    assert in_force(days.head()) == in_force(None) == [True, False, True]
    assert golden.get(days.hub, ids[1], as_of=first)["current_id"] == ids[0]
    assert golden.get(days.hub, ids[1], as_of=second)["status"] == "active"


def doubtful(days: Days) -> str:
    """Two records that look alike, and the task about them."""
    days.put(CRM, name="Nordwind Logistik GmbH", phone="+49 30 901820", address=BERLIN)
    days.put(ERP, name="Nordwind Logistic", address=BERLIN)
    return str(tasks.page(days.hub)["items"][0]["id"])


def test_a_task_is_shown_as_it_was_with_the_golden_records_of_then(days: Days) -> None:
    task_id = doubtful(days)
    open_, at_first = tasks.get(days.hub, task_id), days.head()
    days.put(ERP, name="Nordwind Logistic", phone="+49 30 111111", address=BERLIN)
    weighed = tasks.get(days.hub, task_id)
    second = days.head()
    assert (weighed["priority"], weighed["etag"]) != (open_["priority"], open_["etag"])
    tasks.decide(days.hub, task_id, verdict="distinct", reason="two", etag=weighed["etag"], author=days.author())
    closed = tasks.get(days.hub, task_id)
    days.put(ERP, mode="delete")
    assert tasks.get(days.hub, task_id, as_of=at_first) == open_
    assert tasks.get(days.hub, task_id, as_of=second) == weighed
    assert tasks.get(days.hub, task_id, as_of="2027-03-04T12:00:00Z") == closed
    assert closed["status"] == "closed"
    pages = {at: tasks.page(days.hub, as_of=at)["items"] for at in (at_first, second, days.head())}
    assert pages == {at_first: [open_], second: [weighed], days.head(): []}
    assert tasks.page(days.hub, status="closed", as_of=second)["items"] == []
    with pytest.raises(NotFound, match="there was no task"):
        tasks.get(days.hub, task_id, as_of="2027-03-01T12:00:00Z")


def test_of_the_past_a_task_about_a_code_does_not_say_who_held_the_value(days: Days) -> None:
    key = Key("psa", "employee", "E-1")
    days.put(key, name="Anna Lindqvist", role="Ber. II")
    [now] = tasks.page(days.hub, kind="unmapped_code")["items"]
    at = days.head()
    code_lists.change(days.hub, "roles", "psa", {"Ber. II": "consultant"}, reason="theirs", author=days.author())
    then = tasks.get(days.hub, now["id"], as_of=at)
    assert (then["status"], then["about"]["value"]) == ("open", "Ber. II")
    assert (then["records"], then["about"]["records"]) == ([], None)
    assert tasks.get(days.hub, now["id"])["status"] == "closed"


def test_decisions_never_age_out(days: Days) -> None:
    days.put(CRM, name="Acme GmbH")
    days.put(ERP, name="Other AG")
    ids = [id_of(days, CRM), id_of(days, ERP)]
    merged = decisions.merge(days.hub, ids, reason="one", author=days.author())
    for number in range(12):
        days.put(CRM, name=f"Acme GmbH {number}")
    for written in ids:
        told = golden.history(days.hub, written)["decisions"]
        assert [(one["decision_id"], one["reason"]) for one in told] == [(merged.decision_id, "one")]
    assert history.decided_type(days.hub, merged.decision_id) == "customer"


def test_history_tells_merges_and_splits_with_what_brought_them(days: Days) -> None:
    days.put(CRM, name="Acme GmbH", tax_id="DE136695976")
    days.put(ERP, name="Other AG")
    first, second = id_of(days, CRM), id_of(days, ERP)
    merged = decisions.merge(days.hub, [first, second], reason="one", author=days.author())
    split = decisions.split(days.hub, first, [ERP], reason="two after all", author=days.author(), supersede=True)
    days.put(PSA, name="Third Ltd")
    days.put(PSA, name="Third Ltd", tax_id="DE136695976")
    third = id_of(days, PSA, "2027-03-05T12:00:00Z")
    told = [
        (one["event"], one["from"], one["to"], one["keys"], one["decisions"], one["recorded_at"][:10])
        for one in golden.history(days.hub, first)["merges"]
    ]
    assert told == [
        ("merged", second, first, [str(ERP)], [merged.decision_id], "2027-03-03"),
        ("split", first, second, [str(ERP)], [split.decision_id], "2027-03-04"),
        ("merged", third, first, [str(PSA)], [], "2027-03-06"),
    ]
    assert golden.history(days.hub, first, as_of="2027-03-03T12:00:00Z")["merges"][0]["event"] == "merged"
    assert len(golden.history(days.hub, first, as_of="2027-03-03T12:00:00Z")["merges"]) == 1


def test_a_verdict_keeps_the_evidence_on_which_it_was_made(days: Days) -> None:
    days.put(CRM, name="Acme GmbH", address=BERLIN)
    days.put(ERP, name="Akme Handel AG", address=BERLIN)
    before = explain.why(days.hub, CRM, ERP)
    said = decisions.verdict(days.hub, CRM, ERP, "same", reason="same office", author=days.author())
    days.put(ERP, name="Acme GmbH", address=BERLIN)
    now = explain.why(days.hub, CRM, ERP)
    (decided,) = now["decisions"]
    assert (decided["decision_id"], decided["verdict"], decided["in_force"]) == (said.decision_id, "same", True)
    assert decided["evidence"] == {name: before[name] for name in decided["evidence"]}
    assert now["match_weight"] > before["match_weight"] == decided["evidence"]["match_weight"]
    decisions.undo(days.hub, said.decision_id, reason="other firm", author=days.author())
    undone = explain.why(days.hub, CRM, ERP)
    assert (undone["verdict"], [one["in_force"] for one in undone["decisions"]]) == (None, [False])


def test_the_evidence_for_a_pair_is_told_as_it_was(days: Days) -> None:
    days.put(CRM, name="Acme GmbH", address=BERLIN)
    alone = days.head()
    days.put(ERP, name="Akme AG")
    with pytest.raises(NotFound, match="had not arrived by then"):
        explain.why(days.hub, CRM, ERP, as_of=alone)
    first, moment = explain.why(days.hub, CRM, ERP), days.head()
    days.put(ERP, name="Acme GmbH", address=BERLIN)
    then = explain.why(days.hub, CRM, ERP, as_of=moment)
    assert first["in_the_way"] != []
    assert then == {**first, "candidate": None, "in_the_way": []}
