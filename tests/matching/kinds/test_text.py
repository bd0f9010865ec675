"""Descriptions and titles: model numbers, telling words, numbering."""

import pytest

from matching.kinds import KINDS


@pytest.mark.parametrize(
    ("level", "one", "other"),
    [
        ("same", "Radio tuner XT-200HD", "XT200HD radio tuner"),
        ("same", "004-Evening Song", "Evening Song"),
        ("same", "Switch GS-782C, 24 port", "GS 782C 24-port switch"),
        ("same", "Acme drive 1 TB", "acme drive, 1.000 GB"),
        ("same", "Kettle 0,5 l", "500ML kettle"),
        ("same", 'Screen 15.6"', "Screen 15,6 Zoll"),
        ("model", "acme xt-200hd radio tuner", "Acme digital radio XT200HD, black"),
        ("model", "acme radio tuner GS782", "Acme radio GS 7 82, item 4417X"),
        ("near", "Senior consultant, day rate", "Senior consultants day rate"),
        ("contained", "Senior consultant day rate", "Day rate of a senior consultant on site in Lyon"),
        ("variant", "acme radio tuner black", "Acme radio tuner, white"),
        ("variant", "acme radio tuner xt200hd black", "acme radio tuner XT-200HD, blue"),
        ("variant", "acme work shirt navy size M", "acme work shirt navy size XL"),
        ("variant", "acme thermos jug steel 0.5 l", "acme thermos jug steel 750 ml"),
        ("variant", "acme writer professional 2007", "acme writer professional 2008"),
        ("contained", "acme radio tuner black", "Acme radio tuner, schwarz"),
        ("near", "acme radio tuner digital black", "acme radio tuner digital"),
        ("contained", "acme writer professional 2007", "acme writer professional, 3 licences for schools"),
        ("different", "silent oak table black", "acme radio tuner white"),
        ("other_model", "acme radio tuner black xt200hd", "acme radio tuner black xt300hd"),
        ("different", "Evening Song", "Morning Walk"),
    ],
)
def test_two_texts_land_on_the_level_a_person_would_choose(level: str, one: str, other: str, level_of) -> None:
    assert level_of("text", one, other) == level


def test_keys_are_the_most_telling_words_and_at_most_twelve() -> None:
    kind = KINDS["text"]
    words = kind.parts["tokens"](str(kind.standardise("the acme radio tuner xt200hd " + " ".join("abcdefghij"))))
    assert words[0] == "xt200hd"
    assert "the" not in words
    assert len(words) <= 12


def test_a_word_that_says_nothing_is_not_joined_with_the_number_after_it() -> None:
    assert KINDS["text"].standardise("The best of 100 songs") == "the best of 100 songs"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Output std. 19", "output std 19"),
        ("Sales tax 19%", "sales tax 19"),
        ("Sales tax 17,50 %", "sales tax 17 50"),
        ("Tax 17.5", "tax 17 5"),
    ],
)
def test_neither_a_shortened_word_nor_a_percentage_is_part_of_a_model_number(text: str, words: str) -> None:
    assert KINDS["text"].standardise(text) == words


def test_a_measure_is_no_model_number(level_of) -> None:
    assert level_of("text", "acme radio tuner black 1200w", "acme radio tuner black 1500w") != "other_model"
    assert level_of("text", "silent oak table 1200w", "acme radio tuner black 1200w") == "different"


def test_digits_within_a_measure_are_no_model_number(level_of) -> None:
    assert level_of("text", "oak table number 10000", "silent drive 1 TB") == "different"
