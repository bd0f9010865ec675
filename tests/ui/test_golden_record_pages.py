"""The pages about a golden record: they tell what the API tells, keep secrets, escape everything, and cost little."""

import re
from html import unescape

import pytest

HTML = "<img src=x onerror=alert(1)> & 'Co' \"Ltd\""
PARTS = ("", "/sources", "/relations", "/readiness", "/divergence", "/history", "/lineage/email", "/lineage/name")
SECRET = ("anna.secret@acme.example", "+49 30 5550199", "0305550199")


@pytest.fixture
def acme(desk):
    """A customer of three records, with a legal entity and things that refer to it; its golden ID."""
    put = desk.server.put
    put("erp:legal_entity:1000", name=f"Firm Germany GmbH {HTML}", registration_number="HRB 1")
    put("crm:customer:1", name=f"Acme Pumps {HTML}", tax_id="DE136695976", email=[SECRET[0]], phone=[SECRET[1]])
    put("psa:customer:2", name="Acme Pumps AG", tax_id="DE136695976", email=["info@acme.example"])
    told = put("erp:customer:3", name="ACME PUMPS GMBH", tax_id="DE136695976", legal_entity="1000",
               address={"street": "Am Ring 1", "postcode": "10115", "city": "Berlin", "country": "DE"})  # fmt: skip
    return told["golden_id"]


def text_of(answer) -> str:
    """What a person reads: the page without its tags."""
    return unescape(re.sub(r"<[^>]*>", " ", answer.text))


def test_a_golden_record_says_whose_value_each_is_and_how_far_that_is_trusted(desk, acme):
    answer = desk.page(f"/entity/{acme}")
    assert answer.status_code == 200
    told = text_of(answer)
    for words in ("Tax ID", "DE136695976", "Firm Germany GmbH", "crm", "psa", "erp", "most trusted", acme):
        assert words in told
    assert f'href="/v1/golden-records/{acme}/whole"' in answer.text
    assert "Nobody has to look at this record" in told
    assert "Nobody has to look at this record" not in text_of(desk.page(f"/entity/{acme}", "reader"))


def test_a_record_that_lacks_what_is_required_is_said_to_be_incomplete(desk, acme):
    send = desk.server.as_("admin")
    path = "/v1/source-records/crm/customer/9?wait=resolved"
    lone = send("PATCH", path, json={"attributes": {"website": "https://lone.example"}}).json()["golden_id"]
    for part in PARTS[:6]:
        assert "No valid value is there for Name, which is required" in text_of(desk.page(f"/entity/{lone}{part}"))
        assert "No valid value is there" not in text_of(desk.page(f"/entity/{acme}{part}"))


def test_a_record_that_changed_in_its_source_is_said_beside_its_key(desk, acme):
    assert "to be fetched again" not in text_of(desk.page(f"/entity/{acme}"))
    send = desk.server.as_("admin")
    for key, body in (("crm/customer/1", {"event_time": "2026-03-01"}), ("psa/customer/2", {})):
        assert send("POST", f"/v1/source-records/{key}:changed?wait=resolved", json=body).status_code == 200
    assert text_of(desk.page(f"/entity/{acme}")).count("changed there since, to be fetched again") == 2


def test_the_api_tells_all_that_the_page_shows(desk, acme):
    told = desk.server.as_("steward")("GET", f"/v1/golden-records/{acme}/whole").json()
    assert told["trust"]["tax_id"] == {"crm:1": 0, "erp:3": 90, "psa:2": 60}  # crm falls with an age nobody knows
    assert told["refers_to"][0]["golden_id"].startswith("le_")
    assert told["tasks"] == []
    held = desk.server.as_("reader")("GET", f"/v1/golden-records/{acme}/whole")
    assert "tasks" not in held.json()
    assert SECRET[0] not in held.text


def test_what_is_held_back_is_on_no_page_nor_found_by_it(desk, acme):
    for role in ("reader", "auditor"):
        for part in PARTS:
            answer = desk.page(f"/entity/{acme}{part}", role)
            assert answer.status_code == 200, part
            assert not any(secret in unescape(answer.text) for secret in SECRET), (role, part)
        assert acme not in desk.page("/search?q=anna secret", role).text
    assert SECRET[0] in desk.page(f"/entity/{acme}").text
    assert acme in desk.page("/search?q=anna secret").text


def test_html_in_any_value_is_text_and_every_page_keeps_the_strict_policy(desk, acme):
    for path in [*(f"/entity/{acme}{part}" for part in PARTS), "/search?q=acme", f"/search?q={HTML[:4]}acme"]:
        answer = desk.page(path)
        assert answer.status_code == 200, path
        assert "<img" not in answer.text
        assert not re.search(r"<[^>]*\s(style|on\w+)=|<script(?![^>]* src=)|javascript:", answer.text), path
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert HTML in unescape(desk.page(f"/entity/{acme}/history").text)


