"""Proposals over HTTP: held, approved by another key, refused, withdrawn; bulk decisions, and what a dry run shows."""

import pytest

from mdm.services.stewarding import proposals
from tests.services.two_people import later

BERLIN = {"street": "Hauptstr. 5", "postcode": "10115", "city": "Berlin"}
ASKING = """
entity_type: shop
id_prefix: shp
attributes:
  name: {kind: text}
  phone: {kind: phone, privacy: contact}
  margin: {kind: number, privacy: financial}
match: {block_on: [[name]], compare: [name]}
approval: {merge: true, override: [phone, margin]}
"""


@pytest.fixture
def shops(either_server):
    """A server with two shops, whose merges need a second person, and their IDs."""
    applied = either_server.as_("admin")("POST", "/v1/rules:apply", json={"document": ASKING})
    assert applied.status_code == 200, applied.text
    return either_server, [either_server.put(f"crm:shop:{n}", name=n)["golden_id"] for n in ("Alder", "Birch")]


@pytest.fixture
def doubtful(either_server):
    """Two records that may be one, and the task about them."""
    either_server.put("crm:customer:1", name="Nordwind Logistik GmbH", phone="+49 30 901820", address=BERLIN)
    either_server.put("erp:customer:7", name="Nordwind Logistic", address=BERLIN)
    return either_server, either_server.as_("steward")("GET", "/v1/tasks").json()["items"][0]


def merge(server, ids, **body):
    path = "/v1/golden-records:merge"
    return server.as_("steward")("POST", path, json={"golden_ids": ids, "reason": "one", **body})


def test_a_decision_that_needs_a_second_person_is_answered_with_202_and_approved_by_another_key(shops):
    server, ids = shops
    answer = merge(server, ids)
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert (told["status"], told["decision_id"], told["redirects"]) == ("proposed", None, {ids[1]: ids[0]})
    path = f"/v1/proposals/{told['proposal_id']}"
    assert server.as_("auditor")("GET", path).json() == told
    assert server.as_("steward")("POST", f"{path}:approve", json={}).status_code == 403
    approver = server.as_("approver")
    dry = approver("POST", f"{path}:approve?dry_run=true", json={}).json()
    assert (dry["dry_run"], dry["redirects"]) == (True, {ids[1]: ids[0]})
    assert approver("GET", path).json() == told
    decided = approver("POST", f"{path}:approve", json={"reason": "seen the register"})
    assert decided.status_code == 200, decided.text
    assert decided.json()["redirects"] == {ids[1]: ids[0]}
    again = approver("POST", f"{path}:approve", json={})
    assert (again.status_code, again.json()["code"]) == (409, "settled")
    history = approver("GET", f"/v1/golden-records/{ids[0]}/history").json()["decisions"]
    assert [(one["actor"], one["approved_by"]) for one in history] == [
        (told["proposer"], approver("GET", path).json()["answered_by"])
    ]


def test_who_proposes_never_approves_and_may_withdraw(shops):
    server, ids = shops
    approver = server.as_("approver")
    body = {"golden_ids": ids, "reason": "one"}
    own = approver("POST", "/v1/golden-records:merge", json=body).json()["proposal_id"]
    for verb, said in (("approve", {}), ("refuse", {"reason": "x"})):
        refused = approver("POST", f"/v1/proposals/{own}:{verb}", json=said)
        assert (refused.status_code, "your own" in refused.json()["detail"]) == (403, True)
    assert server.as_("admin")("POST", f"/v1/proposals/{own}:withdraw", json={}).status_code == 403
    assert approver("POST", f"/v1/proposals/{own}:withdraw").json()["status"] == "withdrawn"
    other = approver("POST", "/v1/golden-records:merge", json=body).json()["proposal_id"]
    assert server.as_("admin")("POST", f"/v1/proposals/{other}:refuse", json={}).status_code == 422
    refused = server.as_("admin")("POST", f"/v1/proposals/{other}:refuse", json={"reason": "two firms"})
    assert (refused.json()["status"], refused.json()["answer"]) == ("refused", "two firms")
    listed = approver("GET", "/v1/proposals?status=refused").json()["items"]
    assert [one["proposal_id"] for one in listed] == [other]
    assert approver("GET", "/v1/proposals").json() == {"items": [], "next": None}


