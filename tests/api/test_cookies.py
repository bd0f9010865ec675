"""A person's session in a browser: accepted where a key is, and never for a request that another site made."""

import pytest

from mdm.api import browser
from mdm.services.access import accounts, sessions
from mdm.services.access.accounts import Person
from mdm.settings import now
from tests.api.test_proposing import ASKING, BERLIN
from tests.conftest import AUTHOR

PASSWORD = "four words that wander"
TASK = "/v1/tasks:claim-next"
OURS = {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}


class Browser:
    """A person at a browser: their cookie, and the token that their pages carry."""

    def __init__(self, server, name, role, entity_type=None):
        accounts.add(server.hub, Person(name, role, entity_type), password=PASSWORD, author=AUTHOR)
        self.http = server.http
        self.token = sessions.sign_in(server.hub, name=name, password=PASSWORD, address="test", at=now())
        self.csrf = sessions.csrf_token(self.token)

    def send(self, method, path, *, headers=None, csrf=True, **options):
        carried = {"Cookie": f"{browser.COOKIE}={self.token}", **OURS, **({"X-CSRF-Token": self.csrf} if csrf else {})}
        return self.http.request(method, path, headers={**carried, **(headers or {})}, **options)


@pytest.fixture
def anna(server):
    return Browser(server, "anna", "steward")


def test_a_session_is_as_good_as_a_key_of_its_role_and_facts_name_the_person(server, anna):
    server.put("crm:customer:1", name="Acme GmbH", tax_id="DE136695976")
    golden = server.put("erp:customer:2", name="Birch KG", tax_id="ATU13585627")["golden_id"]
    assert anna.send("GET", "/v1/stats", csrf=False).status_code == 200
    forbidden = anna.send("POST", "/v1/rules:apply", json={"document": "x"})
    assert (forbidden.status_code, forbidden.json()["code"]) == (403, "forbidden")
    path = f"/v1/golden-records/{golden}"
    done = anna.send("PUT", path + "/overrides/name", json={"value": "Birch AG", "reason": "asked them"})
    assert done.status_code == 200, done.text
    (decision,) = anna.send("GET", path + "/history").json()["decisions"]
    assert decision["actor"] == "user:anna"


def test_an_account_narrowed_to_an_entity_type_is_so_everywhere(server):
    server.put("crm:customer:1", name="Acme GmbH")
    narrowed = Browser(server, "carl", "steward", "employee")
    refused = narrowed.send("GET", "/v1/xref/crm/customer/1")
    assert (refused.status_code, refused.json()["detail"]) == (403, "this user is narrowed to the entity type employee")


@pytest.mark.parametrize(
    "headers",
    [
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "0" * 64},
        {"X-CSRF-Token": "ünd"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    ],
)
def test_what_another_site_makes_a_browser_send_changes_nothing(server, anna, headers):
    headers = {name: value.encode() for name, value in headers.items()}
    for method, path in (("POST", TASK), ("PUT", "/v1/source-records/crm/customer/1"), ("DELETE", "/v1/tasks/x")):
        answer = anna.send(method, path, headers=headers)
        assert answer.status_code in ({405} if method == "DELETE" else {403}), answer.text
    assert anna.send("GET", "/v1/stats", headers=headers).status_code == 200, "reading needs no token"


def test_where_a_browser_tells_no_site_the_origin_counts(server, anna):
    def sent(**headers):
        carried = {"Cookie": f"{browser.COOKIE}={anna.token}", "X-CSRF-Token": anna.csrf, **headers}
        return server.http.post(TASK, headers=carried).status_code

    assert sent() == sent(Origin="http://testserver") == 204
    for strange in ("https://evil.example", "null", "http://testserver:9000", "http://testserver.evil.example"):
        assert sent(Origin=strange) == 403


def test_the_token_of_one_session_is_no_good_in_another(server, anna):
    other = Browser(server, "bert", "steward")
    assert anna.send("POST", TASK).status_code == 204
    assert anna.send("POST", TASK, headers={"X-CSRF-Token": other.csrf}).status_code == 403


def test_a_form_may_carry_the_token_in_a_field(anna):
    # 404: it got past the door, and there is no such task.
    for given, status in ((anna.csrf, 404), ("wrong", 403)):
        answer = anna.send("POST", "/v1/tasks/x:skip", csrf=False, data={"csrf_token": given})
        assert answer.status_code == status, answer.text


