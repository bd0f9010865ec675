"""What each company of a firm says of one customer (INTEROP S11): assignments as an entity type of their own."""

import re
from pathlib import Path
from typing import Any

import pytest

from mdm.ingest import Incoming
from mdm.services import rebuild, resolving
from mdm.services.deciding import decisions
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.reading import golden, hierarchy, relations
from mdm.services.rulebook import rules
from tests.conftest import AUTHOR

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "assign-customers-to-companies.md"
ACME, BOLT = {"name": "Acme GmbH", "tax_id": "DE136695976"}, {"name": "Bolt Werke AG"}


@pytest.fixture
def firm(hub: Hub) -> Hub:
    """The type that the page describes, two companies of the firm, and a customer in two systems."""
    found = re.search(r"```yaml\n(entity_type: customer_assignment.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    rules.apply(hub, found[1], file="customer_assignment.yaml", author=AUTHOR)
    for number, name in (("1000", "Firm Deutschland GmbH"), ("2000", "Firm Schweiz AG")):
        said = {"name": name, "registration_number": f"HRB {number}7"}
        put(hub, "erp", "legal_entity", number, **said)
        put(hub, "ns", "legal_entity", f"sub-{number}", **said)
    put(hub, "erp", "customer", "C1", **ACME)
    put(hub, "ns", "customer", "77", **ACME)
    return hub


def put(hub: Hub, source: str, entity_type: str, source_id: str, *, mode: Any = "put", **said: Any) -> str:
    incoming = Incoming(source, entity_type, source_id, said, None, None, mode)
    found = records.put(hub, incoming, author=AUTHOR, wait=True).golden_id
    resolving.resolve_all(hub, author=AUTHOR)
    assert found is not None
    return found


def assignments(hub: Hub) -> list[dict[str, Any]]:
    return [one["attributes"] for one in golden.page(hub, entity_type="customer_assignment")["items"]]


def test_each_company_has_its_own_terms_and_block_of_one_golden_customer(firm: Hub) -> None:
    one = put(firm, "erp", "customer_assignment", "C1/1000", customer="C1", company="1000", terms="30d", blocked=False)
    same = put(firm, "ns", "customer_assignment", "77/1", customer="77", company="sub-1000", terms="14d", tax="DE19")
    other = put(firm, "erp", "customer_assignment", "C1/2000", customer="C1", company="2000", terms="60d", blocked=True)
    assert (same == one, other == one) == (True, False)
    assert [(said["terms"], said.get("blocked"), said.get("tax")) for said in assignments(firm)] == [
        ("30d", "false", "DE19"), ("60d", "true", None),
    ]  # fmt: skip
    customer = golden.page(firm, entity_type="customer")["items"][0]["golden_id"]
    told = relations.relations(firm, customer, relations.Wanted(entity_type="customer_assignment"))
    assert {item["golden_id"] for item in told["referred_by"]["items"]} == {one, other}
    roll_up = hierarchy.hierarchy(firm, customer, hierarchy.Wanted())["roll_up"]
    assert roll_up["referred_by"] == [
        {"entity_type": "customer_assignment", "attribute": "customer", "golden_records": 2}
    ]
    # A deletion at one company is that of the assignment, and of nothing else.
    put(firm, "erp", "customer_assignment", "C1/2000", mode="delete")
    assert [said["terms"] for said in assignments(firm)] == ["30d"]
    assert golden.get(firm, customer)["status"] == "active"
    assert rebuild.verify(firm).match


def test_assignments_follow_their_customers_through_merges_splits_and_deletions(firm: Hub) -> None:
    bolt = put(firm, "erp", "customer", "C2", **BOLT)
    acme = golden.page(firm, entity_type="customer")["items"][0]["golden_id"]
    put(firm, "ns", "customer_assignment", "77/1", customer="77", company="sub-1000", terms="14d")
    put(firm, "erp", "customer_assignment", "C2/1000", customer="C2", company="1000", terms="30d")
    assert len(assignments(firm)) == 2
    decided = decisions.merge(firm, [acme, bolt], reason="taken over", author=AUTHOR)
    resolving.resolve_all(firm, author=AUTHOR)
    assert [said["terms"] for said in assignments(firm)] == ["30d"]
    decisions.undo(firm, decided.decision_id, reason="not yet", author=AUTHOR)
    resolving.resolve_all(firm, author=AUTHOR)
    assert len(assignments(firm)) == 2
    put(firm, "erp", "customer", "C2", mode="delete")
    assert [said["terms"] for said in assignments(firm)] == ["14d"]
    assert rebuild.verify(firm).match


def test_a_customer_that_is_a_company_of_the_firm_leads_to_it(firm: Hub) -> None:
    put(firm, "erp", "customer", "C9", name="Firm Schweiz AG", tax_id="FR40303265045", represents="2000")
    put(firm, "ns", "customer", "99", name="Firm Schweiz AG", tax_id="FR40303265045", represents="sub-2000")
    entity = golden.page(firm, entity_type="legal_entity")["items"][1]["golden_id"]
    told = relations.relations(firm, entity, relations.Wanted(attribute="represents"))["referred_by"]["items"]
    assert [(one["label"], len(one["keys"])) for one in told] == [("Firm Schweiz AG", 2)]
