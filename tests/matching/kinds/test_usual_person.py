"""Names of persons that are seen at one glance come out as on a closer look."""

import pytest
from hypothesis import strategies as st

from matching.kinds import KINDS
from matching.kinds.usual_person import usual_person
from tests.drawn import drawn

WORDS = (
    *("Anna", "ORLOV", "Müller", "mueller", "Łukasz", "Meier-Koch", "Koch,", "Lang,", "J", "J.", "O'Neil", "van", "de"),
    *("Dr", "née", "GmbH", "GmbHH", "Limited", "AG", "and", "the", "The-Test", "test", "no", "name", "known", "Real"),
    *("Estate", "Intl", "Bank", "vormals", "trading", "as", "Ii", "Saarland", "II", "(Koch)", "&", "3M", "", "Aana"),
    *("Кох", "Frau", "Holding", "x", "xx", "aaaa", "Born", "IT", "Consulting", "Logistika"),
)
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Boris Orlov", ("boris", "orlov")),
        ("ORLOV, BORIS", ("boris", "orlov")),
        ("Rosa Müller-Koch", ("rosa muller", "koch")),
        ("Müller-Koch, Rosa Maria", ("rosa maria", "muller koch")),
    ],
)
def test_a_usual_name_is_seen_at_one_glance(text: str, parts: tuple[str, str]) -> None:
    assert usual_person(text) == parts


@pytest.mark.parametrize(
    "text", ["Orlov", "Dr. Rosa Almeida", "Orlov GmbH", "Orlov Consulting", "J Orlov", "Rosa van Almeida", "No Name"]
)
def test_all_others_take_a_closer_look(text: str) -> None:
    assert usual_person(text) is None


@drawn(few=400, many=10_000, text=TEXTS)
def test_the_glance_sees_what_a_closer_look_sees(text: str) -> None:
    found = KINDS["name"].standardise(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("matching.kinds.name.usual_person", lambda _: None)
        assert found == KINDS["name"].standardise(text)
