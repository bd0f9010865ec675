"""The quick way for rates: the same answers as the route behind it gives, and every refusal is left to that."""

from typing import Any

import pytest

from mdm.api import quick_way
from mdm.services.access import keys
from tests.conftest import AUTHOR

LINE = {"currency": "EUR", "unit": "hour", "valid_from": "2026-01-01", "valid_to": "2027-01-01"}
CARD = {"name": "Acme rates 2026", "code": "RC-100-1", "currency": "EUR", "valid_from": "2026-01-01"}
QUESTIONS = [
    "role=Manager&currency=EUR&on=2026-03-01", "role=Manager&on=2026-03-01&of=rate_card", "on=2026-03-01", "",
    "role=partner&currency=EUR&on=2026-03-01", "role=Manager&on=2027-01-01", "role=Manager&code=RC-100-1&on=2026-03-01",
    "role=M%C3%A4nager", "role=Manager&role=partner", "role=", "role=Managr", "rol=x", "on=x", "on=2026-03-01x", "of=x",
    f"role={'x' * 300}", "role=Manager&on=2026-03-01&as_of=1", "role=Manager&min_seq=x", "of=tax_rule&code=x",
    "role=%00", "role=Manager&currency=EUR&on=2026-03-01&min_seq=1",
]  # fmt: skip


@pytest.fixture
def firm(either_server: Any) -> tuple[Any, list[str]]:
    """A customer with a rate card of two systems at odds, that card, one with a standard card only, and an old ID."""
    put, line = either_server.put, {**LINE, "role": "Manager", "rate": "120.00"}
    customer = put("erp:customer:1", name="Acme Leasing")["golden_id"]
    put("erp:rate_card:1", **CARD, customer="1", lines=[line])
    card = put("psa:rate_card:9", **CARD, customer="erp:customer:1", lines=[{**line, "rate": 118}])["golden_id"]
    put("psa:rate_card:10", name="Standard", code="RC-STD", currency="EUR", lines=[{**line, "role": "Partner"}])
    other = put("erp:customer:2", name="Zenith Optics")["golden_id"]
    return either_server, [customer, card, other, "cus_0zzzzzz", "x", "erp:customer:1", "rc_1/x"]


def test_it_answers_and_refuses_as_the_route_does(firm, monkeypatch):
    server, about = firm
    sends = [server.as_(role) for role in ("admin", "auditor", "reader")]
    ways = [(send, one) for send in (*sends, server.as_("source", source="erp")) for one in about]
    narrowed = [server.as_("admin", entity_type=of) for of in ("customer", "rate_card")]
    ways += [(send, one) for send in narrowed for one in about[:2]]
    asked = [(send, f"/v1/golden-records/{one}/rate?{query}") for send, one in ways for query in QUESTIONS[:1]]
    asked += [(ways[0][0], f"/v1/golden-records/{about[0]}/rate?{query}") for query in QUESTIONS[1:]]
    quick = [send("GET", path) for send, path in asked]
    monkeypatch.setattr(quick_way, "secret_of", lambda _headers: None)
    for (send, path), told in zip(asked, quick, strict=True):
        slow = send("GET", path)
        assert (told.status_code, told.headers.get("etag")) == (slow.status_code, slow.headers.get("etag")), path
        assert told.status_code >= 400 or told.content == slow.content, path
    assert {told.status_code for told in quick} == {200, 400, 403, 404, 422}


def test_it_is_the_way_that_is_taken_and_a_revoked_key_is_refused_at_once(firm, monkeypatch):
    server, (customer, *_) = firm
    monkeypatch.setattr("mdm.api.routes.rates.tagged", None)
    made = keys.create(server.hub, role="admin", author=AUTHOR)
    path, headers = f"/v1/golden-records/{customer}/rate?{QUESTIONS[0]}", {"Authorization": f"Bearer {made['key']}"}
    told = server.http.get(path, headers=headers)
    assert (told.status_code, told.json()["rate"]["amount"]) == (200, "120")
    same = server.http.get(path, headers={**headers, "If-None-Match": told.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    keys.revoke(server.hub, made["id"], author=AUTHOR)
    assert server.http.get(path, headers=headers).status_code == 401
