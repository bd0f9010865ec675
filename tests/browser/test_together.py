"""Many tasks together, keys as the reader wants them, every command by name, zoom, and two stewards at once."""

import re
from typing import Any

import pytest

from tests.browser.conftest import Desk, opened
from tests.browser.driving import proposed_together, settled

pytestmark = pytest.mark.browser
# Buttons of a page, outside of what opens, that cannot be seen anywhere on it.
UNSEEN = """
[...document.querySelectorAll("main button, main a.button")].filter(
  (one) => !one.closest("[popover], details, [hidden]") && !one.offsetParent
    && !one.closest(".actions") && getComputedStyle(one).position !== "fixed",
).map((one) => one.textContent)
"""
PAGES = ("/queue", "/queue?entity_type=customer", "/approvals", "/settings", "/decisions")


def on_task(page: Any) -> str:
    page.wait_for_selector("#compare")
    page.wait_for_timeout(200)
    return str(page.locator("#task").get_attribute("data-task"))


def test_a_list_is_decided_by_keyboard_approved_by_another_and_undone_with_one_key_press(
    browser: Any, desk: Desk
) -> None:
    choice = "type=rate_card&kind=review"
    count = len(desk.ask(f"/v1/queue?{choice}&limit=100")["items"])
    assert count > 20
    with opened(browser, desk) as page:
        page.goto("/queue?entity_type=rate_card&kind=review")
        proposal = proposed_together(page, count, reason="12 looked at; each of another contract")
        assert desk.ask(f"/v1/proposals/{proposal}")["status"] == "proposed"
    with opened(browser, desk, role="approver") as page:
        page.goto("/")
        page.keyboard.press("g")
        page.keyboard.press("a")
        page.wait_for_url("**/approvals")
        page.locator("main tbody a").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/approvals/{proposal}")
        page.wait_for_timeout(100)
        page.keyboard.press("1")
        page.wait_for_selector("text=in force")
    assert desk.ask(f"/v1/proposals/{proposal}")["status"] == "carried_out"
    assert desk.ask(f"/v1/queue?{choice}")["items"] == []
    with opened(browser, desk) as page:
        page.goto("/decisions")
        page.locator("main form button").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("text=My last decisions")
    assert len(desk.ask(f"/v1/queue?{choice}&limit=100")["items"]) == count


def test_keys_are_changed_and_switched_off_and_the_list_of_keys_says_so(browser: Any, desk: Desk) -> None:
    with opened(browser, desk) as page:
        page.goto("/settings")
        page.fill("#key-distinct", "1")
        assert "also the key of" in page.locator("#key-distinct").evaluate("one => one.validationMessage")
        page.fill("#key-distinct", "q")
        page.keyboard.press("Enter")
        page.wait_for_url("**/settings?saved=1")
        page.goto(f"/task/{desk.ask('/v1/tasks:upcoming?type=customer&kind=review')['items'][0]}?kind=review")
        task = on_task(page)
        assert page.locator("button[data-action=distinct] kbd").inner_text() == "q"
        page.keyboard.press("2")
        page.wait_for_timeout(300)
        assert on_task(page) == task
        page.keyboard.press("?")
        assert "q" in page.locator("dialog dl").inner_text().split("\n")
        page.keyboard.press("Escape")
        page.keyboard.press("q")
        page.wait_for_function("before => document.getElementById('task')?.dataset.task !== before", arg=task)
        settled(page)
        assert desk.decisions()[-1] == (task, "distinct")
        page.goto("/settings")
        page.check("input[name=keys_off]")
        page.locator("main button.first").click()
        page.goto(f"/task/{task}?kind=review")
        page.goto(f"/task/{desk.ask('/v1/tasks:upcoming?type=customer&kind=review')['items'][0]}?kind=review")
        task = on_task(page)
        page.keyboard.press("q")
        page.keyboard.press("g")
        page.keyboard.press("q")
        page.wait_for_timeout(300)
        assert on_task(page) == task
        page.keyboard.press("Control+k")
        assert page.locator("dialog.palette").is_visible()


