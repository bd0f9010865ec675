"""Deciding over HTTP: tasks with their etag, merges, splits and undo, rules."""

import pytest


@pytest.fixture
def doubtful(either_server):
    """Two records that may be one, and the task about them."""
    either_server.put("crm:customer:1", name="Nordwind Logistik GmbH", phone="+49 30 901820", address=BERLIN)
    either_server.put("erp:customer:7", name="Nordwind Logistic", address=BERLIN)
    items = either_server.as_("steward")("GET", "/v1/tasks").json()["items"]
    assert [one["kind"] for one in items] == ["review"], items
    return either_server, items[0]


BERLIN = {"street": "Hauptstr. 5", "postcode": "10115", "city": "Berlin"}


def decide(server, task, **body):
    path = f"/v1/tasks/{task['id']}:decide"
    return server.as_("steward")("POST", path, json={"verdict": "same", "reason": "one firm", **body})


def test_a_task_shows_its_evidence_and_what_would_become_of_the_ids(doubtful):
    server, task = doubtful
    one = server.as_("steward")("GET", f"/v1/tasks/{task['id']}")
    assert one.json() == task
    assert one.headers["ETag"] == f'"{task["etag"]}"'
    assert task["records"] == ["crm:customer:1", "erp:customer:7"]
    evidence = task["evidence"]
    total = evidence["prior"] + sum(line["weight"] for line in evidence["comparisons"])
    assert round(total, 3) == evidence["match_weight"]
    old, new = (golden["golden_id"] for golden in task["preview"]["golden_records"])
    assert task["preview"]["same"] == {"golden_id": old, "redirects": {new: old}}


def test_the_same_verdict_joins_and_does_what_the_preview_said(doubtful):
    server, task = doubtful
    answer = decide(server, task, etag=task["etag"])
    assert answer.status_code == 200, answer.text
    assert answer.json()["redirects"] == task["preview"]["same"]["redirects"]
    [(loser, survivor)] = answer.json()["redirects"].items()
    send = server.as_("steward")
    merged = send("GET", f"/v1/golden-records/{loser}").json()
    assert (merged["golden_id"], merged["status"], merged["current_id"]) == (loser, "merged", survivor)
    assert len(merged["crosswalk"]) == 2
    assert send("GET", "/v1/tasks").json()["items"] == []
    assert send("GET", f"/v1/tasks/{task['id']}").json()["status"] == "closed"
    decisions = send("GET", f"/v1/golden-records/{survivor}/history").json()["decisions"]
    assert [(one["decision_id"], one["verdict"], one["in_force"]) for one in decisions] == [
        (answer.json()["decision_id"], "same", True)
    ]
    undone = send("POST", f"/v1/decisions/{answer.json()['decision_id']}:undo", json={"reason": "two firms"})
    assert undone.status_code == 200, undone.text
    assert send("GET", f"/v1/golden-records/{loser}").json()["status"] == "active"
    assert [one["id"] for one in send("GET", "/v1/tasks").json()["items"]] == [task["id"]]


def test_a_task_that_changed_is_not_decided_on_old_evidence(doubtful):
    server, task = doubtful
    assert decide(server, task).status_code == 422
    server.put("erp:customer:7", name="Nordwind Logistik", address=BERLIN)
    stale = decide(server, task, etag=task["etag"])
    assert stale.status_code in {409, 412}, stale.text
    assert stale.json()["code"] == "stale"


def test_a_task_is_decided_once(doubtful):
    server, task = doubtful
    headers = {"If-Match": f'"{task["etag"]}"'}
    path, body = f"/v1/tasks/{task['id']}:decide", {"verdict": "distinct", "reason": "two firms"}
    assert server.as_("steward")("POST", path, json=body, headers=headers).status_code == 200
    again = server.as_("steward")("POST", path, json=body, headers=headers)
    assert (again.status_code, again.json()["code"]) == (412, "stale")


def test_values_a_role_may_not_see_are_not_in_a_task_either(doubtful):
    server, task = doubtful
    shown = server.as_("auditor")("GET", f"/v1/tasks/{task['id']}")
    assert "901820" in str(task)
    assert "901820" not in shown.text
    assert server.as_("reader")("GET", "/v1/tasks").status_code == 403


