"""Dated lines in an entity type's rules, and in what a source sends."""

from collections.abc import Mapping

import pytest

from mdm.entity_types import EntityType, check, parse
from mdm.errors import InvalidRules

RULES = """
entity_type: rate_card
id_prefix: rc
attributes:
  code: {kind: identifier, required: true}
  lines:
    kind: lines
    key: [role, currency]
    of:
      role:       {kind: code, list: roles}
      currency:   {kind: currency, required: true}
      rate:       {kind: money, required: true, privacy: financial}
      note:       {kind: text}
      valid_from: {kind: date, label: First day}
      valid_to:   {kind: date}
match: {block_on: [[code]], compare: [code]}
survive: {default: most_trusted, trust: {erp: 90}}
"""
CARD = parse(RULES, file="rate_card.yaml")
LINE = {"role": "Manager", "currency": "EUR", "rate": 120}


def refused(old: str, new: str) -> InvalidRules:
    assert RULES.count(old) == 1
    with pytest.raises(InvalidRules) as caught:
        parse(RULES.replace(old, new), file="rate_card.yaml")
    return caught.value


def lines(*sent: object) -> tuple[object, list[tuple[str, str]]]:
    cleaned, faults = check(CARD, {"code": "A", "lines": [*sent]})
    return cleaned["lines"], [(fault.pointer.removeprefix("/attributes/lines"), fault.rule) for fault in faults]


def test_lines_have_the_fields_said_and_a_first_and_a_last_day_always() -> None:
    assert CARD.fields("lines") == ("role", "currency", "rate", "note", "valid_from", "valid_to")
    bare = parse(RULES.replace("      valid_from: {kind: date, label: First day}\n", ""), file="c")
    assert set(bare.fields("lines")) == set(CARD.fields("lines"))


def test_lines_are_no_evidence() -> None:
    assert list(CARD.matching.attributes) == ["code"]


@pytest.mark.parametrize(
    ("old", "new", "pointer", "words"),
    [
        ("key: [role, currency]", "key: [roll, currency]", "/attributes/lines/key/0", "'role'"),
        ("key: [role, currency]", "key: [role, valid_to]", "/attributes/lines/key/1", "when a line holds"),
        ("key: [role, currency]", "key: [role, role]", "/attributes/lines/key/1", "twice"),
        ("kind: money,", "kind: mony,", "/attributes/lines/of/rate/kind", "'money'"),
        ("kind: money,", "kinds: money,", "/attributes/lines/of/rate/kinds", "'kind'"),
        ("kind: code, list: roles", "kind: reference, to: role", "/attributes/lines/of/role", "no reference"),
        ("kind: code, list: roles", "kind: reference", "/attributes/lines/of/role", "no reference"),
        ("kind: code, list: roles", "kind: lines, of: {}", "/attributes/lines/of/role", "no lines"),
        ("kind: code, list: roles", "kind: code, many: true", "/attributes/lines/of/role", "one plain value"),
        ("kind: code, list: roles", "kind: text, list: roles", "/attributes/lines/of/role", "kind code"),
        ("valid_to:   {kind: date}", "valid_to: {kind: text}", "/attributes/lines/of/valid_to/kind", "is date"),
        ("    kind: lines\n", "    kind: text\n", "/attributes/lines", "no other kind has a use"),
        ("code: {kind: identifier,", "code: {kind: lines,", "/attributes/code", "needs `of`"),
        ("code: {kind: identifier,", "code: {kind: identifier, key: [a],", "/attributes/code", "no kind but lines"),
        ("    kind: lines\n", "    kind: lines\n    many: true\n", "/attributes/lines", "a list already"),
        ("block_on: [[code]]", "block_on: [[lines]]", "/match/block_on/0/0", "no evidence"),
        ("block_on: [[code]]", "block_on: [[lines.role]]", "/match/block_on/0/0", "no evidence"),
        ("compare: [code]", "compare: [code, lines]", "/match/compare/1", "no evidence"),
        ("compare: [code]", "compare: [code], never: [{different: lines}]", "/match/never/0/different", "no evidence"),
        ("default: most_trusted", "default: longest", "/survive/default", "longest cannot decide"),
        ("default: most_trusted", "attributes: {lines: union}", "/survive/attributes/lines", "union cannot decide"),
        ("default: most_trusted", "groups: [[code, lines]]", "/survive/groups/0/1", "join no group"),
    ],
)
def test_what_is_wrong_with_lines_is_shown_at_its_place(old: str, new: str, pointer: str, words: str) -> None:
    error = refused(old, new)
    assert error.faults[0].pointer == pointer
    assert words in error.faults[0].detail


