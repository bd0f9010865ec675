"""What holds of every page of the desk: all may ask for it, the API tells the same, and times name their zone."""

import re
from html import unescape

import pytest

from tests.ui.test_statements_of_pages import MORE, PAGES, TRIED_OUT

ADDRESSES = [path for path in (*PAGES, *MORE, *TRIED_OUT) if "{proposal}" not in path]
NO_TWIN = {"/search", "/why", "/settings", "/admin/roles", "/task/{task}/people"}
"""Where nothing is asked yet, what one browser keeps, what the program lays down, and a part of another page."""


@pytest.fixture
def pages(either_desk, something):
    """The text of every page, as an administrator sees it, by its address; those that lead elsewhere are left out."""
    shown = {path: either_desk.page(path.format_map(something), "admin") for path in ADDRESSES}
    assert {one.status_code for one in shown.values()} == {200, 303}
    return {path: one.text for path, one in shown.items() if "text/html" in one.headers.get("content-type", "")}


def test_every_page_answers_a_reader_of_one_entity_type(either_desk, something):
    """With what it tells of that type, or with a refusal in words."""
    narrow = either_desk.server.as_("admin", entity_type="customer")
    for path in ADDRESSES:
        answered = narrow("GET", path.format_map(something), follow_redirects=False).status_code
        assert answered in {200, 303, 403}, (path, answered)


def test_every_time_of_day_names_its_zone(pages):
    moments = 0
    for path, text in pages.items():
        words = unescape(re.sub(r"<[^>]*>", " ", text.partition("</head>")[2]))
        for after in re.findall(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(\S*(?: \w+)?)", words):
            assert re.fullmatch(r":\d\d UTC|\S*(Z|\+00:00)\b.*", after), (path, after)
            moments += 1
        for exact in re.findall(r'<time datetime="[^"]{11,}" title="([^"]*)">', text):
            assert exact.endswith(" UTC"), path
            moments += 1
    assert moments > 50


def test_what_is_copied_as_curl_is_a_request_that_the_hub_answers(either_desk, pages):
    answers = {path: either_desk.copied(text, "admin") for path, text in pages.items()}
    tried_out = [path for path, some in answers.items() for one in some if one.get("dry_run")]
    assert tried_out == [path for path in ADDRESSES if path in TRIED_OUT]


def test_every_page_names_what_tells_the_same_as_json(pages):
    assert {path for path, text in pages.items() if 'id="curl' not in text} == NO_TWIN


def test_no_form_writes_its_token_into_an_address(pages):
    """What a form asks for without writing anything stands in histories and logs."""
    asking = 0
    for path, text in pages.items():
        for form in re.findall(r"<form\b.*?</form>", text, re.DOTALL):
            if 'method="post"' not in form.partition(">")[0] or 'formmethod="get"' in form:
                asking += 1
                assert not re.search(r'<input[^>]*name="csrf_token"', form), path
    assert asking > 50
