"""A moment in a request: honoured where it means something, refused everywhere else, masked as ever."""

import re

import pytest
from fastapi.routing import APIRoute

from mdm.api.app import PUBLIC
from mdm.api.json_route import WHEN
from mdm.api.routes import ROUTERS

ROUTES = [route for router in ROUTERS for route in router.routes if route.path not in PUBLIC]
TAKES = {
    "/v1/golden-records": {"as_of", "on"},
    "/v1/golden-records:export": {"as_of", "on"},
    "/v1/xref:export": {"as_of"},
    "/v1/lineage:export": {"as_of"},
    "/v1/golden-records/{golden_id}": {"as_of", "on"},
    "/v1/golden-records/{golden_id}/lineage": {"as_of", "on"},
    "/v1/golden-records/{golden_id}/whole": {"as_of", "on"},
    "/v1/golden-records/{golden_id}/history": {"as_of"},
    "/v1/golden-records/{golden_id}/diff": {"on"},
    "/v1/golden-records/{golden_id}/relations": {"as_of", "on"},
    "/v1/golden-records/{golden_id}/hierarchy": {"as_of", "on"},
    "/v1/golden-records/{golden_id}/readiness": {"as_of", "on"},
    "/v1/readiness/{process}": {"as_of", "on"},
    "/v1/golden-records/{golden_id}/divergence": {"as_of", "on"},
    "/v1/divergence": {"as_of", "on"},
    "/v1/references:waiting": {"as_of"},
    "/v1/refetches:waiting": {"as_of"},
    "/v1/refetches": {"as_of"},
    "/v1/hierarchies:mismatches": {"as_of", "on"},
    "/v1/golden-records/{golden_id}/rate": {"as_of", "on"},
    "/v1/rates:findings": {"as_of", "on"},
    "/v1/xref/{source}/{entity_type}/{source_id:path}": {"as_of", "on"},
    "/v1/xref:lookup": {"as_of", "on"},
    "/v1/why": {"as_of"},
    "/v1/tasks": {"as_of"},
    "/v1/tasks/{task_id}": {"as_of"},
}
"""Which addresses take which of the two."""
BERLIN = {"street": "Hauptstr. 5", "postcode": "10115", "city": "Berlin"}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{min(route.methods)} {route.path}")
def test_a_moment_is_heeded_or_refused_by_name(doorstep, route: APIRoute) -> None:
    path = re.sub(r"\{[^}]*\}", "x", route.path)
    for name in sorted(WHEN):
        answer = doorstep.request(min(route.methods), path, params={name: "2026-03-01"})
        if name in TAKES.get(route.path, ()):
            assert answer.status_code == 401, f"{name} is read, and a key is asked for"
            continue
        assert answer.status_code == 400, answer.text
        problem = answer.json()
        assert (problem["code"], problem["errors"][0]["pointer"]) == ("not_as_of", f"/query/{name}")
        assert name in problem["detail"]


@pytest.fixture
def doubtful(either_server):
    """Two records that may be one, the task about them, and the position at which it was open."""
    either_server.put("crm:customer:1", name="Nordwind Logistik GmbH", phone="+49 30 901820", address=BERLIN)
    either_server.put("erp:customer:7", name="Nordwind Logistic", address=BERLIN, email=["info@nordwind.example"])
    send = either_server.as_("steward")
    [task] = send("GET", "/v1/tasks").json()["items"]
    then = task["opened"]
    body = {"verdict": "same", "reason": "one firm", "etag": task["etag"]}
    assert send("POST", f"/v1/tasks/{task['id']}:decide", json=body).status_code == 200
    return either_server, task, then


