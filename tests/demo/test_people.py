"""The people of the firm have the mess that people have, and those who resemble each other can be told apart."""

from collections import Counter

import pytest

from mdm.demo.firm import Firm, firm
from mdm.demo.systems import Row

Rows = dict[str, Row]


@pytest.fixture(scope="module")
def demo() -> Firm:
    return firm()


@pytest.fixture(scope="module")
def people(demo: Firm) -> Rows:
    """Every row of an employee by its record key."""
    return {
        f"{load.source}:employee:{row['id']}": row
        for load in demo.loads
        if load.entity_type == "employee" and not load.is_changes
        for row in demo.files[load.name]
    }


def written(row: Row) -> str:
    name = row["name"]
    return " ".join(name) if isinstance(name, tuple) else str(name)


def pairs(demo: Firm, people: Rows, kind: str) -> list[tuple[Row, Row]]:
    return [(people[left], people[right]) for one, left, right in demo.traps if one == kind and left in people]


def test_every_sort_of_mess_is_there(demo: Firm) -> None:
    counted = Counter(one.what for one in demo.planted)
    assert counted["people under a nickname"] >= 80
    for what in (
        "people who came back",
        "contractors who were employed",
        "people written in other letters",
        "people with a surname of before",
    ):
        assert counted[what] >= 5, what


def test_names_stand_in_their_own_script_and_in_latin_letters(people: Rows) -> None:
    native = [row for key, row in people.items() if key.startswith("hcm:") and not written(row).isascii()]
    assert sum(any(letter > "\u0370" for letter in written(row)) for row in native) >= 5
    latin = [written(row) for key, row in people.items() if key.startswith(("crm:", "erp:"))]
    assert all(max(name) < "\u0370" for name in latin)


def test_payroll_keeps_the_surname_at_birth(people: Rows) -> None:
    assert any(" GEB. " in written(row) or " NEE " in written(row) for row in people.values())


def test_father_and_son_share_a_name_and_no_number_or_mailbox(demo: Firm, people: Rows) -> None:
    found = pairs(demo, people, "father_son")
    assert len(found) >= 20
    for one, other in found:
        assert one.get("employee_number") != other.get("employee_number")
        assert one.get("email") != other.get("email")
        if "birth_date" in one and "birth_date" in other:
            assert one["birth_date"] != other["birth_date"]


def test_twins_share_their_birth_date_and_not_their_name(demo: Firm, people: Rows) -> None:
    dated = [pair for pair in pairs(demo, people, "twin") if all("birth_date" in row for row in pair)]
    assert dated
    for one, other in dated:
        assert one["birth_date"] == other["birth_date"]
        assert written(one).split()[0] != written(other).split()[0]


def test_the_erp_pads_its_numbers_and_nobody_else_does(people: Rows) -> None:
    padded = {key.split(":")[0] for key, row in people.items() if str(row.get("employee_number", "")).startswith("0")}
    assert padded == {"erp"}