def test_a_key_needs_no_token_and_stands_above_a_cookie(server, anna):
    headers = {"Cookie": f"{browser.COOKIE}={anna.token}", "Sec-Fetch-Site": "cross-site"}
    assert server.as_("steward")("POST", TASK, headers=headers).status_code == 204
    assert server.as_("reader")("POST", TASK, headers=headers).status_code == 403
    wrong = server.http.get("/v1/stats", headers={**headers, "Authorization": "Bearer mdm_x_y"})
    assert wrong.status_code == 401, "a wrong key is not made good by a cookie"


def test_a_session_that_is_over_answers_401(server, anna):
    sessions.sign_out(server.hub, anna.token)
    answer = anna.send("GET", "/v1/stats")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorised")


def test_people_are_given_tasks_and_approve_for_each_other_but_never_for_themselves(server, anna):
    server.as_("admin")("POST", "/v1/rules:apply", json={"document": ASKING})
    ids = [server.put(f"crm:shop:{n}", name=n)["golden_id"] for n in ("Alder", "Birch")]
    dora = Browser(server, "dora", "approver")
    proposed = dora.send("POST", "/v1/golden-records:merge", json={"golden_ids": ids, "reason": "one owner"})
    assert (proposed.status_code, proposed.json()["proposer"]) == (202, "user:dora")
    path = f"/v1/proposals/{proposed.json()['proposal_id']}:approve"
    own = dora.send("POST", path, json={})
    assert own.status_code == 403
    assert "your own" in own.json()["detail"]
    assert anna.send("POST", path, json={}).status_code == 403, "a steward may not approve"
    assert Browser(server, "emil", "approver").send("POST", path, json={}).status_code == 200

    server.put("crm:customer:1", name="Nordwind Logistik GmbH", phone="+49 30 901820", address=BERLIN)
    server.put("erp:customer:7", name="Nordwind Logistic", address=BERLIN)
    claimed = anna.send("POST", TASK).json()
    assert claimed["claim"]["by"] == "user:anna"
    path = f"/v1/tasks/{claimed['id']}"
    assert anna.send("POST", f"{path}:escalate", json={"to": "user:nobody", "question": "?"}).status_code == 422
    asked = anna.send("POST", f"{path}:escalate", json={"to": "user:dora", "question": "One firm?"})
    assert asked.json()["escalated"]["by"] == "user:anna", asked.text
    assert anna.send("POST", TASK).status_code == 204
    assert dora.send("POST", TASK).json()["id"] == claimed["id"]


@pytest.mark.parametrize(
    ("asked", "leads"),
    [
        ("/queue?type=customer&page=2", "/queue?type=customer&page=2"),
        ("/", "/"), (None, "/"), ("", "/"), ("queue", "/"), ("//evil.example", "/"), ("///evil.example", "/"),
        ("https://evil.example/", "/"), ("javascript:alert(1)", "/"), ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"), ("/a\r\nSet-Cookie: x=y", "/"), ("/entity/cus_1?as_of=http://x", "/entity/cus_1?as_of=http://x"),
    ],
)  # fmt: skip
def test_signing_in_leads_only_to_addresses_within_the_hub(asked, leads):
    assert browser.path_within(asked) == leads


def test_long_answers_are_compressed_pages_never_and_no_other_origin_may_read_any(server, anna):
    zipped = {"Accept-Encoding": "gzip", "Origin": "https://evil.example"}
    for path, encoding in (
        ("/openapi.json", "gzip"),
        ("/v1/stats", "gzip"),
        ("/v1/tasks", None),
        ("/docs", None),
        ("/queue", None),
    ):
        answer = anna.send("GET", path, headers=zipped)
        assert (answer.status_code, answer.headers.get("Content-Encoding")) == (200, encoding), path
        assert not [name for name in answer.headers if name.startswith("access-control")]
    assert "Content-Encoding" not in server.http.get("/openapi.json", headers={"Accept-Encoding": "identity"}).headers
    asked = {**zipped, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    asked = server.http.options(TASK, headers=asked)
    assert asked.status_code == 405
    assert not [name for name in asked.headers if name.startswith("access-control")]
