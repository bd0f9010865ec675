"""What somebody hears who cannot see the page: where the focus goes, and what is said of what changes elsewhere."""

import re
from typing import Any

import pytest

from tests.browser.conftest import Desk
from tests.browser.driving import press_on, settled

pytestmark = pytest.mark.browser
# What a live region says, and where the focus goes, in turn.
HEARD = """
window.heard = [];
addEventListener("DOMContentLoaded", () => {
  const said = () => window.heard.push(document.getElementById("aloud").textContent);
  new MutationObserver(said).observe(document.getElementById("aloud"), { childList: true });
  addEventListener("focusin", ({ target }) => window.heard.push(`focus: ${target.textContent.trim()}`));
});
"""


def test_a_decision_and_the_rows_that_it_rests_on_are_heard(page: Any, desk: Desk) -> None:
    page.add_init_script(HEARD)
    page.goto(f"/task/{desk.ask('/v1/tasks:upcoming?kind=review&type=customer')['items'][0]}?kind=review")
    page.wait_for_selector("#compare")
    page.wait_for_timeout(300)
    page.keyboard.press("ArrowDown")
    [row] = page.evaluate("heard")
    first = page.locator("#compare tbody tr[data-attribute]").first
    left, right = (first.locator("td").nth(place).inner_text().split("\n")[0] for place in (0, 1))
    assert re.match(r"[\w ]+ \((conflict|similar|same|missing|not compared)[^)]*\); ", row), row
    for value in (left, right):
        assert re.sub(r"[∅✓×].*", "", value).strip() in row
    assert re.search(r"If the same: .*; Evidence: ", row)
    page.keyboard.press("]")
    page.wait_for_selector("td.picked")
    assert page.evaluate("heard.at(-1)").startswith("Picked. ")
    page.keyboard.press("]")
    page.wait_for_function("() => heard.at(-1).startsWith('Left to the rules. ')")
    press_on(page, "2")
    settled(page)
    told = page.evaluate("heard")
    assert "distinct, in force in 10 seconds." in told
    assert f"focus: {page.locator('#verdict').inner_text()}" in told, "the next task is read out"


def test_each_page_says_where_one_is(page: Any, desk: Desk) -> None:
    """One main part, one heading of the first level, and a name for each part that one can leap to."""
    for path in ("/", "/queue", f"/task/{desk.ask('/v1/tasks:upcoming')['items'][0]}", "/quality", "/settings"):
        page.goto(path)
        parts = page.locator("body").aria_snapshot()
        assert parts.count("- main:") == 1, path
        assert len(re.findall(r"\[level=1\]", parts)) == 1, path
        for part in ("banner:", "contentinfo:", 'navigation "Main":', "search:"):
            assert part in parts, (path, part)