def test_every_read_tells_what_was_known_then(doubtful):
    server, task, then = doubtful
    send = server.as_("steward")
    old, new = (one["golden_id"] for one in task["preview"]["golden_records"])
    assert send("GET", f"/v1/tasks/{task['id']}?as_of={then}").json() == task
    assert send("GET", f"/v1/tasks?as_of={then}").json() == {"items": [task], "next": None}
    assert send("GET", "/v1/tasks").json()["items"] == []
    assert send("GET", f"/v1/tasks/{task['id']}?as_of=0").status_code == 404
    keys = {"keys": [["crm", "customer", "1"], ["erp", "customer", "7"]]}
    found = {at: [one and one["golden_id"] for one in send("POST", f"/v1/xref:lookup{at}", json=keys).json()["items"]]
             for at in ("", f"?as_of={then}", "?as_of=0")}  # fmt: skip
    assert found == {"": [old, old], f"?as_of={then}": [old, new], "?as_of=0": [None, None]}
    listed = {at: [one["golden_id"] for one in send("GET", f"/v1/golden-records{at}").json()["items"]]
              for at in ("", f"?as_of={then}", "?as_of=0")}  # fmt: skip
    assert listed == {"": [old], f"?as_of={then}": [old, new], "?as_of=0": []}
    assert send("GET", f"/v1/golden-records/{new}?as_of={then}").json()["status"] == "active"
    assert send("GET", f"/v1/golden-records/{new}/history?as_of={then}").json()["merges"] == []
    [event] = send("GET", f"/v1/golden-records/{new}/history").json()["merges"]
    assert (event["event"], event["from"], event["to"]) == ("merged", new, old)


def test_a_wrong_moment_is_refused_by_name(server):
    server.put("crm:customer:1", name="Acme GmbH")
    answer = server.as_("admin")("GET", "/v1/golden-records?as_of=yesterday")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/query/as_of")


def test_a_difference_is_masked_like_everything_else(doubtful):
    server, task, then = doubtful
    old = task["preview"]["same"]["golden_id"]
    path = f"/v1/golden-records/{old}/diff?from=@{then}"
    whole = server.as_("steward")("GET", path).json()
    assert whole["attributes"]["email"]["to"] == ["info@nordwind.example"]
    assert whole["attributes"]["email"]["because"] == ["record_came"]
    assert [one["action"] for one in whole["decisions"]] == ["verdict"]
    for role in ("reader", "auditor"):
        shown = server.as_(role)("GET", path)
        assert "info@nordwind" not in shown.text
        assert shown.json()["masked"] == ["email"]
    assert server.as_("auditor")("GET", path).json()["attributes"]["email"]["to"] == ["i***@n***.example"]
    assert server.as_("reader")("GET", path.replace("@", "x")).status_code == 422
    assert server.as_("reader")("GET", f"/v1/golden-records/{old}/diff?from=99").status_code == 404
    assert server.as_("reader")("GET", f"/v1/golden-records/{old}/diff").status_code == 422


FORMER = """
entity_type: hut
id_prefix: hut
attributes:
  name: {kind: company_name, required: true}
  mail: {kind: email, privacy: contact}
match: {block_on: [[mail], [name.tokens]], compare: [name, mail]}
"""


def test_what_the_rules_no_longer_have_is_shown_by_the_class_it_had(server):
    send = server.as_("admin")
    assert send("POST", "/v1/rules:apply", json={"document": FORMER}).status_code == 200
    golden_id = server.put("crm:hut:1", name="Alpenhof", mail="wirt@alpenhof.example")["golden_id"]
    shorter = FORMER.replace("  mail: {kind: email, privacy: contact}\n", "").replace("[mail], ", "").replace(
        "name, mail", "name"
    )  # fmt: skip
    assert send("POST", "/v1/rules:apply", json={"document": shorter}).status_code == 200
    for path in ("?as_of={0}", "/lineage?as_of={0}", "/history", "/diff?from=1"):
        since = send("GET", f"/v1/golden-records/{golden_id}/history").json()["versions"][0]["since"]
        address = f"/v1/golden-records/{golden_id}{path.format(since)}"
        assert "wirt@alpenhof.example" in server.as_("steward")("GET", address).text, path
        assert "alpenhof.example" not in server.as_("reader")("GET", address).text, path
        assert "w***@a***.example" in server.as_("auditor")("GET", address).text, path
