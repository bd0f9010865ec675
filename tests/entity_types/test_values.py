import pytest

from mdm.entity_types import check, parse, shipped

CUSTOMER = parse(shipped()["customer"], file="customer.yaml")


def faults(**attributes: object) -> list[tuple[str, str]]:
    _, found = check(CUSTOMER, {"name": "Acme Ltd", **attributes})
    return [(fault.pointer, fault.rule) for fault in found]


def test_texts_are_stripped_and_empty_ones_become_null():
    cleaned, found = check(CUSTOMER, {"name": " Acme Ltd ", "tax_id": "  "})
    assert (cleaned, found) == ({"name": "Acme Ltd", "tax_id": None}, [])


def test_what_was_not_sent_stays_absent():
    assert check(CUSTOMER, {"name": "Acme"})[0] == {"name": "Acme"}


def test_an_attribute_with_many_values_is_a_list_without_blanks():
    cleaned, _ = check(CUSTOMER, {"name": "A", "email": ["a@example.com", " ", None], "phone": "+44 20 7946 0000"})
    assert cleaned["email"] == ["a@example.com"]
    assert cleaned["phone"] == ["+44 20 7946 0000"]


def test_an_address_may_be_a_text_or_an_object_of_its_fields():
    assert faults(address="1 High Street, Leeds") == []
    cleaned, _ = check(CUSTOMER, {"name": "A", "address": {"street": " 1 High Street ", "city": ""}})
    assert cleaned["address"] == {"street": "1 High Street"}


@pytest.mark.parametrize(
    ("attributes", "pointer", "rule"),
    [
        ({"nmae": "x"}, "/attributes/nmae", "unknown_attribute"),
        ({"name": ""}, "/attributes/name", "required"),
        ({"name": ["a"]}, "/attributes/name", "one_value"),
        ({"name": {"a": 1}}, "/attributes/name", "one_value"),
        ({"address": {"stret": "x"}}, "/attributes/address/stret", "unknown_field"),
        ({"address": {"street": ["x"]}}, "/attributes/address/street", "shape"),
        ({"email": [["a@example.com"]]}, "/attributes/email", "shape"),
        ({"name": "a\x00b"}, "/attributes/name", "control_character"),
        ({"name": "a\ud800b"}, "/attributes/name", "control_character"),
        ({"name": "x" * 100_001}, "/attributes/name", "text_too_long"),
        ({"name": float("nan")}, "/attributes/name", "number"),
        ({"name": 10**30}, "/attributes/name", "number"),
        ({"phone": ["1"] * 1001}, "/attributes/phone", "too_many"),
    ],
)
def test_what_cannot_be_taken_is_shown_by_place_and_rule(attributes, pointer, rule):
    assert (pointer, rule) in faults(**attributes)


def test_an_unknown_attribute_names_the_nearest():
    _, found = check(CUSTOMER, {"name": "A", "taxid": "x"})
    assert "'tax_id'" in found[0].detail


def test_a_kind_refuses_a_value_under_its_own_name():
    text = """
entity_type: contract
id_prefix: con
attributes: {signed: {kind: date}}
match: {block_on: [[signed]], compare: [signed]}
"""
    _, found = check(parse(text, file="contract.yaml"), {"signed": "31/31/2020"})
    assert [(fault.pointer, fault.rule) for fault in found] == [("/attributes/signed", "date")]


def test_a_partial_record_may_leave_out_what_is_required_but_not_empty_it():
    assert check(CUSTOMER, {"tax_id": "1"}, partial=True)[1] == []
    assert check(CUSTOMER, {"name": None}, partial=True)[1][0].rule == "required"