def test_an_unknown_id_is_a_page_that_helps(desk, acme):
    for path in ("/entity/cus_0zzzzzz", "/entity/what", f"/entity/{acme}/lineage/nothing"):
        answer = desk.page(path)
        assert answer.status_code == 404
        assert 'action="/search"' in answer.text


def test_a_key_narrowed_to_another_type_gets_the_page_of_refusal(desk, acme):
    send = desk.server.as_("steward", entity_type="employee")
    for part in PARTS:
        answer = send("GET", f"/entity/{acme}{part}")
        assert answer.status_code == 403
        assert "You may not see this" in answer.text
    assert acme not in send("GET", "/search", params={"q": "acme"}).text
    assert desk.server.as_("source", source="crm")("GET", f"/entity/{acme}").status_code == 403


def test_a_merged_id_leads_on_and_the_past_is_told_as_known_then(desk, acme):
    other = desk.server.put("crm:customer:9", name="Quite Another One")["golden_id"]
    before = desk.server.as_("admin")("GET", f"/v1/golden-records/{other}").json()["seq"]
    desk.server.as_("steward")(
        "POST", "/v1/golden-records:merge", json={"golden_ids": [acme, other], "reason": "one firm"}
    )  # fmt: skip
    assert f"{other} is now" in text_of(desk.page(f"/entity/{other}"))
    then = desk.page(f"/entity/{other}", params={"as_of": before})
    assert f"As known at position {before} of the log" in " ".join(text_of(then).split())
    assert "Nobody had to look at this record" in text_of(then)
    assert "Quite Another One" in then.text
    assert f"as_of={before}" in then.text  # carried on to the other pages
    assert desk.page(f"/entity/{acme}?as_of=1").status_code == 404
    assert desk.page(f"/entity/{acme}?as_of=yesterday").status_code == 422


def test_parts_are_swapped_in_by_a_script_and_are_pages_without(desk, acme):
    for part in ("relations", "readiness", "divergence"):
        whole = desk.page(f"/entity/{acme}/{part}").text
        fragment = desk.page(f"/entity/{acme}/{part}", headers={"HX-Request": "true"}).text
        assert "<html" in whole
        assert "<html" not in fragment
        assert f"/v1/golden-records/{acme}/{part}" in whole
    assert "Firm Germany" in desk.page(f"/entity/{acme}/relations").text
    legal = desk.server.as_("admin")("GET", f"/v1/golden-records/{acme}/relations").json()["refers_to"][0]["golden_id"]
    assert acme in desk.page(f"/entity/{legal}/relations").text


def test_dated_lines_stand_on_an_axis_and_findings_are_told_in_words(desk):
    line = {"role": "analyst", "currency": "EUR", "unit": "hour"}
    lines = [{**line, "rate": "100", "valid_from": "2025-01-01", "valid_to": "2025-07-01"},
             {**line, "rate": "110", "valid_from": "2025-10-01", "valid_to": None}]  # fmt: skip
    card = desk.server.put("erp:rate_card:1", name="Acme 2025", code="RC-1", currency="EUR", lines=lines)["golden_id"]
    answer = desk.page(f"/entity/{card}", "admin")
    told = text_of(answer)
    assert "gap, from 2025-07-01 to before 2025-10-01" in told
    assert "100, from 2025-01-01 to before 2025-07-01" in told
    assert '<rect class="bar-line"' in answer.text
    for role in ("reader", "steward", "auditor"):
        assert re.search(r"\b110\b", text_of(desk.page(f"/entity/{card}", role))) is None, role


def test_search_finds_begun_and_misspelled_words_and_ids_and_stands_in_its_address(desk, acme):
    for text in ("acme pmups", "acme pum", acme, "psa:customer:2"):
        answer = desk.page("/search", params={"q": text})
        assert f'href="/entity/{acme}"' in answer.text, text
        assert "/v1/golden-records:search?q=" in answer.text
    assert "Nothing is like that" in text_of(desk.page("/search?q=zzzz"))
    assert "Nothing is like that" in text_of(desk.page("/search?q=acme&type=employee"))
    assert desk.page("/search").status_code == 200
    assert desk.page("/search?q=acme&type=nothing").status_code == 404
    assert 'id="search" name="q"' in desk.page("/").text


