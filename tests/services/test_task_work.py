"""Stewards side by side: leases, what is left out for whom, and decisions that nobody makes twice."""

from typing import Any

import pytest

from mdm.errors import Conflict, InvalidInput, NotFound, Stale
from mdm.ingest import Incoming
from mdm.log import Author
from mdm.services import rebuild
from mdm.services.access import accounts, keys
from mdm.services.deciding import decisions
from mdm.services.feed import changes
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.stewarding import leaving, proposals, task_work, tasks
from mdm.services.stewarding.intents import Intent
from mdm.services.stewarding.queue import Choice
from tests.conftest import AUTHOR

Task = dict[str, Any]
OVER = "2999-01-01T09:00:00.000000Z"


def at(clock: str, who: str = "cli:anna") -> Author:
    return Author(who, f"2026-03-02T{clock}.000000Z")


def bert(clock: str) -> Author:
    return at(clock, "cli:bert")


def put(hub: Hub, source: str, source_id: str, **attributes: object) -> None:
    incoming = Incoming(source, "customer", source_id, attributes, None, None, "put")
    records.put(hub, incoming, author=AUTHOR, wait=True)


def doubtful(hub: Hub, number: int = 1) -> None:
    name = ("Hollerbach Maschinenbau", "Tannwald Optik", "Ostermann Seilbahnen")[number - 1]
    put(hub, "crm", f"{number}", name=f"{name} GmbH", address={"city": "Leipzig"})
    put(hub, "erp", f"{number}", name=name)


@pytest.fixture
def task(hub: Hub) -> Task:
    """A task about two customers that look alike."""
    doubtful(hub)
    (found,) = tasks.page(hub)["items"]
    return found


def follows(hub: Hub) -> bool:
    """Whether what stands is what the log gives."""
    return rebuild.verify(hub).match


def decide(hub: Hub, task: Task, author: Author, verdict: Any = "same") -> decisions.Decided:
    return tasks.decide(hub, task["id"], verdict=verdict, reason="seen", etag=task["etag"], author=author)


def next_id(hub: Hub, author: Author, **wanted: str) -> str | None:
    found = task_work.claim_next(hub, author=author, choice=Choice(**wanted))  # type: ignore[arg-type]
    return found and found["id"]


def test_while_a_lease_is_in_force_nobody_else_claims_or_decides(hub: Hub, task: Task) -> None:
    held = task_work.claim(hub, task["id"], author=at("09:00:00"))
    assert held["claim"] == {"by": "cli:anna", "until": "2026-03-02T09:05:00.000000Z"}
    for act in (
        lambda: task_work.claim(hub, task["id"], author=bert("09:04:59")),
        lambda: task_work.release(hub, task["id"], author=bert("09:04:59")),
        lambda: task_work.snooze(hub, task["id"], until="2026-04-01", author=bert("09:04:59")),
        lambda: decide(hub, task, bert("09:04:59")),
    ):
        with pytest.raises(Conflict, match=r"cli:anna holds task_\w+ until 2026-03-02T09:05:00.000000Z") as refused:
            act()
        assert refused.value.extra == {"claim": held["claim"]}
    assert next_id(hub, bert("09:04:59")) is None
    assert follows(hub)


def test_a_lapsed_lease_is_free_and_its_holder_is_then_the_one_who_is_refused(hub: Hub, task: Task) -> None:
    task_work.claim(hub, task["id"], author=at("09:00:00"), seconds=60)
    assert next_id(hub, bert("09:01:00")) == task["id"]
    with pytest.raises(Conflict, match="cli:bert holds"):
        task_work.claim(hub, task["id"], author=at("09:01:01"))


def test_claiming_again_holds_it_longer(hub: Hub, task: Task) -> None:
    task_work.claim(hub, task["id"], author=at("09:00:00"))
    again = task_work.claim(hub, task["id"], author=at("09:04:00"))
    assert again["claim"]["until"] == "2026-03-02T09:09:00.000000Z"
    with pytest.raises(Conflict):
        task_work.claim(hub, task["id"], author=bert("09:08:00"))


def test_a_decision_ends_the_claim_and_an_undo_does_not_bring_it_back(hub: Hub, task: Task) -> None:
    task_work.claim(hub, task["id"], author=at("09:00:00"))
    decided = decide(hub, task, at("09:01:00"))
    assert tasks.get(hub, task["id"], moment="2026-03-02T09:01:00Z")["claim"] is None
    with pytest.raises(Conflict, match="was closed at position"):
        task_work.claim(hub, task["id"], author=bert("09:01:30"))
    decisions.undo(hub, decided.decision_id, reason="no", author=at("09:02:00"))
    assert next_id(hub, bert("09:02:01")) == task["id"]
    assert follows(hub)


