"""Divergence over HTTP: of one golden record and of all, masked by the one policy."""

import pytest


@pytest.fixture
def apart(server):
    """A customer about which two systems disagree, and an employee about whose name they do."""
    server.put("erp:customer:1", name="Acme GmbH", tax_id="DE136695976", website="acme.example")
    customer = server.put("crm:customer:1", name="Acme GmbH", tax_id="DE136695976", website="acme.test")["golden_id"]
    server.put("hcm:employee:1", name="Jane Doe", email=["jane@firm.example"], employee_number="E-4711")
    server.put("psa:employee:1", name="Jane Doe-Smith", email=["jane@firm.example"], employee_number="E-4711")
    return server, customer


def test_it_is_listed_filtered_and_masked(apart):
    server, customer = apart
    send = server.as_("reader")
    [item] = send("GET", f"/v1/golden-records/{customer}/divergence").json()["items"]
    assert (item["attribute"], item["source"], item["golden_value"]) == ("website", "crm", "acme.example")
    assert (item["value"], item["take"]) == ("acme.test", "acme.example")
    assert item in send("GET", "/v1/divergence?type=customer&attribute=website&source=crm").json()["items"]
    told = {role: server.as_(role)("GET", "/v1/divergence?type=employee").json()["items"][0]
            for role in ("admin", "reader", "auditor")}  # fmt: skip
    assert told["admin"]["value"] == "Jane Doe-Smith"
    assert (told["auditor"]["value"], told["auditor"]["label"]) == ("J*** D***", "J*** D***")
    assert ("value" in told["reader"], "take" in told["reader"], told["reader"]["label"]) == (False, False, None)
    assert server.as_("reader", entity_type="customer")("GET", "/v1/divergence").json()["items"] == [item]
    assert send("GET", "/v1/divergence?cursor=nonsense").status_code == 422


def test_the_feed_tells_which_source_should_say_what(apart):
    server, customer = apart
    events = server.as_("admin")("GET", "/v1/changes?limit=1000").json()["items"]
    [event] = [one for one in events if one["type"] == "mdm.divergence.opened" and one["subject"] == customer]
    assert event["data"]["divergence"] == [{"attribute": "website", "key": "crm:customer:1"}]
    assert event["data"]["after"]["attributes"]["website"] == "acme.example"
    server.put("crm:customer:1", name="Acme GmbH", tax_id="DE136695976", website="https://www.acme.example/")
    last = server.as_("reader")("GET", "/v1/changes?limit=1000").json()["items"][-1]
    assert (last["type"], last["data"]["divergence"]) == ("mdm.divergence.closed", event["data"]["divergence"])