def test_a_value_is_set_after_a_preview_and_taken_back(desk, acme):
    form = desk.page(f"/entity/{acme}/pin/name")
    assert "psa 2" in text_of(form)
    preview = desk.page(f"/entity/{acme}/pin/name", params={"take": "psa:customer:2"})
    assert "What would change" in preview.text
    assert "Acme Pumps AG" in preview.text
    refused = desk.page(f"/entity/{acme}/pin/tax_id", params={"take": "other", "value": "12"})
    assert "That would be refused" in refused.text
    assert desk.send(f"/entity/{acme}/pin/name", take="psa:customer:2").status_code == 422  # no reason
    held = desk.send(f"/entity/{acme}/pin/name", take="psa:customer:2", reason="their letter")
    assert held.status_code == 303
    assert "/undo" in desk.page(held.headers["Location"]).text
    body = {"value": "Acme Pumps AG", "reason": "their letter"}
    set_ = desk.server.as_("steward")("PUT", f"/v1/golden-records/{acme}/overrides/name", json=body).json()
    for part in ("/sources", "/lineage/name", "/history"):
        assert "their letter" in desk.page(f"/entity/{acme}{part}").text
    undo = f"/entity/{acme}/undo/{set_['decision_id']}"
    assert "What would change" in desk.page(undo).text
    assert desk.send(undo).status_code == 422
    assert desk.send(undo, reason="they wrote again").status_code == 303
    for role in ("reader", "auditor"):
        assert desk.page(undo, role).status_code == 403
        assert desk.send(undo, role, reason="mine").status_code == 403
        assert "/pin/" not in desk.page(f"/entity/{acme}/sources", role).text
    assert desk.page(f"/entity/{acme}/undo/dec_999999").status_code == 404


def test_the_history_tells_versions_and_the_difference_of_any_two(desk, acme):
    told = text_of(desk.page(f"/entity/{acme}/history"))
    assert "Version 1" in told
    assert "crm 1 came" in " ".join(told.split())
    compared = desk.page(f"/entity/{acme}/history?from=1&to=now")
    assert "a record came" in text_of(compared)
    assert f"/v1/golden-records/{acme}/diff?from=1&amp;to=now" in compared.text
    assert desk.page(f"/entity/{acme}/history?from=99").status_code == 404


def test_a_record_that_gives_several_values_is_named_once_in_a_difference(desk):
    for emails in (["a@acme.example", "b@acme.example"], ["b@acme.example", "c@acme.example", "d@acme.example"]):
        golden_id = desk.server.put("crm:customer:1", name="Acme AG", email=emails)["golden_id"]
    [row] = re.findall(r"<tr[^>]*>(?:(?!</tr>).)*Email.*?</tr>", desk.page(f"/entity/{golden_id}/history?from=1").text,
                       re.DOTALL)  # fmt: skip
    assert "d@acme.example" in row
    assert row.count("<small>crm 1</small>") == 2, "on either side"


def test_the_matrix_and_the_lineage_say_who_lost_why_and_what_would_change_that(desk, acme):
    matrix = text_of(desk.page(f"/entity/{acme}/sources"))
    assert "wins if" in matrix
    assert "trust" in matrix
    lineage = text_of(desk.page(f"/entity/{acme}/lineage/name"))
    assert "It would survive if" in lineage
    assert "position" in lineage
    assert "told only of now" in text_of(desk.page(f"/entity/{acme}/lineage/name?as_of=999999"))


def test_what_was_missing_and_disagreed_is_told_as_known_then(desk):
    desk.server.put("erp:customer:1", name="Tal AG", tax_id="DE136695976", website="tal.example")
    golden_id = desk.server.put("crm:customer:1", name="Tal AG", tax_id="DE136695976", website="tal.test")["golden_id"]
    before = desk.server.as_("admin")("GET", f"/v1/golden-records/{golden_id}").json()["seq"]
    desk.server.put("crm:customer:1", name="Tal AG", tax_id="DE136695976", website="tal.example")
    desk.server.put("billing:customer:1", name="Tal AG", tax_id="DE136695976")
    record = f"/entity/{golden_id}"
    for part, said in (("divergence", "tal.test"), ("readiness", "a record in billing")):
        assert f'hx-get="{record}/{part}?as_of={before}"' in desk.page(record, params={"as_of": before}).text
        told = {moment: text_of(desk.page(f"{record}/{part}", params={"as_of": moment})) for moment in (before, "")}
        assert said in told[before].split("There:")[0], part
        assert said not in told[""].split("There:")[0], part


def test_of_the_past_nothing_is_told_that_only_the_present_can_mend(desk):
    put = desk.server.put
    put("erp:customer:1", name="Tal AG", tax_id="DE136695976", website="tal.example")
    told = put("crm:customer:1", name="Tal AG", tax_id="DE136695976", website="tal.test")
    for part, present in (("divergence", "It should say"), ("readiness", "create it in billing")):
        page = f"/entity/{told['golden_id']}/{part}"
        assert present in text_of(desk.page(page)), part
        assert present not in text_of(desk.page(page, params={"as_of": told["seq"]})), part
