"""What tests of the workbench share: keys that are witnessed, and what the network does to them."""

import time
from collections.abc import Callable
from typing import Any

from tests.browser.conftest import Desk

VERDICTS = {"1": "same", "2": "distinct", "3": "related"}
# Notes each key that is pressed with the task that is shown at that moment, before any handler of the page sees it,
# and for each task that follows how many milliseconds after the key it was painted.
WITNESS = """
window.pressed = [];
window.painted = [];
let since = null;
addEventListener("keydown", (event) => {
  const task = document.getElementById("task");
  window.pressed.push([event.key, task?.dataset.task ?? null, event.repeat]);
  if ("123".includes(event.key) && !event.repeat) since = [performance.now(), task?.dataset.task];
}, true);
addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
  const task = document.getElementById("task");
  if (!since || !task || task.dataset.task === since[1]) return;
  const [start] = since;
  since = null;
  requestAnimationFrame(() => setTimeout(() => window.painted.push(performance.now() - start)));
}).observe(document.documentElement, { childList: true, subtree: true }));
"""
# Answers come back late, each by another time, so that they overtake each other; the same on every run.
REORDERED = """
(() => {
  const plain = window.fetch;
  let state = 7;
  window.fetch = async (...given) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    await new Promise((done) => setTimeout(done, state % 700));
    const answer = await plain(...given);
    await new Promise((done) => setTimeout(done, (state >> 8) % 700));
    return answer;
  };
})();
"""
SLOW = {"offline": False, "latency": 400, "downloadThroughput": -1, "uploadThroughput": -1}
REPEATS, TRIES = 12, 4
PATIENCE = 120
"""Seconds after which something that is waited for is said never to come, on a machine however slow."""
NEXT = "before => document.getElementById('task')?.dataset.task !== before"


def shown(page: Any) -> str:
    """The task on the screen."""
    return str(page.locator("#task").get_attribute("data-task"))


def press_on(page: Any, key: str, *, repeats: int = 0) -> str:
    """Press a key that leaves the task on the screen; waits for the next one, and for the guard after it.

    A task that has come to the screen at this very moment, because it was refused, swallows the key; then once more.
    repeats: how often it repeats before it is released.
    """
    from playwright.sync_api import TimeoutError as TooLong

    for _ in range(TRIES):
        task = shown(page)
        page.keyboard.down(key)
        for _ in range(repeats):  # what is pressed again without being released repeats
            page.keyboard.down(key)
        page.keyboard.up(key)
        try:
            page.wait_for_function(NEXT, arg=task, timeout=15_000)
        except TooLong:
            continue
        page.wait_for_timeout(200)
        return task
    told = page.locator("#said, .banner, #verdict").all_inner_texts()
    raise AssertionError(f"{task} stays on the screen, which says {told}")


def settled(page: Any) -> None:
    """Wait until everything that was decided has reached the hub: decisions go out in turn, the bar tells the last."""
    page.wait_for_load_state("networkidle")
    page.wait_for_function(
        "() => !document.getElementById('last-words')?.textContent.endsWith('on its way')", timeout=60_000
    )


def until(page: Any, holds: Callable[[], bool]) -> None:
    """Wait for something that the hub is told behind what is shown."""
    since = time.monotonic()
    while not holds():
        assert time.monotonic() - since < PATIENCE, "it never came"
        page.wait_for_timeout(50)


def in_force(desk: Desk) -> None:
    """Wait until nothing that was decided is held any more; a list changes when it comes into force."""
    since = time.monotonic()
    while desk.ask("/v1/proposals?proposer=me&status=held&limit=1")["items"]:
        assert time.monotonic() - since < PATIENCE, "it is held for ever"
        time.sleep(0.2)


def proposed_together(page: Any, count: int, *, reason: str) -> str:
    """All tasks of the list on the screen decided at once, as the second of the verdicts; gives the proposal."""
    page.locator("#many a.button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue/bulk**")
    page.locator("input[name=verdict]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type(reason)
    page.keyboard.press("Enter")
    page.wait_for_selector("#would")
    assert f"Decide {count} tasks together" in page.locator("h1").inner_text()
    page.locator("section button.first").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/decisions?done=**")
    return str(page.url.partition("done=")[2])


def in_weather(page: Any, weather: str) -> None:
    """Let the network of a page be `slow`, or its answers `reordered`; before the page is opened."""
    if weather == "reordered":
        page.add_init_script(REORDERED)
    if weather == "slow":
        page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOW)


def pressed(page: Any) -> list[tuple[str, str]]:
    """The task that was on the screen, and the verdict, of each key that was pressed and not repeated."""
    told = page.evaluate("pressed")
    return [(task, VERDICTS[key]) for key, task, repeated in told if not repeated and key in VERDICTS]
