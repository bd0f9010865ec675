"""Addresses, as text and as objects."""

import pytest

from matching.kinds import KINDS

KIND = KINDS["address"]
LONG = {"street": "Lindenstraße 5", "city": "Berlin", "postcode": "10969", "country": "Deutschland"}


@pytest.mark.parametrize(
    ("level", "one", "other"),
    [
        ("same", "Lindenstr. 5, 10969 Berlin, Germany", LONG),
        ("same", {"street": "Linden Straße 5", "postcode": "D-10969"}, LONG),
        ("same", "12 W. Elm Street, Springfield, IL 62701", "12 West Elm St., Springfield, IL 62701"),
        ("same", "12 Elm St Suite 300", "12 Elm Street"),
        ("same", "10 Mill Lane, London SW1A 2AA", "10 Mill Ln, London, SW1A2AA, UK"),
        ("same", "12 rue de la Paix, 75002 Paris", "12, r. de la Paix, 75002 PARIS"),
        ("same", "70 Harding Road", "70 Hardng Rd"),
        ("same_street_and_house", LONG, {**LONG, "city": "Potsdam", "postcode": "14467"}),
        ("same_street", LONG, {**LONG, "street": "Lindenstraße"}),
        ("near_house", {**LONG, "street": "Lindenstr. 115"}, {**LONG, "street": "Lindenstr. 15"}),
        ("other_house", LONG, {**LONG, "street": "Lindenstr. 48"}),
        ("other_house", "331 W 87TH ST", "358 W. 87th St."),
        ("same_place", {"city": "Berlin", "postcode": "10969"}, LONG),
        ("other_street", LONG, {**LONG, "street": "Ahornweg 3"}),
        ("different", "10 Oak St", "10 Oak Ave"),
        ("different", "20 W Elm St", "20 E Elm St"),
        ("different", "31 E 46th St", "31 E 45th St"),
        ("different", LONG, {**LONG, "country": "AT"}),
    ],
)
def test_two_addresses_land_on_the_level_a_person_would_choose(
    level: str, one: object, other: object, level_of
) -> None:
    assert level_of("address", one, other) == level


def test_parts_are_street_house_city_postcode_and_country() -> None:
    value = str(KIND.standardise(LONG))
    found = {part: list(find(value)) for part, find in KIND.parts.items() if part}
    assert found == {
        "street": ["linden"],
        "house": ["5"],
        "city": ["berlin"],
        "postcode": ["10969"],
        "country": ["DE"],
    }


def test_an_unknown_field_is_named_with_those_that_exist() -> None:
    reason = KIND.accepts({"zip": "10969"})
    assert reason is not None
    assert "zip" in reason
    assert "postcode" in reason
