"""Trust falls by integer arithmetic, and is never said to change later than it does."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from golden_records.trust import age_at, day, order_due, trust, trust_at_age

TODAY = day("2024-03-01")
RATINGS = st.tuples(st.integers(0, 100), st.none() | st.integers(1, 40))
DAYS = st.integers(0, 400).map(lambda number: (date(2023, 6, 1) + timedelta(days=number)).isoformat())
TIMES = st.none() | DAYS.map(lambda text: f"{text}T12:00:00Z")


def model_trust(base, half, event, tick):
    """The executable sketch of the rules, word for word."""
    if half is None:
        return base
    if event is None:
        return 0
    age = max(0, tick - event)
    return (base * (2 * half - age % half) // (2 * half)) >> (age // half)


@given(RATINGS, TIMES, DAYS)
def test_trust_is_the_formula_of_the_model(rating, event_time, today):
    event = None if event_time is None else day(event_time[:10])
    assert trust(rating, event_time, day(today)) == model_trust(*rating, event, day(today))


@pytest.mark.parametrize(
    ("event_time", "today", "left"),
    [
        ("2024-03-01T00:00:00Z", "2024-03-01", 80),
        ("2024-03-01T23:59:59.999999Z", "2024-03-02", 76),
        ("2024-02-20T00:00:00Z", "2024-03-01", 40),
        ("2024-02-15T00:00:00Z", "2024-03-01", 30),
        ("2024-02-10T00:00:00Z", "2024-03-01", 20),
        ("2025-01-01T00:00:00Z", "2024-03-01", 80),
        ("2000-01-01T00:00:00Z", "2024-03-01", 0),
        (None, "2024-03-01", 0),
    ],
)
def test_trust_falls_in_a_line_within_each_half_life_and_is_halved_at_its_end(event_time, today, left):
    assert trust((80, 10), event_time, day(today)) == left


def test_trust_without_a_half_life_never_falls():
    assert trust((80, None), "1900-01-01T00:00:00Z", TODAY) == 80
    assert trust((80, None), None, TODAY) == 80


def test_before_the_first_tick_only_a_missing_event_time_has_decayed():
    assert trust((80, 10), "1900-01-01T00:00:00Z", None) == 80
    assert trust((80, 10), None, None) == 0


@given(RATINGS, st.integers(0, 400))
def test_trust_never_rises_with_age(rating, age):
    assert trust_at_age(rating, age + 1) <= trust_at_age(rating, age)


@given(RATINGS, st.integers(0, 100))
def test_the_age_at_a_level_is_the_first_such_age(rating, level):
    age = age_at(rating, level)
    if age is None:
        assert trust_at_age(rating, 10**6) > level
    else:
        assert trust_at_age(rating, age) <= level
        assert age == 0 or trust_at_age(rating, age - 1) > level


def test_a_steady_source_above_a_falling_one_is_never_due():
    ranked = (((90, None), "2020-01-01T00:00:00Z"), ((80, 10), "2024-02-28T00:00:00Z"))
    assert order_due(ranked, TODAY) is None


def test_a_falling_source_is_due_on_the_day_it_meets_the_steady_one_below():
    ranked = (((80, 10), "2024-03-01T00:00:00Z"), ((40, None), "2020-01-01T00:00:00Z"))
    assert order_due(ranked, TODAY) == day("2024-03-11")


def test_values_under_one_rating_are_never_due():
    ranked = (((80, 10), "2024-03-01T00:00:00Z"), ((80, 10), "2024-02-28T00:00:00Z"))
    assert order_due(ranked, TODAY) is None


def test_a_day_beyond_the_calendar_is_no_day():
    ranked = (((80, 10**8), "2024-03-01T00:00:00Z"), ((40, None), "2024-03-01T00:00:00Z"))
    assert order_due(ranked, TODAY) is None
