"""Names of persons: order, titles, initials, nicknames, scripts and families."""

from math import log2

import pytest

from matching.kinds import KINDS

KIND = KINDS["person_name"]


@pytest.mark.parametrize(
    ("level", "one", "other"),
    [
        ("exact", "Almeida, Rosa", "ROSA ALMEIDA"),
        ("exact", "Dr. Rosa Almeida", "Frau Rosa Almeida"),
        ("exact", "van der Linden, Piet", "Piet van der Linden"),
        ("exact", "Борис Орлов", "Boris Orlov"),
        ("exact", "Jörg Weiß", "Joerg Weiss"),
        ("exact", "Brown, Henry Jr.", "Henry Brown"),
        ("close", "Almeida Rosa", "Rosa Almeida"),
        ("close", "Bob Farrow", "Robert Farrow"),
        ("close", "Kasia Zawadzka", "Katarzyna Zawadzka"),
        ("close", "Pepe Ortega", "José Ortega"),
        ("close", "Hans-Peter Lang", "Hanspeter Lang"),
        ("close", "Rosa Almieda", "Rosa Almeida"),
        ("close", "Usama Karimi", "Osama Karimi"),
        ("middle", "Rosa Maria Almeida", "Rosa Almeida"),
        ("initials", "Almeida, R", "Rosa Almeida"),
        ("initials", "R. M. Almeida", "Rosa Maria Almeida"),
        ("initials", "RM Almeida", "Rosa Maria Almeida"),
        ("partial", "Almeida", "Rosa Almeida"),
        ("other_surname", "Rosa Almeida", "Rosa Quintana"),
        ("other_given", "Rosa Almeida", "Pedro Almeida"),
        ("other_given", "Anton B. Wells", "Josef B. Wells"),
        ("other_given", "P. Almeida", "Rosa Almeida"),
        ("different", "Rosa Almeida", "Pedro Quintana"),
    ],
)
def test_two_names_land_on_the_level_a_person_would_choose(level: str, one: str, other: str, level_of) -> None:
    assert level_of("person_name", one, other) == level


def test_siblings_are_strong_evidence_against_a_match() -> None:
    level = next(level for level in KIND.levels if level.name == "other_given")
    assert log2(level.m / level.u) <= -4.5


def test_keys_follow_surname_and_given_name() -> None:
    value = str(KIND.standardise("Almeida, Rosa Maria"))
    assert {part: list(find(value)) for part, find in KIND.parts.items() if part in {"first", "last", "initials"}} == {
        "first": ["rosa"],
        "last": ["almeida"],
        "initials": ["amr"],
    }


def test_spellings_by_ear_share_a_key() -> None:
    keys = [set(KIND.parts["phonetic"](str(KIND.standardise(name)))) for name in ("Stephan Meyer", "Stefan Maier")]
    assert keys[0] == keys[1]
