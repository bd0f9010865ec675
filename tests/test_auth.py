"""Who may do what, and who sees what."""

import pytest

from mdm.auth import ACTIONS, MAY, ROLES, Principal, allowed, form, mask, sees_all
from mdm.entity_types import parse
from mdm.errors import Forbidden

CUSTOMER = parse(
    """
    entity_type: customer
    id_prefix: cus
    attributes:
      name: {kind: company_name, privacy: public}
      tax_id: {kind: tax_id}
      email: {kind: email, many: true, privacy: contact}
      birthday: {kind: date, privacy: personal}
      iban: {kind: iban, privacy: financial}
    match: {block_on: [[name]], compare: [name]}
    """,
    file="customer.yaml",
)
VALUES = {
    "name": "Acme", "tax_id": "DE136695976", "email": ["jane@acme.com"], "birthday": "1990-01-02", "iban": "DE89",
}  # fmt: skip


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("reader", {"name", "tax_id"}),
        ("source", {"name", "tax_id"}),
        ("steward", {"name", "tax_id", "email", "birthday"}),
        ("approver", {"name", "tax_id", "email", "birthday"}),
        ("admin", set(VALUES)),
    ],
)
def test_a_role_sees_its_privacy_classes_and_nothing_else(role, seen):
    assert mask(Principal("k", role), CUSTOMER, VALUES) == {name: VALUES[name] for name in seen}


def test_an_auditor_sees_the_form_of_what_is_private():
    assert mask(Principal("k", "auditor"), CUSTOMER, VALUES) == {
        "name": "Acme", "tax_id": "DE136695976", "email": ["j***@a***.com"], "birthday": "***", "iban": "D***",
    }  # fmt: skip


CARD = parse(
    """
    entity_type: card
    id_prefix: car
    attributes:
      code: {kind: identifier}
      lines: {kind: lines, privacy: contact, of: {role: {kind: code}, rate: {kind: money, privacy: financial}}}
    match: {block_on: [[code]], compare: [code]}
    """,
    file="card.yaml",
)
LINES = {"lines": [{"role": "M", "rate": "120", "valid_to": None}]}


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        ("reader", {}),
        ("steward", {"lines": [{"role": "M", "valid_to": None}]}),
        ("auditor", {"lines": [{"role": "M***", "rate": "***", "valid_to": None}]}),
        ("admin", LINES),
    ],
)
def test_lines_are_seen_with_their_attribute_and_a_field_with_its_own_class_too(role, shown):
    principal = Principal("k", role)
    assert mask(principal, CARD, LINES) == shown
    assert sees_all(principal, CARD) == (role == "admin")


def test_a_field_that_was_removed_from_lines_is_shown_to_an_admin_only():
    old = {"lines": [{"role": "M", "cost": "90"}]}
    assert mask(Principal("k", "steward"), CARD, old) == {"lines": [{"role": "M"}]}
    assert mask(Principal("k", "admin"), CARD, old) == old


def test_an_attribute_that_was_removed_from_the_rules_is_shown_to_an_admin_only():
    old = {"salary": 100_000}
    assert mask(Principal("k", "steward"), CUSTOMER, old) == {}
    assert mask(Principal("k", "auditor"), CUSTOMER, old) == {"salary": "***"}
    assert mask(Principal("k", "admin"), CUSTOMER, old) == old


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("jane.roe@mail.acme.com", "j***@m***.com"),
        ("x@localhost", "x***@l***"),
        ("12 Main Street", "*** M*** S***"),
        ({"street": "Hauptstraße 1", "postcode": "10115"}, {"street": "H*** ***", "postcode": "***"}),
        (42, "***"),
        (None, None),
        ("", ""),
        ("@", "***"),
    ],
)
def test_a_form_keeps_shape_and_no_digit(value, shown):
    assert form(value) == shown


def test_only_an_admin_may_do_everything_and_an_auditor_changes_nothing():
    assert [role for role in ROLES if MAY[role] == set(ACTIONS)] == ["admin"]
    assert not MAY["auditor"] & {"ingest", "decide", "apply rules"}
    assert not MAY["reader"] & {"ingest", "decide", "apply rules", "read tasks", "read quarantine"}


def test_a_refusal_names_the_roles_that_may():
    with pytest.raises(Forbidden, match="the role reader may not decide; steward, approver, admin may"):
        allowed(Principal("k", "reader"), "decide")


def test_a_key_of_one_source_writes_for_no_other_but_looks_up_all():
    crm = Principal("k", "source", source="crm")
    allowed(crm, "ingest", source="crm")
    allowed(crm, "look up", source="erp")
    with pytest.raises(Forbidden, match="narrowed to the source crm"):
        allowed(crm, "ingest", source="erp")


def test_a_key_of_one_entity_type_does_nothing_with_another():
    narrow = Principal("k", "admin", entity_type="customer")
    allowed(narrow, "decide", entity_type="customer")
    with pytest.raises(Forbidden, match="narrowed to the entity type customer"):
        allowed(narrow, "decide", entity_type="legal_entity")
