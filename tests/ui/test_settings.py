"""What a reader sets at the desk holds on every page, and nonsense in the cookie harms nobody."""

import re
from html import unescape

import orjson
import pytest

from stewardship_ui.preferences import COOKIE, Preferences, checked


def kept(answer) -> str:
    return re.match(rf"{COOKIE}=([^;]*)", answer.headers["set-cookie"])[1]


def test_settings_are_kept_and_hold_on_every_page(desk):
    fields = {"theme": "dark", "density": "tight", "keys_off": "1", "key same": "q", "key go queue": "g u"}
    sent = desk.send("/settings", **fields)
    assert (sent.status_code, sent.headers["Location"]) == (303, "/settings?saved=1")
    assert "HttpOnly" in sent.headers["set-cookie"]
    cookie = {"Cookie": f"{COOKIE}={kept(sent)}"}
    for path in ("/settings", "/queue", "/"):
        desk.server.http.cookies.clear()
        shown = desk.page(path, headers=cookie).text
        assert 'data-theme="dark" data-density="tight"' in shown
        told = orjson.loads(unescape(re.search(r'name="desk-keys" content="([^"]*)"', shown)[1]))
        assert told == {"off": True, "keys": {"same": "q", "go queue": "g u"}}
    assert 'value="dark" checked' in desk.page("/settings", headers=cookie).text
    assert 'name="desk-hold" content="10"' in desk.page("/queue", headers=cookie).text
    again = desk.send("/settings", reset="1", theme="dark")
    desk.server.http.cookies.clear()
    assert 'data-theme="auto"' in desk.page("/queue", headers={"Cookie": f"{COOKIE}={kept(again)}"}).text


def test_decisions_are_held_for_as_long_as_the_reader_has_set(desk):
    task, when = desk.pair(), {}
    for seconds in ("0", "60"):
        sent = desk.send("/settings", hold=seconds)
        headers = {"Cookie": f"{COOKIE}={kept(sent)}"}
        desk.server.http.cookies.clear()
        assert f'name="desk-hold" content="{seconds}"' in desk.page("/queue", headers=headers).text
        fields = {"verdict": "distinct" if seconds == "60" else "same", "reason": "Looked", "etag": task["etag"]}
        ask = desk.server.as_("steward")
        ask("POST", f"/task/{task['id']}/decide", data=fields, headers=headers, follow_redirects=False)
        when[seconds] = ask("GET", f"/v1/tasks/{task['id']}").json()
        if seconds == "0":
            assert when["0"]["status"] == "closed"
            undone = ask("GET", "/v1/activity?limit=1").json()["items"][0]["decision_id"]
            ask("POST", f"/v1/decisions/{undone}:undo", json={"reason": "Again"})
            task = ask("GET", f"/v1/tasks/{task['id']}").json()
    assert when["60"]["status"] == "open"
    assert when["60"]["proposed"]["due"] > when["60"]["proposed"]["at"]


@pytest.mark.parametrize(
    "said",
    ["", "{", "%7B%22theme%22%3A1%7D", "[]", '{"keys":["a"]}', '{"theme":"<b>","keys":{"same":"<img onerror=1>"}}'],
)  # fmt: skip
def test_nonsense_in_the_cookie_is_as_if_nothing_was_set(desk, said):
    shown = desk.page("/queue", headers={"Cookie": f"{COOKIE}={said}"})
    assert shown.status_code == 200
    assert 'data-theme="auto"' in shown.text
    assert "<img" not in shown.text


def test_what_is_kept_is_read_back_and_bounded():
    many = {f"action-{'a' * place}": "x" for place in range(1, 20)}
    some = checked(
        {
            "theme": "light",
            "density": "tight",
            "single_keys": False,
            "keys": {**many, "bad name!": "x", "a": "too long a key"},
        }
    )
    assert some.keys == many
    assert (some.theme, some.density, some.single_keys) == ("light", "tight", False)
    assert checked({}) == Preferences()
    assert [checked({"hold": one}).hold for one in (0, "7", 99, "-1", "x", None)] == [0, 7, 60, 10, 10, 10]
    assert (
        len(checked({"keys": {f"{chr(97 + place % 26)}-{chr(97 + place // 26)}": "x" for place in range(200)}}).keys)
        == 60
    )


def test_a_task_is_given_to_somebody_at_the_desk(desk):
    task = desk.pair()["id"]
    offered = desk.page(f"/task/{task}/people?me=1").text
    me = re.search(r'value="([^"]*)">\s*myself', offered)[1]
    assert desk.send(f"/task/{task}/assign", to=me).headers["Location"] == f"/task/{task}"
    assert "for key" in desk.page(f"/task/{task}").text
    assert (
        'href="/queue?view=mine" aria-current="true">Mine <span class="count">1' in desk.page("/queue?view=mine").text
    )
