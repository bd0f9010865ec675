"""Measures in a text are written in one way."""

import pytest

from matching.kinds.measures import is_measure, with_measures


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2 TB", "2000000mb"),
        ("2000GB", "2000000mb"),
        ("1,000 GB", "1000000mb"),
        ("1.5 kW", "1500w"),
        ("0.333 l", "333ml"),
        ("0,4mm", "0p4mm"),
        ("23.5 cm", "235mm"),
        ('27"', "686mm"),
        ("27-inch", "686mm"),
    ],
)
def test_a_number_with_its_unit_is_one_word_in_a_small_unit(text: str, written: str) -> None:
    assert with_measures(text).strip() == written
    assert is_measure(written)


@pytest.mark.parametrize("text", ["24-port", "4 seasons", "XT200 W", "v1.2.3 GB", 'the "Top 100" list', "2 x 4"])
def test_what_is_no_measure_is_left_as_it_is(text: str) -> None:
    assert with_measures(text) == text
    assert not is_measure(text)
