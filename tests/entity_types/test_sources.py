"""What an entity type says of its sources: ids that are spelled in several ways, and environments."""

import pytest

from mdm.entity_types import parse, shipped
from mdm.entity_types.sources import canonical_id
from mdm.errors import InvalidRules


@pytest.mark.parametrize(
    ("form", "written", "canonical"),
    [
        ("salesforce", "0015g00000A1b2C", "0015g00000A1b2CAAR"),
        ("salesforce", "0015g00000A1b2CAAR", "0015g00000A1b2CAAR"),
        ("salesforce", "0015G00000A1B2CAAR", "0015g00000A1b2CAAR"),
        ("salesforce", "0015g00000a1b2caar", "0015g00000A1b2CAAR"),
        ("salesforce", "0015g00000A1b2CZZZ", "0015g00000A1b2CZZZ"),
        ("salesforce", "A-17", "A-17"),
        ("guid", "{8F14E45F-CEEA-467F-A8D4-0B1C2D3E4F5A}", "8f14e45f-ceea-467f-a8d4-0b1c2d3e4f5a"),
        ("guid", "8f14e45fceea467fa8d40b1c2d3e4f5a", "8f14e45f-ceea-467f-a8d4-0b1c2d3e4f5a"),
        ("guid", "4711", "4711"),
        ("no_leading_zeros", "0000004711", "4711"),
        ("no_leading_zeros", "000", "0"),
        ("no_leading_zeros", "00A1", "00A1"),
        ("ignore_case", "CuSt-9", "cust-9"),
        (None, "0017", "0017"),
    ],
)
def test_spellings_of_one_id_are_written_in_one_form_and_others_left(form, written, canonical) -> None:  # type: ignore[no-untyped-def]
    assert canonical_id(form, written) == canonical
    assert canonical_id(form, canonical) == canonical


def test_a_source_that_is_not_named_is_of_production_and_its_ids_are_as_they_come() -> None:
    customer = parse(shipped()["customer"], file="customer.yaml")
    assert customer.source("crm").environment == "production"
    assert customer.canonical_id("crm", "0017") == "0017"


def test_a_wrong_word_is_refused_with_its_place_and_does_not_change_the_version_when_left_out() -> None:
    text = shipped()["customer"]
    with pytest.raises(InvalidRules) as refused:
        parse(text + "sources: {crm: {ids: salesfarce}, erp: {enviroment: test}}\n", file="c.yaml")
    faults = {fault.pointer: fault.detail for fault in refused.value.faults}
    assert faults.keys() == {"/sources/crm/ids", "/sources/erp/enviroment"}
    assert "environment" in faults["/sources/erp/enviroment"]
    assert parse(text + "sources: {}\n", file="c.yaml").version == parse(text, file="c.yaml").version
