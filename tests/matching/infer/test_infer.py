"""What columns hold, by their names and values; which are one attribute; and which say nothing."""

import random

import numpy as np
import pytest

from matching.columns import Table
from matching.document import MatchAttribute, MatchRules
from matching.infer import choose_keys, infer, keys, records
from matching.infer.headings import role
from matching.rules import match_model
from matching.standardise import standardise

GIVEN = ["Anna", "Robert", "Carla", "Thomas", "Maria", "Peter", "Julia", "Michael"]
FAMILY = ["Meier", "Stone", "Rossi", "Novak", "Garcia", "Kowalski", "Dubois", "Jansen"]
FIRMS = ["Holler Maschinenbau GmbH", "Omega Logistics Ltd", "Nordwind Energie AG", "Blackwell Engineering Inc"]
COUNT = 200


def column(kind: str) -> list[object]:
    made = random.Random(kind)
    makers = {
        "given": lambda: made.choice(GIVEN),
        "family": lambda: made.choice(FAMILY),
        "person": lambda: f"{made.choice(GIVEN)} {made.choice(FAMILY)}",
        "firm": lambda: made.choice(FIRMS).replace("er", made.choice(["er", "err", "ar", "or"])),
        "street": lambda: f"{made.choice(FAMILY)}weg {made.randint(1, 99)}",
        "city": lambda: made.choice(["Bonn", "Leeds", "Lyon"]),
        "postcode": lambda: f"{made.randint(10_000, 99_999)}",
        "phone": lambda: f"+49 30 {made.randint(1_000_000, 9_999_999)}",
        "email": lambda: f"{made.choice(GIVEN).lower()}.{made.randint(1, 999)}@acme.example",
        "date": lambda: f"{made.randint(1950, 2005)}-{made.randint(1, 12):02}-{made.randint(1, 28):02}",
        "year": lambda: f"{made.randint(1930, 2005)}",
        "countried": lambda: f"DE{made.randint(100_000_000, 999_999_999)}",
        "serial": lambda: f"AB-{made.randint(100_000, 999_999)}",
        "price": lambda: f"{made.randint(1, 900)}.99",
        "words": lambda: " ".join(made.choice(["fine", "black", "steel", "large", "kettle", "lamp"]) for _ in range(9)),
        "group": lambda: made.choice(["a", "b", "c"]),
        "same": lambda: "yes",
        "blank": lambda: None,
    }
    return [makers[kind]() for _ in range(COUNT)]


def found(**columns: str):
    return infer({name: column(kind) for name, kind in columns.items()})


@pytest.mark.parametrize(
    ("name", "kind", "wanted"),
    [
        ("contact", "email", "email"),
        ("Telefon", "phone", "phone"),
        ("x1", "phone", "phone"),
        ("Geburtsdatum", "date", "birth_date"),
        ("yob", "year", "birth_date"),
        ("x4", "year", "number"),
        ("vat_no", "countried", "tax_id"),
        ("Register No", "serial", "tax_id"),
        ("charity number", "words", "text"),
        ("x2", "date", "date"),
        ("serial_no", "serial", "identifier"),
        ("x3", "serial", "identifier"),
        ("price", "price", "money"),
        ("notes", "words", "text"),
        ("email", "words", "text"),
        ("iban", "group", "category"),
        ("name", "words", "text"),
        ("segment", "group", "category"),
        ("company", "firm", "company_name"),
        ("full_name", "person", "person_name"),
        ("x4", "person", "person_name"),
    ],
)
def test_a_column_is_what_its_values_are_and_its_name_says(name, kind, wanted):
    [attribute] = found(**{name: kind}).attributes.values()
    assert attribute.kind == wanted


def test_the_name_of_a_relative_is_no_part_of_the_name_of_the_person():
    attributes = found(forename="given", surname="family", father_forename="given").attributes
    assert attributes["name"].columns == ("{surname}, {forename}", "{surname}", "{forename}")
    assert attributes["father_forename"].kind == "person_name"


