"""Stewards at work over HTTP: claims, what is left out for whom, and who sees what people wrote."""

import pytest

from mdm.settings import now


@pytest.fixture
def doubtful(either_server):
    """Two records that may be one, and the task about them."""
    address = {"street": "Hauptstr. 5", "postcode": "10115", "city": "Berlin"}
    either_server.put("crm:customer:1", name="Nordwind Logistik GmbH", address=address)
    either_server.put("erp:customer:7", name="Nordwind Logistic", address=address)
    (task,) = either_server.as_("steward")("GET", "/v1/tasks").json()["items"]
    return either_server, task


def person(server, role):
    made = server.as_(role) and server.made[role, None, None]
    return "key:" + made.split("_")[1]


def post(server, role, task, act, body=None):
    return server.as_(role)("POST", f"/v1/tasks/{task['id']}:{act}", **({"json": body} if body is not None else {}))


def test_a_claim_keeps_others_off_until_it_is_given_back(doubtful):
    server, task = doubtful
    before = now()
    claimed = server.as_("steward")("POST", "/v1/tasks:claim-next")
    assert claimed.status_code == 200, claimed.text
    claim = claimed.json()["claim"]
    assert (claim["by"], claim["until"] > before) == (person(server, "steward"), True)
    assert {**claimed.json(), "claim": None} == task
    for act, body in (("claim", {"seconds": 60}), ("release", None), ("decide", {"verdict": "same", "reason": "x",
                      "etag": task["etag"]})):  # fmt: skip
        refused = post(server, "approver", task, act, body)
        assert (refused.status_code, refused.json()["code"], refused.json()["claim"]) == (409, "conflict", claim)
    assert server.as_("approver")("POST", "/v1/tasks:claim-next", json={"type": "customer"}).status_code == 204
    mine = server.as_("steward")("GET", "/v1/tasks?claimed_by=me").json()["items"]
    assert [one["claim"] for one in mine] == [claim]
    assert post(server, "steward", task, "release").json()["claim"] is None
    longer = post(server, "approver", task, "claim", {"seconds": 3600})
    assert longer.json()["claim"]["by"] == person(server, "approver")
    decided = post(server, "approver", task, "decide", {"verdict": "same", "reason": "x", "etag": task["etag"]})
    assert decided.status_code == 200, decided.text
    assert post(server, "steward", task, "claim").status_code == 409


def test_each_verb_leaves_one_fact_and_shows_in_the_task_and_in_lists(doubtful):
    server, task = doubtful
    steward, approver = person(server, "steward"), person(server, "approver")
    asked = post(server, "steward", task, "escalate", {"to": approver, "question": "One firm?"}).json()
    assert (asked["escalated"]["to"], asked["escalated"]["by"]) == (approver, steward)
    send = server.as_("steward")
    assert send("POST", "/v1/tasks:claim-next", json={}).status_code == 204
    lists = {f"escalated_to={approver}": 1, f"assigned_to={approver}": 0, "snoozed=false": 1, "snoozed=true": 0}
    assert {query: len(send("GET", f"/v1/tasks?{query}").json()["items"]) for query in lists} == lists
    assert post(server, "approver", task, "assign", {"to": "me"}).json()["assigned_to"] == approver
    assert len(send("GET", f"/v1/tasks?assigned_to={approver}").json()["items"]) == 1
    assert post(server, "approver", task, "snooze", {"until": "9999-12-31"}).json()["snoozed_until"] == "9999-12-31"
    assert len(send("GET", "/v1/tasks?snoozed=true").json()["items"]) == 1
    assert post(server, "steward", task, "skip").status_code == 200
    assert post(server, "steward", task, "comment", {"text": "They moved"}).json()["comments"][0]["author"] == steward
    with server.hub.database.read() as reader:
        assert reader.one("SELECT count(*) FROM log WHERE kind = 'task_work'") == (5,)


def test_an_auditor_sees_the_form_of_what_people_wrote(doubtful):
    server, task = doubtful
    post(server, "steward", task, "comment", {"text": "Jane Miller knows"})
    post(server, "steward", task, "escalate", {"to": person(server, "approver"), "question": "Ask Jane"})
    shown = {role: server.as_(role)("GET", f"/v1/tasks/{task['id']}").json() for role in ("steward", "auditor")}
    assert shown["steward"]["comments"][0]["text"] == "Jane Miller knows"
    assert shown["auditor"]["comments"][0]["text"] == "J*** M*** k***"
    assert shown["auditor"]["escalated"]["question"] == "A*** J***"
    assert "Jane" not in server.as_("auditor")("GET", "/v1/tasks").text


NOT_TO_BE_DONE = [
    ("claim", {"seconds": 0}, "/seconds"),
    ("claim", {"for": 5}, "/for"),
    ("snooze", {"until": "yesterday"}, "/until"),
    ("snooze", {}, "/until"),
    ("escalate", {"to": "cli:anna"}, "/question"),
    ("escalate", {"to": "anna", "question": "?"}, "/to"),
    ("assign", {}, "/to"),
    ("comment", {"text": "   "}, "/text"),
]  # fmt: skip


def test_what_cannot_be_done_is_refused_with_its_place(doubtful):
    server, task = doubtful
    for act, body, pointer in NOT_TO_BE_DONE:
        refused = post(server, "steward", task, act, body)
        assert refused.status_code == 422, refused.text
        assert pointer in {error["pointer"] for error in refused.json()["errors"]}


def test_a_key_works_only_on_what_it_is_narrowed_to_and_only_where_it_may_decide(doubtful):
    server, task = doubtful
    elsewhere = server.as_("steward", entity_type="employee")
    assert elsewhere("POST", f"/v1/tasks/{task['id']}:claim").status_code == 403
    assert elsewhere("POST", "/v1/tasks:claim-next").status_code == 204
    assert elsewhere("POST", "/v1/tasks:claim-next", json={"type": "customer"}).status_code == 403
    for role in ("reader", "auditor"):
        assert post(server, role, task, "comment", {"text": "x"}).status_code == 403
    assert server.as_("steward")("POST", "/v1/tasks/task_0:claim").status_code == 404