def test_a_stale_view_is_stale_whoever_holds_the_task(hub: Hub, task: Task) -> None:
    task_work.claim(hub, task["id"], author=at("09:00:00"))
    put(hub, "erp", "1", name="Hollerbach Maschinenbau", website="hollerbach.example")
    for author in (at("09:01:00"), bert("09:01:00")):
        with pytest.raises(Stale, match="have changed since it was read"):
            decide(hub, task, author)


def test_what_is_released_is_free_and_releasing_nothing_is_nothing(hub: Hub, task: Task) -> None:
    task_work.claim(hub, task["id"], author=at("09:00:00"))
    assert task_work.release(hub, task["id"], author=at("09:00:10"))["claim"] is None
    assert task_work.release(hub, task["id"], author=at("09:00:11"))["claim"] is None
    with hub.database.read() as reader:
        assert reader.one("SELECT count(*) FROM log WHERE kind = 'task_work'") == (2,)
    assert next_id(hub, bert("09:00:12")) == task["id"]


def test_next_is_the_most_urgent_that_nobody_else_holds(hub: Hub) -> None:
    for number in (1, 2, 3):
        doubtful(hub, number)
    listed = [one["id"] for one in tasks.page(hub)["items"]]
    people = ["cli:anna", "cli:bert", "cli:cora", "cli:anna", "cli:dora"]
    given = [next_id(hub, at(f"09:00:0{place}", who)) for place, who in enumerate(people)]
    assert given == [*listed, listed[0], None]


def test_a_skip_holds_for_the_one_who_skipped_until_the_task_shows_something_else(hub: Hub, task: Task) -> None:
    task_work.claim(hub, task["id"], author=at("09:00:00"))
    assert task_work.skip(hub, task["id"], author=at("09:00:10"))["claim"] is None
    assert next_id(hub, at("09:00:11")) is None
    assert next_id(hub, bert("09:00:12")) == task["id"]
    task_work.release(hub, task["id"], author=bert("09:00:13"))
    put(hub, "erp", "1", name="Hollerbach Maschinenbau", website="hollerbach.example")
    assert next_id(hub, at("09:00:14")) == task["id"]
    assert follows(hub)


def test_what_is_snoozed_comes_back_on_its_day_and_claiming_wakes_it(hub: Hub, task: Task) -> None:
    asleep = task_work.snooze(hub, task["id"], until="2026-03-04", author=at("09:00:00"))
    assert asleep["snoozed_until"] == "2026-03-04"
    assert next_id(hub, at("23:59:59")) is None
    asked = {
        day: [bool(tasks.page(hub, snoozed=snoozed, moment=f"{day}T00:00:00Z")["items"]) for snoozed in (True, False)]
        for day in ("2026-03-03", "2026-03-04")
    }
    assert asked == {"2026-03-03": [True, False], "2026-03-04": [False, True]}
    assert next_id(hub, Author("cli:bert", "2026-03-04T00:00:00Z")) == task["id"]
    task_work.snooze(hub, task["id"], until="2026-04-01", author=Author("cli:bert", "2026-03-04T00:01:00Z"))
    woken = task_work.claim(hub, task["id"], author=Author("cli:anna", "2026-03-04T00:02:00Z"))
    assert woken["snoozed_until"] is None
    for wrong in ("2026-03-02", "2025-01-01", "tomorrow", "20260401", "2026-04-01T00:00"):
        with pytest.raises(InvalidInput, match="a day to come"):
            task_work.snooze(hub, task["id"], until=wrong, author=at("09:00:00"))
    assert follows(hub)


def test_what_is_escalated_is_for_the_one_who_is_asked_until_it_is_assigned(hub: Hub, task: Task) -> None:
    task_work.claim(hub, task["id"], author=at("09:00:00"))
    asked = task_work.escalate(hub, task["id"], to="cli:bert", question="One firm?", author=at("09:00:10"))
    assert asked["escalated"] == {
        "to": "cli:bert", "question": "One firm?", "by": "cli:anna", "at": "2026-03-02T09:00:10.000000Z"
    }  # fmt: skip
    assert asked["claim"] is None
    assert next_id(hub, at("09:00:11")) is None
    assert [one["id"] for one in tasks.page(hub, escalated_to="cli:bert")["items"]] == [task["id"]]
    assert next_id(hub, bert("09:00:12")) == task["id"]
    assigned = task_work.assign(hub, task["id"], to="cli:anna", author=bert("09:00:13"))
    assert (assigned["escalated"], assigned["assigned_to"]) == (None, "cli:anna")
    task_work.release(hub, task["id"], author=bert("09:00:14"))
    assert next_id(hub, bert("09:00:15")) is None
    assert [one["id"] for one in tasks.page(hub, assigned_to="cli:anna")["items"]] == [task["id"]]
    assert task_work.assign(hub, task["id"], to=None, author=at("09:00:16"))["assigned_to"] is None
    assert next_id(hub, bert("09:00:17")) == task["id"]
    assert [one["id"] for one in tasks.page(hub, claimed_by="cli:bert", moment="2026-03-02T09:00:18Z")["items"]]
    assert tasks.page(hub, claimed_by="cli:bert", moment="2026-03-02T10:00:00Z")["items"] == []
    assert follows(hub)


