"""Dated values: as days pass the value in force is that of a plain model, and nothing changes but on due days."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_effective import RANKS, RULES, TRUST, iso, many_lines, plain_winner

from golden_records.contributions import Contribution
from golden_records.effective import VALUE, Line
from golden_records.rules import SurvivorshipRules
from golden_records.survive import Survived, survive

DAYS = [None, *map(iso, range(-2, 40))]


def value_of(line: Line) -> Line:
    """The same as the value of a dated attribute: one field, no key."""
    one = line.contribution
    return Line(Contribution(*one[:2], {VALUE: one.value["rate"]}, *one[3:]), (), *line[2:])  # type: ignore[index, call-overload]


def decided(lines: list[Line], rule: dict[str, object], today: str | None) -> Survived:
    step = {name: part for name, part in rule.items() if name != "trust"}
    rules = SurvivorshipRules.model_validate({"attributes": {"v": step}, "trust": TRUST})
    return survive(rules, {}, sources=list(RANKS), today=today, lines={"v": lines}, dated={"v"})


def check_as_days_pass(sent: list[Line], rule: dict[str, object], order: list[Line]) -> None:
    lines, shuffled = [value_of(one) for one in sent], [value_of(one) for one in order]
    stands = decided(lines, rule, None)
    for day in DAYS:
        if day is not None and stands.due is not None and stands.due <= day:
            stands = decided(lines, rule, day)
        afresh = decided(shuffled, rule, day)
        assert (stands.attributes, stands.dated) == (afresh.attributes, afresh.dated), day
        assert afresh.due is None or day is None or afresh.due > day
        if rule["strategy"] != "most_trusted":  # the plain model weighs trust on one day only
            winner = plain_winner(lines, rule, day or "")
            assert afresh.attributes == ({} if winner is None else {"v": winner[1]}), day


@settings(max_examples=25)
@given(many_lines(), st.sampled_from(RULES), st.data())
def test_only_due_days_change_what_is_in_force(sent, rule, data):
    check_as_days_pass(sent, rule, data.draw(st.permutations(sent)))


@pytest.mark.verify
@settings(max_examples=2_000)
@given(many_lines(), st.sampled_from(RULES), st.data())
def test_only_due_days_change_what_is_in_force_many_times(sent, rule, data):
    check_as_days_pass(sent, rule, data.draw(st.permutations(sent)))
