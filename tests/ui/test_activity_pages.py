"""Activity at the desk: what was decided is listed, held back from whom it is not for, exported and taken back."""


def set_email(desk) -> str:
    golden = desk.server.put("crm:customer:1", name="Alder GmbH")["golden_id"]
    body = {"value": ["ann@alder.example"], "reason": "Ann Lee said <b>so</b>"}
    assert (
        desk.server.as_("steward")("PUT", f"/v1/golden-records/{golden}/overrides/email", json=body).status_code == 200
    )
    return golden


def test_a_decision_is_listed_with_its_reason_and_can_be_taken_back(desk):
    golden = set_email(desk)
    shown = desk.page("/activity?verb=override").text
    assert "ann@alder.example" in shown
    assert "Ann Lee said &lt;b&gt;so" in shown
    [one] = desk.server.as_("steward")("GET", "/v1/activity?verb=override").json()["items"]
    place = f"/entity/{golden}/undo/{one['decision_id']}"
    assert f'href="{place}"' in shown
    assert desk.page(place).status_code == 200
    undo = desk.server.as_("steward")("POST", f"/v1/decisions/{one['decision_id']}:undo", json={"reason": "Wrong"})
    after = desk.page("/activity?type=customer").text
    assert f"<small>by {undo.json()['decision_id']}</small>" in after
    assert f"</span>Took back<small>{one['decision_id']}</small>" in after
    assert '>1 <span class="soft">50 %</span>' in after, "of two decisions one was taken back"
    assert "No decision is like that" in desk.page("/activity?actor=user:nobody").text
    assert desk.page("/activity?verb=guess").status_code == 422


def test_what_a_role_may_not_see_is_neither_on_the_page_nor_in_the_table(desk):
    set_email(desk)
    for path in ("/activity", "/activity.csv", "/v1/activity"):
        told = desk.page(path, "auditor")
        assert told.status_code == 200
        for secret in ("ann@", "Ann Lee"):
            assert secret not in told.text, path
        assert "override" in told.text
        assert desk.page(path, "reader").status_code == 403
    assert "take back" not in desk.page("/activity", "auditor").text
    narrowed = desk.server.as_("steward", entity_type="employee")
    assert "crm" not in narrowed("GET", "/activity").text.partition("<main")[2]
    assert narrowed("GET", "/activity?type=customer").status_code == 403
    assert narrowed("GET", "/v1/activity:counts").json()["items"][0]["kinds"] == {"rules": 1}


def test_a_table_holds_no_formula(desk):
    golden = set_email(desk)
    body = {"value": "=HYPERLINK(1)", "reason": "+1"}
    desk.server.as_("steward")("PUT", f"/v1/golden-records/{golden}/overrides/name", json=body)
    table = desk.page("/activity.csv?verb=override").text
    assert "'=HYPERLINK(1)" in table
    assert ",'+1," in table
