"""Quarantine at the desk: what is wrong is told, mended in place, and held back from whom it is not for."""

BAD = {"items": [{"source": "crm", "entity_type": "customer", "source_id": "7",
                  "attributes": {"name": "Acme <b>GmbH</b>", "tax_id": ["DE1", {"a": 1}]}}]}  # fmt: skip
GOOD = "DE136695976"


def rejected(desk) -> str:
    """Send a record that cannot be taken; the address of its row."""
    desk.server.as_("admin")("POST", "/v1/source-records:batch", json=BAD["items"])
    [row] = desk.server.as_("admin")("GET", "/v1/quarantine").json()["items"]
    return f"/quarantine/{row['id']}"


def test_a_row_is_mended_in_place_and_taken_in_once(desk):
    place = rejected(desk)
    row = desk.server.as_("admin")("GET", f"/v1{place}").json()
    assert row["detail"] in desk.page("/quarantine", "admin").text.replace("&#39;", "'").replace("&#34;", '"')
    shown = desk.page(place, "admin").text
    assert "Acme &lt;b&gt;GmbH" in shown
    assert "<b>GmbH" not in shown
    assert 'aria-invalid="true"' in shown
    field = f"column:{row['column']}"
    assert desk.send(f"{place}/retry", "admin", **{field: "[1, 2]"}).status_code == 303
    assert desk.send(f"{place}/retry", "admin", **{field: GOOD}).status_code == 303
    assert "Taken in" in desk.page(place, "admin").text
    assert "Nothing is quarantined" in desk.page("/quarantine", "admin").text
    assert "/quarantine/" in desk.page("/quarantine?status=retried", "admin").text


def test_rows_are_held_back_and_mended_only_by_who_may(desk):
    place = rejected(desk)
    for path in ("/quarantine", place):
        assert "Acme" not in desk.page(path, "auditor").text
    assert "held back" in desk.page(place, "auditor").text
    rule = desk.server.as_("admin")("GET", f"/v1{place}").json()["rule"]
    assert f"breaks the rule {rule.replace('_', ' ')}" in desk.page("/quarantine", "auditor").text
    assert "Acme" in desk.page(place).text
    assert desk.page("/quarantine", "reader").status_code == 403
    assert desk.send(f"{place}/retry", "auditor").status_code == 403
    assert desk.send(f"{place}/discard", "admin").status_code == 422
    assert desk.send(f"{place}/discard", "admin", reason="a test").status_code == 303
    assert "Discarded" in desk.page(place, "admin").text
    assert desk.page("/quarantine/nothing", "admin").status_code == 404
