"""What time it is for whoever reads: in their own zone, which stands beside it, with the exact value on hover."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.browser.conftest import Desk, opened

pytestmark = pytest.mark.browser
ZONE = "Asia/Kolkata"


def test_times_are_the_readers_own_and_name_their_zone(browser: Any, desk: Desk) -> None:
    [golden] = desk.ask("/v1/golden-records?limit=1")["items"]
    task = desk.ask("/v1/tasks:upcoming?kind=review")["items"][0]
    with opened(browser, desk, timezone_id=ZONE, locale="en-GB") as page:
        page.goto(f"/entity/{golden['golden_id']}/history?from=1&to=1")
        page.wait_for_selector("time[data-shown]")
        shown = [one for one in page.locator("time[data-shown]").all() if "ago" not in one.inner_text()]
        assert shown
        for one in shown:
            here = datetime.fromisoformat(one.get_attribute("datetime")).astimezone(ZoneInfo(ZONE))
            assert f"{here:%H:%M} GMT+5:30" in one.inner_text()
            assert one.get_attribute("title").endswith(" UTC)")
        for one in page.locator("#from option").all():
            here = datetime.fromisoformat(one.get_attribute("data-moment")).astimezone(ZoneInfo(ZONE))
            assert f"{here:%H:%M} GMT+5:30" in one.inner_text()
        page.goto(f"/task/{task}")
        page.wait_for_selector(".lease")
        assert page.locator(".lease").inner_text().endswith(" GMT+5:30")
