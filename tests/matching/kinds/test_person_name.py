"""Names of persons: order, titles, initials, nicknames, scripts and families."""

from math import log2

import numpy as np
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
        ("exact", "Brown, Henry Jr.", "Henry Brown Junior"),
        ("exact", "Brown Jr., Henry", "Henry Brown, Jr."),
        ("exact", "Brown, III, Henry", "HENRY BROWN III"),
        ("close", "Brown, Henri Jr.", "Henry Brown Jr"),
        ("middle", "Brown, Henry Jr.", "Henry Brown"),
        ("initials", "Brown, H. Jr.", "Henry Brown Jr."),
        ("other_given", "Brown, Henry Jr.", "Henry Brown Sr."),
        ("other_given", "Henry Brown II", "Henry Brown III"),
        ("other_surname", "Henry Brown Jr", "Henry Farrow Sr"),
        ("different", "Henry Brown Jr", "Rosa Almeida Sr"),
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


def test_a_generation_makes_no_key_of_its_own() -> None:
    with_one, without = (str(KIND.standardise(name)) for name in ("Henry Brown Jr.", "Henry Brown"))
    assert with_one != without
    assert all(sorted(give(with_one)) == sorted(give(without)) for give in KIND.parts.values())


def test_two_generations_are_told_apart_among_many_names(level_of) -> None:
    names = [f"{given} Brown{generation}" for given in ("Henry", "Rosa", "Piet") for generation in ("", " Jr.", " Sr.")]
    many = [
        str(KIND.standardise(name)) for name in (*names, *(f"Ann{letter * 3} Smith" for letter in "bcdefghijk" * 9))
    ]
    many = list(dict.fromkeys(many))
    left, right = (side.astype(np.int64) for side in np.triu_indices(len(names), 1))
    found = KIND.prepare(many)(left, right)
    assert [KIND.levels[level - 1].name for level in found.tolist()] == [
        level_of("person_name", names[one], names[other])
        for one, other in zip(left.tolist(), right.tolist(), strict=True)
    ]