def test_every_command_is_found_by_name_and_none_where_one_types(browser: Any, desk: Desk) -> None:
    with opened(browser, desk) as page:
        page.goto("/queue")
        page.keyboard.press("Control+k")
        page.keyboard.type("approv")
        page.keyboard.press("Enter")
        page.wait_for_url("**/approvals")
        page.keyboard.press(":")
        page.keyboard.type("nordwind")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?q=nordwind")
        page.locator("#search").focus()
        page.keyboard.press("Control+k")
        page.keyboard.type(":x1")
        assert page.locator("dialog").count() == 0
        page.goto(f"/task/{desk.ask('/v1/tasks:upcoming?kind=review')['items'][0]}")
        task = on_task(page)
        page.keyboard.press("Control+k")
        page.keyboard.type("skip")
        page.keyboard.press("Enter")
        page.wait_for_function("before => document.getElementById('task')?.dataset.task !== before", arg=task)


def test_a_value_is_set_and_a_task_given_away_from_the_workbench(browser: Any, desk: Desk) -> None:
    with opened(browser, desk) as page:
        page.goto(f"/task/{desk.ask('/v1/tasks:upcoming?type=customer&kind=review')['items'][1]}")
        task = on_task(page)
        page.keyboard.press("ArrowDown")
        attribute = page.locator("tr.here").get_attribute("data-attribute")
        page.keyboard.press("e")
        assert page.evaluate("document.activeElement.id") == "edit-value"
        page.keyboard.type("Written by hand" if attribute == "name" else "+49 30 901820")
        page.keyboard.press("Tab")
        page.keyboard.type("Their letter of 3 March")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Set.")
        page.keyboard.press("u")
        page.wait_for_selector(f"text=Undone: set {attribute}")
        page.reload()
        assert on_task(page) == task
        me = page.locator("#task").get_attribute("data-me")
        on_their_way: list[Any] = []
        page.route(re.compile(r"/people\?me=1"), lambda route: on_their_way.insert(0, route))
        page.keyboard.press("a")
        while not on_their_way:
            page.wait_for_timeout(20)
        page.select_option("#assignee", me)
        on_their_way[0].continue_()
        page.wait_for_selector("#assignee option:nth-child(2)", state="attached")
        assert page.locator("#assignee").input_value() == me  # who was chosen before the others came stays chosen
        page.locator("#assign button.first").press("Enter")
        page.wait_for_selector("text=It is yours.")
    assert desk.ask(f"/v1/tasks/{task}")["assigned_to"] == me


def test_nothing_is_lost_at_double_size(browser: Any, desk: Desk) -> None:
    """Zoom halves the window in points of the page."""
    found = {}
    task = desk.ask("/v1/tasks:upcoming?kind=review")["items"][0]
    with opened(browser, desk, viewport={"width": 683, "height": 384}, device_scale_factor=2) as page:
        for path in (*PAGES, f"/task/{task}"):
            page.goto(path)
            found[path] = page.evaluate("document.documentElement.scrollWidth")
            hidden = page.evaluate(UNSEEN)
            assert hidden == [], (path, hidden)
    assert {path: wide for path, wide in found.items() if wide > 683} == {}


def test_two_stewards_at_one_queue_decide_no_task_twice(browser: Any, desk: Desk) -> None:
    with opened(browser, desk) as one, opened(browser, desk, role="approver") as other:
        for page in (one, other):
            page.goto("/queue?kind=review")
            page.keyboard.press("Enter")
            page.wait_for_url("**/task/**")
        for _ in range(6):
            for page in (one, other):
                task = on_task(page)
                page.keyboard.press("2")
                page.wait_for_function("before => document.getElementById('task')?.dataset.task !== before", arg=task)
        for page in (one, other):
            settled(page)
    made = [
        proposal["parts"]["task_id"]
        for role in ("steward", "approver")
        for proposal in desk.ask("/v1/proposals?proposer=me&status=all&limit=100", role=role)["items"]
        if proposal["action"] == "decide_task" and proposal["status"] != "withdrawn"
    ]
    assert len(made) >= 6  # who is told that the other has it looks again before they decide
    assert len(set(made)) == len(made)
