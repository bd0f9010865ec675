"""Overriding over HTTP: who may, what is refused, what a dry run shows, and nothing that a role may not see."""

import pytest

RATED = """
entity_type: shop
id_prefix: shp
attributes:
  name: {kind: text}
  phone: {kind: phone, privacy: contact}
  margin: {kind: number, privacy: financial}
match: {block_on: [[name]], compare: [name]}
"""


@pytest.fixture
def shop(either_server):
    """A server with one shop, and the path of its golden record."""
    applied = either_server.as_("admin")("POST", "/v1/rules:apply", json={"document": RATED})
    assert applied.status_code == 200, applied.text
    found = either_server.put("crm:shop:1", name="Alder", phone="+43 316 8720", margin=12)
    return either_server, f"/v1/golden-records/{found['golden_id']}"


def test_a_value_is_set_shown_explained_and_taken_back(shop):
    server, path = shop
    send = server.as_("steward")
    body = {"value": "Alder & Sons", "reason": "the sign", "until": "2026-12-31", "until_source_changes": True}
    answer = send("PUT", f"{path}/overrides/name", json=body)
    assert answer.status_code == 200, answer.text
    assert sorted(answer.json()) == ["decision_id", "golden_ids", "redirects", "seq"]
    assert send("PUT", f"{path}/overrides/name", json=body).json() == answer.json(), "PUT again is the same"
    assert send("GET", path).json()["attributes"]["name"] == "Alder & Sons"
    winner = send("GET", f"{path}/lineage").json()["lineage"]["name"]["winner"]
    assert {name: winner[name] for name in body} == body
    assert winner["decision_id"] == answer.json()["decision_id"]
    [event] = [one for one in send("GET", "/v1/changes").json()["items"] if "decision_id" in one["data"]]
    assert (event["type"], event["data"]["after"]["attributes"]["name"]) == ("mdm.golden.updated", "Alder & Sons")
    undone = send("POST", f"/v1/decisions/{winner['decision_id']}:undo", json={"reason": "no"})
    assert undone.status_code == 200, undone.text
    assert send("GET", path).json()["attributes"]["name"] == "Alder"


def test_a_dry_run_shows_what_would_be_written_and_writes_nothing(shop):
    server, path = shop
    send = server.as_("steward")
    before = send("GET", path).json()
    told = send("PUT", f"{path}/overrides/name?dry_run=true", json={"value": "Birch", "reason": "x"}).json()
    assert (told["dry_run"], told["decision_id"], told["seq"], told["redirects"]) == (True, None, None, {})
    assert told["golden_ids"] == [before["golden_id"]]
    change, opened = told["changes"]
    assert opened["type"] == "mdm.divergence.opened"
    assert (change["before"]["attributes"]["name"], change["after"]["attributes"]["name"]) == ("Alder", "Birch")
    assert "margin" not in change["after"]["attributes"], "a steward has no right to financial values"
    assert send("GET", path).json() == before


def test_merge_split_and_undo_are_previewed_alike(shop):
    server, path = shop
    other = server.put("erp:shop:7", name="Zenith")["golden_id"]
    one, send = path.rpartition("/")[2], server.as_("steward")
    body = {"golden_ids": [one, other], "reason": "bought"}
    told = send("POST", "/v1/golden-records:merge?dry_run=true", json=body).json()
    assert told["redirects"] == {other: one}
    assert send("GET", f"/v1/golden-records/{other}").json()["status"] == "active"
    merged = send("POST", "/v1/golden-records:merge", json=body).json()
    assert (merged["golden_ids"], merged["redirects"]) == (told["golden_ids"], told["redirects"])
    undo = f"/v1/decisions/{merged['decision_id']}:undo?dry_run=true"
    assert sorted(send("POST", undo, json={"reason": "no"}).json()["golden_ids"]) == sorted([one, other])
    split = {"keys": ["erp:shop:7"], "reason": "sold", "supersede": True}
    assert sorted(send("POST", f"{path}:split?dry_run=true", json=split).json()["golden_ids"]) == sorted([one, other])
    assert send("GET", f"/v1/golden-records/{other}").json()["status"] == "merged"