def test_golden_records_are_merged_split_and_restored(either_server):
    server = either_server
    one = server.put("crm:customer:1", name="Acme GmbH")["golden_id"]
    other = server.put("erp:customer:7", name="Zenith AG")["golden_id"]
    send = server.as_("approver")
    merged = send("POST", "/v1/golden-records:merge", json={"golden_ids": [one, other], "reason": "bought"})
    assert merged.status_code == 200, merged.text
    assert merged.json()["redirects"] == {other: one}
    parted = send("POST", f"/v1/golden-records/{one}:split", json={"keys": ["erp:customer:7"], "reason": "sold"})
    assert parted.status_code == 409, "a split that contradicts a merge in force names it"
    body = {"keys": ["erp:customer:7"], "reason": "sold", "supersede": True}
    parted = send("POST", f"/v1/golden-records/{one}:split", json=body)
    assert parted.status_code == 200, parted.text
    assert send("GET", "/v1/xref/erp/customer/7").json()["golden_id"] == other
    hinted = send("GET", f"/v1/golden-records/{one}?hint=erp:7").json()
    assert (hinted["status"], hinted["current_id"], hinted["successors"]) == ("active", other, [other])
    events = [event["type"] for event in send("GET", "/v1/changes").json()["items"]]
    assert {"mdm.golden.merged", "mdm.golden.split", "mdm.xref.moved"} <= set(events)


@pytest.mark.parametrize(("method", "path", "body"), [
    ("POST", "/v1/golden-records:merge", {"golden_ids": ["cus_0000005", "cus_0000006"], "reason": "x"}),
    ("POST", "/v1/golden-records/cus_0000005:split", {"keys": ["crm:customer:1"], "reason": "x"}),
    ("POST", "/v1/decisions/dec_5:undo", {"reason": "x"}),
    ("POST", "/v1/rules:apply", {"document": "x"}),
])  # fmt: skip
def test_who_may_not_decide_is_told_so_and_a_preview_is_never_the_real_thing(server, method, path, body):
    for role in ("reader", "auditor", "source"):
        send = server.as_(role, source="crm" if role == "source" else None)
        assert send(method, path, json=body).status_code == 403
    if "rules" not in path:
        for asked in (path, path + "?dry_run=true"):
            assert server.as_("admin")(method, asked, json=body).status_code == 404


def test_an_entity_type_is_added_by_its_document_alone(server):
    document = (
        "entity_type: branch\nid_prefix: bra\nattributes: {name: {kind: company_name}}\n"
        "match: {block_on: [[name]], compare: [name]}\n"
    )
    applied = server.as_("admin")("POST", "/v1/rules:apply", json={"document": document})
    assert applied.status_code == 200, applied.text
    assert server.put("crm:branch:1", name="Acme Berlin")["golden_id"].startswith("bra_")
    wrong = server.as_("admin")("POST", "/v1/rules:apply", json={"document": document.replace("compare", "compair")})
    assert wrong.status_code == 422
    assert "compare" in wrong.text


def test_what_cannot_be_merged_or_split_is_refused_with_the_part_that_it_is_about(server):
    send = server.as_("steward")
    one = server.put("crm:customer:1", name="Acme GmbH")["golden_id"]
    rate_card = server.put("psa:rate_card:1", name="Standard")["golden_id"]
    for path, part, body in (
        (":merge", "golden_ids", {"golden_ids": [one, one]}),
        (":merge", "golden_ids", {"golden_ids": [one, rate_card]}),
        (f"/{one}:split", "keys", {"keys": ["crm:customer:1"]}),
        (f"/{one}:split", "keys", {"keys": ["erp:customer:7"]}),
    ):
        refused = send("POST", f"/v1/golden-records{path}", json={**body, "reason": "test"})
        assert refused.status_code == 422, refused.text
        assert [fault["pointer"] for fault in refused.json()["errors"]] == [f"/{part}"], body
