"""A person signs in at the desk, is led to where they wanted to, works, and signs out."""

import re

import pytest
from fastapi.testclient import TestClient

from mdm.api.browser import COOKIE
from mdm.services.access import accounts
from mdm.services.access.accounts import Person
from stewardship_ui.app import create_app
from tests.conftest import AUTHOR

PASSWORD = "four words that wander"
HTML = {"Accept": "text/html"}


@pytest.fixture
def desk(sqlite_hub):
    """A browser that has not signed in, at a desk where anna may."""
    accounts.add(sqlite_hub, Person("anna", "steward", display_name="Anna <Berg>"), password=PASSWORD, author=AUTHOR)
    app = create_app(sqlite_hub.settings)
    with TestClient(app, base_url="https://hub.example", follow_redirects=False) as http:
        yield http


def sign_in(desk, *, password=PASSWORD, onward="/queue", **headers):
    return desk.post("/sign-in", data={"name": "anna", "password": password, "next": onward}, headers=headers)


def test_a_stranger_is_led_to_the_door_and_back_to_the_page_they_asked_for(desk):
    asked = desk.get("/queue?entity_type=customer", headers=HTML)
    assert (asked.status_code, asked.headers["Location"]) == (303, "/sign-in?next=%2Fqueue%3Fentity_type%3Dcustomer")
    door = desk.get(asked.headers["Location"])
    assert (door.status_code, door.headers["Cache-Control"]) == (200, "private, no-store")
    onward = re.search(r'name="next" value="([^"]*)"', door.text)[1]
    done = sign_in(desk, onward=onward)
    assert done.status_code == 303
    cookie = done.headers["Set-Cookie"]
    for word in (f"{COOKIE}=", "HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert word in cookie
    assert "Domain" not in cookie
    back = desk.get(done.headers["Location"])
    assert (back.status_code, back.headers["Location"]) == (303, "/queue?entity_type=customer")
    page = desk.get("/queue", headers=HTML)
    assert page.status_code == 200
    assert "Anna &lt;Berg&gt;" in page.text

    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    assert desk.post("/sign-out", data={"csrf_token": "wrong"}).status_code == 403
    assert desk.get("/queue").status_code == 200
    out = desk.post("/sign-out", data={"csrf_token": token})
    assert (out.status_code, out.headers["Location"]) == (303, "/sign-in")
    assert COOKIE not in desk.cookies
    assert desk.post("/sign-out").status_code == 303, "again does no harm"
    assert desk.get("/queue").status_code == 303


def test_a_session_that_somebody_else_planted_or_that_was_there_is_not_the_one_that_is_signed_in(desk):
    desk.cookies.set(COOKIE, "planted", domain="hub.example")
    first = sign_in(desk)
    token = re.search(f"{COOKIE}=([^;]+)", first.headers["Set-Cookie"])[1]
    assert token != "planted"
    desk.cookies.clear()
    desk.cookies.set(COOKIE, token, domain="hub.example")
    second = re.search(f"{COOKIE}=([^;]+)", sign_in(desk).headers["Set-Cookie"])[1]
    assert second != token
    desk.cookies.clear()
    assert desk.get("/queue", headers={"Cookie": f"{COOKIE}={token}"}).status_code == 303, "the one before is over"
    assert desk.get("/queue", headers={"Cookie": f"{COOKIE}={second}"}).status_code == 200


def test_a_wrong_password_and_an_unknown_name_are_told_alike_and_too_many_are_held_up(desk):
    wrong = sign_in(desk, password="guess")
    assert wrong.status_code == 401
    assert "The name or the password is wrong." in wrong.text
    assert "guess" not in wrong.text
    unknown = desk.post("/sign-in", data={"name": "nobody", "password": "guess", "next": "/queue"})
    assert unknown.text.replace("nobody", "anna") == wrong.text
    assert "Set-Cookie" not in wrong.headers
    assert desk.get("/sign-in?signed=1").text.count("did not keep the session") == 1


def test_another_site_cannot_sign_a_browser_in(desk):
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        refused = sign_in(desk, **headers)
        assert (refused.status_code, "Set-Cookie" in refused.headers) == (403, False)
    assert sign_in(desk, Origin="https://hub.example").status_code == 303


def test_signing_in_leads_nowhere_else(desk):
    assert sign_in(desk, onward="https://evil.example").headers["Location"] == "/sign-in?next=%2F&signed=1"
    assert desk.get("/sign-in?next=//evil.example").headers["Location"] == "/"


def test_a_program_is_told_401_and_not_led_anywhere(desk):
    answer = desk.get("/v1/tasks")
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")