def test_another_value_contradicts_and_names_the_decision(shop):
    server, path = shop
    send = server.as_("steward")
    first = send("PUT", f"{path}/overrides/name", json={"value": "Birch", "reason": "a"}).json()
    refused = send("PUT", f"{path}/overrides/name", json={"value": "Cedar", "reason": "b"})
    assert refused.status_code == 409
    assert [one["decision_id"] for one in refused.json()["decisions"]] == [first["decision_id"]]
    body = {"value": "Cedar", "reason": "b", "supersede": True}
    assert send("PUT", f"{path}/overrides/name", json=body).status_code == 200


def test_who_saw_another_state_is_told(shop):
    server, path = shop
    send = server.as_("steward")
    seen = send("GET", path).headers["ETag"]
    server.put("crm:shop:1", name="Alder", phone="+43 316 8721", margin=12)
    body = {"value": "Birch", "reason": "a"}
    stale = send("PUT", f"{path}/overrides/name", json=body, headers={"If-Match": seen})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    for read, name in ((path, "Birch"), (f"{path}?include=lineage", "Cedar")):
        fresh = {"If-Match": send("GET", read).headers["ETag"]}
        done = send("PUT", f"{path}/overrides/name", json={**body, "value": name, "supersede": True}, headers=fresh)
        assert done.status_code == 200, done.text


def test_a_value_is_masked_wherever_an_override_tells_it(shop):
    server, path = shop
    body = {"value": "+43 316 5550199", "reason": "called"}
    assert server.as_("steward")("PUT", f"{path}/overrides/phone", json=body).status_code == 200
    for part in ("", "/lineage", "/history"):
        assert "5550199" in server.as_("steward")("GET", path + part).text
        assert "5550199" not in server.as_("reader")("GET", path + part).text, part
        assert "5550199" not in server.as_("auditor")("GET", path + part).text, part
    assert "5550199" not in server.as_("reader")("GET", "/v1/changes").text


def test_what_a_steward_may_not_see_a_steward_may_not_set(shop):
    server, path = shop
    body = {"value": 13, "reason": "x"}
    assert server.as_("steward")("PUT", f"{path}/overrides/margin", json=body).status_code == 403
    assert server.as_("admin")("PUT", f"{path}/overrides/margin", json=body).status_code == 200
    for role in ("reader", "auditor"):
        assert server.as_(role)("PUT", f"{path}/overrides/name", json=body).status_code == 403
    narrowed = server.as_("steward", entity_type="customer")
    assert narrowed("PUT", f"{path}/overrides/name", json=body).status_code == 403


@pytest.mark.parametrize(("attribute", "body", "status", "pointer"), [
    ("nmae", {"value": "x", "reason": "y"}, 422, "/path/attribute"),
    ("phone", {"value": "0", "reason": "y"}, 422, "/value"),
    ("name", {"reason": "y"}, 422, "/value"),
    ("name", {"value": "x"}, 422, "/reason"),
    ("name", {"value": "Birch", "reason": "y", "until": "soon"}, 422, "/until"),
    ("name", {"value": "x", "reason": "y", "unless": "z"}, 422, "/unless"),
])  # fmt: skip
def test_what_is_wrong_is_named_by_its_place(shop, attribute, body, status, pointer):
    server, path = shop
    answer = server.as_("steward")("PUT", f"{path}/overrides/{attribute}", json=body)
    assert (answer.status_code, [one["pointer"] for one in answer.json()["errors"]]) == (status, [pointer])


def test_an_id_that_was_never_given_is_not_found(shop):
    server, _ = shop
    body = {"value": "x", "reason": "y"}
    for written in ("shp_0zzzzzz", "nonsense"):
        assert (
            server.as_("steward")("PUT", f"/v1/golden-records/{written}/overrides/name", json=body).status_code == 404
        )
