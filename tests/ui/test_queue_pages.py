"""The queue's pages: cheap however many tasks there are, and many tasks decided with one decision and one undo."""

import re
from dataclasses import replace
from html import unescape
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient

from mdm.log import Fact
from mdm.services.access import accounts
from mdm.services.access.accounts import Person
from mdm.services.stewarding import bulk_decisions, proposals, tasks
from mdm.store import code_lists, log
from mdm.store import mentions as stored_mentions
from stewardship_ui import home
from stewardship_ui.app import create_app
from tests.conftest import AUTHOR
from tests.stories.stewards import fill
from tests.ui.conftest import RIGHT

QUEUES = (
    "/queue", "/queue?order=due", "/queue?view=mine", "/queue?view=overdue", "/queue?view=snoozed",
    "/queue?view=closed",    "/queue?entity_type=customer&kind=review&order=doubtful&likely=0.9-0.95",
)  # fmt: skip


@pytest.fixture
def things(either_desk):
    """Twenty-five tasks about pairs; returns their ids."""
    fill(either_desk.server.hub, 25, AUTHOR)
    return [one["id"] for one in either_desk.server.as_("steward")("GET", "/v1/queue?limit=100").json()["items"]]


def test_the_home_page_the_queue_and_a_task_cost_eight_statements(either_desk, things, statements):
    desk = either_desk
    desk.pair()
    task = desk.server.as_("steward")("GET", "/v1/queue?type=customer").json()["items"][0]["id"]
    desk.send("/queue/filters", name="Likely", likely="0.9-0.95")
    busy(desk, things)
    pages = ("/", *QUEUES, f"/queue?order=likeliest&cursor={things[3]}", f"/queue?cursor={things[3]}", f"/task/{task}",
             f"/task/{task}?pick=name=crm:customer:1", f"/task/{things[0]}")  # fmt: skip
    for path in pages:
        desk.page(path)  # what is read once for all is at hand now
        statements.clear()
        assert desk.page(path).status_code == 200, path
        assert len(statements) <= 8, "\n".join([path, *statements])


def test_a_list_of_more_than_can_be_decided_at_once_is_not_said_to_be_empty(either_desk, things, monkeypatch):
    assert len(things) == 25
    monkeypatch.setattr(bulk_decisions, "MOST", 20)
    shown = either_desk.page("/queue/bulk?entity_type=thing").text
    assert "Too many for one decision" in shown
    assert "from 1 to 20 can be decided at once" in shown
    assert "No open task of this choice" not in shown
    monkeypatch.setattr(bulk_decisions, "MOST", 25)
    assert "Decide 25 tasks together" in either_desk.page("/queue/bulk?entity_type=thing").text


def test_many_tasks_that_are_tried_out_can_be_asked_of_the_api(either_desk, things):
    """Those that are ticked one by one, those of a list that it can be told of, and those of another list."""
    state = {"verdict": "distinct", "reason": 'It\'s <two> & "not" one'}
    either_desk.server.as_("steward")("POST", f"/v1/tasks/{things[0]}:claim")
    ticked = [("task", one) for one in things[:3]]
    listed = [("entity_type", "thing"), ("kind", "review")]
    for some, count in ((ticked, 3), (listed, 24), (listed[:1], 24)):
        shown = either_desk.page(f"/queue/bulk?{urlencode([*some, *state.items()])}").text
        assert f"Decide {count} tasks" in shown
        _, tried = either_desk.copied(shown)
        assert tried["totals"]["tasks"] == count


def busy(desk, things):
    """Give a steward something in each list of the first page."""
    ask, me = desk.server.as_("steward"), desk.server.as_("steward")("GET", "/v1/queue").json()
    me = ask("POST", f"/v1/tasks/{things[10]}:claim").json()["claim"]["by"]
    ask("POST", f"/v1/tasks/{things[11]}:assign", json={"to": me})
    asked = {"to": me, "question": "One firm or two?"}
    desk.server.as_("approver")("POST", f"/v1/tasks/{things[12]}:escalate", json=asked)
    for number, hold in ((13, 0), (14, 60)):
        etag = ask("GET", f"/v1/tasks/{things[number]}").json()["etag"]
        said = {"verdict": "distinct", "reason": "Two", "etag": etag, "hold": hold}
        assert ask("POST", f"/v1/tasks/{things[number]}:decide", json=said).status_code in {200, 202}
    with desk.server.hub.database.write() as writer:
        position = log.append(writer, [Fact("task_work", "thing", {"text": "Look at this"})], author=AUTHOR)
        stored_mentions.keep(writer, things[15], position, [me])
    shown = desk.page("/").text
    for words in ("In my hands", "Asked of me", "For me", "Said to me", "Look at this", "in force"):
        assert words in shown, words


