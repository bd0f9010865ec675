"""Rates over HTTP: asked by name, refused with what would be right, masked field by field, paged."""

import re

from mdm.services.rulebook import rules
from tests.conftest import AUTHOR
from tests.day_rates import ERP, PSA, RULES

LINE = {"currency": "EUR", "unit": "hour", "valid_from": "2026-01-01", "valid_to": "2027-01-01"}


def firm(server) -> tuple[str, str]:
    """A customer with a rate card of two systems at odds, and the card."""
    customer = server.put("erp:customer:1", name="Acme Leasing")["golden_id"]
    common = {"name": "Acme rates 2026", "code": "RC-100-1", "currency": "EUR", "valid_from": "2026-01-01"}
    line = {**LINE, "role": "Manager", "rate": "120.00"}
    server.put("erp:rate_card:1", **common, customer="1", lines=[line])
    card = server.put("psa:rate_card:9", **common, customer="erp:customer:1", lines=[{**line, "rate": 118}])
    return customer, card["golden_id"]


def test_a_rate_is_asked_by_the_names_of_its_fields_and_tells_the_way(either_server):
    customer, card = firm(either_server)
    send = either_server.as_("admin")
    path = f"/v1/golden-records/{customer}/rate"
    answer = send("GET", f"{path}?role=Manager&currency=EUR&on=2026-03-01")
    found = answer.json()
    assert (answer.status_code, found["outcome"], found["holder"]) == (200, "found", "customer")
    assert found["card"]["golden_id"] == card
    assert (found["rate"]["amount"], found["rate"]["unit"], found["winner"]["source"]) == ("120", "hour", "erp")
    assert [(one["source"], one["amount"]) for one in found["losers"]] == [("psa", "118")]
    tag = {"If-None-Match": answer.headers["ETag"]}
    assert send("GET", f"{path}?role=Manager&currency=EUR&on=2026-03-01", headers=tag).status_code == 304
    for query, outcome in (("on=2027-01-01", "none"), ("unit=day&on=2026-03-01", "none"), ("as_of=1", None)):
        asked = send("GET", f"{path}?role=Manager&currency=EUR&{query}")
        assert asked.json().get("outcome") == outcome
        assert asked.status_code == (200 if outcome else 404)
    for query, pointer in {"role=Managr": "role", "rol=x": "rol", "on=x": "on", "of=x": "of"}.items():
        problem = send("GET", f"{path}?currency=EUR&{query}")
        assert (problem.status_code, problem.json()["errors"][0]["pointer"]) == (422, f"/query/{pointer}")
        assert problem.json()["errors"][0]["rule"] != "unknown_parameter"  # fields of an own type may be called so


def test_a_rate_waits_for_what_was_just_sent_as_every_read_does(server):
    customer, _ = firm(server)
    sent = server.put("erp:customer:2", name="Birch Books")["seq"]
    path = f"/v1/golden-records/{customer}/rate?role=Manager&currency=EUR&on=2026-03-01"
    answer = server.as_("admin")("GET", f"{path}&min_seq={sent}")
    assert (answer.status_code, answer.json().get("outcome")) == (200, "found")


def test_findings_are_pages_narrowed_in_the_query(server):
    _, card = firm(server)
    send = server.as_("admin")
    path = "/v1/rates:findings?on=2026-08-01"
    [item] = send("GET", path).json()["items"]
    assert (item["golden_id"], item["kind"], item["key"]["role"]) == (card, "conflict", "manager")
    said = [(one["source"], one["amounts"]["rate"]) for one in item["said"]]
    assert said == [("erp", "120"), ("psa", "118")]
    later = "/v1/rates:findings?on=2027-06-01&limit=1"
    first = send("GET", later).json()
    rest = send("GET", f"{later}&cursor={first['next']}").json()
    assert [one["kind"] for one in (*first["items"], *rest["items"])] == ["conflict", "expired"]
    for query in ("kind=gap", "source=crm", "type=tax_rule", f"golden_id={card}&kind=overlap", "as_of=1&kind=gap"):
        found = send("GET", f"{path}&{query}")
        assert (found.status_code, found.json()["items"]) == (200, []), query
    for query in ("kind=x", "cursor=x", "cursor=rc_0000001:2026-01-01:x", f"cursor=rc_0000001::{10**19}"):
        assert send("GET", f"{path}&{query}").status_code in {404, 422}, query


def says(value, text):
    """Whether a text says a value by itself: a time or an id may hold its digits by chance."""
    return re.search(rf"\b{value}\b", text) is not None


def test_who_may_not_see_the_lines_learns_nothing_of_them(server):
    customer, card = firm(server)
    for about in (customer, card):
        path = f"/v1/golden-records/{about}/rate?role=Manager&currency=EUR&on=2026-03-01"
        for role in ("reader", "steward"):
            answer = server.as_(role)("GET", path)
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
            assert server.as_(role)("GET", "/v1/rates:findings?on=2027-06-01").json()["items"] == []
        seen = server.as_("auditor")("GET", path)
        assert seen.status_code == 200
        for value in ("120", "118", "2026-01-01", "2027-01-01"):
            assert not says(value, seen.text)
        assert seen.json()["rate"]["amount"] == "***"
    told = server.as_("auditor")("GET", "/v1/rates:findings?on=2027-06-01").text
    assert "manager" not in told
    assert "2027-01-01" not in told
    narrowed = server.as_("admin", entity_type="customer")
    assert narrowed("GET", f"/v1/golden-records/{customer}/rate?role=Manager&currency=EUR").status_code == 403
    assert narrowed("GET", "/v1/rates:findings").json()["items"] == []
    own = server.as_("admin", entity_type="rate_card")
    assert own("GET", f"/v1/golden-records/{card}/rate?role=Manager&currency=EUR&on=2026-03-01").status_code == 200


def test_a_field_of_the_lines_is_masked_alone(server):
    rules.apply(server.hub, RULES, file="day_rate.yaml", author=AUTHOR)
    server.put("erp:day_rate:1", code="RC-20261", lines=ERP)
    card = server.put("psa:day_rate:1", code="RC-20261", lines=PSA)["golden_id"]
    path = f"/v1/golden-records/{card}/rate?role=manager&currency=EUR&on=2025-03-01"
    whole = server.as_("admin")("GET", path).json()
    assert (whole["rate"]["amount"], whole["losers"][0]["amount"]) == ("120", "118")
    for role in ("reader", "steward"):
        found = server.as_(role)("GET", path).json()
        assert (found["outcome"], found["rate"]["key"]) == ("found", {"role": "MANAGER", "currency": "EUR"})
        assert "amount" not in found["rate"] | found["winner"] | found["losers"][0]
        assert not says("120", str(found))
        items = server.as_(role)("GET", "/v1/rates:findings?type=day_rate&on=2026-03-01").json()["items"]
        assert {one["kind"] for one in items} == {"overlap", "gap", "conflict", "expired"}
        assert all(said["amounts"] == {} for one in items for said in one["said"])
