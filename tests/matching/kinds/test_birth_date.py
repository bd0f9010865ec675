"""Dates of birth: years alone, the first of January, and generations."""

import pytest

from matching.kinds import KINDS

KIND = KINDS["birth_date"]


@pytest.mark.parametrize(
    ("level", "one", "other"),
    [
        ("same", "1961-04-09", "9 April 1961"),
        ("same_year", "1961", "1961-04-09"),
        ("same_year", "1961", "1961"),
        ("same_year", "1961-01-01", "1961-04-09"),
        ("same_year", "1961-01-01", "1961"),
        ("same", "1961-01-01", "1 January 1961"),
        ("swapped", "1961-04-09", "1961-09-04"),
        ("close", "1961-04-09", "1961-04-19"),
        ("close", "1961-04-09", "1991-04-09"),
        ("year", "1961-04-09", "1961-11-27"),
        ("different", "1961-04-09", "1964-11-27"),
        ("different", "1961", "1962"),
        ("generation", "1961-04-09", "1987-11-27"),
        ("generation", "1961", "1987-11-27"),
    ],
)
def test_two_dates_of_birth_land_on_the_level_a_person_would_choose(level: str, one: str, other: str, level_of) -> None:
    assert level_of("birth_date", one, other) == level


@pytest.mark.parametrize(
    ("text", "value"), [("1961", "1961"), (1961, "1961"), ("1961.0", "1961"), ("09.04.1961", "1961-04-09")]
)
def test_a_year_is_enough(text: object, value: str) -> None:
    assert KIND.accepts(text) is None
    assert KIND.standardise(text) == value


@pytest.mark.parametrize("text", ["61", "1061", "2161", "19611", "April"])
def test_what_is_no_year_of_birth_is_refused(text: str) -> None:
    assert KIND.standardise(text) is None
    assert "is not a date" in str(KIND.accepts(text))


def test_records_meet_by_the_year_whether_the_day_is_known_or_not() -> None:
    assert KIND.parts["year"]("1961") == KIND.parts["year"]("1961-04-09") == ("1961",)