@pytest.mark.parametrize("change", ["disable", "set_role", "narrow", "revoke", "expire"])
def test_who_may_decide_no_longer_keeps_nobody_from_a_task(hub: Hub, change: str) -> None:
    for number in (1, 2, 3):
        doubtful(hub, number)
    held, given, asked = (one["id"] for one in tasks.page(hub)["items"])
    if change in {"revoke", "expire"}:
        key = keys.create(hub, role="steward", expires=OVER, author=AUTHOR)["id"]
        leaver = f"key:{key}"
    else:
        leaver = "user:eve"
        accounts.add(hub, accounts.Person("eve", "steward"), password="a long enough password", author=AUTHOR)
    task_work.claim(hub, held, seconds=86_400, author=at("09:00:00", leaver))
    task_work.assign(hub, given, to=leaver, author=at("09:00:00"))
    task_work.assign(hub, asked, to="cli:bert", author=at("09:00:00"))
    task_work.escalate(hub, asked, to=leaver, question="One firm?", author=at("09:00:01"))
    match change:
        case "disable":
            accounts.disable(hub, "eve", author=AUTHOR)
        case "set_role":
            accounts.set_role(hub, "eve", "approver", author=AUTHOR)
            assert tasks.get(hub, given)["assigned_to"] == leaver, "an approver may decide, too"
            accounts.set_role(hub, "eve", "reader", author=AUTHOR)
        case "narrow":
            accounts.narrow(hub, "eve", "customer", author=AUTHOR)
            assert tasks.get(hub, given)["assigned_to"] == leaver, "these are tasks about customers"
            accounts.narrow(hub, "eve", "employee", author=AUTHOR)
        case "revoke":
            keys.revoke(hub, key, author=AUTHOR)
        case _:
            leaving.let_go_of_expired(hub, author=Author("resolver", OVER.replace("T09", "T08")))
            assert tasks.get(hub, given)["assigned_to"] == leaver, "the key is good for another hour"
            leaving.let_go_of_expired(hub, author=Author("resolver", OVER))
    found = {id_: tasks.get(hub, id_, moment="2026-03-02T09:00:02Z") for id_ in (held, given, asked)}
    assert [(one["claim"], one["assigned_to"], one["escalated"]) for one in found.values()] == [
        (None, None, None), (None, None, None), (None, "cli:bert", None),
    ]  # fmt: skip
    assert {task_work.claim(hub, id_, author=bert("09:00:03"))["claim"]["by"] for id_ in found} == {"cli:bert"}
    assert follows(hub)


def test_a_task_is_given_to_no_key_that_is_over(hub: Hub, task: Task) -> None:
    key = "key:" + keys.create(hub, role="steward", expires="2026-03-03", author=at("09:00:00"))["id"]
    with pytest.raises(InvalidInput, match="a person is"):
        task_work.assign(hub, task["id"], to=key, author=AUTHOR)


def test_a_task_is_given_only_to_somebody_who_may_decide_it(hub: Hub, task: Task) -> None:
    def made(**given: Any) -> str:
        return "key:" + keys.create(hub, author=AUTHOR, **given)["id"]

    steward, reader = made(role="steward"), made(role="reader")
    elsewhere = made(role="steward", entity_type="employee")
    revoked = made(role="steward")
    keys.revoke(hub, revoked.removeprefix("key:"), author=AUTHOR)
    assert task_work.assign(hub, task["id"], to=steward, author=AUTHOR)["assigned_to"] == steward
    for nobody in (reader, elsewhere, revoked, "key:404", "anna", "cli:", "me"):
        with pytest.raises(InvalidInput, match="a person is"):
            task_work.assign(hub, task["id"], to=nobody, author=AUTHOR)
    with pytest.raises(InvalidInput, match="somebody else"):
        task_work.escalate(hub, task["id"], to="cli:anna", question="?", author=at("09:00:00"))


