"""Measures in a text are written in one way."""

import pytest

from matching.kinds.measures import is_measure, with_measures
from matching.kinds.model_numbers import words_of_description


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
        ("22IN", "559mm"),
        ("0.5 m", "500mm"),
        ("3m", "3000mm"),
        ("60X90CM", "600x900mm"),
        ("60 x 90 cm", "600x900mm"),
        ("0.4 x 1.2 x 2 m", "400x1200x2000mm"),
        ("2 x 0,5 l", "2x500ml"),
        ("pack of 12", "12pk"),
        ("12/PK", "12pk"),
        ("12-pack", "12pk"),
    ],
)
def test_a_number_with_its_unit_is_one_word_in_a_small_unit(text: str, written: str) -> None:
    assert with_measures(text).strip() == written
    assert is_measure(written)


@pytest.mark.parametrize(
    "text", ["24-port", "4 seasons", "XT200 W", "v1.2.3 GB", 'the "Top 100" list', "2 x 4", "10 in 1"]
)
def test_what_is_no_measure_is_left_as_it_is(text: str) -> None:
    assert with_measures(text) == text
    assert not is_measure(text)


def test_3m_is_the_firm_where_a_description_begins_and_a_length_elsewhere() -> None:
    assert words_of_description("3M Scotch tape 19 mm") == "3m scotch tape 19mm"
    assert words_of_description("3m cable") == words_of_description("3 m cable") == "3000mm cable"
    assert words_of_description("HDMI CABLE 3M") == "hdmi cable 3000mm"


def test_a_number_before_a_longer_word_counts_things_and_is_no_model_number() -> None:
    assert words_of_description("A4 paper 2500SHEETS") == words_of_description("A4 paper, 2500 sheets")


def test_a_model_number_may_end_in_three_letters_after_its_number() -> None:
    assert words_of_description("RK 1300PRO soap") == words_of_description("RK1300Pro soap")
