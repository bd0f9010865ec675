"""Findings about dated lines, and which line answers: against plain models that look at one day at a time."""

from itertools import product

import pytest
import test_effective
from hypothesis import given, settings
from hypothesis import strategies as st
from test_effective import RULES, context, covers, iso, line, many_lines, plain_winner

from golden_records.contributions import canonical
from golden_records.effective import GoldenLines, Line, golden_lines
from golden_records.line_findings import LineFinding, line_findings
from golden_records.lines_on import lines_on

DAYS = [iso(number) for number in range(-2, 15)]


def found_in(lines: list[Line], rule: dict[str, object] = RULES[0]) -> list[LineFinding]:
    return line_findings(lines, golden_lines(lines, context(rule)).lineage, amounts=("rate",))


def told(one: LineFinding) -> tuple[object, ...]:
    said = [(part["record"].partition(":")[0], part["amounts"]["rate"], part["fate"]) for part in one.said]
    return one.kind, one.valid_from, one.valid_to, said


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([("erp", 0, 9, "1"), ("psa", 0, 9, "1")], []),
        ([("erp", 0, 9, "1"), ("psa", 3, 5, "2")], [("conflict", 3, 5, [("erp", "1", "wins"), ("psa", "2", "loses")])]),
        (
            [("erp", 0, 9, "1"), ("psa", 0, 4, "2"), ("crm", 2, 9, "1")],
            [
                ("conflict", 0, 2, [("erp", "1", "wins"), ("psa", "2", "loses")]),
                ("conflict", 2, 4, [("erp", "1", "wins"), ("crm", "1", "agrees"), ("psa", "2", "loses")]),
            ],
        ),
        # Two lines of one rate, one after the other, are one stretch in which another system is at odds.
        (
            [("erp", 0, 4, "1"), ("erp", 4, 9, "1"), ("psa", 0, 9, "2")],
            [("conflict", 0, 9, [("erp", "1", "wins"), ("psa", "2", "loses")])],
        ),
        (
            [("erp", 0, 3, "1"), ("psa", 5, 9, "2")],
            [("gap", 3, 5, [("erp", "1", "before"), ("psa", "2", "after")])],
        ),
        ([("erp", 0, 6, "1"), ("erp", 3, 9, "2")], [("overlap", 3, 6, [("erp", "2", "wins"), ("erp", "1", "loses")])]),
    ],
)
def test_conflicts_gaps_and_overlaps_are_told_with_what_each_said(lines, expected):
    places = {"erp": 0, "psa": 0, "crm": 0}
    sent = []
    for source, start, end, value in lines:
        sent.append(line(f"{source}:c:1", start, end, value, place=places[source]))
        places[source] += 1
    found = [told(one) for one in found_in(sent, {"strategy": "most_trusted", "trust": {"erp": 90, "psa": 80}})]
    assert [one for one in found if one[0] != "expired"] == [
        (kind, iso(a), iso(b), said) for kind, a, b, said in expected
    ]


def test_a_line_that_nothing_follows_at_once_has_expired_since_its_end():
    lines = [line("erp:c:1", 0, 3, "1"), line("erp:c:1", 3, 5, "2", place=1), line("erp:c:1", 7, 9, "3", place=2)]
    expired = [told(one)[1:] for one in found_in(lines) if one.kind == "expired"]
    assert expired == [(iso(5), iso(7), [("erp", "2", "before")]), (iso(9), None, [("erp", "3", "before")])]
    assert found_in([line("erp:c:1", 0, None, "1")]) == []


def test_what_may_not_hold_is_at_odds_with_nobody():
    wrong = line("psa:c:1", 0, 9, "2", valid=False)
    assert [one.kind for one in found_in([line("erp:c:1", 0, 9, "1"), wrong])] == ["expired"]
    passed = line("psa:c:1", 0, 9, "2")
    lines = [line("erp:c:1", 0, 9, "1"), passed]
    not_considered = [(passed.contribution, "not considered: older")]
    entry = golden_lines(lines, context(), passed=not_considered).lineage
    found = line_findings(lines, entry, amounts=("rate",), passed=not_considered)
    assert [one.kind for one in found] == ["expired"]


def standing_on(lines: list[Line], day: str) -> dict[str, str]:
    """What each record says on one day: of its lines that cover it the one that starts last, then sorts first."""
    said: dict[str, list[Line]] = {}
    for one in lines:
        if one.contribution.valid and (one.start or "") <= day and (one.end is None or day < one.end):
            said.setdefault(one.contribution.record, []).append(one)
    return {
        record: min(
            (one for one in of_record if (one.start or "") == max(two.start or "" for two in of_record)),
            key=lambda one: (one.contribution.standardised, canonical(one.contribution.value)),
        ).contribution.standardised or ""
        for record, of_record in said.items()
    }  # fmt: skip


