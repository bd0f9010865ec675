"""Rejected rows over HTTP: retried, discarded, by whom, and what each role sees."""

from typing import Any

import pytest

from tests.api.conftest import Server

ITEMS = [
    {
        "source": "crm",
        "entity_type": "customer",
        "source_id": "1",
        "attributes": {"name": "", "email": ["a@b.co"]},
    },
    {"source": "crm", "entity_type": "customer", "source_id": "2", "attributes": {"name": "Acme", "taxid": "1"}},
]


def rejected(server: Server) -> list[dict[str, Any]]:
    assert server.as_("admin")("POST", "/v1/source-records:batch", json=ITEMS).status_code == 200
    items: list[dict[str, Any]] = server.as_("admin")("GET", "/v1/quarantine").json()["items"]
    return items


def post(server: Server, role: str, row: dict[str, Any], verb: str, /, *, body: Any, **narrowed: str) -> Any:
    return server.as_(role, **narrowed)("POST", f"/v1/quarantine/{row['id']}:{verb}", json=body)


def test_an_item_of_a_batch_is_mended_and_taken_once(either_server: Server) -> None:
    server = either_server
    one, other = rejected(server)
    answer = post(server, "steward", one, "retry", body={"set": {"name": "Acme GmbH"}})
    assert (answer.status_code, answer.json()["status"]) == (200, "retried"), answer.text
    found = server.as_("reader")("GET", "/v1/xref/crm/customer/1").json()
    assert found["status"] == "active"
    again = post(server, "steward", one, "retry", body={"set": {"name": "Acme AG"}})
    assert (again.status_code, again.json()["code"], again.json()["settled"]) == (409, "conflict", "retried")
    refused = post(server, "admin", other, "retry", body=None).json()
    assert (refused["status"], refused["column"], refused["rule"]) == ("open", "taxid", "unknown_attribute")
    taken = post(server, "admin", other, "retry", body={"set": {"taxid": None}}).json()
    assert taken["status"] == "retried"
    assert taken["seq"] > 0
    assert server.as_("admin")("GET", "/v1/quarantine").json()["items"] == []
    listed = server.as_("admin")("GET", "/v1/quarantine?status=retried&type=customer&file=request").json()["items"]
    assert [row["line"] for row in listed] == [1, 2]


def test_a_row_is_discarded_with_a_reason(server: Server) -> None:
    one, _ = rejected(server)
    assert post(server, "steward", one, "discard", body={}).status_code == 422
    answer = post(server, "steward", one, "discard", body={"reason": "a test record"})
    assert (answer.status_code, answer.json()["status"]) == (200, "discarded")
    assert post(server, "steward", one, "retry", body={"set": {"name": "Acme"}}).status_code == 409
    assert server.as_("admin")("GET", f"/v1/quarantine/{one['id']}").json()["reason"] == "a test record"


@pytest.mark.parametrize(("verb", "body"), [("retry", {"set": {"name": "Acme"}}), ("discard", {"reason": "a test"})])
def test_a_source_mends_its_own_rows_and_only_those(server: Server, verb: str, body: Any) -> None:
    one, _ = rejected(server)
    for role, narrowed in (
        ("source", {"source": "erp"}), ("steward", {"entity_type": "legal_entity"}), ("reader", {}), ("auditor", {}),
    ):  # fmt: skip
        assert post(server, role, one, verb, body=body, **narrowed).status_code == 403, role
    assert server.as_("admin")("GET", f"/v1/quarantine/{one['id']}").json() == one
    assert post(server, "source", one, verb, body=body, source="crm").status_code == 200


def test_a_source_cannot_move_a_row_to_another_source(server: Server) -> None:
    one, _ = rejected(server)
    answer = post(server, "source", one, "retry", body={"set": {"source": "erp", "name": "Acme"}}, source="crm")
    assert (answer.json()["status"], answer.json()["rule"]) == ("open", "other_source")


def test_a_wrong_column_and_a_row_that_never_was_are_problems(server: Server) -> None:
    one, _ = rejected(server)
    answer = post(server, "admin", one, "retry", body={"set": {"nmae": "Acme"}})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/set/nmae")
    assert post(server, "admin", {"id": "none"}, "retry", body={"set": {}}).status_code == 404
    assert server.as_("admin")("GET", "/v1/quarantine?cursor=none").status_code == 422


def test_the_columns_of_a_row_are_held_back_from_who_may_not_see_every_attribute(server: Server) -> None:
    one, _ = rejected(server)
    seen = server.as_("auditor")("GET", f"/v1/quarantine/{one['id']}").json()
    assert (seen["columns"], seen["raw"], seen["value"]) == (None, None, None)
    own = server.as_("source", source="crm")("GET", f"/v1/quarantine/{one['id']}").json()
    assert own["columns"]["attributes"]["email"] == ["a@b.co"]


def test_all_rows_that_are_no_longer_refused_are_taken_at_once(server: Server) -> None:
    one, _ = rejected(server)
    server.as_("admin")("POST", "/v1/quarantine:retry", json={})
    for body, expected in (
        ({"rule": "required"}, {"taken": 0, "refused": 1, "next": None}),
        ({"limit": 1}, {"taken": 0, "refused": 1, "next": one["id"]}),
        ({"limit": 1, "cursor": one["id"]}, {"taken": 0, "refused": 1, "next": None}),
        ({"file": "other.csv"}, {"taken": 0, "refused": 0, "next": None}),
    ):
        answer = server.as_("steward")("POST", "/v1/quarantine:retry", json=body)
        assert (answer.status_code, answer.json()) == (200, expected)
    assert server.as_("admin")("POST", "/v1/quarantine:retry", json={"cursor": "none"}).status_code == 422
    assert server.as_("admin")("POST", "/v1/quarantine:retry", json={"status": "open"}).status_code == 422


def test_a_key_of_one_source_retries_only_the_rows_of_that_source(server: Server) -> None:
    rejected(server)
    retry = ("POST", "/v1/quarantine:retry")
    assert server.as_("source", source="erp")(*retry, json={}).json()["refused"] == 0
    assert server.as_("source", source="erp")(*retry, json={"source": "crm"}).status_code == 403
    assert server.as_("steward", entity_type="legal_entity")(*retry, json={}).json()["refused"] == 0
    assert server.as_("source", source="crm")(*retry, json={}).json()["refused"] == 2
    assert server.as_("reader")(*retry, json={}).status_code == 403
