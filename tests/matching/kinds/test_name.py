"""Names where one column holds persons and firms."""

import pytest

from matching.kinds import KINDS

KIND = KINDS["name"]


@pytest.mark.parametrize(
    "name",
    [
        "Orlov, Boris",
        "Boris Orlov",
        "Dr. Rosa Almeida",
        "Rosa Almeida (Ainsworth)",
        "Hans Peter Lang",
        "Rosa Almeida III",
    ],
)
def test_a_person_is_seen(name: str) -> None:
    assert str(KIND.standardise(name)).startswith("p")


@pytest.mark.parametrize(
    "name",
    ["Orlov GmbH", "Orlov", "Boris Orlov Consulting", "Orlov & Lang", "Studio 54", "Bank of Lund", "Zenith Capital II"],
)
def test_a_firm_is_seen(name: str) -> None:
    assert str(KIND.standardise(name)).startswith("c")


@pytest.mark.parametrize(
    ("level", "one", "other"),
    [
        ("close", "Bill Farrow", "Farrow, William"),
        ("related", "Anna Farrow", "Farrow, William"),
        ("related", "William Farrow Jr.", "Farrow, William Sr."),
        ("exact", "Boris Orlov", "Boris Orlov LLC"),
        ("close", "Silverlake Consullting", "Silverlake Consulting B.V."),
        ("related", "Zenith Consulting", "Zenith Legal"),
        ("contained", "Otis", "Lakeside Public Schools Otis"),
    ],
)
def test_each_is_compared_as_what_it_is(level: str, one: str, other: str, level_of) -> None:
    assert level_of("name", one, other) == level
