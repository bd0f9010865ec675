"""A steward's work by keyboard alone, and that no key ever decides a task which was not on the screen."""

import itertools
import re
from typing import Any

import pytest

from tests.browser.conftest import PASSWORD, Desk, opened
from tests.browser.driving import WITNESS, in_force, in_weather, press_on, pressed, settled, shown, until

pytestmark = pytest.mark.browser

WEATHERS = {"held down": 40, "slow": 150, "reordered": 500}
"""What the network or the finger does, and the longest that one waits between two keys, in thirds of it."""
KEYS, TASKS = 14, 4
"""So many keys are pressed at least, and so many tasks seen: on a slow machine keys come before the next task does."""


@pytest.mark.parametrize("weather", WEATHERS)
def test_no_key_decides_a_task_that_was_not_on_the_screen(browser: Any, desk: Desk, weather: str) -> None:
    before = desk.decisions()
    with opened(browser, desk) as page:
        page.add_init_script(WITNESS)
        if weather == "reordered":
            in_weather(page, weather)
        page.goto(f"/task/{desk.ask('/v1/tasks:upcoming?kind=review')['items'][0]}?kind=review")
        page.wait_for_selector("#compare")
        if weather == "slow":
            in_weather(page, weather)
        for turn in itertools.count():
            if turn >= KEYS and len({task for task, _ in pressed(page)}) >= TASKS:
                break
            key = "123"[turn % 3]
            if weather == "held down":
                for _ in range(25):  # what is pressed again without being released repeats
                    page.keyboard.down(key)
                page.keyboard.up(key)
            else:
                page.keyboard.press(key)
            page.wait_for_timeout(WEATHERS[weather] * (turn % 4))
        page.wait_for_timeout(1_500)
        settled(page)
        keys = pressed(page)
    made = desk.decisions()[len(before) :]
    assert len(made) >= 3
    assert len({task for task, _ in made}) == len(made), "a task was decided twice"
    assert [one for one in made if one not in keys] == []


def test_from_task_to_task_one_stays_in_the_list_that_one_chose(page: Any, desk: Desk) -> None:
    chosen = "kind=review&order=likeliest"
    coming = desk.ask(f"/v1/tasks:upcoming?type=customer&{chosen}&limit=4")["items"]
    assert coming != desk.ask("/v1/tasks:upcoming?type=customer&kind=review&limit=4")["items"]
    page.goto(f"/queue?entity_type=customer&{chosen}")
    page.keyboard.press("Enter")
    page.wait_for_url("**/task/**")
    page.wait_for_selector("#compare")
    page.wait_for_timeout(300)
    seen = [press_on(page, "4") for _ in range(3)]
    assert [*seen, shown(page)] == coming
    assert page.url.endswith(f"/task/{coming[3]}?entity_type=customer&{chosen}")
    page.reload()
    assert shown(page) == coming[3]


def test_what_was_decided_arrives_though_one_leaves_at_once(page: Any, desk: Desk) -> None:
    in_force(desk)  # what comes into force meanwhile may overtake it, and it is refused
    before = desk.decisions()
    page.add_init_script(WITNESS)
    page.goto(f"/task/{desk.ask('/v1/tasks:upcoming?kind=review')['items'][0]}?kind=review")
    page.wait_for_selector("#compare")
    settled(page)
    page.wait_for_timeout(300)
    in_weather(page, "slow")
    for _ in range(3):
        press_on(page, "2")
    keys = pressed(page)
    page.keyboard.press("g")
    page.keyboard.press("q")
    page.wait_for_url("**/queue")
    until(page, lambda: len(desk.decisions()) >= len(before) + 3)
    assert sorted(desk.decisions()[len(before) :]) == sorted(keys)


def test_no_shortcut_fires_where_one_types(browser: Any, desk: Desk) -> None:
    with opened(browser, desk) as page:
        sent: list[str] = []
        page.goto(f"/task/{desk.ask('/v1/tasks:upcoming?kind=review')['items'][0]}")
        page.wait_for_selector("#compare")
        settled(page)
        page.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
        keys = page.evaluate(
            "async () => Object.values((await import(document.querySelector('script[type=module]').src"
            ".replace('desk.js', 'keys.js'))).keyMap())"
        )
        task, address = shown(page), page.url
        sent.clear()
        for box in ("reason", "question", "text", "to", "until"):
            opener = {"question": "escalate", "to": "escalate", "text": "comment", "until": "snooze"}.get(box)
            if opener:
                page.evaluate(f"document.getElementById('{opener}').showPopover()")
            page.locator(f"#{box}").focus()
            for key in sorted({part for one in keys for part in one.split(" ")} | {"Control+z"}):
                if not (key == "Enter" and box in {"question", "text", "until", "to"}):
                    page.keyboard.press(key)
            page.wait_for_timeout(30)
            if opener:
                page.evaluate(f"document.getElementById('{opener}').hidePopover()")
        assert [one for one in sent if not re.search(r"keys\.js|/people|/effects", one)] == []
        assert (shown(page), page.url) == (task, address)


