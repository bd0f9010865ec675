"""Data quality over HTTP: figures for everyone who reads, and never a value."""

import pytest


@pytest.fixture
def filled(either_server):
    either_server.put("crm:customer:1", name="Acme GmbH", tax_id="DE136695976", email=["info@acme.example"])
    either_server.put("crm:customer:2", name="Acme Gesellschaft mbH", tax_id="DE136695976")
    either_server.put("erp:customer:7", name="Alder Print AG", legal_entity="9")
    return either_server


def test_figures_are_told_by_type_source_and_attribute(filled):
    send = filled.as_("reader")
    items = {(one["source"], one["attribute"]): one for one in send("GET", "/v1/quality?type=customer").json()["items"]}
    assert {source for source, _ in items} == {None, "crm", "erp"}
    assert items["crm", None]["uniqueness"] == {"count": 1, "of": 2, "basis_points": 5000}
    assert items[None, "tax_id"]["completeness"] == {"count": 2, "of": 3, "basis_points": 6666}
    assert items[None, "tax_id"]["golden_completeness"] == {"count": 1, "of": 2, "basis_points": 5000}
    assert items["crm", "tax_id"]["uniqueness"] == {"count": 1, "of": 2, "basis_points": 5000}
    assert items["erp", "legal_entity"]["validity"] == {"count": 0, "of": 1, "basis_points": 0}
    only = send("GET", "/v1/quality?source=erp&attribute=name&since=2026-01-01").json()
    assert ([(one["source"], one["attribute"]) for one in only["items"]], only["history"]) == ([("erp", "name")], [])


def test_no_value_is_told(filled):
    text = filled.as_("auditor")("GET", "/v1/quality").text
    assert not [value for value in ("Acme", "DE13", "info@", "Alder") if value in text]


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("type=custmer", 404, "customer"), ("source=cmr", 404, "crm"), ("attribute=tax", 404, "tax_id"),
        ("since=soon", 422, "2026-03-01"), ("days=-1", 422, "days"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_named_with_the_nearest(filled, query, status, words):
    answer = filled.as_("reader")("GET", f"/v1/quality?{query}")
    assert (answer.status_code, words in answer.text) == (status, True)


def test_a_source_and_a_key_of_another_type_are_refused(filled):
    assert filled.as_("source", source="crm")("GET", "/v1/quality").status_code == 403
    assert filled.as_("reader", entity_type="legal_entity")("GET", "/v1/quality?type=customer").status_code == 403
    assert filled.as_("reader", entity_type="legal_entity")("GET", "/v1/quality").json()["items"] == []


def test_a_value_that_breaks_a_rejecting_rule_is_refused_by_put_and_kept_by_batch(filled):
    rules = """
entity_type: card
id_prefix: crd
attributes: {grade: {kind: code, valid: {one_of: [A1, B2], grade: reject}}}
match: {block_on: [[grade]], compare: [grade]}
"""
    send = filled.as_("admin")
    assert send("POST", "/v1/rules:apply", json={"document": rules}).status_code == 200
    answer = send("PUT", "/v1/source-records/crm/card/1", json={"attributes": {"grade": "C3"}})
    assert answer.status_code == 422
    assert [(one["pointer"], one["rule"]) for one in answer.json()["errors"]] == [("/attributes/grade", "valid.one_of")]
    record = {"source": "crm", "entity_type": "card", "source_id": "1", "attributes": {"grade": "C3"}}
    [item] = send("POST", "/v1/source-records:batch", json=[record]).json()["items"]
    assert (item["status"], item["errors"][0]["rule"]) == ("quarantined", "valid.one_of")
    [row] = send("GET", "/v1/quarantine?type=card").json()["items"]
    assert (row["column"], row["value"], row["rule"]) == ("grade", "C3", "valid.one_of")
    mended = send("POST", f"/v1/quarantine/{row['id']}:retry", json={"set": {"grade": "B2"}})
    assert mended.json()["status"] == "retried"
