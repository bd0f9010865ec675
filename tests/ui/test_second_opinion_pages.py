"""Second opinions at the desk: one steward decides, another answers blind, a manager settles and reads agreement."""

import pytest
import yaml

from mdm.entity_types.document import shipped
from mdm.services.access import keys
from tests.conftest import AUTHOR

ADDRESS = {"street": "Hauptstr. 5", "postcode": "10115", "city": "Berlin"}


@pytest.fixture
def decided(desk):
    """A task that one steward has decided, and another steward."""
    document = yaml.safe_dump({**yaml.safe_load(shipped()["customer"]), "second_opinion": 1})
    send = desk.server.as_("admin")
    assert send("POST", "/v1/rules:apply", json={"document": document}).status_code == 200
    for source, name in (("crm", "Nordwind Logistik GmbH"), ("erp", "Nordwind Logistic")):
        desk.server.put(
            f"{source}:customer:1", name=name, address=ADDRESS, email=["ann@nordwind.example"][: source == "crm"]
        )
    [task] = desk.server.as_("steward")("GET", "/v1/tasks?kind=review").json()["items"]
    body = {"verdict": "same", "reason": "Ann Lee said so", "etag": task["etag"]}
    assert desk.server.as_("steward")("POST", f"/v1/tasks/{task['id']}:decide", json=body).status_code == 200
    made = keys.create(desk.server.hub, role="steward", source=None, entity_type=None, author=AUTHOR)

    def as_bert(method, path, **options):
        return desk.server.http.request(method, path, headers={"Authorization": f"Bearer {made['key']}"}, **options)

    return task["id"], as_bert


def test_another_steward_answers_blind_and_a_manager_settles_it(desk, decided):
    task, as_bert = decided
    assert "Nobody waits" in desk.page("/second-opinions").text, "it is the steward's own"
    assert desk.page(f"/second-opinions/{task}").status_code == 403
    assert f"/second-opinions/{task}" in as_bert("GET", "/second-opinions").text
    assert "<b>1</b> waits for your second opinion" in as_bert("GET", "/").text
    asked = as_bert("GET", f"/second-opinions/{task}").text
    assert "Nordwind Logisti" in asked
    assert "Ann Lee" not in asked
    assert "cus_" not in asked, "the golden record would tell the answer"
    told = as_bert("GET", f"/v1/second-opinions/{task}").json()
    assert {one["attribute"] for one in told["attributes"]} >= {"name", "address"}
    given = as_bert("POST", f"/v1/second-opinions/{task}:give", json={"verdict": "distinct", "reason": "Two"})
    assert (given.status_code, given.json()["agrees"]) == (200, False)
    assert as_bert("POST", f"/second-opinions/{task}", content="verdict=same").status_code == 409
    shown = desk.page("/agreement", "approver").text
    assert f"/agreement/{task}" in shown
    assert "Ann Lee" in desk.page(f"/agreement/{task}", "approver").text
    sent = desk.server.as_("approver")(
        "POST", f"/agreement/{task}", content="verdict=no&reason=x", follow_redirects=False
    )
    assert sent.status_code == 422
    sent = desk.server.as_("approver")("POST", f"/agreement/{task}", content="verdict=distinct&reason=The+register")
    assert sent.status_code == 200
    assert "settled by" in sent.text
    [one] = desk.server.as_("approver")("GET", "/v1/agreement/opinions").json()["items"]
    assert one["settled"]["reason"] == "The register"
    assert desk.server.as_("approver")("GET", f"/v1/agreement/opinions/{task}").json()["in_force"] is False
    assert "By person" in desk.page("/agreement?type=customer", "approver").text
    assert desk.page("/agreement.csv", "approver").text.count("\n") == 4, "a head, a rule and two people"


def test_who_may_see_agreement_and_what_an_auditor_reads_of_it(desk, decided):
    task, as_bert = decided
    as_bert("POST", f"/second-opinions/{task}", content="verdict=distinct&reason=Ann+Lee+told+me")
    for path in ("/agreement", "/agreement.csv", f"/agreement/{task}", "/v1/agreement/opinions"):
        told = desk.page(path, "auditor")
        assert told.status_code == 200
        assert "Ann Lee" not in told.text
        assert "ann@nordwind" not in told.text
        assert desk.page(path, "steward").status_code == 403
    assert "/v1/agreement" in desk.page("/agreement", "auditor").text
    narrowed = desk.server.as_("approver", entity_type="employee")
    assert narrowed("GET", "/v1/agreement").json()["answered"] == 0
    assert narrowed("GET", f"/agreement/{task}").status_code == 403
    body = {"verdict": "same", "reason": "x"}
    assert narrowed("POST", f"/v1/agreement/opinions/{task}:settle", json=body).status_code == 403


def test_an_automatic_match_is_asked_about_like_any_and_what_is_found_is_counted_apart(desk):
    document = yaml.safe_dump({**yaml.safe_load(shipped()["customer"]), "second_opinion_on_matches": 1})
    assert desk.server.as_("admin")("POST", "/v1/rules:apply", json={"document": document}).status_code == 200
    for source in ("crm", "erp"):
        desk.server.put(f"{source}:customer:1", name="Nordwind Logistik GmbH", tax_id="DE136695976")
    [one] = desk.page("/v1/second-opinions").json()["items"]
    assert f"/second-opinions/{one['id']}" in desk.page("/second-opinions").text
    asked = desk.page(f"/second-opinions/{one['id']}").text
    assert "Are these two one customer?" in asked
    assert [part for part in ("cus_", "0.99", "utomatic match<") if part in asked] == []
    assert desk.send(f"/second-opinions/{one['id']}", verdict="distinct", reason="Two branches").status_code == 303
    shown = desk.page("/agreement", "approver").text
    assert "0 of 1" in shown
    assert shown.count("utomatic match") >= 3, "the count, its rule and what is to be settled"
    assert "the hub itself" in desk.page(f"/agreement/{one['id']}", "approver").text
    sent = desk.send(f"/agreement/{one['id']}", "approver", verdict="distinct", reason="The register has two")
    assert sent.status_code == 303
    assert desk.page(f"/v1/agreement/opinions/{one['id']}", "approver").json()["settled"]["verdict"] == "distinct"
    assert desk.page("/agreement.csv", "approver").text.count("\n") == 3, "a head, a rule and one person"
