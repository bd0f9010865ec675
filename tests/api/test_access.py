"""Accounts and keys over HTTP: made, changed, told without secrets, and no more given than one has."""

NEW = {"name": "anna", "role": "steward", "password": "four words that wander"}


def test_an_account_is_made_changed_and_signs_in_nowhere_once_disabled(either_server):
    admin = either_server.as_("admin")
    made = admin("POST", "/v1/users", json={**NEW, "display_name": "Anna Berg"}).json()
    assert (made["name"], made["role"], made["display_name"]) == ("anna", "steward", "Anna Berg")
    assert admin("POST", "/v1/users", json=NEW).status_code == 409
    assert admin("POST", "/v1/users/anna:set-role", json={"role": "approver"}).json()["role"] == "approver"
    assert admin("POST", "/v1/users/anna:narrow", json={"entity_type": "customer"}).json()["entity_type"] == "customer"
    assert admin("POST", "/v1/users/anna:narrow", json={"entity_type": None}).json()["entity_type"] is None
    assert admin("POST", "/v1/users/anna:set-password", json={"password": "x" * 20}).status_code == 422
    told = admin("POST", "/v1/users/anna:set-password", json={"password": "four words that wonder"})
    assert "password" not in told.json()
    assert admin("POST", "/v1/users/anna:disable").json()["disabled_at"]
    assert admin("POST", "/v1/users/anna:enable").json() == admin("GET", "/v1/users/anna").json()
    assert admin("GET", "/v1/users").json()["items"] == [admin("GET", "/v1/users/anna").json()]
    assert admin("GET", "/v1/users/nobody").status_code == 404
    assert admin("POST", "/v1/users", json={**NEW, "role": "source"}).status_code == 422
    auditor = either_server.as_("auditor")
    changes = auditor("GET", "/v1/access-changes?subject=user:anna").json()["items"]
    assert [one["action"] for one in changes][-2:] == ["account.role", "account.created"]
    assert changes[0]["actor"].startswith("key:")


def test_a_key_is_shown_once_works_and_is_revoked(server):
    admin = server.as_("admin")
    made = admin("POST", "/v1/keys", json={"role": "source", "source": "crm", "expires": "2999-01-01"}).json()
    bearer = {"Authorization": f"Bearer {made['key']}"}
    assert server.http.get("/v1/quarantine", headers=bearer).status_code == 200
    listed = admin("GET", "/v1/keys")
    assert made["key"] not in listed.text
    assert next(one for one in listed.json()["items"] if one["id"] == made["id"])["source"] == "crm"
    revoked = admin("POST", f"/v1/keys/{made['id']}:revoke").json()
    assert revoked["revoked_at"]
    assert server.http.get("/v1/quarantine", headers=bearer).status_code == 401
    assert admin("POST", "/v1/keys", json={"role": "source"}).status_code == 422
    assert admin("POST", "/v1/keys/nothing:revoke").status_code == 404


def test_of_a_request_with_a_secret_nothing_is_kept_to_repeat_it(server):
    admin, header = server.as_("admin"), {"Idempotency-Key": "once"}
    for path, body in (("/v1/users", NEW), ("/v1/keys", {"role": "reader"})):
        refused = admin("POST", path, json=body, headers=header)
        assert (refused.status_code, refused.json()["code"]) == (400, "no_idempotency_key")
    assert admin("GET", "/v1/users").json()["items"] == []
    admin("POST", "/v1/users", json=NEW)
    for _ in range(2):
        answer = admin("POST", "/v1/users/anna:disable", headers=header)
        assert answer.status_code == 200
    with server.hub.database.read() as reader:
        assert "wander" not in str(reader.rows("SELECT * FROM once"))


def test_who_is_narrowed_gives_nobody_access(server):
    for narrowed in (server.as_("admin", entity_type="customer"), server.as_("admin", source="crm")):
        assert "narrowed" in narrowed("POST", "/v1/keys", json={"role": "admin"}).json()["detail"]
        assert narrowed("GET", "/v1/users").status_code == 403
    assert server.as_("steward")("GET", "/v1/access-changes").status_code == 403


def test_a_password_stands_in_no_refusal(server):
    for wrong in ({**NEW, "role": "boss"}, {**NEW, "name": "A"}, {**NEW, "more": 1}, {"password": NEW["password"]}):
        refused = server.as_("admin")("POST", "/v1/users", json=wrong)
        assert refused.status_code == 422
        assert "wander" not in refused.text
