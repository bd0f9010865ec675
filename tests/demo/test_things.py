"""Cost centres, services, templates, rate cards and tax rules: what must stay apart differs in what tells it apart."""

from collections import Counter

import pytest

from mdm.demo.firm import Firm, firm
from mdm.demo.systems import Row
from mdm.demo.vocabulary import ROLES, is_mapped, role

Rows = dict[str, Row]


@pytest.fixture(scope="module")
def demo() -> Firm:
    return firm()


def rows_of(demo: Firm, entity_type: str) -> Rows:
    return {
        f"{load.source}:{entity_type}:{row['id']}": row
        for load in demo.loads
        if load.entity_type == entity_type and not load.is_changes
        for row in demo.files[load.name]
    }


def owners(demo: Firm, entity_type: str, *attributes: str) -> Counter[int]:
    """How many values of these attributes together belong to one true entity, to two, and so on, in each system."""
    found: dict[tuple[str, ...], set[str]] = {}
    for key, row in rows_of(demo, entity_type).items():
        if key in demo.truth[entity_type] and all(attribute in row for attribute in attributes):
            value = (key.split(":")[0], *(str(row[attribute]).upper() for attribute in attributes))
            found.setdefault(value, set()).add(demo.truth[entity_type][key])
    return Counter(map(len, found.values()))


@pytest.mark.parametrize("entity_type", ["cost_center", "service_item", "project_template", "rate_card"])
def test_a_code_belongs_to_one_thing(demo: Firm, entity_type: str) -> None:
    assert set(owners(demo, entity_type, "code")) == {1}


@pytest.mark.parametrize("attribute", ["name", "code", "legal_entity", "country"])
def test_nothing_alone_says_which_tax_rule_it_is(demo: Firm, attribute: str) -> None:
    alone = owners(demo, "tax_rule", attribute)
    assert sum(count for many, count in alone.items() if many > 1) > 5
    assert set(owners(demo, "tax_rule", "code", "legal_entity")) == {1}


def test_a_customer_has_rate_cards_of_several_years_and_currencies(demo: Firm) -> None:
    alone = owners(demo, "rate_card", "customer")
    assert sum(count for many, count in alone.items() if many > 1) > 60
    assert set(owners(demo, "rate_card", "customer", "currency", "valid_from")) == {1}


def test_cost_centres_of_one_name_are_of_many_legal_entities(demo: Firm) -> None:
    assert max(owners(demo, "cost_center", "name")) > 20
    assert set(owners(demo, "cost_center", "code")) == {1}


def test_the_same_role_goes_by_seven_names(demo: Firm) -> None:
    systems = ("crm", "psa", "hcm", "expense", "procurement", "billing", "erp")
    assert any(len({role(source, code).lower() for source in systems}) == 7 for code in ROLES)
    unmapped = [
        (source, code) for source in systems for code in ROLES if not is_mapped("roles", source, role(source, code))
    ]
    assert sorted(unmapped) == [("crm", "partner"), ("expense", "software_engineer")]


def test_rate_lines_overlap_are_over_have_not_begun_leave_gaps_and_are_in_conflict(demo: Firm) -> None:
    counted = Counter(one.what for one in demo.planted if one.what.startswith("rate lines"))
    assert set(counted.values()) == {12}
    assert len(counted) == 7


def test_a_change_file_deletes_what_the_first_file_brought(demo: Firm) -> None:
    for load in demo.loads:
        if load.is_changes:
            first = {row["id"] for row in demo.files[load.name.removesuffix("_changes")]}
            assert {row["id"] for row in demo.files[load.name]} <= first
            assert all(row["deleted"] for row in demo.files[load.name])


def test_targets_arrive_after_what_refers_to_them(demo: Firm) -> None:
    counted = Counter(one.what for one in demo.planted)
    assert counted["references that arrived before their target"] > 2_000
    assert counted["references that lead nowhere"] >= 6


def test_systems_hang_things_of_four_types_in_different_places_and_most_in_one_under_several_ids(demo: Firm) -> None:
    apart = Counter(one.keys[0].split(":")[1] for one in demo.planted if one.way == "apart")
    assert apart == {"legal_entity": 3, "cost_center": 6, "employee": 3, "customer": 3}
    agreed = Counter(one.keys[0].split(":")[1] for one in demo.planted if one.way == "agreed")
    assert min(agreed[entity_type] for entity_type in apart) > 10
