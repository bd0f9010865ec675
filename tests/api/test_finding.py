"""Search before create over HTTP: candidates with their evidence, and nothing that a key has no right to."""

import pytest


@pytest.fixture
def acme(either_server):
    """One company in two systems, another that looks like it, and the golden ID of the first."""
    put = either_server.put
    found = put("crm:customer:1", name="Acme Pumps GmbH", tax_id="DE136695976", email=["info@acme.example"])
    put("erp:customer:7", name="Acme Pumps GmbH", tax_id="DE136695976", address={"city": "Berlin"})
    put("psa:customer:9", name="Zenith Optics", tax_id="DE811907980")
    return either_server, found["golden_id"]


def ask(server, role, **attributes):
    body = {"entity_type": "customer", "attributes": attributes}
    return server.as_(role, source="crm" if role == "source" else None)("POST", "/v1/matches:find", json=body)


def test_a_new_record_is_told_where_it_would_belong_and_nothing_is_written(acme):
    server, golden_id = acme
    before = server.as_("admin")("GET", "/v1/stats").json()
    found = ask(server, "steward", name="ACME Pumps", tax_id="DE 136695976").json()
    (item,) = found["items"]
    assert (item["golden_id"], item["outcome"]) == (golden_id, "match")
    assert {(one["source"], one["source_id"]) for one in item["records"]} == {("crm", "1"), ("erp", "7")}
    evidence = item["evidence"]
    total = evidence["prior"] + sum(one["weight"] for one in evidence["comparisons"])
    assert (round(total, 3), evidence["match_weight"]) == (item["match_weight"], item["match_weight"])
    assert server.as_("admin")("GET", "/v1/stats").json() == before
    assert ask(server, "steward", name="Nobody Ever").json()["items"] == []


def test_an_attribute_that_a_key_may_not_see_is_not_compared_but_a_source_may_ask_by_all(acme):
    server, golden_id = acme
    asked = ask(server, "reader", name="Quite Another", email=["info@acme.example"]).json()
    assert (asked["items"], asked["left_out"]) == ([], ["email"])
    asked = ask(server, "reader", name="Acme Pumps", tax_id="DE136695976").json()
    assert "email" not in asked["items"][0]["attributes"]
    asked = ask(server, "source", name="Acme Pumps", email=["info@acme.example"]).json()
    assert ([one["golden_id"] for one in asked["items"]], asked["left_out"]) == ([golden_id], [])
    assert "email" not in asked["items"][0]["attributes"]


def test_what_is_no_attribute_or_no_value_of_its_kind_is_refused_with_its_place(acme):
    server, _ = acme
    refused = ask(server, "steward", nmae="Acme")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/attributes/nmae")
    refused = server.as_("steward")("POST", "/v1/matches:find", json={"entity_type": "customr", "attributes": {}})
    assert refused.status_code == 404
    for given in ("Berlin", {"city": "Berlin"}):
        refused = ask(server, "steward", **{"address": given, "address.city": "Köln"})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/attributes/address.city")
