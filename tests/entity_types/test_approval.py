"""The part of the rules that says which decisions need a second person."""

import pytest
import yaml

from mdm.entity_types.approval import Approval, Over
from mdm.entity_types.document import parse, shipped
from mdm.errors import InvalidRules


def customer(**approval: object) -> str:
    return yaml.safe_dump({**yaml.safe_load(shipped()["customer"]), "approval": approval})


def test_without_it_only_large_bulk_decisions_need_one() -> None:
    assert parse(shipped()["customer"], file="f").approval == Approval(bulk=20)
    assert parse(customer(), file="f").version == parse(shipped()["customer"], file="f").version


def test_all_of_it_is_read() -> None:
    said = {"merge": {"records": 20}, "split": True, "undo": True, "override": ["tax_id"], "different": ["tax_id"]}
    found = parse(customer(**said, bulk=5), file="f").approval
    assert found == Approval(
        merge=Over(records=20), split=True, undo=True, override=("tax_id",), different=("tax_id",), bulk=5
    )
    assert parse(customer(merge=True), file="f").approval.merge is True


@pytest.mark.parametrize(("said", "pointer", "words"), [
    ({"merg": True}, "/approval/merg", "nearest is 'merge'"),
    ({"merge": {"record": 3}}, "/approval/merge/record", "nearest is 'records'"),
    ({"merge": {"records": 0}}, "/approval/merge/records", "greater than or equal to 1"),
    ({"override": ["taxid"]}, "/approval/override/0", "nearest is 'tax_id'"),
    ({"different": ["tax_id", "nmae"]}, "/approval/different/1", "nearest is 'name'"),
    ({"bulk": 21}, "/approval/bulk", "less than or equal to 20"),
])  # fmt: skip
def test_what_is_wrong_is_named_with_its_place_and_the_nearest_word(
    said: dict[str, object], pointer: str, words: str
) -> None:
    with pytest.raises(InvalidRules) as refused:
        parse(customer(**said), file="f")
    faults = {fault.pointer: fault.detail for fault in refused.value.faults}
    assert words in faults[pointer], faults


def test_dated_lines_are_not_compared() -> None:
    document = {**yaml.safe_load(shipped()["rate_card"]), "approval": {"different": ["lines"]}}
    with pytest.raises(InvalidRules, match="dated lines, which are not compared"):
        parse(yaml.safe_dump(document), file="f")
