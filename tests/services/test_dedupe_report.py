"""The report of a deduplication: one page that needs nothing else, whatever was in the files."""

import re
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from mdm.errors import UnreadableFile
from mdm.services.files import dedupe as service
from mdm.services.files.dedupe import Job, Outputs, Report, dedupe
from mdm.services.files.dedupe_report import MOST_LISTED

RULES = """
entity_type: site
id_prefix: sit
attributes:
  name:  {kind: company_name}
  city:  {kind: category}
  code:  {kind: identifier}
  memo:  {kind: text}
match:
  block_on: [[code], [name], [city]]
  compare: [name, city, code]
  block_cap: 4
survive: {default: longest}
"""
HEADER = "record_id,source,name,city,code,memo\n"
ROWS = """a1,crm,Holler Maschinenbau GmbH,München,HRB 44264,north
b1,erp,Holler Maschinenbau,München,HRB44264,south
a2,crm,Omega Logistics Ltd,Leeds,,
b2,erp,Omega Logistics Limited,Leeds,X99,
a3,crm,,,,alone
a4,crm,,,Q77,
"""
VOID = {"meta", "line", "rect", "col", "br"}


class Outline(HTMLParser):
    """What a page is made of: tags, attributes, and tables with their captions and heads; tags must close."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.heads: list[dict[str, str | None]] = []
        self.pictures = 0
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag == "svg":
            self.pictures += ("role", "img") in attrs or ("aria-hidden", "true") in attrs
        if tag == "th":
            self.heads.append(dict(attrs))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("rules.yaml").write_text(RULES, encoding="utf-8")
    return tmp_path


def report(rows: str, **more: object) -> str:
    Path("records.csv").write_text(HEADER + rows, encoding="utf-8")
    dedupe(Job(("records.csv",), rules="rules.yaml", outputs=Outputs("c.csv", report="report.html"), **more))
    return Path("report.html").read_text(encoding="utf-8")


def words(page: str) -> str:
    """The text of a page, as one line."""
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL).split())


@pytest.mark.parametrize("rows", ["", "a1,crm,Acme,Leeds,X1,\n", ROWS])
def test_the_page_is_whole_and_asks_for_nothing(folder, rows):
    page = report(rows)
    outline = Outline(page)
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(outline.tags)
    assert not [value for name, value in outline.attributes if name in {"src", "style"} or name.startswith("on")]
    assert all(value.startswith("#") for name, value in outline.attributes if name == "href")
    assert "url(" not in page
    assert "@import" not in page
    assert "default-src 'none'" in page


@pytest.mark.parametrize("rows", ["", "a1,crm,Acme,Leeds,X1,\n", ROWS])
def test_every_table_has_a_caption_and_every_head_a_scope(folder, rows):
    outline = Outline(report(rows))
    assert outline.tags.count("table") == outline.tags.count("caption") > 0
    assert all(head.get("scope") in {"row", "col"} for head in outline.heads)
    named = [value for name, value in outline.attributes if name == "id"]
    assert len(named) == len(set(named))
    assert outline.tags.count("svg") == outline.pictures


def test_without_records_the_page_says_so(folder):
    text = words(report(""))
    assert "There was no record to compare" in text
    assert "No candidate pair was scored" in text


def test_a_single_record_is_one_thing(folder):
    assert "1 record is 1 thing" in words(report("a1,crm,Acme,Leeds,X1,\n"))


def test_the_page_shows_what_was_found(folder):
    text = words(report(ROWS))
    assert "6 records are" in text
    assert "The model gave no warning." in text
    assert "Blocking rules, and what each contributes to 2 candidate pairs" in text
    assert re.search(r"code 4 3 1 0 0 name 4 \d \d \d 0 city 4 2 2 \d 0", text)
    assert "no value of any attribute that is compared 1 crm · a3 memo: alone" in text


def test_a_name_from_outside_cannot_write_into_the_page(folder):
    evil = "a1,crm,<script>alert(1)</script>,<b>Leeds</b>,X1,\nb1,erp,<script>alert(1)</script>,<b>Leeds</b>,X1,\n"
    page = report(evil + '"<i>9</i>","<u>s</u>",,,,"<em>x</em>"\n')
    Outline(page)
    assert not [tag for tag in ("<script", "<b>", "<i>9", "<u>", "<em>") if tag in page]
    assert "&lt;script&gt;" in page


def test_warnings_of_the_model_stand_on_the_page(folder, monkeypatch):
    monkeypatch.setattr(service, "Report", partial(Report, warnings=["EM did not settle on <name>"]))
    page = report(ROWS)
    assert "EM did not settle on &lt;name&gt;" in page
    assert "The model gave no warning." not in page


def test_blocks_over_the_cap_are_named(folder):
    rows = "".join(f"r{n},crm,Name {chr(65 + n)}lpha,Leeds,N{n},\n" for n in range(6))
    assert "over the cap: city=leeds (6)" in words(report(rows))


def test_the_page_does_not_grow_with_the_file(folder):
    def rows(count: int) -> str:
        chosen = np.random.default_rng(7).integers(0, count // 2, count)
        return "".join(
            f"r{n},s{n % 90},Firm {pick} {'x' * (pick % 5)} Ltd,Town {pick},C{pick % 3}{pick},{'long ' * 200}\n"
            for n, pick in enumerate(chosen.tolist())
        )

    small, large = (len(report(rows(count))) for count in (400, 4_000))
    assert large < 1.3 * small
    assert report(rows(400)).count("Pair ") <= 2 * MOST_LISTED


def test_link_only_says_how_pairs_were_counted(folder):
    assert "Pairs inside one source are counted here" in words(report(ROWS, link_only=True))


def test_a_page_that_cannot_be_written_is_refused(folder):
    Path("records.csv").write_text(HEADER + ROWS, encoding="utf-8")
    with pytest.raises(UnreadableFile, match=r"nowhere/report.html: cannot be written"):
        dedupe(Job(("records.csv",), rules="rules.yaml", outputs=Outputs(report="nowhere/report.html")))
    assert not list(folder.glob("**/*.part"))


@pytest.mark.verify
def test_a_hundred_thousand_records_make_a_page_of_ordinary_size(folder):
    rng = np.random.default_rng(11)
    names = rng.integers(0, 60_000, 100_000).tolist()
    rows = "".join(f"r{n},s{n % 3},Firm {one} {one * 7919 % 10007} Ltd,Town {one % 9_000},C{one},\n"
                   for n, one in enumerate(names))  # fmt: skip
    page = report(rows)
    Outline(page)
    assert len(page) < 600_000