def check_each_day(lines: list[Line], rule: dict[str, object], order: list[Line]) -> None:
    """What is told of each day is what one sees who looks at that day alone, and neighbours are one stretch."""
    golden = golden_lines(lines, context(rule))
    found = line_findings(lines, golden.lineage, amounts=("rate",))
    assert found_in(order, rule) == found
    check_answers(lines, golden, rule)
    for key in ("a", None):
        own = [one for one in lines if one.key == (("role", key),)]
        told = [one for one in found if one.key == {"role": key}]
        winners = {day: plain_winner(own, rule, day) for day in DAYS}
        held = [day for day in DAYS if winners[day] is not None]
        for day in DAYS:
            check_day(own, [one for one in told if covers(one._asdict(), day)], winners[day], held, day)
        check_stretches(told)


def check_answers(lines: list[Line], golden: GoldenLines, rule: dict[str, object]) -> None:
    """Asked for a role on a day: the winner of its own lines, else of those that say no role; with its amount."""
    winners = golden.lineage.get("winners", [])
    by_key = {key: [one for one in lines if one.key == (("role", key),)] for key in ("a", None)}
    for day in DAYS:
        expected = plain_winner(by_key["a"], rule, day) or plain_winner(by_key[None], rule, day)
        places = lines_on(winners, {"role": "a"}, day)
        assert [(winners[one]["record"], golden.lines[one]["rate"]) for one in places] == (
            [expected] if expected else []
        )


def check_day(
    lines: list[Line], told: list[LineFinding], winner: tuple[str, str] | None, held: list[str], day: str
) -> None:
    """What is told of one day of one key, which has these winners on the days on which any holds."""
    says = standing_on(lines, day)
    at_odds = winner is not None and any(value != winner[1] for value in says.values())
    expected = {(record, value, fate(record, value, winner)) for record, value in says.items()} if at_odds else set()
    said = [part for one in told if one.kind == "conflict" for part in one.said]
    assert {(part["record"], part["amounts"]["rate"], part["fate"]) for part in said} == expected
    assert len(said) == len(expected)
    over = winner is None and bool(held) and held[0] < day
    kinds = [one.kind for one in told]
    assert kinds.count("expired") == over
    assert kinds.count("gap") == (over and day < held[-1])
    twice = {record for record in says if len(values_on(lines, record, day)) > 1}
    assert sorted(one.said[0]["record"] for one in told if one.kind == "overlap") == sorted(twice)


def values_on(lines: list[Line], record: str, day: str) -> set[str | None]:
    return {
        one.contribution.standardised
        for one in lines
        if one.contribution.record == record and one.contribution.valid and covers(_days(one), day)
    }


def _days(one: Line) -> dict[str, str | None]:
    return {"valid_from": one.start, "valid_to": one.end}


def fate(record: str, value: str, winner: tuple[str, str]) -> str:
    return "wins" if record == winner[0] else "agrees" if value == winner[1] else "loses"


def check_stretches(found: list[LineFinding]) -> None:
    for one, other in product(found, found):
        if one.kind == other.kind and one.valid_to is not None and one.valid_to == other.valid_from:
            assert one.said != other.said, "neighbours to be put together"


@settings(max_examples=40)
@given(many_lines(), st.sampled_from(RULES), st.data())
def test_answers_and_findings_are_those_of_a_plain_model_day_by_day(lines, rule, data):
    check_each_day(lines, rule, data.draw(st.permutations(lines)))


@pytest.mark.verify
@settings(max_examples=3_000)
@given(many_lines(), st.sampled_from(RULES), st.data())
def test_lines_answers_and_findings_are_those_of_a_plain_model_day_by_day_many_times(lines, rule, data):
    order = data.draw(st.permutations(lines))
    test_effective.check_each_day(lines, rule, order)
    check_each_day(lines, rule, order)


KEYS = st.tuples(*[st.sampled_from([None, "1", "2"])] * 3)


@st.composite
def many_keys(draw):
    """Golden lines of keys of three fields that cover some days each, and a question."""
    winners = []
    for key in draw(st.lists(KEYS, max_size=6, unique=True)):
        days = sorted(draw(st.lists(st.integers(0, 9), min_size=2, max_size=4, unique=True)))
        stretches = zip(days[::2], days[1::2], strict=False)
        told = dict(zip("abc", key, strict=True))
        winners += [{"key": told, "valid_from": iso(start), "valid_to": iso(end)} for start, end in stretches]
    asked = {field: value for field, value in zip("abc", draw(KEYS), strict=True) if value is not None}
    return winners, asked


def plain_answer(winners, asked, day: str) -> list[int]:
    """Every line that fits, but those that another beats: it says more of what is asked, or less of what is not."""
    fitting = [
        place for place, one in enumerate(winners)
        if covers(one, day) and not any(one["key"][field] not in {None, asked[field]} for field in asked)
    ]  # fmt: skip

    def beaten(place: int, other: int) -> bool:
        one, two = winners[place]["key"], winners[other]["key"]
        said = [sum(key[field] == asked[field] for field in asked) for key in (one, two)]
        beside = [sum(key[field] is not None for field in key if field not in asked) for key in (one, two)]
        return said[1] > said[0] or (said[1] == said[0] and beside[1] < beside[0])

    return [place for place in fitting if not any(beaten(place, other) for other in fitting)]


@settings(max_examples=50)
@given(many_keys())
def test_the_line_that_answers_is_that_of_a_plain_model_on_every_day(case):
    winners, asked = case
    for day in DAYS:
        assert lines_on(winners, asked, day) == plain_answer(winners, asked, day)