def test_a_held_decision_is_undone_by_its_proposal_before_and_after(doubtful):
    server, task = doubtful
    steward, path = server.as_("steward"), f"/v1/tasks/{task['id']}:decide"
    body = {"verdict": "same", "reason": "one firm", "etag": task["etag"], "hold": 10}
    assert steward("POST", path, json={**body, "hold": 61}).status_code == 422
    held = steward("POST", path, json=body)
    assert (held.status_code, held.json()["status"]) == (202, "held")
    undo = f"/v1/decisions/{held.json()['proposal_id']}:undo"
    assert steward("POST", f"{undo}?dry_run=true", json={"reason": "x"}).json()["changes"] == []
    assert server.as_("approver")("POST", undo, json={"reason": "x"}).status_code == 403
    taken = steward("POST", undo, json={"reason": "a slip"})
    assert (taken.status_code, taken.json()["status"]) == (200, "withdrawn")
    assert steward("POST", undo, json={"reason": "a slip"}).status_code == 409
    assert steward("GET", "/v1/tasks").json()["items"] == [task]
    again = steward("POST", path, json=body).json()
    assert proposals.carry_out_due(server.hub, author=_end_of_time()) == 1
    assert steward("GET", "/v1/tasks").json()["items"] == []
    undo = f"/v1/decisions/{again['proposal_id']}:undo"
    assert steward("POST", f"{undo}?dry_run=true", json={"reason": "x"}).json()["golden_ids"]
    assert steward("POST", undo, json={"reason": "two"}).json()["decision_id"]
    assert [one["id"] for one in steward("GET", "/v1/tasks").json()["items"]] == [task["id"]]


def _end_of_time():
    return type(later(0))("worker", "2999-01-01T00:00:00.000000Z")


def test_a_task_is_decided_in_a_dry_run_and_stays_as_it_is(doubtful):
    server, task = doubtful
    body = {"verdict": "same", "reason": "one firm", "etag": task["etag"]}
    path = f"/v1/tasks/{task['id']}:decide?dry_run=true"
    told = server.as_("steward")("POST", path, json=body).json()
    assert (told["dry_run"], told["needs"], told["redirects"]) == (True, [], task["preview"]["same"]["redirects"])
    assert "mdm.golden.merged" in {one["type"] for one in told["changes"]}
    assert server.as_("steward")("GET", f"/v1/tasks/{task['id']}").json() == task
    assert server.as_("steward")("POST", path, json={**body, "etag": "0"}).status_code == 412


def test_many_tasks_are_decided_by_a_filter_or_one_by_one(doubtful):
    server, task = doubtful
    steward, path = server.as_("steward"), "/v1/tasks:decide-many"
    meant = {"verdict": "same", "reason": "x", "filter": {"entity_type": "customer", "min_probability": 0.5}}
    dry = steward("POST", f"{path}?dry_run=true", json=meant).json()
    assert (dry["totals"]["tasks"], dry["totals"]["redirects"], dry["needs"]) == (1, 1, [])
    assert [one["id"] for one in dry["worst"]] == [one["id"] for one in dry["sample"]] == [task["id"]]
    assert steward("GET", "/v1/tasks").json()["items"] == [task]
    listed = {"verdict": "same", "reason": "x", "tasks": [{"id": task["id"], "etag": task["etag"]}]}
    done = steward("POST", path, json=listed)
    assert done.status_code == 200, done.text
    assert (done.json()["tasks"], done.json()["left_out"], done.json()["redirects"]) == (1, [], dry["redirects"])
    stale = steward("POST", path, json=listed)
    assert (stale.status_code, [one["id"] for one in stale.json()["left_out"]]) == (412, [task["id"]])
    for wrong in ({**listed, "filter": meant["filter"]}, {"verdict": "same", "reason": "x"}, meant):
        assert steward("POST", path, json=wrong).status_code == 422
    narrowed = server.as_("steward", entity_type="employee")
    assert narrowed("POST", path, json=meant).status_code == 403
    assert narrowed("POST", path, json=listed).status_code == 403
    assert server.as_("reader")("POST", path, json=meant).status_code == 403


