"""What a role may not see is on none of the pages, whatever they are about, and nothing is found by it."""

import pytest

from tests.ui.test_statements_of_pages import MORE, PAGES, TRIED_OUT

CONTACT, FINANCIAL = ("a@acme.example", "5550199"), ("137.31",)
HELD_BACK = {
    "reader": (*CONTACT, *FINANCIAL), "auditor": (*CONTACT, *FINANCIAL), "steward": FINANCIAL, "approver": FINANCIAL,
}  # fmt: skip
ADDRESSES = [path for path in (*PAGES, *MORE, *TRIED_OUT) if "{proposal}" not in path]


def shown(desk, names, role):
    """The text of every page that a role is not refused, by its address."""
    pages = {path: desk.page(path.format_map(names), role) for path in ADDRESSES}
    assert all(one.status_code in {200, 303, 403} for one in pages.values())
    return {path: one.text for path, one in pages.items() if one.status_code == 200}


@pytest.mark.parametrize("role", HELD_BACK)
def test_no_page_tells_what_a_role_may_not_see(either_desk, something, role):
    pages = shown(either_desk, something, role)
    assert len(pages) > len(ADDRESSES) / 3
    told = [(path, secret) for path, text in pages.items() for secret in HELD_BACK[role] if secret in text]
    assert told == []


def test_whoever_may_see_all_of_it_finds_each_on_some_page(either_desk, something):
    text = "".join(shown(either_desk, something, "admin").values())
    assert [one for one in (*CONTACT, *FINANCIAL) if one not in text] == []


@pytest.mark.parametrize("role", ["reader", "auditor"])
def test_nothing_is_found_by_a_value_that_is_held_back(either_desk, something, role):
    way = f"/entity/{something['acme']}"
    assert way in either_desk.page("/search?q=5550199", "steward").text
    found = either_desk.page("/search?q=5550199", role)
    assert found.status_code == 200
    assert way not in found.text
