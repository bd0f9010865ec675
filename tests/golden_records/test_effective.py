"""Dated lines: which one holds on each day, by tables and against a plain model that looks at one day at a time."""

import json
import random
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from golden_records.contributions import Contribution, canonical
from golden_records.effective import GoldenLines, Line, golden_lines
from golden_records.rules import AttributeStrategy, SurvivorshipRules
from golden_records.strategies import Context
from golden_records.survive import survive
from golden_records.trust import day as day_number
from golden_records.trust import trust

FIRST = date(2026, 1, 1)
RANKS = {"erp": 0, "psa": 1, "crm": 2}
TRUST = {"erp": {"value": 90, "half_life": "5d"}, "psa": 80, "crm": {"value": 80, "half_life": "9d"}}
RULES = (
    {"strategy": "most_trusted", "trust": TRUST},
    {"strategy": "most_recent"},
    {"strategy": "first"},
    {"strategy": "most_frequent"},
    {"strategy": "source_priority", "sources": ["crm", "erp"]},
)
TODAY = "2026-01-20"


def iso(days: int | None) -> str | None:
    return None if days is None else (FIRST + timedelta(days=days)).isoformat()


def line(
    record: str, start: int | None, end: int | None, value: str, *, place: int = 0, key: str | None = "a",
    time: str | None = None, valid: bool = True,
) -> Line:  # fmt: skip
    source = record.partition(":")[0]
    contribution = Contribution(record, source, {"rate": value}, value, valid, time, 1)
    return Line(contribution, (("role", key),), iso(start), iso(end), place)


def context(rule: dict[str, object] = RULES[0], today: str | None = TODAY) -> Context:
    return Context(RANKS, None if today is None else day_number(today), AttributeStrategy.model_validate(rule))


def decided(*lines: Line, rule: dict[str, object] | None = None) -> list[tuple[str | None, str | None, str]]:
    found = golden_lines(lines, context(rule or RULES[1]))
    return [(one["valid_from"], one["valid_to"], one["rate"]) for one in found.lines]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([(None, None, "1")], [(None, None, "1")]),
        ([(0, 5, "1"), (5, 9, "2")], [(0, 5, "1"), (5, 9, "2")]),
        ([(0, 5, "1"), (5, 9, "1")], [(0, 9, "1")]),
        ([(0, 5, "1"), (6, 9, "1")], [(0, 5, "1"), (6, 9, "1")]),
        ([(None, None, "1"), (3, 5, "2")], [(None, 3, "1"), (3, 5, "2"), (5, None, "1")]),
        ([(0, 6, "1"), (3, 9, "2")], [(0, 3, "1"), (3, 9, "2")]),
        ([(0, 6, "2"), (0, 9, "1")], [(0, 9, "1")]),
        ([(0, 3, "1"), (0, 9, "2")], [(0, 3, "1"), (3, 9, "2")]),
    ],
)
def test_of_one_records_lines_the_one_that_starts_last_holds(lines, expected):
    sent = [line("erp:c:1", *one, place=place) for place, one in enumerate(lines)]
    assert decided(*sent) == [(iso(start), iso(end), value) for start, end, value in expected]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ((-5, 20, "2"), [(-5, 0, "2"), (0, 10, "1"), (10, 20, "2")]),
        ((3, 6, "2"), [(0, 10, "1")]),
        ((10, 12, "1"), [(0, 10, "1"), (10, 12, "1")]),  # the same value, but another record says so
        ((12, None, "2"), [(0, 10, "1"), (12, None, "2")]),
    ],
)
def test_the_less_trusted_source_holds_where_the_other_says_nothing(other, expected):
    found = decided(line("erp:c:1", 0, 10, "1"), line("psa:c:1", *other), rule={**RULES[0], "trust": {"erp": 90}})
    assert found == [(iso(start), iso(end), value) for start, end, value in expected]


def test_each_key_has_days_of_its_own_and_a_missing_one_comes_first():
    found = golden_lines(
        [line("erp:c:1", 0, 9, "1", key="a"), line("erp:c:1", 5, 7, "2", key=None, place=1)], context()
    )
    assert [(one["rate"], one["valid_from"]) for one in found.lines] == [("2", iso(5)), ("1", iso(0))]
    assert [winner["key"] for winner in found.lineage["winners"]] == [{"role": None}, {"role": "a"}]


