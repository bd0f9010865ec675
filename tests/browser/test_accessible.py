"""Every page without a violation that axe-core finds, in light and dark, wide and narrow, with its dialogs open."""

from functools import cache
from typing import Any

import pytest

from tests.browser.conftest import Desk, opened

pytestmark = pytest.mark.browser
PAGES = (
    "home",
    "queue",
    "nothing like that",
    "pair",
    "picked",
    "many records",
    "code",
    "effects",
    "decisions",
    "search",
    "nothing found",
    "golden record",
    "known before",
    "sources",
    "relations",
    "readiness",
    "divergence",
    "history",
    "difference",
    "value",
    "setting a value",
    "why",
    "why not",
    "why of a task",
    "asking why",
    "cluster",
    "weak bridge",
    "single record",
    "split",
    "split previewed",
    "nothing to split",
    "merge",
    "merge previewed",
    "no such record",
    "quarantine",
    "rejected row",
    "approvals",
    "second opinions",
    "agreement",
    "decided together",
    "nothing to decide together",
    "settings",
    "glossary",
    "quality",
    "quality of one type",
    "not ready",
    "nothing not ready",
    "disagreements",
    "waiting",
    "nothing waiting",
    "rules",
    "rules in words",
    "rules as YAML",
    "versions of rules",
    "difference of rules",
    "trial of rules",
    "activity",
    "no such activity",
    "people",
    "person",
    "keys of programs",
    "roles",
    "changes of access",
    "no such change",
    "refused",
)
OPENED = ("escalate", "assign", "edit", "comment", "snooze")
FOR_ADMINS = {
    "trial of rules", "people", "person", "keys of programs", "roles", "changes of access", "no such change",
    "agreement",
}  # fmt: skip
"""Pages that a steward is refused."""


@cache
def customers(desk: Desk) -> list[dict[str, Any]]:
    """The first golden records of customers."""
    return list(desk.ask("/v1/golden-records?type=customer&limit=200")["items"])


def hanging_together(desk: Desk) -> str:
    """A golden record of five records."""
    return str(next(one["golden_id"] for one in customers(desk) if len(one["crosswalk"]) == 5))


def alone(desk: Desk) -> str:
    """A golden record of one record."""
    return str(next(one["golden_id"] for one in customers(desk) if len(one["crosswalk"]) == 1))


def address(desk: Desk, name: str) -> str:
    """Where a page is."""
    pair = desk.ask("/v1/tasks?kind=review&type=customer&limit=1")["items"][0]
    code = desk.ask("/v1/tasks?kind=unmapped_code&limit=1")["items"][0]["id"]
    task = f"/task/{pair['id']}"
    row = desk.ask("/v1/quarantine?limit=1")["items"][0]
    ids = [one["golden_id"] for one in pair["preview"]["golden_records"]]
    golden, bridged = f"/entity/{ids[0]}", f"/entity/{hanging_together(desk)}"
    leaves = desk.ask(f"/v1{bridged.replace('/entity', '/golden-records')}/cluster")["records"][-1]["key"]
    return {
        "home": "/", "queue": "/queue", "nothing like that": "/queue?kind=conflict", "pair": f"{task}?fold=0",
        "picked": f"{task}?pick=name={pair['records'][1]}", "many records": f"{task}?records=all",
        "code": f"/task/{code}", "effects": f"{task}/effects", "decisions": "/decisions",
        "quarantine": "/quarantine", "rejected row": f"/quarantine/{row['id']}",
        "search": "/search?q=gmbh", "nothing found": "/search?q=zzzz", "golden record": golden,
        "known before": f"{golden}?as_of=2099-01-01&on=2026-01-01",
        **{part: f"{golden}/{part}" for part in ("sources", "relations", "readiness", "divergence", "history")},
        "difference": f"{golden}/history?from=1", "value": f"{golden}/lineage/name",
        "setting a value": f"{golden}/pin/name?take=other&value=Another",
        "approvals": "/approvals", "settings": "/settings", "glossary": "/glossary",
        "second opinions": "/second-opinions", "agreement": "/agreement",
        "decided together": "/queue/bulk?entity_type=cost_center&kind=review&verdict=distinct&reason=Two+places",
        "nothing to decide together": "/queue/bulk?kind=conflict",
        "why": f"/why?left={ids[0]}&right={ids[1]}", "why not": f"/why?left={ids[0]}&right={leaves}",
        "why of a task": f"{task}/why", "asking why": "/why", "cluster": f"{golden}/cluster",
        "weak bridge": f"{bridged}/cluster", "single record": f"/entity/{alone(desk)}/cluster",
        "split": f"{bridged}/split", "split previewed": f"{bridged}/split?key={leaves}",
        "nothing to split": f"/entity/{alone(desk)}/split", "merge": f"{golden}/merge?q=gmbh",
        "merge previewed": f"{golden}/merge?with={ids[1]}", "no such record": "/entity/cus_0zzzzzz/cluster",
        "quality": "/quality", "quality of one type": "/quality?type=customer",
        "not ready": "/quality/unready/quote_to_project?type=customer",
        "nothing not ready": "/quality/unready/quote_to_project?type=customer&missing=active",
        "disagreements": "/quality/disagreements?type=customer", "waiting": "/quality/waiting",
        "nothing waiting": "/quality/waiting?attribute=nothing",
        "rules": "/rules", "rules in words": "/rules/rate_card", "rules as YAML": "/rules/rate_card?view=yaml",
        "versions of rules": "/rules/rate_card/versions",
        "difference of rules": f"/rules/rate_card/diff?from={desk.ask('/v1/rules/rate_card')['version']}",
        "trial of rules": "/rules:try?type=rate_card", "people": "/admin", "person": "/admin/people/steward",
        "keys of programs": "/admin/keys", "roles": "/admin/roles", "changes of access": "/admin/changes",
        "no such change": "/admin/changes?actor=user:nobody",
        "activity": "/activity", "no such activity": "/activity?actor=user:nobody",
        "refused": "/task/task_of_nothing",
    }[name]  # fmt: skip