def test_a_proposed_value_is_masked_like_any_other_and_not_approved_unseen(shops):
    server, ids = shops
    path = f"/v1/golden-records/{ids[0]}/overrides"
    body = {"value": "+43 316 999", "reason": "called"}
    phone = server.as_("steward")("PUT", f"{path}/phone", json=body).json()["proposal_id"]
    margin = server.as_("admin")("PUT", f"{path}/margin", json={"value": 77, "reason": "x"}).json()["proposal_id"]
    assert "316 999" in server.as_("approver")("GET", f"/v1/proposals/{phone}").text
    assert "316 999" not in server.as_("auditor")("GET", f"/v1/proposals/{phone}").text
    assert "316 999" not in server.as_("auditor")("GET", "/v1/proposals").text
    assert server.as_("approver")("GET", f"/v1/proposals/{margin}").json()["parts"].get("value") is None
    assert server.as_("approver")("POST", f"/v1/proposals/{margin}:approve", json={}).status_code == 403
    assert server.as_("reader")("GET", "/v1/proposals").status_code == 403
    narrowed = server.as_("approver", entity_type="customer")
    assert narrowed("GET", f"/v1/proposals/{phone}").status_code == 403
    assert narrowed("POST", f"/v1/proposals/{phone}:approve", json={}).status_code == 403
    assert narrowed("GET", "/v1/proposals").json()["items"] == []
    assert server.as_("approver")("POST", f"/v1/proposals/{phone}:approve").status_code == 200


CONFLICTING = (
    ASKING.replace("compare: [name]", "compare: [name], always: [{same: name}]")
    + """
survive: {conflicts: [margin], trust: {crm: 90, erp: 90}}
"""
)


def test_what_is_picked_or_asked_by_the_task_is_not_approved_unseen_either(either_server):
    server = either_server
    assert server.as_("admin")("POST", "/v1/rules:apply", json={"document": CONFLICTING}).status_code == 200
    for source, margin in (("crm", 11), ("erp", 12)):
        server.put(f"{source}:shop:1", name="Alder", margin=margin)
    [task] = server.as_("admin")("GET", "/v1/tasks?kind=conflict").json()["items"]
    body = {"picks": {"margin": "erp:shop:1"}, "reason": "the register", "etag": task["etag"]}
    told = server.as_("admin")("POST", f"/v1/tasks/{task['id']}:decide", json=body)
    assert told.status_code == 202, told.text
    path = f"/v1/proposals/{told.json()['proposal_id']}:approve"
    refused = server.as_("approver")("POST", path, json={})
    assert (refused.status_code, "no right to margin" in refused.text) == (403, True)
    assert server.as_("approver")("POST", f"{path}?dry_run=true", json={}).status_code == 403


def test_what_is_overtaken_is_409_for_the_approver_and_told_to_the_proposer(shops):
    server, ids = shops
    waits = merge(server, ids).json()["proposal_id"]
    first = merge(server, ids).json()["proposal_id"]
    assert server.as_("approver")("POST", f"/v1/proposals/{first}:approve", json={}).status_code == 200
    late = server.as_("approver")("POST", f"/v1/proposals/{waits}:approve", json={})
    assert (late.status_code, late.json()["status"]) == (409, 409)
    told = server.as_("steward")("GET", f"/v1/proposals/{waits}").json()
    assert (told["status"], "no active golden record" in told["changed"]) == ("overtaken", True)
    assert server.as_("steward")("GET", "/v1/proposals/pro_999999").status_code == 404


def test_a_split_takes_along_what_a_record_brought_when_asked(either_server):
    server, steward = either_server, either_server.as_("steward")
    ids = [
        server.put(f"crm:customer:{n}", name=name)["golden_id"] for n, name in enumerate(("Alder", "Birch", "Cedar"))
    ]
    assert merge(server, ids[1:]).status_code == 200
    assert merge(server, [ids[1], ids[0]]).status_code == 200
    parts = {"keys": ["crm:customer:1"], "reason": "another", "supersede": True}
    path = f"/v1/golden-records/{ids[0]}:split"
    alone = steward("POST", f"{path}?dry_run=true", json=parts).json()
    assert (alone["brought"], sorted(alone["golden_ids"])) == (["crm:customer:2"], sorted(ids[:2]))
    dry = steward("POST", f"{path}?dry_run=true", json={**parts, "with_what_it_brought": True}).json()
    along = steward("POST", path, json={**parts, "with_what_it_brought": True})
    assert sorted(dry["golden_ids"]) == sorted(along.json()["golden_ids"]) == sorted(ids[:2])