def test_a_task_whose_codes_were_never_read_costs_eight_statements(either_desk, statements):
    desk = either_desk
    for place, other in (("crm", {"role": "Developer"}), ("hcm", {"role": "Analyst", "grade": "G2"})):
        desk.server.put(
            f"{place}:employee:1", name="Wojciech Wozniak", email=[f"w.{place}@firm.example"],
            phone=["+48 22 593 69 60"], **other,
        )  # fmt: skip
    [task] = desk.server.as_("steward")("GET", "/v1/tasks?kind=review&type=employee").json()["items"]
    desk.page(f"/task/{task['id']}")
    mapped = {"code_list": "roles", "source": "crm", "map": {"Sage": "analyst"}}
    with desk.server.hub.database.write() as writer:
        position = log.append(writer, [Fact("code_mapping", None, mapped)], author=AUTHOR)
        code_lists.keep(writer, "code_mapping", mapped, position=position)
    statements.clear()
    assert desk.page(f"/task/{task['id']}").status_code == 200
    assert any("code_mapping WHERE position" in one for one in statements), "they are read anew"
    assert len(statements) <= 8, "\n".join(statements)


def test_a_decision_that_was_overtaken_comes_back_and_says_by_what(desk):
    task = desk.pair()
    sent = desk.send(f"/task/{task['id']}/decide", verdict="same", etag=task["etag"], reason="")
    assert sent.status_code == 303
    desk.server.put("erp:customer:2", **RIGHT | {"phone": ["040 99999"]})
    proposals.carry_out_due(desk.server.hub, author=replace(AUTHOR, recorded_at="2099-01-01T00:00:00.000000Z"))
    way = 'href="/entity/erp%3Acustomer%3A2/history">erp 2</a> was sent again'
    for path in (f"/task/{task['id']}", "/decisions"):
        shown = desk.page(path).text
        assert way in shown, path
        assert "overtaken" in shown
    assert "Your decision was" in desk.page(f"/task/{task['id']}").text
    assert "Your decision was" not in desk.page(f"/task/{task['id']}", "approver").text
    told = desk.page(f"/v1/tasks/{task['id']}/comparison").json()["task"]["overtaken"]
    assert (told["overtaken_by"]["what"], told["overtaken_by"]["record"]) == ("record", "erp:customer:2")
    [one] = desk.page("/v1/proposals?proposer=me&status=overtaken").json()["items"]
    assert one["overtaken_by"] == told["overtaken_by"]


def test_who_is_named_in_a_comment_finds_it_at_home_until_it_is_read(desk):
    task = desk.pair()
    hub, path = desk.server.hub, f"/task/{task['id']}"
    for name in ("anna", "bert"):
        accounts.add(hub, Person(name, "steward"), password=f"{name} on a long way", author=AUTHOR)
    assert 'data-name="anna"' in desk.page(f"{path}/people?names=1").text
    offered = re.findall("<option.*</option>", desk.page(f"{path}/people?me=1").text)
    assert ["myself" in one for one in offered] == [True, *[False] * (len(offered) - 1)], "as it was before they came"
    assert len(offered) > 2
    assert desk.send(f"{path}/comment", text="@anna, is <b>Graz</b> theirs? @berta").status_code == 303
    shown = desk.page(path).text
    assert '<b class="named">@anna</b>, is &lt;b&gt;Graz&lt;/b&gt; theirs? @berta' in shown
    assert "nobody who may work on this is called berta" in shown
    with TestClient(create_app(hub.settings), base_url="https://hub.example") as http:
        http.post("/sign-in", data={"name": "anna", "password": "anna on a long way", "next": "/"})
        home = http.get("/").text
        assert f'<a href="{path}">' in home
        assert "is &lt;b&gt;Graz&lt;/b&gt; theirs" in home
        [one] = http.get("/v1/mentions").json()["items"]
        assert (one["task_id"], one["text"][:5]) == (task["id"], "@anna")
        token = re.search(r'name="csrf_token" value="([^"]+)"', home)
        assert token
        sent = http.post(f"{path}/read", data={"csrf_token": token[1]})
        assert (sent.status_code, "Said to me" in sent.text) == (200, False)