def test_the_second_key_of_two_is_swallowed(browser: Any, desk: Desk) -> None:
    before = desk.decisions()
    with opened(browser, desk) as page:
        page.goto(f"/task/{desk.ask('/v1/tasks:upcoming?kind=review')['items'][0]}")
        page.wait_for_selector("#compare")
        page.keyboard.press("g")
        page.keyboard.press("1")
        page.wait_for_timeout(200)
        assert desk.decisions() == before
        page.keyboard.press("g")
        page.keyboard.press("q")
        page.wait_for_url("**/queue")


def test_who_signs_in_decides_in_their_own_name(browser: Any, desk: Desk) -> None:
    with opened(browser, desk, role=None) as page:
        page.goto("/queue?kind=review")
        page.wait_for_url("**/sign-in**")
        page.keyboard.type("steward")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/queue?kind=review")
        page.keyboard.press("Enter")
        page.wait_for_selector("#compare")
        task = press_on(page, "2")
        settled(page)
    made = desk.ask("/v1/proposals?status=all&proposer=user:steward", role="admin")["items"]
    assert [(one["parts"]["task_id"], one["parts"]["verdict"]) for one in made] == [(task, "distinct")]


def test_what_is_decided_after_the_session_has_ended_leads_to_the_door_and_back(browser: Any, desk: Desk) -> None:
    pages = opened(browser, desk, role=None)
    with pages as page:
        page.goto("/sign-in?next=%2Fqueue%3Fkind%3Dreview")
        page.fill("[name=name]", "steward")
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/queue?kind=review")
        page.keyboard.press("Enter")
        page.wait_for_selector("#compare")
        task = shown(page)
        page.context.clear_cookies()
        page.keyboard.press("2")
        page.wait_for_url(f"**/sign-in?next=%2Ftask%2F{task}*")
        assert "what you just decided was not taken" in page.locator("[role=alert]").inner_text()
        page.keyboard.type("steward")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/task/{task}?kind=review")
        assert shown(page) == task
        pages.complaints[:] = [one for one in pages.complaints if "401" not in one]  # of what came too late


KEYS_OF_A_SPLIT = 5
"""The most keys that splitting one record off may take."""


@pytest.mark.parametrize("keys", [("s", "3", "s"), ("s", "ArrowDown", "ArrowDown", " ", "s")])
def test_a_record_is_split_off_by_few_keys_and_the_split_undone_by_one(page: Any, desk: Desk, keys: Any) -> None:
    items = desk.ask("/v1/golden-records?type=customer&limit=200")["items"]
    golden_id = next(one["golden_id"] for one in items if len(one["crosswalk"]) == 5)
    members = [one["key"] for one in desk.ask(f"/v1/golden-records/{golden_id}/cluster")["records"]]
    leaves = members[2] if "3" in keys else members[1]
    assert len(keys) <= KEYS_OF_A_SPLIT
    page.goto(f"/entity/{golden_id}")
    page.keyboard.press(keys[0])
    page.wait_for_url("**/split")
    page.wait_for_selector(".split-keys:not([hidden])")
    for key in keys[1:]:
        page.keyboard.press(key)
    page.wait_for_url("**/cluster?held=*")
    made = desk.ask("/v1/proposals?proposer=me&status=all&limit=1")["items"][0]
    assert (made["action"], made["status"], made["parts"]["keys"]) == ("split", "held", [leaves])
    page.keyboard.press("u")
    page.wait_for_url("**/decisions")
    assert desk.ask(f"/v1/proposals/{made['proposal_id']}")["status"] == "withdrawn"
    assert [one["key"] for one in desk.ask(f"/v1/golden-records/{golden_id}/cluster")["records"]] == members


def test_a_graph_is_zoomed_and_read_by_keyboard(page: Any, desk: Desk) -> None:
    items = desk.ask("/v1/golden-records?type=customer&limit=200")["items"]
    golden_id = next(one["golden_id"] for one in items if len(one["crosswalk"]) == 5)
    page.goto(f"/entity/{golden_id}")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/cluster")
    page.wait_for_selector(".zoom:not([hidden])")
    picture = page.locator("svg[role=group]")
    whole = picture.get_attribute("viewBox")
    page.get_by_role("button", name="Zoom in").press("Enter")
    assert picture.get_attribute("viewBox") != whole
    page.get_by_role("button", name="Fit").press("Enter")
    assert picture.get_attribute("viewBox") == whole
    page.locator("a.tie").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/why?left=*")
    assert page.locator(".waterfall").count() == 1
