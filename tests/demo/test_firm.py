"""The demo firm is the same everywhere, holds the mess it promises, and stays fair."""

import hashlib
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from anyascii import anyascii
from rapidfuzz import fuzz
from stdnum import lei

from mdm.demo import mess, numbers
from mdm.demo.books import SYSTEMS
from mdm.demo.exports import entity_type
from mdm.demo.firm import Firm, firm
from mdm.demo.systems import Row
from mdm.demo.words import abbreviations, countries
from mdm.entity_types import shipped

WRITE = """
import sys
from pathlib import Path
from mdm.demo.firm import firm, write
write(firm(), Path(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def demo() -> Firm:
    return firm()


@pytest.fixture(scope="module")
def rows(demo: Firm) -> dict[str, Row]:
    """Every row by its record key."""
    return {
        f"{load.source}:{load.entity_type}:{row['id']}": row
        for load in demo.loads
        if not load.is_changes
        for row in demo.files[load.name]
    }


@pytest.fixture(scope="module")
def clusters(demo: Firm, rows: dict[str, Row]) -> dict[str, list[str]]:
    """The customers' record keys by true entity."""
    result: dict[str, list[str]] = {}
    for key, entity in demo.truth["customer"].items():
        result.setdefault(entity, []).append(key)
    return result


def digest(folder: Path) -> str:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def compact(row: Row) -> str:
    number = "".join(letter for letter in str(row.get("tax_id", "")).upper() if letter.isalnum())
    country = number[:2] if number[:2] in countries() else "US"
    return number if numbers.valid_tax_id(country, number) else ""


def place(row: Row) -> str:
    address = row.get("address", {})
    assert isinstance(address, dict)
    digits = "".join(letter for letter in address.get("street", "") if letter.isdigit())
    postcode = address.get("postcode", "").replace(" ", "")
    return digits[:3] + postcode if digits and postcode else ""


def words(row: Row, attribute: str) -> set[str]:
    value = row.get(attribute, [])
    assert isinstance(value, list)
    if attribute == "phone":
        return {"".join(letter for letter in one if letter.isdigit())[-7:] for one in value}
    return {one.lower() for one in value}


def alike(left: Row, right: Row) -> bool:
    names = [anyascii(str(row["name"])).lower().replace("ae", "a").replace("oe", "o") for row in (left, right)]
    return fuzz.token_set_ratio(*[name.replace("ue", "u").replace(".", "") for name in names]) >= 75


def strong_agreement(left: Row, right: Row) -> int:
    """How many strong facts agree, measured on what was written and not on what was planned."""
    return sum(
        (
            alike(left, right),
            bool(compact(left)) and compact(left) == compact(right),
            bool(place(left)) and place(left) == place(right),
            bool(words(left, "email") & words(right, "email")),
            bool(words(left, "phone") & words(right, "phone")),
        )
    )


@pytest.mark.verify
def test_two_processes_with_different_hash_seeds_write_the_same_bytes(tmp_path: Path) -> None:
    for seed in ("1", "2"):
        command = [sys.executable, "-c", WRITE, str(tmp_path / seed)]
        subprocess.run(command, check=True, env={"PYTHONHASHSEED": seed})
    assert digest(tmp_path / "1") == digest(tmp_path / "2")


def test_another_seed_makes_another_firm(demo: Firm) -> None:
    assert firm(7).files["erp_customers"] != demo.files["erp_customers"]


def test_the_firm_has_about_six_thousand_records_in_seven_systems(demo: Firm, rows: dict[str, Row]) -> None:
    assert 6_000 <= len(rows) <= 6_600
    assert {load.source for load in demo.loads} == set(SYSTEMS)
    assert {load.entity_type for load in demo.loads} == set(shipped())
    assert {load.name for load in demo.loads} == set(demo.files)


