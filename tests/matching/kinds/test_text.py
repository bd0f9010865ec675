"""Descriptions and titles: model numbers, telling words, numbering."""

import pytest

from matching.kinds import KINDS


@pytest.mark.parametrize(
    ("level", "one", "other"),
    [
        ("same", "Radio tuner XT-200HD", "XT200HD radio tuner"),
        ("same", "004-Evening Song", "Evening Song"),
        ("model", "acme xt-200hd radio tuner", "Acme digital radio XT200HD, black"),
        ("near", "Senior consultant, day rate", "Senior consultants day rate"),
        ("contained", "Senior consultant day rate", "Day rate of a senior consultant on site in Lyon"),
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
