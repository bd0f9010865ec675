"""What would make another dated value hold on a day is what would make it survive among what is said of that day."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_effective import RANKS, RULES, TODAY, TRUST, iso, many_lines
from test_values_by_day import value_of

from golden_records.effective import VALUE, Line
from golden_records.flips import Case, flips
from golden_records.flips_by_day import CaseOnDay
from golden_records.overrides import Override
from golden_records.rules import SurvivorshipRules

DAYS = ["", *map(iso, range(-1, 14))]


def covering(lines: list[Line], day: str) -> list[Line]:
    return [one for one in lines if (one.start or "") <= day < (one.end or "~")]


def one_word_each(lines: list[Line], day: str) -> list[Line]:
    """Leave one value of each record on the day: which of its own holds is no matter of flips."""
    said = {one.contribution.record: one for one in covering(lines, day)}
    return [one for one in lines if one not in covering(lines, day) or one is said[one.contribution.record]]


def check(sent: list[Line], rule: dict[str, object], day: str, overrides: list[Override]) -> None:
    step = {name: part for name, part in rule.items() if name != "trust"}
    rules = SurvivorshipRules.model_validate({"attributes": {"v": step}, "trust": TRUST})
    lines = one_word_each([value_of(one) for one in sent], day)
    of_day = [one.contribution._replace(value=one.contribution.value[VALUE]) for one in covering(lines, day)]
    told = flips(CaseOnDay(rules, {}, "v", list(RANKS), TODAY, overrides, lines, day)) if lines else []
    assert told == (flips(Case(rules, {"v": of_day}, "v", list(RANKS), TODAY, overrides)) if of_day else [])


@settings(max_examples=40)
@given(many_lines(), st.sampled_from(RULES), st.sampled_from(DAYS), st.booleans())
def test_a_flip_of_a_day_is_one_among_what_is_said_of_it(sent, rule, day, decided):
    check(sent, rule, day, [Override("v", 99, "1", None, None)] if decided else [])


@pytest.mark.verify
@settings(max_examples=500)
@given(many_lines(), st.sampled_from(RULES), st.sampled_from(DAYS), st.booleans())
def test_five_hundred_days_have_the_flips_of_what_is_said_of_them(sent, rule, day, decided):
    check(sent, rule, day, [Override("v", 99, "1", None, None)] if decided else [])