def violations(page: Any) -> list[str]:
    """What axe-core finds, shortly."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_violation(browser: Any, desk: Desk, scheme: str) -> None:
    found: dict[str, list[str]] = {}
    with opened(browser, desk, color_scheme=scheme, role="admin") as page:
        for name in PAGES:
            if name in FOR_ADMINS:
                page.goto(address(desk, name))
                found[name] = violations(page)
    pages = opened(browser, desk, color_scheme=scheme)
    with pages as page:
        for name in PAGES:
            if name in FOR_ADMINS:
                continue
            page.goto(address(desk, name))
            found[name] = violations(page)
            if name == "pair":
                for dialog in OPENED:
                    page.evaluate(f"document.getElementById('{dialog}').showPopover()")
                    found[dialog] = violations(page)
                    page.evaluate(f"document.getElementById('{dialog}').hidePopover()")
                page.keyboard.press("?")
                page.wait_for_selector("dialog[open]")
                found["keys"] = violations(page)
                page.keyboard.press("Escape")
                page.keyboard.press("Control+k")
                found["palette"] = violations(page)
        pages.complaints[:] = [one for one in pages.complaints if "404" not in one]  # of the page that is refused
    assert {name: some for name, some in found.items() if some} == {}


def test_no_page_scrolls_sideways_on_a_phone(browser: Any, desk: Desk) -> None:
    wide = {}
    pages = opened(browser, desk, viewport={"width": 390, "height": 844}, role="admin")
    with pages as page:
        for name in PAGES:
            page.goto(address(desk, name))
            parts = "[document.documentElement, document.querySelector('.top')]"
            wide[name] = page.evaluate(f"Math.max(...{parts}.map((one) => one.scrollWidth))")
        pages.complaints[:] = [one for one in pages.complaints if "404" not in one]  # of what is not there
    assert {name: width for name, width in wide.items() if width > 390} == {}


def test_a_pair_is_read_on_a_phone_without_scrolling_sideways_inside_either(browser: Any, desk: Desk) -> None:
    with opened(browser, desk, viewport={"width": 390, "height": 844}) as page:
        page.goto(address(desk, "pair"))
        comparison = page.locator(".scroll:has(#compare)")
        assert comparison.evaluate("one => one.scrollWidth - one.clientWidth") == 0
        heads = page.locator("#compare thead .record").all()
        values = page.locator("#compare tbody tr").first.locator("td[data-key]").all()
        for head, value in zip(heads, values, strict=True):
            assert head.bounding_box()["x"] == value.bounding_box()["x"], "each value stands below its record"
        assert violations(page) == []
        assert page.get_by_role("table", name="The records side by side").get_by_role("row").count() > 5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_menu_and_choice_open_without_a_script(browser: Any, desk: Desk, scheme: str) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "color_scheme": scheme}
    with opened(browser, desk, java_script_enabled=False, **phone) as page:
        page.goto("/queue")
        assert not page.get_by_role("link", name="Quality").is_visible()
        page.get_by_role("button", name="Menu").click()
        page.get_by_role("link", name="Quality").click()
        page.wait_for_url("**/quality")
        page.goto("/queue")
        page.get_by_role("button", name="Choose: All open").click()
        page.get_by_role("link", name="Closed").click()
        page.wait_for_url("**/queue?view=closed")
    with opened(browser, desk, **phone) as page:
        for name, first in (("Menu", "Home"), ("Choose: All open", "All open")):
            page.goto("/queue")
            page.get_by_role("button", name=name).focus()
            page.keyboard.press("Enter")
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.textContent").startswith(first)
            assert violations(page) == []
            page.keyboard.press("Escape")
            assert page.get_by_role("button", name=name).evaluate("one => one === document.activeElement")
            assert not page.locator(":popover-open").count()


def test_on_a_wide_screen_head_page_and_verbs_stand_in_one_column(browser: Any, desk: Desk) -> None:
    with opened(browser, desk, viewport={"width": 1920, "height": 1080}) as page:
        for name in ("pair", "queue", "golden record"):
            page.goto(address(desk, name))
            inner = """one => { const box = one.getBoundingClientRect(), style = getComputedStyle(one);
                return [box.left + parseFloat(style.paddingLeft), box.right - parseFloat(style.paddingRight)] }"""
            parts = [page.eval_on_selector(part, inner) for part in (".top", "main", ".twin")]
            parts += page.eval_on_selector_all(".actions", f"all => all.map({inner})")
            assert all(part == parts[0] for part in parts), (name, parts)
            assert parts[0][1] - parts[0][0] > 1400


def test_a_pair_fits_the_screen_of_a_laptop(browser: Any, desk: Desk) -> None:
    with opened(browser, desk) as page:
        page.goto(address(desk, "pair").partition("?")[0])
        bottom = page.locator("#compare tfoot").bounding_box()
        bar = page.locator(".actions").bounding_box()
        assert bottom["y"] + bottom["height"] <= bar["y"]
