"""A hub that nothing has come into, as whoever opens the desk for the first time finds it."""

import pytest

from tests.ui.conftest import LEFT


@pytest.mark.parametrize("path", ["/", "/queue"])
def test_the_next_task_is_offered_only_where_there_is_one(desk, path):
    assert "Claim the next" not in desk.page(path).text
    desk.pair()
    assert "Claim the next" in desk.page(path).text


def test_home_says_how_to_begin_until_something_has_come_in(desk):
    for role in ("steward", "reader", "admin"):
        shown = desk.page("/", role).text
        assert "Nothing has come in yet" in shown
        assert "mdm ingest customers.csv --source crm --type customer" in shown
        assert ('href="/docs"' in shown) == (role == "admin")
        assert "My last decisions" not in shown, "what cannot be there yet is in the way of the first step"
    desk.server.put("crm:customer:1", **LEFT)
    assert "Nothing has come in yet" not in desk.page("/").text
    assert "My last decisions" in desk.page("/").text


def test_rows_that_were_all_refused_are_not_said_to_be_nothing(desk):
    desk.server.as_("admin")("POST", "/v1/source-records:batch", json=[
        {"source": "crm", "entity_type": "customer", "source_id": "1", "attributes": {"tax_id": "DE136695976"}}
    ])  # fmt: skip
    shown = desk.page("/").text
    assert "Nothing has come in yet" not in shown
    assert 'href="/quarantine?type=customer"' in shown


def test_empty_lists_praise_nothing_that_nobody_did(desk):
    queue = desk.page("/queue").text
    assert "Nothing is left to decide" not in queue
    assert 'href="/">How far the hub has come' in queue
    assert "was taken" not in desk.page("/quarantine").text.partition("<main")[2]


@pytest.mark.parametrize(
    "path",
    [
        "/decisions", "/approvals", "/second-opinions", "/quarantine", "/quality", "/quality/disagreements",
        "/quality/waiting", "/rules", "/activity", "/search", "/search?q=acme", "/why", "/settings", "/glossary",
    ],
)  # fmt: skip
def test_every_list_says_that_it_is_empty_in_place_of_nothing(desk, path):
    shown = desk.page(path)
    assert shown.status_code == 200
    assert "<h1" in shown.text
    assert "<tbody></tbody>" not in shown.text.replace("\n", "").replace(" ", "")


def test_a_refusal_begins_with_a_capital_but_leaves_names_in_code_as_they_are(desk):
    golden_id = desk.server.put("crm:customer:1", **LEFT)["golden_id"]
    assert f"<p>{golden_id} has no version 9;" in desk.page(f"/entity/{golden_id}/history?from=9").text
    assert "<p>as_of takes" in desk.page(f"/entity/{golden_id}?as_of=yesterday").text
    assert "<p>There is no entity type" in desk.page("/rules/nothing").text


@pytest.mark.parametrize("path", ["/nothing-here", "/entity", "/queue/nothing/here"])
def test_an_address_that_is_none_still_offers_the_way_on_to_who_is_signed_in(desk, path):
    asked = {"headers": {"Accept": "text/html"}}
    shown = desk.page(path, "steward", **asked)
    assert shown.status_code == 404
    assert 'href="/approvals"' in shown.text.partition("<main")[0]
    for headers in ({}, {"Authorization": "Bearer mdm_0_0"}):
        stranger = desk.server.http.get(path, headers={**headers, **asked["headers"]})
        assert stranger.status_code == 404
        assert 'href="/approvals"' not in stranger.text


def test_what_is_missing_can_be_set_where_it_is_told_by_who_may(desk):
    golden_id = desk.server.put("crm:customer:1", name="Acme Pumps")["golden_id"]
    way = f'href="/entity/{golden_id}/pin/tax_id"'
    assert way in desk.page(f"/entity/{golden_id}/readiness").text
    assert way not in desk.page(f"/entity/{golden_id}/readiness", "auditor").text
    assert way not in desk.page(f"/entity/{golden_id}/readiness?on=2026-01-01").text
    assert "mdm override" not in desk.page(f"/entity/{golden_id}/readiness").text


def test_a_pair_that_a_rule_decides_is_not_said_to_weigh_a_thousand(desk):
    one, other = (
        desk.server.put(f"crm:customer:{n}", name=f"Firm {n}", tax_id=tax_id)["golden_id"]
        for n, tax_id in enumerate(("DE136695976", "DE811569869"))
    )
    for path in (f"/entity/{one}/merge?with={other}", f"/why?left={one}&right={other}"):
        shown = desk.page(path).text
        assert "by a rule" in shown, path
        assert "weighs" not in shown, path
    assert "pair: by a rule." in desk.page(f"/entity/{one}/merge?with={other}").text