def test_lineage_names_winner_and_losers_of_each_line_with_their_days():
    found = golden_lines(
        [line("erp:c:1", 0, 9, "1", place=3), line("psa:c:1", -3, 5, "2"), line("psa:c:1", 5, 9, "1", place=1)],
        context({**RULES[0], "trust": {"erp": 90}}),
    ).lineage
    told = [(one["record"], one["index"], one["valid_from"], one["valid_to"]) for one in found["winners"]]
    assert told == [("psa:c:1", 0, iso(-3), iso(0)), ("erp:c:1", 3, iso(0), iso(9))]
    lost = [(one["index"], one["valid_from"], one["valid_to"], one["because"]) for one in found["losers"]]
    assert lost == [(0, iso(0), iso(5), "less trusted"), (1, iso(5), iso(9), "same value")]
    assert (found["overlaps"], found["gaps"], found["strategy"]) == ([], [], "most_trusted")


def test_overlaps_of_one_record_and_gaps_of_a_key_are_told():
    sent = [(0, 6, "1"), (3, 9, "2"), (4, 8, "2"), (12, 20, "3")]
    found = golden_lines([line("erp:c:1", *one, place=place) for place, one in enumerate(sent)], context()).lineage
    told = [(one["index"], one["covers"], one["valid_from"], one["valid_to"]) for one in found["overlaps"]]
    assert told == [(1, [0], iso(3), iso(4)), (2, [0], iso(4), iso(6))]
    assert found["gaps"] == [{"key": {"role": "a"}, "valid_from": iso(9), "valid_to": iso(12)}]
    assert [(one["index"], one["because"]) for one in found["losers"]] == [
        (0, "starts earlier than another line of its record")
    ]


def test_a_line_that_is_not_valid_never_holds_and_is_told():
    found = golden_lines([line("erp:c:1", 0, 9, "1", valid=False), line("psa:c:1", 2, 4, "2")], context())
    assert [one["rate"] for one in found.lines] == ["2"]
    assert [(one["record"], one["because"]) for one in found.lineage["losers"]] == [("erp:c:1", "not valid")]
    nothing = golden_lines([line("erp:c:1", 0, 9, "1", valid=False)], context())
    assert nothing.lines == []
    assert "winners" not in nothing.lineage


def test_lines_stand_beside_plain_attributes_with_the_day_on_which_trust_may_turn():
    rules = SurvivorshipRules.model_validate({"trust": {"erp": {"value": 90, "half_life": "10d"}, "psa": 80}})
    lines = [line("erp:c:1", 0, 9, "1", time="2026-01-01T00:00:00Z"), line("psa:c:1", 0, 9, "2")]
    plain = {"name": [Contribution("erp:c:1", "erp", "Acme", "acme", True, None, 1)]}
    for today, holds in (("2026-01-02", "1"), ("2026-01-04", "2")):
        found = survive(rules, plain, sources=["erp", "psa"], today=today, lines={"lines": lines})
        assert found.attributes["name"] == "Acme"
        assert [one["rate"] for one in found.attributes["lines"]] == [holds]
        assert today < found.due <= ("2026-01-04" if holds == "1" else "2026-01-10")
    assert survive(rules, {}, sources=[], today=None, lines={"lines": []}).attributes == {}