def test_every_system_has_ids_of_its_own_form(rows: dict[str, Row]) -> None:
    forms = {
        "crm": r"[0-9A-Za-z]{18}",
        "psa": r"[A-Z]+-?\d+",
        "erp": r"\d{4,18}",
        "hcm": r"[0-9a-f]{32}",
        "billing": r"[a-z]+_[0-9a-f]{10}",
        "expense": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "procurement": r"\d+",
    }
    for key in rows:
        source, _, ident = key.split(":", 2)
        assert re.fullmatch(forms[source], ident), key


def test_size_multiplies_the_customers_and_not_the_legal_entities(demo: Firm) -> None:
    double = firm(size=2)
    assert len(set(double.truth["customer"].values())) > 1.9 * len(set(demo.truth["customer"].values()))
    assert len(set(double.truth["legal_entity"].values())) == 60


def test_every_record_has_a_true_entity_but_those_that_are_deleted(demo: Firm, rows: dict[str, Row]) -> None:
    deleted = {one.keys[0] for one in demo.planted if one.way == "deleted" or "merged" in one.what}
    assert {key for truth in demo.truth.values() for key in truth} == set(rows) - deleted


def test_every_kind_of_trap_is_there_and_points_at_two_different_companies(demo: Firm) -> None:
    truth = {key: entity for part in demo.truth.values() for key, entity in part.items()}
    kinds = Counter(kind for kind, _, _ in demo.traps)
    assert all(truth[left] != truth[right] for _, left, right in demo.traps)
    assert min(kinds[kind] for kind in ("sister", "namesake", "switchboard")) >= 200
    people = ("father_son", "twin", "spouse")
    things = ("same_name", "neighbour", "tier", "topic", "billing", "currency", "year", "same_country", "same_rate")
    assert min(kinds[kind] for kind in people) >= 20
    assert min(kinds[kind] for kind in things) >= 40


def test_namesakes_have_one_name_in_two_towns(demo: Firm, rows: dict[str, Row]) -> None:
    pairs = [
        (rows[left], rows[right]) for kind, left, right in demo.traps if kind == "namesake" and ":customer:" in left
    ]
    assert sum(alike(left, right) for left, right in pairs) > 0.95 * len(pairs)
    assert not any(place(left) and place(left) == place(right) for left, right in pairs)


def test_companies_behind_one_switchboard_share_phone_and_address(demo: Firm, rows: dict[str, Row]) -> None:
    pairs = [(rows[left], rows[right]) for kind, left, right in demo.traps if kind == "switchboard"]
    assert sum(bool(words(left, "phone") & words(right, "phone")) for left, right in pairs) > 50
    assert sum(bool(place(left)) and place(left) == place(right) for left, right in pairs) > 150


def test_no_trap_shares_a_tax_id_and_sisters_can_be_told_apart(demo: Firm, rows: dict[str, Row]) -> None:
    for kind, left, right in demo.traps:
        one, other = rows[left], rows[right]
        assert not compact(one) or compact(one) != compact(other)
        if kind == "sister" and left.split(":")[1] == "customer" and not (compact(one) and compact(other)):
            assert str(one["name"]).upper() != str(other["name"]).upper()


def test_legal_forms_of_ten_countries_are_written_in_many_ways_or_left_out(demo: Firm) -> None:
    names = [str(row["name"]) for row in demo.files["crm_customers"]]
    spellings = {
        country.code: {form for forms in country.forms for form in forms if any(n.endswith(form) for n in names)}
        for country in countries().values()
    }
    assert len(spellings) >= 10
    assert all(len(found) >= 4 for found in spellings.values())
    every = tuple(form for country in countries().values() for forms in country.forms for form in forms)
    assert sum(not name.upper().endswith(tuple(form.upper() for form in every)) for name in names) > 200


def test_names_lose_their_letters_are_shouted_and_abbreviated(demo: Firm) -> None:
    names = [str(row["name"]) for row in demo.files["erp_customers"] if "name" in row]
    assert sum(name.isupper() for name in names) > 250
    companies = [rows for name, rows in demo.files.items() if name.endswith(("customers", "legal_entities"))]
    every = {word.upper() for rows in companies for row in rows for word in str(row["name"]).split()}
    shorts = {short.upper() for _, short in abbreviations("business")}
    assert len(shorts & every) > 15
    native = sorted(word for word in every if not word.isascii())
    assert sum(mess.stripped(word) in every for word in native) > 80
    assert sum(mess.expanded(word.title(), "DE").upper() in every - {mess.stripped(word)} for word in native) > 15
    towns = {str(address["city"]).lower() for address in addresses(demo)}
    assert {"łódź", "lodz", "münchen", "munich", "muenchen", "köln", "cologne"} <= towns


