"""A day of a steward by keyboard alone: a hundred tasks in any weather, undo, a value, a question, a split, a list."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.browser.conftest import Demo, Desk, opened, served
from tests.browser.driving import (
    REPEATS,
    VERDICTS,
    WITNESS,
    in_force,
    in_weather,
    press_on,
    pressed,
    proposed_together,
    settled,
    shown,
    until,
)

pytestmark = pytest.mark.browser
FIRST = (
    "Alder",
    "Birch",
    "Cedar",
    "Dogwood",
    "Elm",
    "Fir",
    "Gorse",
    "Hazel",
    "Ivy",
    "Juniper",
    "Larch",
    "Maple",
    "Oak",
)
SECOND = ("Amber", "Basalt", "Chalk", "Diorite", "Flint", "Gneiss", "Jade", "Marble", "Onyx", "Quartz")
HEAD = "id,name,address.street,address.postcode,address.city,address.country"
WEATHERS = {"fair": 60, "held down": 30, "slow": 15, "reordered": 15}
"""What the network or the finger does, and how many keys are pressed meanwhile."""
CHOSEN = "type=customer&kind=review"


@pytest.fixture(scope="module")
def desk(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The demo hub with a queue that is long enough: 130 more pairs of firms that may be one."""
    names = [f"{one} {two}" for one in FIRST for two in SECOND]
    files = {
        source: "\n".join([HEAD, *(f"L{number},{name} {form},{name} Lane {number},{10_000 + number},Berlin,DE"
                                   for number, name in enumerate(names))])
        for source, form in (("crm", "Logistik GmbH"), ("erp", "Logistic"))
    }  # fmt: skip
    with served(demo, tmp_path_factory.mktemp("desk"), files=files) as found:
        yield found