def test_comments_stay_with_the_task_when_it_is_closed_and_opened_again(hub: Hub, task: Task) -> None:
    task_work.comment(hub, task["id"], text="They moved", author=at("09:00:00"))
    task_work.assign(hub, task["id"], to="cli:anna", author=at("09:00:01"))
    decided = decide(hub, task, bert("09:01:00"))
    closed = task_work.comment(hub, task["id"], text="Good", author=bert("09:02:00"))
    assert (closed["status"], closed["assigned_to"]) == ("closed", None)
    decisions.undo(hub, decided.decision_id, reason="no", author=at("09:03:00"))
    again = tasks.get(hub, task["id"])
    assert [(one["author"], one["text"]) for one in again["comments"]] == [
        ("cli:anna", "They moved"), ("cli:bert", "Good")
    ]  # fmt: skip
    assert again["assigned_to"] is None
    assert follows(hub)


def test_a_rebuild_derives_the_work_on_tasks_again(hub: Hub, task: Task) -> None:
    task_work.claim(hub, task["id"], author=at("09:00:00"))
    task_work.comment(hub, task["id"], text="They moved", author=at("09:00:00"))
    before = tasks.get(hub, task["id"], moment="2026-03-02T09:01:00Z")
    with hub.database.write() as writer:
        writer.run("UPDATE task_work SET claimed_by = 'cli:mallory'")
        writer.run("DELETE FROM task_comment")
    assert not follows(hub)
    assert rebuild.rebuild(hub).match
    assert tasks.get(hub, task["id"], moment="2026-03-02T09:01:00Z") == before


def test_work_is_told_of_nothing_and_asked_of_no_type_that_is_not_there(hub: Hub) -> None:
    with pytest.raises(NotFound):
        task_work.claim(hub, "task_0", author=AUTHOR)
    with pytest.raises(NotFound):
        task_work.claim_next(hub, author=AUTHOR, choice=Choice("customers"))
    with pytest.raises(NotFound):
        task_work.upcoming(hub, author=AUTHOR, choice=Choice("customers"))
    for asked in (task_work.claim_next, task_work.upcoming):
        with pytest.raises(InvalidInput, match="no kind 'reviews' of tasks; the nearest is 'review'"):
            asked(hub, author=AUTHOR, choice=Choice(kind="reviews"))
    with pytest.raises(InvalidInput, match="no kind 'reviews' of tasks"):
        tasks.page(hub, kind="reviews")
    assert task_work.claim_next(hub, author=AUTHOR, choice=Choice("employee", "review")) is None


def test_the_feed_says_which_decision_closed_which_task(hub: Hub, task: Task) -> None:
    after = changes.page(hub, after=0, limit=1_000)["next"]
    decided = decide(hub, task, AUTHOR)
    undone = decisions.undo(hub, decided.decision_id, reason="no", author=AUTHOR)
    told = [
        (event["type"], event["data"].get("decision_id"), event["data"]["task_ids"])
        for event in changes.page(hub, after=after, limit=1_000)["items"] if "task_ids" in event["data"]
    ]  # fmt: skip
    assert told == [
        ("mdm.task.decided", decided.decision_id, [task["id"]]), ("mdm.task.opened", None, [task["id"]])
    ]  # fmt: skip
    assert undone.position > decided.position
    put(hub, "erp", "1", name="Quite another name")
    events = changes.page(hub, after=after, limit=1_000)["items"]
    assert [event["type"] for event in events].count("mdm.task.decided") == 1, "nobody decided this one"


def test_a_task_that_is_decided_but_not_in_force_yet_says_so_and_is_offered_to_nobody(hub: Hub, task: Task) -> None:
    doubtful(hub, 2)
    (other,) = (one for one in tasks.page(hub)["items"] if one["id"] != task["id"])
    parts = {"task_id": task["id"], "etag": task["etag"], "verdict": "same", "reason": "seen", "supersede": False}
    held = proposals.decide(hub, Intent("decide_task", parts), author=at("09:00:00"), hold=10)
    assert isinstance(held, proposals.Proposed)
    pro = held.document["proposal_id"]
    told = {"proposal_id": pro, "by": "cli:anna", "due": "2026-03-02T09:00:10.000000Z"}
    assert tasks.get(hub, task["id"])["proposed"] == {**told, "at": "2026-03-02T09:00:00.000000Z"}
    assert [[one["id"] for one in tasks.page(hub, proposed=said)["items"]] for said in (True, False)] == [
        [task["id"]], [other["id"]],
    ]  # fmt: skip
    assert next_id(hub, bert("09:00:01")) == other["id"]
    assert next_id(hub, at("09:00:02")) is None
    assert follows(hub)
    proposals.withdraw(hub, pro, reason="too quick", author=at("09:00:05"))
    assert tasks.get(hub, task["id"])["proposed"] is None
    assert tasks.get(hub, task["id"], as_of=held.document["seq"])["proposed"]["proposal_id"] == pro
    assert next_id(hub, at("09:00:06")) == task["id"]
