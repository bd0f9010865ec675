"""Help marks: terms of the field open what they mean, on every page, and each leads to an entry of the glossary."""

import re
from collections import Counter
from importlib.resources import files

from stewardship_ui import help_words

TEMPLATES = {
    one.name: one.read_text(encoding="utf-8")
    for one in files("stewardship_ui").joinpath("templates").iterdir()
    if one.name.endswith(".html")
}
MARK = re.compile(r"ui\.term\('([^']+)'")
HEADING = re.compile(r"<(h[1-6]|th|dt|legend)\b[^>]*>(.*?)</\1>", re.DOTALL)
NOT_TEXT = re.compile(r'<span class="unseen">.*?</span>|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>', re.DOTALL)
OTHERWISE = {("settings.html", "keys"), ("activity.html", "holds")}
"""Headings that only look like a word of the hub: keys of a keyboard, and whether a decision holds."""


def words() -> dict[str, str]:
    return {word: said for one in help_words.sections() for word, said in one["words"].items()}


def spelt(heading: str) -> set[str]:
    """What a heading may be the plural of, and itself."""
    text = " ".join(NOT_TEXT.sub("", heading).split()).strip(" :").lower()
    return {text, text.removesuffix("s"), re.sub("ies$", "y", text)}


def test_every_help_mark_in_a_template_names_an_entry_of_the_glossary():
    marked = {word for text in TEMPLATES.values() for word in MARK.findall(text)}
    assert marked - words().keys() == set()
    assert len(marked) > 35, "they stand wherever a term does"


def test_every_heading_that_is_a_term_has_its_mark():
    terms, bare = {word.lower(): word for word in words()}, []
    for name, text in TEMPLATES.items():
        marked = {word.lower() for word in MARK.findall(text)}
        for _, heading in HEADING.findall(text):
            named = spelt(heading) & terms.keys()
            if named and not named & marked and not MARK.search(heading):
                bare.append((name, " ".join(NOT_TEXT.sub("", heading).split()).lower()))
    assert set(bare) - OTHERWISE == set()


def test_marks_on_pages_open_what_the_glossary_says(desk):
    task = desk.pair()
    golden = f"/entity/{task['preview']['golden_records'][0]['golden_id']}"
    left, right = task["records"]
    for path in (
        "/", "/queue", f"/task/{task['id']}", f"/why?left={left}&right={right}", "/decisions", "/search?q=brandt",
        "/rules", "/rules/customer", "/quality", "/quality?type=customer", "/quarantine", "/approvals", golden,
        "/second-opinions", "/queue/bulk?entity_type=customer&kind=review&verdict=same",
        *(f"{golden}/{one}" for one in ("sources", "relations", "readiness", "divergence", "cluster", "lineage/name")),
    ):  # fmt: skip
        page = desk.page(path)
        assert page.status_code == 200, path
        targets = re.findall(r'popovertarget="(word-[^"]+)"', page.text)
        assert targets, f"{path} has no help mark"
        ids = Counter(re.findall(r' id="([^"]+)"', page.text))
        assert [one for one, count in ids.items() if count > 1] == [], path
        assert set(targets) <= ids.keys(), path
    shown = desk.page("/glossary").text
    assert {f'id="{help_words.anchor(word)}"' in shown for word in words()} == {True}
    assert "<code>source:entity_type:source_id</code>" in shown
    assert desk.page("/glossary.json").json()["sections"] == help_words.sections()
    assert desk.page("/glossary", "reader").status_code == 200