TIMES = (None, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z", "2026-01-09T12:00:00Z")
RECORDS = ("erp:c:1", "erp:c:2", "psa:c:1", "crm:c:1")
NONE_OR = 1 / 3
"""How often a day is open."""


def lines_of(number: int) -> list[Line]:
    """Lines of a few records, values and keys, so that they meet; with places as in the list of each record."""
    pick = random.Random(number)
    times = {record: pick.choice(TIMES) for record in RECORDS}
    lines: list[Line] = []
    for _ in range(pick.randint(0, 9)):
        record = pick.choice(RECORDS)
        start = None if pick.random() < NONE_OR else pick.randint(0, 11)
        end = None if pick.random() < NONE_OR else pick.randint(1, 12)
        if start is not None and end is not None and start >= end:
            start, end = end - 1, start + 1
        place = sum(one.contribution.record == record for one in lines)
        lines.append(line(
            record, start, end, pick.choice("12"), place=place, key=pick.choice(["a", None]), time=times[record],
            valid=pick.random() < 0.9,
        ))  # fmt: skip
    return lines


def many_lines() -> st.SearchStrategy[list[Line]]:
    """Drawn as one number, since thousands are wanted."""
    return st.integers(0, 2**48).map(lines_of)


def covers(one, day: str) -> bool:
    return (one["valid_from"] or "") <= day and (one["valid_to"] is None or day < one["valid_to"])


def plain_winner(lines: list[Line], rule: dict[str, object], day: str) -> tuple[str, str] | None:
    """The record and value that hold on one day of one key: every line looked at, nothing cut or merged."""
    covering: dict[str, list[Line]] = {}
    for one in lines:
        if one.contribution.valid and (one.start or "") <= day and (one.end is None or day < one.end):
            covering.setdefault(one.contribution.record, []).append(one)
    standing = []
    for of_record in covering.values():
        latest = max(one.start or "" for one in of_record)
        standing.append(min(
            (one.contribution for one in of_record if (one.start or "") == latest),
            key=lambda one: (one.standardised, canonical(one.value)),
        ))  # fmt: skip
    if not standing:
        return None

    best = min(
        standing,
        key=lambda one: (merit(one, rule, standing), -seconds(one), RANKS.get(one.source, 3), one.record),
    )
    return best.record, best.standardised or ""


def merit(one: Contribution, rule: dict[str, object], standing: list[Contribution]):
    if rule["strategy"] == "most_trusted":
        told = TRUST.get(one.source, 0)
        value, half = (told["value"], int(told["half_life"][:-1])) if isinstance(told, dict) else (told, None)
        return -trust((value, half), one.event_time, day_number(TODAY))
    if rule["strategy"] == "first":
        return one.event_time is None, seconds(one)
    if rule["strategy"] == "most_frequent":
        return -sum(other.standardised == one.standardised for other in standing)
    if rule["strategy"] == "source_priority":
        return ["crm", "erp"].index(one.source) if one.source in {"crm", "erp"} else 2
    return -seconds(one)


def seconds(one: Contribution) -> float:
    return datetime.fromisoformat(one.event_time).timestamp() if one.event_time else float("-inf")


def as_text(found: GoldenLines) -> str:
    return json.dumps([found.lines, found.lineage, found.due])


def check_each_day(lines: list[Line], rule: dict[str, object], order: list[Line]) -> None:
    found = golden_lines(lines, context(rule))
    assert as_text(golden_lines(order, context(rule))) == as_text(found)
    winners = found.lineage.get("winners", [])
    assert len(winners) == len(found.lines)
    told = list(zip(found.lines, winners, strict=True))
    for key in ("a", None):
        own = [one for one in lines if one.key == (("role", key),)]
        golden = [(shown, winner) for shown, winner in told if winner["key"] == {"role": key}]
        held = []
        for day in (iso(number) for number in range(-1, 14)):
            holding = [(winner["record"], shown["rate"]) for shown, winner in golden if covers(shown, day)]
            expected = plain_winner(own, rule, day)
            assert holding == ([] if expected is None else [expected]), (key, day)
            held.append(bool(holding))
            check_overlaps(own, [one for one in found.lineage["overlaps"] if one["key"] == {"role": key}], day)
        check_gaps(held, [one for one in found.lineage["gaps"] if one["key"] == {"role": key}])
        for (shown, winner), (following, its) in pairwise(golden):
            assert (shown["valid_to"] or "~") <= following["valid_from"]
            same = (winner["record"], shown["rate"]) == (its["record"], following["rate"])
            assert not (same and shown["valid_to"] == following["valid_from"]), "neighbours to be put together"


def check_overlaps(lines: list[Line], overlaps, day: str) -> None:
    values: dict[str, set[str]] = {}
    for one in lines:
        if one.contribution.valid and (one.start or "") <= day and (one.end is None or day < one.end):
            values.setdefault(one.contribution.record, set()).add(one.contribution.standardised or "")
    expected = sorted(record for record, said in values.items() if len(said) > 1)
    assert sorted(one["record"] for one in overlaps if covers(one, day)) == expected


def check_gaps(held: list[bool], gaps) -> None:
    days = [number for number, holds in enumerate(held) if holds]
    inside = range(days[0], days[-1] + 1) if days else range(0)
    empty = [number for number in inside if not held[number]]
    assert [number for number in range(len(held)) if any(covers(gap, iso(number - 1)) for gap in gaps)] == empty


@settings(max_examples=100)
@given(many_lines(), st.sampled_from(RULES), st.data())
def test_every_day_of_every_key_has_the_winner_of_a_plain_model(lines, rule, data):
    check_each_day(lines, rule, data.draw(st.permutations(lines)))


@pytest.mark.verify
@settings(max_examples=10_000)
@given(many_lines(), st.sampled_from(RULES), st.randoms(use_true_random=True))
def test_every_day_of_ten_thousand_keys_has_the_winner_of_a_plain_model(lines, rule, chance):
    check_each_day(lines, rule, chance.sample(lines, len(lines)))


@settings(max_examples=40)
@given(many_lines())
def test_nothing_changes_before_the_day_that_is_due(lines):
    now = golden_lines(lines, context(today=iso(1)))
    for ahead in range(2, 25):
        today = FIRST + timedelta(days=ahead)
        if now.due is not None and today.toordinal() >= now.due:
            break
        then = golden_lines(lines, context(today=today.isoformat()))
        assert (then.lines, then.lineage) == (now.lines, now.lineage)
