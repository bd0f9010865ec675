"""Forecasts and values in conflict over HTTP: shown, decided, and masked for whom they are not meant."""

import pytest

SHOP = """
entity_type: shop
id_prefix: shp
attributes:
  name: {kind: text}
  phone: {kind: text, privacy: contact}
  margin: {kind: number, privacy: financial}
match: {block_on: [[name]], compare: [name], always: [{same: name}]}
survive:
  attributes:
    phone: [{strategy: first, when: {fresher_than: 10d}}, longest]
    margin: {strategy: min, when: {has: phone}}
  trust: {crm: 90, erp: 90}
  conflicts: [phone, margin, name]
"""


@pytest.fixture
def shop(server):
    """A server with one shop of two records, and its golden ID."""
    assert server.as_("admin")("POST", "/v1/rules:apply", json={"document": SHOP}).status_code == 200
    for source, phone, day in (("crm", "316 87", 1), ("erp", "316 99 12", 1)):
        body = {"attributes": {"name": "Alder", "phone": phone}, "event_time": f"2026-01-0{day}T00:00:00Z"}
        answer = server.as_("admin")("PUT", f"/v1/source-records/{source}/shop/1?wait=resolved", json=body)
        assert answer.status_code == 200, answer.text
    return server, answer.json()["golden_id"]


def test_a_forecast_is_read_for_one_and_for_all_and_masked(shop):
    server, id_ = shop
    send = server.as_("steward")
    found = send("GET", f"/v1/golden-records/{id_}/forecast?until=2026-03-01").json()
    change = {
        "date": "2026-01-11", "attribute": "phone", "from": "316 87", "to": "316 99 12",
        "because": "no value meets the condition of step 1 any more",
    }  # fmt: skip
    assert (found["changes"], found["since"], found["until"]) == ([change], None, "2026-03-01")
    listed = send("GET", "/v1/forecast?type=shop&until=2026-03-01").json()
    assert listed["items"] == [{"golden_id": id_, "entity_type": "shop", "changes": [change]}]
    assert listed["next"] is None
    [seen] = server.as_("reader")("GET", "/v1/forecast?until=2026-03-01").json()["items"][0]["changes"]
    assert seen == {name: part for name, part in change.items() if name not in {"from", "to"}}
    [form] = server.as_("auditor")("GET", f"/v1/golden-records/{id_}/forecast?until=2026-03-01").json()["changes"]
    assert (form["from"], form["to"]) == ("*** ***", "*** *** ***")


def test_a_forecast_says_what_it_cannot_tell(shop):
    server, id_ = shop
    send = server.as_("reader")
    assert send("GET", f"/v1/golden-records/{id_}/forecast").status_code == 422
    assert send("GET", "/v1/forecast?until=2026").json()["errors"][0]["pointer"] == "/query/until"
    assert send("GET", "/v1/forecast?type=shp").status_code == 404
    assert send("GET", "/v1/golden-records/shp_9999999/forecast?until=2026-03-01").status_code == 404
    assert server.as_("reader", entity_type="customer")("GET", "/v1/forecast?type=shop").status_code == 403


def test_a_conflict_is_shown_masked_and_decided_by_a_pick(shop):
    server, id_ = shop
    [task] = server.as_("steward")("GET", "/v1/tasks?kind=conflict").json()["items"]
    assert task["about"]["golden_id"] == id_
    assert [one["value"] for one in task["about"]["candidates"]] == ["316 87", "316 99 12"]
    hidden = server.as_("auditor")("GET", f"/v1/tasks/{task['id']}").json()["about"]["candidates"]
    assert [one["value"] for one in hidden] == ["*** ***", "*** *** ***"]
    body = {"picks": {"phone": "erp:shop:1"}, "reason": "called", "etag": task["etag"]}
    path = f"/v1/tasks/{task['id']}:decide"
    assert server.as_("reader")("POST", path, json=body).status_code == 403
    assert server.as_("steward")("POST", path, json={**body, "verdict": "same"}).status_code == 422
    decided = server.as_("steward")("POST", path, json=body)
    assert decided.status_code == 200, decided.text
    assert server.as_("steward")("GET", f"/v1/golden-records/{id_}").json()["attributes"]["phone"] == "316 99 12"
    assert server.as_("steward")("POST", path, json=body).status_code == 412


def test_nobody_picks_a_value_or_learns_a_reason_that_the_role_may_not_see(shop):
    server, id_ = shop
    for source, margin in (("crm", 7), ("erp", "7.0")):
        body = {"attributes": {"margin": margin}}
        assert server.as_("admin")("PATCH", f"/v1/source-records/{source}/shop/1?wait=resolved", json=body).is_success
    server.as_("admin")("PUT", "/v1/source-records/psa/shop/1?wait=resolved", json={"attributes": {"name": "Alder"}})
    body = {"attributes": {"name": "Alder", "margin": 1}}
    server.as_("admin")("PUT", "/v1/source-records/psa/shop/1?wait=resolved", json=body)
    lineage = f"/v1/golden-records/{id_}/lineage"
    told = [
        {one["because"] for one in server.as_(role)("GET", lineage).json()["lineage"]["margin"]["losers"]}
        for role in ("admin", "reader")
    ]
    assert "not considered: its record has no phone" in told[0]
    assert "not considered" in told[1]
    assert not any("phone" in because for because in told[1])
    body = {"picks": {"margin": "erp:shop:1"}, "reason": "x", "etag": "y"}
    [task] = server.as_("steward")("GET", "/v1/tasks?kind=conflict").json()["items"]
    assert server.as_("steward")("POST", f"/v1/tasks/{task['id']}:decide", json=body).status_code == 403
