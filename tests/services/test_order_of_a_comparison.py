"""What stands first in a comparison."""

from mdm.services.stewarding.comparison import in_order


def test_contradictions_that_may_be_seen_come_before_those_that_are_masked_and_agreements_last():
    rows = [
        {"attribute": attribute, "state": state, "weight": weight, "masked": masked}
        for attribute, state, weight, masked in (
            ("iban", "conflict", -9.0, True), ("city", "near", 2.0, False), ("email", "same", 8.0, False),
            ("name", "conflict", -1.0, False), ("phone", "conflict", -3.0, False), ("note", "missing", 0.0, False),
        )
    ]  # fmt: skip
    assert [one["attribute"] for one in in_order(rows)] == ["phone", "name", "iban", "city", "email", "note"]