def test_a_steward_works_for_a_day_by_keyboard_alone(browser: Any, desk: Desk) -> None:
    decided: list[tuple[str, str]] = []
    painted: list[float] = []
    for weather, keys in WEATHERS.items():
        with opened(browser, desk) as page:
            page.add_init_script(WITNESS)
            in_weather(page, weather)
            page.goto(f"/queue?{CHOSEN}".replace("type=", "entity_type="))
            page.keyboard.press("Enter")
            page.wait_for_url("**/task/**")
            page.wait_for_selector("#compare")
            page.wait_for_timeout(300)
            for turn in range(keys):
                press_on(page, "121312112213"[turn % 12], repeats=REPEATS if weather == "held down" else 0)
            page.wait_for_timeout(1_500)
            settled(page)
            made = desk.decisions()[len(decided) :]
            # One that was stale when it arrived is refused, and shown again with what has changed.
            assert subsequence(made, pressed(page)), weather
            assert len(made) >= keys * 8 // 10, weather
            decided += made
            if weather == "fair":
                painted = sorted(page.evaluate("painted"))
    assert len({task for task, _ in decided}) >= 100
    made = desk.ask("/v1/proposals?proposer=me&status=all&limit=500")["items"]
    assert {one["entity_type"] for one in made} == {"customer"}, "only what was chosen in the queue"
    only_again_when_overtaken(desk)
    middle, nearly_all = painted[len(painted) // 2], painted[len(painted) * 95 // 100]
    print(f"\nkey to next task painted: p50 {middle:.0f} ms, p95 {nearly_all:.0f} ms, N {len(painted)}")  # noqa: T201
    with opened(browser, desk) as page:
        page.goto(f"/queue?{CHOSEN}".replace("type=", "entity_type="))
        page.keyboard.press("Enter")
        page.wait_for_selector("#compare")
        page.wait_for_timeout(300)
        decided += [(press_on(page, key), VERDICTS[key]) for key in "121"]
        take_back(page, desk, decided)
        pick_a_value(page, desk, decided)
        ask_somebody_else(page, desk)
        passed = press_on(page, "4")
        until(page, lambda: passed not in desk.ask(f"/v1/tasks:upcoming?{CHOSEN}&limit=50")["items"])
        assert desk.decisions() == decided
        split_one_off(page, desk)
    decide_a_list(browser, desk)
    assert desk.decisions() == decided


def subsequence(some: list[Any], every: list[Any]) -> bool:
    """Whether some stand among all in the same order, each as often at most."""
    left = iter(every)
    return all(one in left for one in some)


def only_again_when_overtaken(desk: Desk) -> None:
    """A task comes back only where what was decided of it could not come into force: its records had changed."""
    statuses: dict[str, list[str]] = {}
    for one in desk.ask("/v1/proposals?proposer=me&status=all&limit=500")["items"]:
        statuses.setdefault(one["parts"]["task_id"], []).append(one["status"])
    assert {before for _, *some in statuses.values() for before in some} <= {"overtaken"}


def take_back(page: Any, desk: Desk, decided: list[tuple[str, str]]) -> None:
    """The last two decisions, the later one first; each is on the screen again."""
    settled(page)
    for _ in range(2):
        task, _ = decided.pop()
        page.keyboard.press("u")
        page.wait_for_function("task => document.getElementById('task')?.dataset.task === task", arg=task)
        page.wait_for_timeout(200)
    settled(page)
    assert desk.decisions() == decided


def pick_a_value(page: Any, desk: Desk, decided: list[tuple[str, str]]) -> None:
    """A row, its second record, same: at most four keys where the row is the first."""
    seconds = page.locator("#compare tbody tr[data-attribute] > td:nth-of-type(2)").all_inner_texts()
    above = next(number for number, text in enumerate(seconds) if "masked" not in text and "missing" not in text)
    for _ in range(above + 1):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("]")
    page.wait_for_selector("td.picked")
    picked = page.locator("td.picked").get_attribute("data-key")
    attribute = page.locator("tr:has(td.picked)").get_attribute("data-attribute")
    decided.append((press_on(page, "1"), "same"))
    settled(page)
    assert desk.decisions() == decided
    assert desk.ask("/v1/proposals?proposer=me&status=all&limit=1")["items"][0]["parts"]["picks"] == {attribute: picked}


def ask_somebody_else(page: Any, desk: Desk) -> None:
    """A question to a person; the next task follows."""
    task = shown(page)
    page.keyboard.press("x")
    page.wait_for_selector("#to option", state="attached")
    page.keyboard.press("Tab")
    page.keyboard.type("Is the branch 123 a company of its own?")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("before => document.getElementById('task')?.dataset.task !== before", arg=task)
    page.wait_for_timeout(200)
    assert desk.ask(f"/v1/tasks/{task}")["escalated"]["question"] == "Is the branch 123 a company of its own?"


def split_one_off(page: Any, desk: Desk) -> None:
    """Three keys on the page of a golden record of five."""
    items = desk.ask("/v1/golden-records?type=customer&limit=200")["items"]
    golden_id = next(one["golden_id"] for one in items if len(one["crosswalk"]) == 5)
    page.goto(f"/entity/{golden_id}")
    page.keyboard.press("s")
    page.wait_for_url("**/split")
    page.wait_for_selector(".split-keys:not([hidden])")
    page.keyboard.press("3")
    page.keyboard.press("s")
    page.wait_for_url("**/cluster?held=*")
    made = desk.ask("/v1/proposals?proposer=me&status=all&limit=1")["items"][0]
    assert (made["action"], len(made["parts"]["keys"])) == ("split", 1)


def let_go(desk: Desk) -> None:
    """Give back what is in hand of pages that were closed: a list is decided without that."""
    for one in desk.ask("/v1/queue?view=held&limit=200")["items"]:
        headers = {"Authorization": f"Bearer {desk.keys['steward']}"}
        assert httpx2.post(f"{desk.url}/v1/tasks/{one['id']}:release", headers=headers).status_code == 200


def decide_a_list(browser: Any, desk: Desk) -> None:
    """All that is left of the list at once, which somebody else approves."""
    in_force(desk)
    let_go(desk)
    count = len(desk.ask(f"/v1/queue?{CHOSEN}&limit=200")["items"])
    assert count > 20
    with opened(browser, desk) as page:
        page.goto(f"/queue?{CHOSEN}".replace("type=", "entity_type="))
        proposal = proposed_together(page, count, reason="12 looked at; each a firm of its own")
    with opened(browser, desk, role="approver") as page:
        page.goto(f"/approvals/{proposal}")
        page.wait_for_timeout(300)
        page.keyboard.press("1")
        page.wait_for_selector("text=in force")
    assert desk.ask(f"/v1/proposals/{proposal}")["status"] == "carried_out"
    assert len(desk.ask(f"/v1/queue?{CHOSEN}&limit=200")["items"]) < count / 2