def test_amounts_with_their_currency_are_money_whatever_they_are_called():
    cells = [f"{number},50 €" if number % 2 else f"EUR {number}.50" for number in range(COUNT)]
    assert infer({"x": cells}).attributes["x"].kind == "money"


def test_a_number_padded_with_zeros_is_not_dialled():
    assert infer({"x": [f"{1_000_000 + number:010d}" for number in range(COUNT)]}).attributes["x"].kind == "identifier"


def test_a_few_names_that_many_records_share_are_a_category():
    assert infer({"dept_name": ["Tax", "Audit", "Legal", "Risk"] * COUNT}).attributes["dept_name"].kind == "category"


def test_what_somebody_logs_in_with_is_an_identifier():
    names = [
        f"{given.lower()}{chr(97 + number % 26)}{chr(97 + number // 8)}" for number, given in enumerate(GIVEN * 25)
    ]
    assert infer({"user_login": names}).attributes["user_login"].kind == "identifier"


def test_a_flag_is_a_number_and_identifies_nothing():
    attributes = infer({"name": column("person"), "flag": ["1", None, None, None] * (COUNT // 4)}).attributes
    assert attributes["flag"].kind == "number"


def test_given_name_and_surname_are_one_name_and_the_parts_of_an_address_one_address():
    attributes = found(Vorname="given", Nachname="family", street="street", zip="postcode", city="city").attributes
    assert attributes["name"].kind == "person_name"
    assert attributes["name"].columns[0] == "{Nachname}, {Vorname}"
    assert attributes["address"].columns == {"street": ("{street}",), "city": ("{city}",), "postcode": ("{zip}",)}
    assert len(attributes) == 2


def of_two_files(**columns: tuple[str, str]):
    """Columns that the records of one file have and those of the other have not: `a` the first, `b` the second."""
    blank: list[object] = [None] * COUNT
    return infer(
        {
            name: [*column(kind), *blank] if file == "a" else [*blank, *column(kind)]
            for name, (kind, file) in columns.items()
        }
    )


def test_years_of_birth_stand_in_for_dates_of_birth_beside_them():
    every = infer({"year_of_birth": column("year"), "birth_date": column("date"), "joined": column("date")}).attributes
    assert every["birth_date"].columns == ("{birth_date}", "{year_of_birth}")
    assert every["joined"].kind == "date"
    assert len(every) == 2


def test_one_fact_under_other_names_in_another_file_is_one_attribute():
    attributes = of_two_files(
        first_name=("given", "a"), last_name=("family", "a"), street=("street", "a"), zip=("postcode", "a"),
        city=("city", "a"), dob=("date", "a"), Vorname=("given", "b"), Nachname=("family", "b"),
        Strasse=("street", "b"), PLZ=("postcode", "b"), Ort=("city", "b"), Geburtsdatum=("date", "b"),
    ).attributes  # fmt: skip
    assert attributes.keys() == {"name", "address", "dob"}
    assert {"{last_name}, {first_name}", "{Nachname}, {Vorname}"} <= set(attributes["name"].columns)
    assert attributes["address"].columns == {
        "street": ("{street}", "{Strasse}"), "city": ("{city}", "{Ort}"), "postcode": ("{zip}", "{PLZ}"),
    }  # fmt: skip
    assert attributes["dob"].columns == ("{dob}", "{Geburtsdatum}")


def test_a_house_number_stands_beside_the_street_of_its_own_file():
    columns = of_two_files(street=("street", "a"), hausnummer=("group", "b"), Strasse=("street", "b")).attributes[
        "address"
    ]
    assert columns.columns == ("{hausnummer} {Strasse}", "{street}", "{Strasse}")


def test_two_facts_of_one_kind_that_the_same_records_have_stay_two():
    attributes = found(dob="date", born="date", street="street", address_2="street", city="city").attributes
    assert {"dob", "born", "address", "address_2"} <= attributes.keys()


def test_persons_in_parts_and_firms_in_one_column_are_one_name():
    cells = {"name": column("firm"), "first_name": column("given"), "last_name": column("family")}
    for place in range(COUNT):
        for name in ("name",) if place % 2 else ("first_name", "last_name"):
            cells[name][place] = None
    attributes = infer(cells).attributes
    assert list(attributes) == ["name"]
    assert attributes["name"].kind == "name"
    assert "{name}" in attributes["name"].columns


@pytest.mark.parametrize(("name", "kind", "wanted"), [("zip", "postcode", "code"), ("city", "city", "category")])
def test_a_town_or_a_postcode_alone_is_no_address(name, kind, wanted):
    assert [one.kind for one in found(**{name: kind}, person="person").attributes.values()] == ["person_name", wanted]


def people(full="{given} {middle} {family}") -> dict[str, list[object]]:
    rows = list(zip(column("given"), column("group"), column("family"), strict=True))
    written = [full.format(given=given, middle=middle, family=family) for given, middle, family in rows]
    given, _, family = (list(each) for each in zip(*rows, strict=True))
    return {"first_name": given, "surname": family, "full_name": written}


def test_parts_of_a_fuller_name_are_not_compared_beside_it():
    inferred = infer(people())
    assert [one.columns for one in inferred.attributes.values()] == [("{full_name}",)]
    assert inferred.left_out == dict.fromkeys(("first_name", "surname"), "full_name says the same")


def test_a_full_name_that_tells_no_more_than_its_parts_is_left_out():
    inferred = infer(people("{family}, {given}"))
    assert inferred.attributes["name"].columns[0] == "{surname}, {first_name}"
    assert inferred.left_out == {"full_name": "first_name and surname say the same"}


def test_names_that_some_records_have_in_full_and_others_in_parts_are_all_kept():
    cells = people()
    for place in range(COUNT):
        for name in ("full_name",) if place % 2 else ("first_name", "surname"):
            cells[name][place] = None
    assert infer(cells).left_out == {}


def slipped(values: list[object], every: int) -> list[object]:
    return [f"{value}q" if place % every == 0 else value for place, value in enumerate(values)]


def test_a_name_that_several_columns_say_each_with_slips_of_its_own_is_one_name():
    cells = people("{given} {family}")
    cells |= {"first_and_surname": list(cells["full_name"]), "surname": slipped(cells["surname"], 5)}
    cells |= {"full_name": slipped(cells["full_name"], 7), "first_name": slipped(cells["first_name"], 6)}
    [name] = infer(cells).attributes.values()
    whole = {"{full_name}", "{first_and_surname}"}
    assert name.kind == "person_name"
    assert name.columns[0] == "{surname}, {first_name}"
    assert set(name.columns[1:3]) == whole  # before a surname or a given name alone
    assert name.columns[3:] == ("{surname}", "{first_name}")


def test_a_surname_with_slips_is_no_name_of_its_own_beside_a_full_one():
    cells = people("{given} {family}")
    cells["surname"] = slipped(cells["surname"], 5)
    [name] = infer(cells).attributes.values()
    assert name.columns == ("{full_name}", "{surname}")


def test_whole_names_that_say_the_same_person_are_one_name_without_parts_too():
    cells = people("{given} {family}")
    both = {"full_name": slipped(cells["full_name"], 6), "display_name": slipped(cells["full_name"], 7)}
    [name] = infer(both).attributes.values()
    assert set(name.columns) == {"{full_name}", "{display_name}"}


def test_the_name_of_another_person_beside_a_name_stays_a_name_of_its_own():
    cells = people("{given} {family}") | {"manager": column("person")}
    random.Random(1).shuffle(cells["manager"])
    assert {one.columns[0] for one in infer(cells).attributes.values()} == {"{surname}, {first_name}", "{manager}"}


def test_two_names_of_a_firm_are_two_facts_though_mostly_the_same():
    attributes = infer({"legal_name": column("firm"), "trade_name": slipped(column("firm"), 4)}).attributes
    assert attributes.keys() == {"legal_name", "trade_name"}


def test_what_system_a_row_is_from_is_not_compared():
    inferred = infer({"name": column("person"), "system": column("group"), "phone": column("phone")})
    assert inferred.attributes.keys() == {"name", "phone"}
    assert inferred.left_out == {"system": "it says when or where a row was written"}


def test_numbers_in_a_register_of_firms_and_for_tax_are_two_facts_of_one_kind():
    attributes = found(registration_no="serial", vat_no="countried", company="firm").attributes
    assert [(name, attributes[name].kind) for name in ("registration_no", "vat_no")] == [
        ("registration_no", "tax_id"),
        ("vat_no", "tax_id"),
    ]


@pytest.mark.parametrize("cell", ["a@x.example; b@y.example", "a@x.example, b@y.example", ["a@x.example"]])
def test_one_cell_with_several_addresses_makes_a_column_of_several(cell):
    attributes = infer({"contact": [*column("email"), cell]}).attributes
    assert (attributes["contact"].kind, attributes["contact"].many) == ("email", True)
    assert not found(contact="email").attributes["contact"].many


def test_objects_and_lists_in_a_column_of_names_say_nothing():
    cells = people()
    cells["full_name"][0], cells["first_name"][1] = ["Anna", "Ana"], {"first": "Anna"}
    assert set(infer(cells).left_out) == {"first_name", "surname"}


def test_a_firm_and_its_contact_are_two_names():
    attributes = found(company="firm", first_name="given", last_name="family").attributes
    assert {one.kind for one in attributes.values()} == {"company_name", "person_name"}


def test_telephone_numbers_in_two_columns_are_one_attribute_with_several_values():
    attributes = found(phone="phone", mobile="phone").attributes
    assert attributes["phone"].many
    assert attributes["phone"].columns == ("{phone}", "{mobile}")


def test_what_says_nothing_is_left_out_with_the_reason():
    inferred = found(name="person", updated="date", active="same", fax="blank")
    assert list(inferred.attributes) == ["name"]
    assert inferred.left_out == {
        "updated": "it says when or where a row was written",
        "active": "it says the same in every record",
        "fax": "it has no value, or only such as n/a and 0000",
    }


def test_the_order_of_the_records_does_not_matter():
    cells = {kind: column(kind) for kind in ("person", "street", "phone", "words", "group")}
    order = list(range(COUNT))
    random.Random(1).shuffle(order)
    assert infer({name: [values[row] for row in order] for name, values in cells.items()}) == infer(cells)


def test_of_very_many_records_some_are_looked_at_whatever_their_order(monkeypatch):
    monkeypatch.setattr(records, "SAMPLE", COUNT // 4)
    cells = {kind: column(kind) for kind in ("person", "street", "phone", "words", "group")}
    order = list(range(COUNT))
    random.Random(1).shuffle(order)
    chosen = records.looked_at(cells, np.arange(COUNT))
    turned = {name: [values[row] for row in order] for name, values in cells.items()}
    assert len(chosen["phone"]) == COUNT // 4
    assert records.looked_at(turned, np.array(order)) == chosen
    assert len(infer(chosen).attributes) == len(cells)


def test_of_very_many_columns_those_that_tell_most_are_compared():
    columns = {f"c{number}": "group" for number in range(60)} | {"mail": "email"}
    inferred = found(**columns)
    assert "mail" in inferred.attributes
    assert len(inferred.attributes) == 16
    assert "other columns tell more" in inferred.left_out.values()


@pytest.mark.parametrize("name", ["2nd name", "a.b", "a:b", "Größe", "  ", "x{y", "name", "name "])
def test_any_column_name_gives_an_attribute_name_that_rules_take(name):
    import re

    from mdm.entity_types.attribute import ATTRIBUTE_NAME

    for attribute in infer({name: column("words"), "b": column("phone")}).attributes:
        assert re.fullmatch(ATTRIBUTE_NAME, attribute)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("billingStreet", "street"), ("customer_phone", "phone"), ("E-Mail", "email"), ("PLZ", "postcode"),
        ("phone_primary", "phone"), ("Mobile No.", "phone"), ("VAT Reg. No.", "tax_id"), ("PLZ Code", "postcode"),
        ("Legal First Nm", "given"), ("Birth dt.", "birth"), ("Ort / Town", "city"), ("ORT01", "city"),
        ("addr_ln1", "street"), ("customer_id", "identifier"), ("company registration number", "register"),
        ("father_forename", "relative"), ("Ehegatte", "relative"), ("address_2", None), ("zzz", None),
    ],
)  # fmt: skip
def test_roles_are_known_in_several_languages_and_spellings(name, wanted):
    assert role(name) == wanted


def keys_for(cells: dict[str, tuple[str, list[object]]]) -> list[list[str]]:
    attributes = {name: MatchAttribute(kind=kind) for name, (kind, _) in cells.items()}
    model = match_model("thing", attributes, MatchRules(block_on=[], compare=list(attributes)))
    table: Table = standardise(model, {name: values for name, (_, values) in cells.items()})
    return choose_keys(attributes, table, np.arange(len(next(iter(table.values())).codes)))


def test_a_key_that_brings_few_pairs_stands_alone_and_others_only_together():
    chosen = keys_for(
        {
            "phone": ("phone", [f"+49 30 {number // 2 + 1_000_000}" for number in range(2_000)]),
            "city": ("category", [f"city {number % 20}" for number in range(2_000)]),
            "year": ("code", [f"{1_950 + number % 50}" for number in range(2_000)]),
        }
    )
    assert ["phone"] in chosen
    assert ["city"] not in chosen
    assert ["year"] not in chosen


def test_a_key_that_brings_many_strangers_is_chosen_only_where_a_file_is_small(monkeypatch):
    couples = {
        "phone": ("phone", [f"+49 30 {number // 2 + 1_000_000}" for number in range(2_000)]),
        "town": ("code", [f"{number // 2 % 37}" for number in range(2_000)]),
        "born": ("code", [f"{number % 400}" for number in range(2_000)]),
    }
    assert ["born"] in keys_for(couples)
    monkeypatch.setattr(keys, "IN_ANY_FILE", 0)
    chosen = keys_for(couples)
    assert ["phone"] in chosen
    assert ["born"] not in chosen


def test_pairs_that_have_more_in_common_speak_against_no_key(monkeypatch):
    monkeypatch.setattr(keys, "IN_ANY_FILE", 0)
    chosen = keys_for(
        {
            "phone": ("phone", [f"+49 30 {number // 5 + 1_000_000}" for number in range(2_000)]),
            "born": ("code", [f"{number // 5}" for number in range(2_000)]),
        }
    )
    assert chosen == [["born"], ["phone"]]


@pytest.mark.parametrize("in_the_capital", [0, 1_000])
def test_a_part_that_leaves_many_records_over_the_cap_is_tried_together_with_others(in_the_capital):
    chosen = keys_for(
        {
            "town": ("code", [f"{4_711 if number < in_the_capital else number // 2}" for number in range(2_000)]),
            "year": ("code", [f"{1_950 + number % 50}" for number in range(2_000)]),
        }
    )
    assert ["town"] in chosen
    assert (["town", "year"] in chosen) == (in_the_capital > 0)


def test_of_two_pairs_of_parts_the_one_that_finds_all_that_the_other_does_is_enough():
    chosen = keys_for(
        {
            "name": (
                "person_name",
                [f"{GIVEN[number // 60 % 8]} {FAMILY[number // 60 % 8]}" for number in range(2_000)],
            ),
            "born": ("code", [f"{number % 60}" for number in range(2_000)]),
        }
    )
    assert ["name.tokens", "born"] in chosen
    assert ["name", "born"] not in chosen
