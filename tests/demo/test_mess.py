"""Each way of spoiling a text does what its name says."""

from random import Random

import pytest

from mdm.demo import mess


@pytest.mark.parametrize(
    ("text", "country", "spelled_out", "plain"),
    [
        ("Müller", "DE", "Mueller", "Muller"),
        ("Łódź", "PL", "Lodz", "Lodz"),
        ("Åkesson", "SE", "Aakesson", "Akesson"),
    ],
)
def test_letters_are_spelled_out_or_stripped(text: str, country: str, spelled_out: str, plain: str) -> None:
    assert mess.expanded(text, country) == spelled_out
    assert mess.stripped(text) == plain


def test_a_typing_error_changes_one_long_word_and_keeps_its_first_letter() -> None:
    for seed in range(50):
        wrong = mess.typing_error(Random(seed), "Holler AG Logistik")
        assert wrong[0] == "H"
        assert wrong.split()[1] == "AG"
        assert abs(len(wrong) - len("Holler AG Logistik")) <= 1


def test_the_first_long_spelling_is_abbreviated_once() -> None:
    assert mess.abbreviated("High Street 4, Street", (("Road", "Rd"), ("Street", "St"))) == "High St 4, Street"