def test_a_strategy_of_their_own_saves_lines_from_a_default_that_cannot_decide_them() -> None:
    text = RULES.replace("default: most_trusted", "default: longest, attributes: {lines: most_recent}")
    assert parse(text, file="c").survivorship.decided_by["lines"][0].strategy == "most_recent"


def test_lines_are_cleaned_field_by_field_and_what_says_nothing_is_left_out() -> None:
    cleaned, faults = lines({**LINE, "role": " Manager ", "note": " "}, {"role": "", "note": None}, None)
    assert (cleaned, faults) == ([LINE], [])
    assert check(CARD, {"code": "A", "lines": LINE})[0]["lines"] == [LINE]
    assert check(CARD, {"code": "A", "lines": None}) == ({"code": "A", "lines": None}, [])


@pytest.mark.parametrize(
    ("line", "place", "rule"),
    [
        ({"rat": 1}, "rat", "unknown_field"),
        ({"rate": None}, "rate", "required"),
        ({"rate": "dear"}, "rate", "money"),
        ({"rate": [120]}, "rate", "shape"),
        ({"rate": {"amount": 120, "curency": "EUR"}}, "rate/curency", "unknown_field"),
        ({"role": {"code": "M"}}, "role", "one_value"),
        ({"note": "x" * 100_001}, "note", "text_too_long"),
        ({"note": "a\x00b"}, "note", "control_character"),
        ({"valid_from": "2026-02-30"}, "valid_from", "date"),
        ({"valid_from": "2026-02"}, "valid_from", "date"),
        ({"valid_from": "n/a"}, "valid_from", "date"),
        ({"valid_from": "9999-12-31"}, "valid_from", "date"),
        ({"valid_to": "1900-01-01"}, "valid_to", "date"),
        ({"valid_from": "2026-01-01", "valid_to": "2026-01-01"}, "valid_to", "interval"),
        ({"valid_from": "2026-01-02", "valid_to": "1.1.2026"}, "valid_to", "interval"),
    ],
)
def test_a_fault_names_its_line_and_field(line: Mapping[str, object], place: str, rule: str) -> None:
    assert lines(LINE, {**LINE, **line})[1] == [(f"/1/{place}", rule)]


@pytest.mark.parametrize(
    ("sent", "rule"),
    [("Manager 120", "shape"), (7, "shape"), ([LINE] * 10_001, "too_many"), ([LINE, "x"], "shape")],
)
def test_what_is_no_list_of_lines_is_refused(sent: object, rule: str) -> None:
    _, faults = check(CARD, {"code": "A", "lines": sent})
    assert [fault.rule for fault in faults] == [rule]


def test_the_last_day_of_a_line_is_taken_as_the_day_after_it() -> None:
    taken, faults = lines({**LINE, "valid_from": "2026-01-01", "valid_through": "2026-06-30"})
    assert (taken, faults) == ([{**LINE, "valid_from": "2026-01-01", "valid_to": "2026-07-01"}], [])
    for said in ("9999-12-31", None, ""):
        assert lines({**LINE, "valid_through": said}) == ([LINE], [])
    one_day = {"valid_from": "2026-01-01", "valid_through": "2026-01-01"}
    assert lines({**LINE, **one_day})[1] == []
    assert lines({**LINE, **one_day, "valid_to": "2026-01-02"})[1] == [("/0/valid_through", "twice")]
    assert lines({**LINE, "valid_through": "2026-02-30"})[1] == [("/0/valid_through", "date")]
    assert lines({**LINE, "valid_from": "2026-02-01", "valid_through": "2026-01-30"})[1] == [
        ("/0/valid_to", "interval")
    ]


def test_lines_may_have_a_field_that_is_called_like_a_last_day() -> None:
    own = parse(RULES.replace("note:       {kind: text}", "valid_through: {kind: text}"), file="c")
    sent = {**LINE, "valid_through": "the summer"}
    assert check(own, {"code": "A", "lines": [sent]}) == ({"code": "A", "lines": [sent]}, [])


def test_ends_that_are_open_are_taken_in_every_spelling() -> None:
    spelt = [{"valid_from": "1900-01-01", "valid_to": "9999-12-31"}, {"valid_from": "", "valid_to": None}]
    assert lines(*({**LINE, **days} for days in spelt))[1] == []


def test_faults_without_end_are_not_listed_without_end() -> None:
    assert len(lines(*[{"rate": 1}] * 9_000)[1]) == 100


def test_required_lines_must_be_there() -> None:
    strict: EntityType = parse(RULES.replace("    kind: lines\n", "    kind: lines\n    required: true\n"), file="c")
    _, faults = check(strict, {"code": "A", "lines": [{}]})
    assert [(fault.pointer, fault.rule) for fault in faults] == [("/attributes/lines", "required")]
