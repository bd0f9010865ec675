"""Nothing of a page is cut off or stands over something else, on a small screen and with long words."""

from itertools import pairwise
from typing import Any
from urllib.parse import quote

import pytest

from tests.browser.conftest import PASSWORD, Desk, opened
from tests.browser.test_accessible import address

pytestmark = pytest.mark.browser
SMALL = {"width": 1024, "height": 768}
PHONE = {"width": 390, "height": 844}
LONG = "Q" * 200


def signed_in(page: Any, name: str) -> None:
    """Sign in as a person, who has a name and a way out in the head of the page."""
    page.goto("/sign-in")
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_selector(".door-out")


@pytest.mark.parametrize("width", [800, 1024, 1201, 1366])
@pytest.mark.parametrize("name", ["steward", "admin"])
def test_the_head_of_a_page_and_the_verbs_of_a_task_are_all_within_reach(
    browser: Any, desk: Desk, width: int, name: str
) -> None:
    with opened(browser, desk, role=None, viewport={**SMALL, "width": width}) as page:
        signed_in(page, name)
        page.goto(address(desk, "pair"))
        page.evaluate("document.getElementById('last-words').textContent = 'distinct, in force in 10 s'")
        boxes = [page.locator(one).bounding_box() for one in (".top .brand", ".top .seek", ".top nav", ".top .who")]
        assert all(one["x"] + one["width"] <= other["x"] for one, other in pairwise(boxes)), boxes
        links = page.locator(".top nav a").all()
        assert links[-1].bounding_box()["x"] + links[-1].bounding_box()["width"] <= boxes[-1]["x"]
        if width > 960:  # on smaller ones the bar scrolls
            for one in (*page.locator(".actions > button").all(), page.locator("#last")):
                box = one.bounding_box()
                assert box["x"] + box["width"] <= width, one.inner_text()


def test_values_of_a_golden_record_have_room_on_a_small_screen(browser: Any, desk: Desk) -> None:
    with opened(browser, desk, viewport=SMALL) as page:
        page.goto(address(desk, "golden record"))
        assert page.locator(".record td.value").first.bounding_box()["width"] > 200


def test_the_tab_of_a_page_is_seen_on_a_phone(browser: Any, desk: Desk) -> None:
    with opened(browser, desk, viewport=PHONE) as page:
        for name in ("golden record", "readiness", "divergence", "history"):
            page.goto(address(desk, name))
            box = page.locator(".tabs a[aria-current]").bounding_box()
            assert box["x"] >= 0, name
            assert box["x"] + box["width"] <= PHONE["width"], name


@pytest.mark.parametrize("size", [PHONE, SMALL])
def test_a_word_of_two_hundred_letters_makes_no_page_scroll_sideways(browser: Any, desk: Desk, size: Any) -> None:
    setting = address(desk, "setting a value").partition("?")[0]
    pages = opened(browser, desk, viewport=size)
    with pages as page:
        for path in (
            f"{setting}?take=other&value={LONG}", f"{setting}?take=other&value=Firm+{LONG}+GmbH", f"/search?q={LONG}",
            f"/why?left={quote('crm:customer:' + LONG)}&right={quote('erp:customer:' + LONG)}", f"/entity/{LONG}",
        ):  # fmt: skip
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") == size["width"], path
        said = page.context.request.get(f"{desk.url}{setting}?take=other&value={LONG}").text()
        assert "That would be refused" in said
        pages.complaints[:] = [one for one in pages.complaints if "404" not in one]  # of what is not there


def test_the_list_of_keys_is_read_from_its_beginning(browser: Any, desk: Desk) -> None:
    with opened(browser, desk, viewport={"width": 1366, "height": 600}) as page:
        page.goto("/queue")
        page.keyboard.press("?")
        page.wait_for_selector("dialog[open]")
        assert page.locator("dialog").evaluate("one => [one.scrollHeight > one.clientHeight, one.scrollTop]") == [
            True,
            0,
        ]
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog", state="detached")
