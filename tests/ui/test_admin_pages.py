"""Access at the desk: people and keys, what each role may, who changed what, and looking as another role."""

import html
import re

import pytest

from tests.api.test_cookies import Browser

NEW = {"name": "anna", "display_name": "Anna <b>", "role": "steward", "password": "four words that wander"}


def sent(desk, path, as_, **fields):
    """Send a form, whose fields may be called as they like."""
    return desk.server.as_(as_)("POST", path, data=fields, follow_redirects=False)


@pytest.fixture
def ada(desk):
    return Browser(desk.server, "ada", "admin")


def test_a_person_is_added_changed_disabled_and_enabled(desk):
    added = sent(desk, "/admin/people", "admin", **NEW)
    assert (added.status_code, added.headers["Location"]) == (303, "/admin/people/anna")
    shown = desk.page("/admin/people/anna", "admin").text
    assert "Anna &lt;b&gt;" in shown
    assert "wander" not in shown
    rights = {"role": "approver", "entity_type": "customer"}
    assert sent(desk, "/admin/people/anna/rights", "admin", **rights).status_code == 303
    assert sent(desk, "/admin/people/anna/rights", "admin", **rights).status_code == 303
    assert sent(desk, "/admin/people/anna/password", "admin", password="short").status_code == 422
    assert sent(desk, "/admin/people/anna/password", "admin", password="other words that wander").status_code == 303
    sent(desk, "/admin/people/anna/disable", "admin")
    assert "disabled" in desk.page("/admin", "admin").text
    sent(desk, "/admin/people/anna/enable", "admin")
    told = desk.page("/admin/people/anna", "admin").text
    assert "from steward to approver" in told
    assert told.count("<li><time") == 6, "what changed nothing is not told"
    assert desk.page("/admin/people/nobody", "admin").status_code == 404
    assert sent(desk, "/admin/people/anna/forget", "admin").status_code == 404


def test_a_key_is_shown_once_and_revoked_on_purpose(desk):
    made = sent(desk, "/admin/keys", "admin", role="source", source="crm", expires="2999-01-01")
    key = html.unescape(re.search(r'<code id="made-key">([^<]+)</code>', made.text)[1])
    bearer = {"Authorization": f"Bearer {key}"}
    assert desk.server.http.get("/v1/quarantine", headers=bearer).status_code == 200
    assert key not in desk.page("/admin/keys", "admin").text
    assert sent(desk, f"/admin/keys/{key.split('_')[1]}/revoke", "admin").status_code == 303
    assert desk.server.http.get("/v1/quarantine", headers=bearer).status_code == 401
    assert "revoked" in desk.page("/admin/keys", "admin").text
    assert sent(desk, "/admin/keys", "admin", role="source").status_code == 422


def test_changes_are_listed_filtered_and_exported_for_auditors_too(desk):
    sent(desk, "/admin/people", "admin", **NEW)
    shown = desk.page("/admin/changes?subject=user:anna", "auditor").text
    assert "made the account <b>anna</b> as steward" in shown
    table = desk.page("/admin/changes.csv?subject=user:anna", "auditor").text.splitlines()
    assert table[0] == "number,recorded_at,actor,action,subject,detail,correlation_id"
    assert len(table) == 2
    assert "No change is like that" in desk.page("/admin/changes?actor=user:nobody", "auditor").text
    for page in ("/admin", "/admin/keys", "/admin/roles", "/admin/people/anna"):
        assert "<form" not in desk.page(page, "auditor").text.partition("<main")[2], page
        assert desk.page(page, "steward").status_code == 403
    assert sent(desk, "/admin/people", "auditor", **NEW).status_code == 403
    assert desk.server.as_("admin", entity_type="customer")("GET", "/admin").status_code == 403


def test_an_admin_sees_what_another_role_sees_and_changes_nothing_meanwhile(desk, ada):
    def page(path):
        return ada.send("GET", path, follow_redirects=False)

    task = desk.pair()
    assert "Stop</button>" not in page("/").text
    form = {"role": "auditor", "csrf_token": ada.csrf}
    assert ada.send("POST", "/admin/view-as", data=form, follow_redirects=False).headers["Location"] == "/"
    seen = page(f"/task/{task['id']}").text
    assert "You see what an auditor sees" in seen
    assert re.search("3176 ?220", seen) is None, "as masked as it is for that role"
    assert page("/rules:try").status_code == 403
    refused = ada.send("POST", "/v1/users", json=NEW)
    assert (refused.status_code, "until you stop" in refused.json()["detail"]) == (403, True)
    assert ada.send("POST", "/view-as/stop", csrf=False).status_code == 403, "not by a page of another site"
    ada.send("POST", "/view-as/stop", data={"csrf_token": ada.csrf}, follow_redirects=False)
    assert page("/rules:try").status_code == 200
    told = desk.page("/admin/changes?actor=user:ada", "auditor").text
    assert told.index("stopped looking as <b>auditor") < told.index("began to look as <b>auditor")
    assert sent(desk, "/admin/view-as", "admin", role="reader").status_code == 409, "a key has the role it has"
    assert "This is your own account" in page("/admin/people/ada").text