def test_rows_name_golden_records_and_keep_secrets(desk):
    desk.pair()
    shown = desk.page("/queue").text
    assert "Brandtt &amp; Söhne Consulting" in shown
    assert "BRANDT &amp; SÖHNE CONSULTING GMBH" in shown
    assert desk.page("/queue?view=nothing&order=no&likely=1-2").status_code == 200
    twin = re.search(r'href="(/v1/queue[^"]*)"', shown)
    assert twin
    items = desk.server.as_("steward")("GET", unescape(twin[1])).json()["items"]
    assert [one["label"] for one in items[0]["golden_records"]] == [
        "Brandtt & Söhne Consulting", "BRANDT & SÖHNE CONSULTING GMBH",
    ]  # fmt: skip
    assert desk.page("/queue", role="reader").status_code == 403


def test_from_task_to_task_one_stays_in_the_list_that_one_chose(either_desk, things):
    fill(either_desk.server.hub, 28, AUTHOR)
    items = either_desk.server.as_("steward")("GET", "/v1/queue?order=newest").json()["items"]
    newest = [one["id"] for one in items]
    assert not {*newest[:3]} & {*things}
    address = "?entity_type=thing&kind=review&order=newest&likely=0.9-0.95"
    shown = unescape(either_desk.page(f"/queue{address}").text)
    assert f'href="/task/{newest[0]}{address}"' in shown
    assert f'action="/queue/next{address}"' in shown
    for place, id_ in enumerate(newest[:3]):
        claimed = either_desk.send(f"/queue/next{address}").headers["Location"]
        assert claimed == f"/task/{id_}{address}"
        task = unescape(either_desk.page(claimed).text)
        assert f'href="/queue{address}"' in task
        ahead = re.search(r'data-ahead="([^"]*)"', task)
        assert ahead
        coming = either_desk.server.as_("steward")("GET", f"{ahead[1]}&after={id_}").json()["items"]
        assert coming == newest[place + 1 : place + 3]
        assert either_desk.send(f"/task/{id_}/skip{address}").headers["Location"] == f"/task/{coming[0]}{address}"
    none = address.replace("0.9-0.95", "0.95-")
    assert either_desk.send(f"/queue/next{none}").headers["Location"] == f"/queue{none}"


def test_a_choice_is_saved_and_shared_under_a_name(desk):
    desk.pair()
    kept = desk.send("/queue/filters", name="Likely <b>", likely="0.9-0.95", entity_type="customer", shared="1")
    assert (kept.status_code, kept.headers["Location"]) == (303, "/queue?entity_type=customer&likely=0.9-0.95")
    shown = desk.page("/queue?entity_type=customer&likely=0.9-0.95", role="approver").text
    assert "Likely &lt;b&gt;" in shown
    assert "Remove “Likely" not in shown
    assert desk.send("/queue/filters/remove", role="approver", name="Likely <b>").status_code == 404
    assert desk.send("/queue/filters/remove", name="Likely <b>").status_code == 303
    assert "Likely &lt;b&gt;" not in desk.page("/queue").text
    assert desk.send("/queue/filters", role="auditor", name="Mine").status_code == 403


def hidden_fields(text: str) -> dict[str, str]:
    return dict(re.findall(r'name="(seal|verdict|reason)" value="([^"]*)"', text.rpartition("<form")[2]))


def test_where_nothing_is_to_be_decided_together_the_page_leads_back(desk):
    told = desk.page("/queue/bulk?kind=conflict").text
    assert "Nothing to decide" in told
    assert 'name="verdict"' not in told


