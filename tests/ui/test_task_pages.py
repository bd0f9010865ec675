"""Tasks that are not as they look at first: what is held back of them, and what a rehearsal says otherwise."""

import re

import pytest
import yaml

from mdm.entity_types.document import shipped
from stewardship_ui import sides
from tests.services.test_conflicts import SHOP
from tests.ui.conftest import LEFT, RIGHT

FINANCIAL = SHOP.replace("{kind: vat}", "{kind: vat, privacy: financial}")


def test_nobody_says_what_a_value_means_that_they_may_not_see(desk):
    line = {"role": "Chief Storyteller", "currency": "EUR", "unit": "hour", "rate": "100", "valid_from": "2025-01-01"}
    desk.server.put("erp:rate_card:1", name="Acme 2025", code="RC-1", currency="EUR", lines=[line])
    [task] = desk.server.as_("steward")("GET", "/v1/tasks?kind=unmapped_code").json()["items"]
    address, answer = f"/task/{task['id']}", {"code": "analyst", "reason": "I guess", "etag": task["etag"]}
    shown = desk.page(address).text
    assert "by a value that you may not see?" in shown
    assert "Somebody else has to say" in shown
    assert 'action="/task/' + task["id"] + "/decide" not in shown.partition('class="actions"')[0]
    refused = desk.send(f"{address}/decide", **answer)
    assert (refused.status_code, "no right to lines" in refused.text) == (403, True)
    assert desk.server.as_("steward")("POST", f"/v1/tasks/{task['id']}:decide", json=answer).status_code == 403
    assert "“Chief Storyteller”?" in desk.page(address, "admin").text
    assert desk.send(f"{address}/decide", "admin", **answer).status_code == 303


def test_a_task_about_a_value_that_they_may_not_see_is_given_to_nobody_as_the_next(desk):
    line = {"role": "Chief Storyteller", "currency": "EUR", "unit": "hour", "rate": "100", "valid_from": "2025-01-01"}
    desk.server.put("erp:rate_card:1", name="Acme 2025", code="RC-1", currency="EUR", lines=[line])
    [code] = desk.server.as_("steward")("GET", "/v1/tasks").json()["items"]
    steward, admin = desk.server.as_("steward"), desk.server.as_("admin")
    assert steward("POST", "/v1/tasks:claim-next", json={}).status_code == 204
    assert steward("GET", "/v1/tasks:upcoming").json()["items"] == []
    assert desk.send("/queue/next").headers["Location"].startswith("/queue")
    pair = next(one for one in (desk.pair(), *admin("GET", "/v1/tasks").json()["items"]) if one["kind"] == "review")
    assert desk.send("/queue/next").headers["Location"].startswith(f"/task/{pair['id']}")
    assert steward("GET", "/v1/tasks:upcoming").json()["items"] == [pair["id"]]
    assert admin("GET", "/v1/tasks:upcoming?kind=unmapped_code").json()["items"] == [code["id"]]


def test_nobody_picks_among_values_that_they_may_not_see(desk):
    applied = desk.server.as_("admin")("POST", "/v1/rules:apply", json={"document": FINANCIAL})
    assert applied.status_code == 200, applied.text
    for source, vat in (("erp", "DE136695976"), ("billing", "DE811569869")):
        desk.server.put(f"{source}:shop:1", name="Corner Shop", vat=vat)
    [task] = desk.server.as_("admin")("GET", "/v1/tasks?kind=conflict").json()["items"]
    shown = desk.page(f"/task/{task['id']}").text
    answers = shown.partition('id="answers"')[2].partition("</form>")[0]
    assert answers.count("masked") == answers.count("disabled") == 2
    assert "Your role may not see the values" in answers
    assert 'class="first"' not in answers
    pick = {"pick": "vat=erp:shop:1", "etag": task["etag"]}
    assert desk.send(f"/task/{task['id']}/decide", **pick).status_code == 403
    assert "DE811569869" in desk.page(f"/task/{task['id']}", "admin").text
    assert desk.send(f"/task/{task['id']}/decide", "admin", **pick).status_code == 303


def test_what_same_would_redirect_is_corrected_by_the_rehearsal(desk):
    """Where a rule keeps some of the records apart, `same` of two of them makes no one record of all."""
    rules = yaml.safe_load(shipped()["customer"])
    rules["match"].setdefault("never", []).append({"different": "website"})
    applied = desk.server.as_("admin")("POST", "/v1/rules:apply", json={"document": yaml.safe_dump(rules)})
    assert applied.status_code == 200, applied.text
    desk.server.put("psa:customer:3", **RIGHT | {"phone": [], "website": "https://soehne.example"})
    task = desk.pair(LEFT, RIGHT)
    shown = desk.page(f"/task/{task['id']}").text
    before = re.search(r'id="same-redirects">(.*?)</span>', shown, re.DOTALL)
    assert before
    assert "redirects to it" in before[1]
    told = desk.page(f"/task/{task['id']}/effects", headers={"HX-Request": "true"}).text
    assert 'id="same-redirects" hx-swap-oob="true"' in told
    assert "the older ID stays" in shown
    assert "Rehearse it" in shown
    assert "Rehearse it" not in desk.page(f"/task/{task['id']}", "auditor").text, "only who may decide may rehearse"
    assert "the older ID stays" not in told
    done = desk.server.as_("steward")(
        "POST", f"/v1/tasks/{task['id']}:decide", json={"verdict": "same", "reason": "One", "etag": task["etag"]}
    ).json()
    assert done["redirects"] == {}
    after = re.search(r'id="same-redirects"[^>]*>(.*?)</span>', told, re.DOTALL)
    assert after
    assert "no golden ID redirects to another" in after[1]
    for id_ in re.findall(r"/entity/(\w+)", before[1]):
        assert desk.server.as_("steward")("GET", f"/v1/golden-records/{id_}").json()["status"] == "active"
    assert "A rule keeps some of these records apart" in told