def addresses(demo: Firm) -> list[dict[str, str]]:
    """The address of every row that has one."""
    found = [row.get("address") for rows in demo.files.values() for row in rows]
    return [address for address in found if isinstance(address, dict)]


def test_some_systems_hold_a_company_twice(clusters: dict[str, list[str]]) -> None:
    twice = [key for keys in clusters.values() if len(keys) > len({key.split(":")[0] for key in keys}) for key in keys]
    assert len(twice) > 40


def test_some_offices_have_moved(clusters: dict[str, list[str]], rows: dict[str, Row]) -> None:
    moved = [keys for keys in clusters.values() if len({place(rows[key]) for key in keys} - {""}) > 1]
    assert len(moved) > 50


def test_values_are_missing_and_some_tax_ids_are_wrong(demo: Firm, rows: dict[str, Row]) -> None:
    some = [row for key, row in rows.items() if ":customer:" in key]
    missing = Counter(attribute for row in some for attribute in ("tax_id", "email", "phone") if attribute not in row)
    assert min(missing.values()) > 400
    wrong = [row for row in some if "tax_id" in row and not compact(row)]
    assert 25 <= len(wrong) <= 160


def test_every_other_tax_id_passes_the_check_of_its_country(rows: dict[str, Row]) -> None:
    valid = Counter(compact(row)[:2] for row in rows.values() if compact(row))
    assert sum(valid.values()) > 1_900
    assert len([prefix for prefix in valid if prefix in countries()]) == 10


@pytest.mark.parametrize("code", countries())
def test_a_tax_id_is_valid_and_a_broken_one_is_not(code: str) -> None:
    random = Random(code)
    for _ in range(200):
        number = numbers.tax_id(random, code)
        assert numbers.valid_tax_id(code, number)
        assert not numbers.valid_tax_id(code, numbers.broken_tax_id(random, code, number))


def test_every_lei_has_the_check_digits_of_its_standard(rows: dict[str, Row]) -> None:
    leis = [str(row["lei"]).upper() for row in rows.values() if "lei" in row]
    assert len(leis) > 120
    assert all(lei.is_valid(number) for number in leis)


def test_a_reference_is_an_id_of_its_own_system_and_nearly_always_leads_somewhere(
    demo: Firm, rows: dict[str, Row]
) -> None:
    nowhere = {one.keys[1] for one in demo.planted if one.way == "waiting"}
    found = 0
    for key, row in rows.items():
        source, name, _ = key.split(":", 2)
        for attribute, to in entity_type(name).references.items():
            if attribute in row:
                found += 1
                target = f"{source}:{to}:{row[attribute]}"
                assert (target in rows) != (target in nowhere), target
    assert found > 5_500
    assert len(nowhere) >= 5


def test_true_copies_hang_together_by_two_strong_facts(clusters: dict[str, list[str]], rows: dict[str, Row]) -> None:
    whole = 0
    for keys in clusters.values():
        reached, waiting = {keys[0]}, [keys[0]]
        while waiting:
            here = waiting.pop()
            near = [key for key in keys if key not in reached and strong_agreement(rows[here], rows[key]) >= 2]
            reached.update(near)
            waiting += near
        whole += len(reached) == len(keys)
    assert whole >= 0.98 * len(clusters)


def test_no_two_customers_have_one_tax_id(demo: Firm, rows: dict[str, Row]) -> None:
    owners: dict[str, set[str]] = {}
    for key, entity in demo.truth["customer"].items():
        owners.setdefault(compact(rows[key]), set()).add(entity)
    del owners[""]
    assert all(len(entities) == 1 for entities in owners.values())