def test_some_are_decided_together_at_once_and_all_undone_together(either_desk, things):
    desk, some = either_desk, things[:4]
    asked = urlencode([*(("task", one) for one in some), ("verdict", "distinct"), ("reason", "Branches")])
    told = desk.page(f"/queue/bulk?{asked}").text
    assert "Decide 4 tasks together" in told
    assert "Decide all of them" in told
    assert told.count(" data-takes-long") == 2, "who looks and who decides is told that it goes on"
    fields = hidden_fields(told)
    sent = desk.server.as_("steward")(
        "POST", "/queue/bulk", data={"task": some, **fields, "entity_type": "", "view": ""}, follow_redirects=False
    )
    assert sent.status_code == 303, sent.text
    done = sent.headers["Location"].partition("done=")[2]
    assert "4 tasks together" in desk.page(sent.headers["Location"]).text
    assert desk.server.as_("steward")("GET", "/v1/queue?view=proposed").json()["counts"]["views"]["proposed"] == 4
    desk.send(f"/decisions/{done}/undo")
    assert desk.server.as_("steward")("GET", "/v1/queue?view=proposed").json()["counts"]["views"]["proposed"] == 0


def test_what_is_in_hand_or_decided_is_not_decided_with_its_list_and_that_is_said(desk):
    fill(desk.server.hub, 5, AUTHOR)
    ask = desk.server.as_("steward")
    mine, done, *_ = (one["id"] for one in ask("GET", "/v1/queue").json()["items"])
    ask("POST", f"/v1/tasks/{mine}:claim")
    etag = ask("GET", f"/v1/tasks/{done}").json()["etag"]
    desk.send(f"/task/{done}/decide", verdict="distinct", etag=etag, reason="Two")
    told = desk.page("/queue/bulk?entity_type=thing&verdict=same&reason=Branches").text
    assert "Decide 3 tasks together" in told
    assert "without 1 in your hands and 1 decided already" in told
    assert desk.send("/queue/bulk", entity_type="thing", **hidden_fields(told)).status_code == 303
    waiting = ask("GET", "/v1/proposals?status=held&proposer=me").json()["items"]
    assert sorted(one["parts"].get("tasks", 0) for one in waiting) == [0, 3]
    assert "Decide 1 task together" in desk.page(f"/queue/bulk?task={mine}").text


def test_what_an_approver_has_proposed_hides_nothing_of_what_waits_for_them(desk, monkeypatch):
    monkeypatch.setattr(home, "FEW", 1)
    fill(desk.server.hub, 42, AUTHOR)
    ids = [one["id"] for one in desk.server.as_("steward")("GET", "/v1/queue?limit=100").json()["items"]]
    made = []
    for role, some in (("steward", ids[:21]), ("approver", ids[21:])):
        asked = urlencode([*(("task", one) for one in some), ("verdict", "distinct"), ("reason", "Branches")])
        fields = hidden_fields(desk.page(f"/queue/bulk?{asked}", role=role).text)
        sent = desk.send("/queue/bulk", role, task=some, entity_type="", view="", **fields)
        made.append(sent.headers["Location"].partition("done=")[2])
    listed = desk.page("/", role="approver").text.partition('id="list-approve"')[2].partition("</section>")[0]
    assert re.findall(r'href="/approvals/([^"]+)"', listed) == made[:1]


