"""Dated lines over HTTP: sent, refused with their place, read on a day, and masked field by field."""

import pytest

from mdm.services.rulebook import rules
from tests.conftest import AUTHOR
from tests.day_rates import ERP, PSA, RULES


@pytest.fixture
def card(server):
    """A server whose hub has one rate card from two systems, and its golden ID."""
    rules.apply(server.hub, RULES, file="day_rate.yaml", author=AUTHOR)
    server.put("erp:day_rate:1", code="RC-20261", lines=ERP)
    return server, server.put("psa:day_rate:1", code="RC-20261", lines=PSA)["golden_id"]


def test_a_wrong_line_is_a_problem_that_points_at_it(card):
    server, _ = card
    body = {"attributes": {"code": "RC-20261", "lines": [ERP[0], {**ERP[0], "valid_to": "2024-01-01"}]}}
    answer = server.as_("admin")("PUT", "/v1/source-records/erp/day_rate/1", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/attributes/lines/1/valid_to"


def test_a_day_leaves_the_lines_in_force_on_every_read(card):
    server, golden_id = card
    send = server.as_("admin")
    record = send("GET", f"/v1/golden-records/{golden_id}?on=2025-06-30&include=lineage").json()
    assert [line["rate"] for line in record["attributes"]["lines"]] == ["120"]
    assert [place["index"] for place in record["lineage"]["lines"]["winners"]] == [0]
    assert len(send("GET", f"/v1/golden-records/{golden_id}").json()["attributes"]["lines"]) == 5
    listed = send("GET", "/v1/golden-records?type=day_rate&on=2026-06-30").json()["items"]
    assert [one["attributes"]["lines"] for one in listed] == [[]]
    lineage = send("GET", f"/v1/golden-records/{golden_id}/lineage?on=2027-01-01").json()["lineage"]
    assert [place["value"]["rate"] for place in lineage["lines"]["winners"]] == ["130,00"]
    for path in (f"/v1/golden-records/{golden_id}", f"/v1/golden-records/{golden_id}/lineage", "/v1/golden-records"):
        problem = send("GET", f"{path}?on=2026-13")
        assert (problem.status_code, problem.json()["errors"][0]["pointer"]) == (422, "/query/on")


def test_a_field_of_a_line_has_a_privacy_class_of_its_own(card):
    server, golden_id = card
    path = f"/v1/golden-records/{golden_id}?include=lineage"
    for role in ("reader", "steward"):
        shown = server.as_(role)("GET", path).json()
        assert "rate" not in str(shown["attributes"]) + str(shown["lineage"]["lines"]["losers"])
        assert shown["attributes"]["lines"][1]["role"] == "MANAGER"
        assert shown["lineage"]["lines"]["winners"][0]["key"] == {"role": "ANALYST", "currency": "EUR"}
        assert shown["masked"] == ["lines"]
    auditor = server.as_("auditor")("GET", path).json()
    assert {line["rate"] for line in auditor["attributes"]["lines"]} == {"***"}
    assert {place["value"]["rate"] for place in auditor["lineage"]["lines"]["winners"]} == {"***"}
    assert "masked" not in server.as_("admin")("GET", path).json()


def test_the_class_of_the_attribute_covers_all_its_lines_with_keys_and_days(card):
    server, golden_id = card
    hidden = RULES.replace("    privacy: public\n", "    privacy: financial\n")
    rules.apply(server.hub, hidden, file="day_rate.yaml", author=AUTHOR)
    for path in (f"/v1/golden-records/{golden_id}?include=lineage", f"/v1/golden-records/{golden_id}/history"):
        text = server.as_("steward")("GET", path).text
        assert "MANAGER" not in text
        assert "2025-" not in text
        assert "MANAGER" not in server.as_("auditor")("GET", path).text


STAFF = """
entity_type: staff
id_prefix: stf
attributes:
  name:  {kind: person_name, privacy: public}
  grade: {kind: category, dated: true, privacy: public}
match: {block_on: [[name]], compare: [name], always: [{same: name}]}
"""


def test_a_day_picks_the_value_in_force_on_every_read_and_with_every_moment(server):
    rules.apply(server.hub, STAFF, file="staff.yaml", author=AUTHOR)
    first = [{"value": "senior", "valid_from": "2020-01-01", "valid_through": "2025-12-31"}]
    then = server.put("hcm:staff:1", name="Anna Lindqvist", grade=first)
    golden_id = then["golden_id"]
    position = server.as_("admin")("GET", f"/v1/golden-records/{golden_id}").json()["seq"]
    later = [{**first[0], "valid_through": "2024-06-30"}, {"value": "lead", "valid_from": "2024-07-01"}]
    server.put("hcm:staff:1", name="Anna Lindqvist", grade=later)
    send = server.as_("reader")
    path = f"/v1/golden-records/{golden_id}"
    days = {
        day: send("GET", f"{path}?on={day}").json()["attributes"].get("grade") for day in ("2019-12-31", "2025-01-01")
    }
    assert days == {"2019-12-31": None, "2025-01-01": "lead"}
    assert send("GET", f"{path}?on=2025-01-01&as_of={position}").json()["attributes"]["grade"] == "senior"
    assert [one["valid_to"] for one in send("GET", path).json()["dated"]["grade"]] == ["2024-07-01", None]
    [listed] = send("GET", "/v1/golden-records?type=staff&on=2026-03-01").json()["items"]
    assert (listed["attributes"]["grade"], "dated" in listed) == ("lead", False)
    lineage = send("GET", f"{path}/lineage?on=2026-03-01").json()["lineage"]["grade"]
    assert [place["index"] for place in lineage["winners"]] == [1]
    found = send("GET", f"{path}/diff?from=1&to=2&on=2025-01-01").json()["attributes"]["grade"]
    assert (found["from"], found["to"]) == ("senior", "lead")
    wrong = {"attributes": {"name": "Anna", "grade": [{"value": "lead", "valid_from": "soon"}]}}
    problem = server.as_("admin")("PUT", "/v1/source-records/hcm/staff/2", json=wrong)
    assert (problem.status_code, problem.json()["errors"][0]["pointer"]) == (422, "/attributes/grade/0/valid_from")