def test_the_first_sentence_tells_what_speaks_against_in_the_other_records_too():
    same = {"attribute": "name", "level": "same", "weight": 8.5, "words": "the same name"}
    other = {"attribute": "phone", "level": "different", "weight": -3.0, "words": "different telephone numbers"}
    numbers = ["two different tax IDs"]
    told = {
        "Same name; nothing speaks against.": sides.sentence({"comparisons": [same]}),
        "Same name; against: two different tax IDs.": sides.sentence({"comparisons": [same]}, numbers),
        "Same name; against: different telephone numbers.": sides.sentence({"comparisons": [same, other]}, numbers),
        "Nothing that both have says anything.": sides.sentence({"comparisons": []}),
        "Nothing that both have says anything; against: two different tax IDs.": sides.sentence(
            {"comparisons": []}, numbers
        ),
    }
    assert list(told) == list(told.values())


def test_two_among_more_records_are_called_left_and_right_as_the_evidence_calls_them(desk):
    task = desk.pair()
    address = f"/task/{task['id']}?records=all"
    heads = re.findall(r'<th scope="col" class="record.*?</th>', desk.page(address).text, re.DOTALL)
    assert ["left" in one or "right" in one for one in heads] == [False, False]
    desk.server.put("psa:customer:3", **RIGHT)
    heads = re.findall(r'<th scope="col" class="record.*?</th>', desk.page(address).text, re.DOTALL)
    assert [re.findall(r"(one with the )?(left|right)", one) for one in heads] == [
        [("", "left")], [("", "right")], [("one with the ", "right")],
    ]  # fmt: skip


def referring(desk):
    """A task about two customers of one legal entity, which each system has an id of its own for; and its golden ID."""
    first = {"name": "Firm Germany GmbH", "registration_number": "HRB 1", "tax_id": "DE136695976"}
    told = desk.server.put("crm:legal_entity:LE-1", **first)
    assert desk.server.put("erp:legal_entity:1000", **first)["golden_id"] == told["golden_id"]
    task = desk.pair({**LEFT, "legal_entity": "LE-1"}, {**RIGHT, "legal_entity": "1000"})
    return task, told["golden_id"]


def test_a_reference_is_shown_by_the_name_of_what_it_means_with_the_key_beside_it(desk):
    task, entity = referring(desk)
    row = row_of(desk.page(f"/task/{task['id']}").text, "legal_entity")
    assert row.count("<bdi>Firm Germany GmbH</bdi>") == 3, "both sides and what they make"
    assert row.count(f'href="/entity/{entity}"') == 3
    assert ">LE-1<" in row
    assert ">1000<" in row
    assert 'class="same"' in row


def test_a_reference_to_what_has_not_arrived_is_shown_by_its_key(desk):
    task = desk.pair({**LEFT, "legal_entity": "LE-1"}, RIGHT)
    row = row_of(desk.page(f"/task/{task['id']}").text, "legal_entity")
    assert ">LE-1<" in row
    assert "/entity/" not in row


def test_the_name_of_what_a_reference_means_is_held_back_with_the_reference_and_with_the_name(desk):
    task, entity = referring(desk)
    path = f"/v1/tasks/{task['id']}/comparison"
    (row,) = (one for one in desk.server.as_("admin")("GET", path).json()["attributes"] if one["kind"] == "reference")
    assert [one["label"] for one in row["leads_to"]] == ["Firm Germany GmbH"] * 2
    assert row["result_leads_to"]["golden_id"] == entity
    narrowed = desk.server.as_("steward", entity_type="customer")("GET", path).json()["attributes"]
    (row,) = (one for one in narrowed if one["kind"] == "reference")
    assert (row["leads_to"], row["result_leads_to"]) == ([None, None], None)


@pytest.mark.parametrize(("of", "attribute"), [("customer", "legal_entity"), ("legal_entity", "name")])
def test_where_the_reference_or_the_name_is_held_back_no_name_is_shown(desk, of, attribute):
    rules = yaml.safe_load(shipped()[of])
    rules["attributes"][attribute]["privacy"] = "financial"
    applied = desk.server.as_("admin")("POST", "/v1/rules:apply", json={"document": yaml.safe_dump(rules)})
    assert applied.status_code == 200, applied.text
    task, _ = referring(desk)
    address = f"/task/{task['id']}"
    assert "Firm Germany GmbH" not in desk.page(address).text
    assert "Firm Germany GmbH" in desk.page(address, "admin").text


def test_a_name_that_runs_from_right_to_left_keeps_what_stands_beside_it_on_its_side(desk):
    arabic = "شركة الأهرام للاستشارات الهندسية"
    task = desk.pair({"name": arabic}, {"name": arabic.replace("أ", "ا")})
    row = row_of(desk.page(f"/task/{task['id']}").text, "name")
    assert len(re.findall("<bdi>[^\x00-\x7f].*?</bdi>", row)) == 3
    shown = desk.page("/queue").text
    assert f'<bdi>{arabic}</bdi> <span class="faint" aria-hidden="true">↔</span>' in shown


def row_of(page, attribute):
    (row,) = re.findall(rf'<tr class="\w+" data-attribute="{attribute}">.*?</tr>', page, re.DOTALL)
    return row