def test_more_than_twenty_wait_for_a_second_person(either_desk, things):
    desk, state = either_desk, {"entity_type": "thing", "verdict": "same", "reason": "Sample checked"}
    told = desk.page(f"/queue/bulk?{urlencode(state)}").text
    assert "Propose it to a second person" in told
    assert "Decide 25 tasks together" in told
    fields = hidden_fields(told)
    stale = desk.send("/queue/bulk", entity_type="thing", **{**fields, "seal": "0" * 24})
    assert stale.headers["Location"].endswith("changed=1")
    assert "Nothing was decided" in desk.page(stale.headers["Location"]).text
    sent = desk.send("/queue/bulk", entity_type="thing", **fields)
    proposal = sent.headers["Location"].partition("done=")[2]
    told = desk.page(sent.headers["Location"]).text
    assert "before a second person" in told
    assert f'<a href="/approvals/{proposal}">25 tasks together</a>' in told
    assert len(re.findall(r'href="/entity/', told)) == 6, "three of them, and where each leads"
    assert "and 22 more" in told
    waiting = desk.page("/", role="approver").text.partition('id="list-approve"')[2]
    assert f'<a href="/approvals/{proposal}">Same: 25 tasks of thing</a>' in waiting
    assert "list-approve" not in desk.page("/").text, "a steward approves nothing"
    assert "Same: 25 tasks of thing" in desk.page("/approvals", role="approver").text
    shown = desk.page(f"/approvals/{proposal}", role="approver").text
    assert "Tasks decided" in shown
    assert "Approve" in shown
    own = desk.page(f"/approvals/{proposal}").text
    assert "a second person has to approve it" in own
    assert 'id="approve"' not in own
    assert desk.send(f"/approvals/{proposal}/approve").status_code == 403
    done = desk.send(f"/approvals/{proposal}/approve", role="approver", reason="Looked at the worst")
    assert done.status_code == 303, done.text
    assert tasks.page(desk.server.hub, entity_type="thing")["items"] == []
    settled = desk.page(f"/approvals/{proposal}", role="approver").text
    assert "in force" in settled
    assert "A second person was needed" in settled
    assert settled.count('href="/entity/') > 2, "what it was about"
    assert "Back to approvals" in settled
    assert "Back to approvals" not in shown
    assert "in force" in desk.page("/decisions").text
    assert desk.send(f"/decisions/{proposal}/undo").status_code == 303
    assert len(tasks.page(desk.server.hub, entity_type="thing")["items"]) == 25
    for where in ("/decisions", f"/approvals/{proposal}"):
        undone = desk.page(where).text
        assert "↶</span> undone" in undone, undone
        assert "in force" not in undone.partition("<main")[2]
        assert f"/decisions/{proposal}/undo" not in undone, "there is nothing left to take back"


def test_who_may_not_approve_is_told_so_and_a_refusal_says_why(desk):
    fill(desk.server.hub, 21, AUTHOR)
    state = {"entity_type": "thing", "verdict": "related", "reason": "<b>Group</b>"}
    fields = hidden_fields(desk.page(f"/queue/bulk?{urlencode(state)}").text)
    fields["reason"] = unescape(fields["reason"])
    proposal = desk.send("/queue/bulk", entity_type="thing", **fields).headers["Location"].partition("done=")[2]
    assert "&lt;b&gt;Group&lt;/b&gt;" in desk.page("/approvals", role="auditor").text
    assert "may not approve" in desk.page(f"/approvals/{proposal}", role="auditor").text
    assert desk.send(f"/approvals/{proposal}/refuse", role="approver").status_code == 422
    assert desk.send(f"/approvals/{proposal}/refuse", role="approver", reason="Two of them differ").status_code == 303
    assert "Two of them differ" in desk.page(f"/approvals/{proposal}").text


def test_a_task_about_a_code_costs_eight_statements(desk, statements):
    desk.server.put("psa:employee:1", name="Ann Lee", role="Chief of everything")
    [task] = desk.server.as_("steward")("GET", "/v1/tasks?kind=unmapped_code").json()["items"]
    desk.page(f"/task/{task['id']}")
    statements.clear()
    assert desk.page(f"/task/{task['id']}").status_code == 200
    assert len(statements) <= 8, "\n".join(statements)


def test_numbers_and_hands_are_told_only_of_what_is_open(desk):
    task = desk.pair()
    facets = desk.page("/queue").text.partition("Entity type")[2].partition("How likely")[0]
    assert facets.count('class="count"') == 4
    body = {"verdict": "distinct", "reason": "Two", "etag": task["etag"]}
    assert desk.server.as_("steward")("POST", f"/v1/tasks/{task['id']}:decide", json=body).status_code == 200
    closed = desk.page("/queue?view=closed").text
    assert f"/task/{task['id']}" in closed
    assert ">free<" not in closed
    assert 'class="count"' not in closed.partition("Entity type")[2].partition("How likely")[0]
