"""Two versions of rules compared by what they mean."""

import pytest

from mdm.services.rulebook.rules import check
from mdm.services.rulebook.rules_diff import differences, text_diff

SHOP = """
entity_type: shop
id_prefix: shp
attributes:
  name: {kind: name, required: true}
  tax:  {kind: identifier}
  tel:  {kind: phone, many: true, privacy: contact}
match:
  block_on: [[tax], [name.tokens, tel.national]]
  compare: [name, {attribute: tel, weight: 0.5}]
  always: [{same: tax}]
  never: [{different: [name, tax]}]
survive:
  attributes: {tel: union}
  trust: {crm: {value: 60, half_life: 30d}, erp: 90}
ownership: {tel: sales}
readiness: {billing: {systems: [erp], attributes: [tax, tel]}}
"""
REARRANGED = """
# The same, said otherwise.
id_prefix: shp
entity_type: shop
attributes:
  tel:  {privacy: contact, many: true, kind: phone}
  tax:  {kind: identifier, required: false}
  name: {kind: name, required: true}
match:
  never: [{different: [tax, name]}]
  always: [{same: [tax]}]
  compare: [{attribute: tel, weight: 0.5}, {attribute: name}]
  block_on: [[tel.national, name.tokens], [tax]]
  thresholds: {match: 0.99, review: 0.70}
survive:
  default: most_trusted
  trust: {erp: {value: 90}, crm: {value: 60, half_life: 30d}}
readiness: {billing: {attributes: [tax, tel], systems: [erp]}}
ownership: {tel: sales}
"""


def differ(before: str, after: str) -> list[tuple[str, str, str]]:
    found = differences(check(before, file="before"), check(after, file="after"))
    return [(one.section, one.change, one.name) for one in found]


def changed(*replacements: tuple[str, str]) -> str:
    text = SHOP
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return text


def test_layout_comments_order_and_what_is_said_by_default_do_not_count() -> None:
    assert differ(SHOP, REARRANGED) == []
    assert differ(REARRANGED, SHOP) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("  tax:  {kind: identifier}", "  tax:  {kind: code}", ("attributes", "changed", "tax.kind")),
        ("privacy: contact", "privacy: personal", ("attributes", "changed", "tel.privacy")),
        (", required: true", "", ("attributes", "changed", "name.required")),
        ("[[tax], ", "[[tax], [name], ", ("match.block_on", "added", "name")),
        ("[[tax], ", "[", ("match.block_on", "removed", "tax")),
        ("weight: 0.5", "weight: 0.6", ("match.compare", "changed", "tel")),
        ("always: [{same: tax}]", "always: []", ("match.always", "removed", "same tax")),
        ("[name, tax]}", "[name, tax, tel]}", ("match.never", "added", "different name and tax and tel")),
        ("  never:", "  thresholds: {match: 0.9}\n  never:", ("match.thresholds", "changed", "match")),
        ("  never:", "  block_cap: 7\n  never:", ("match", "changed", "block_cap")),
        ("{tel: union}", "{tel: union, tax: first}", ("survive.attributes", "changed", "tax")),
        ("half_life: 30d", "half_life: 60d", ("survive.trust", "changed", "crm")),
        (
            "{tel: union}",
            "{tel: union, name: [{strategy: first, when: {has: tax}}, longest]}",
            ("survive.attributes", "changed", "name"),
        ),
        (", erp: 90", "", ("survive.trust", "removed", "erp")),
        ("  trust:", "  groups: [[name, tax]]\n  trust:", ("survive.groups", "added", "name + tax")),
        ("tel: sales", "tel: finance", ("ownership", "changed", "tel")),
        ("systems: [erp]", "systems: [erp, crm]", ("readiness", "changed", "billing")),
        ("id_prefix: shp", "id_prefix: sho", ("entity_type", "changed", "id_prefix")),
    ],
)
def test_each_thing_that_is_said_otherwise_is_named(old: str, new: str, expected: tuple[str, str, str]) -> None:
    assert expected in differ(SHOP, changed((old, new)))


def test_a_default_strategy_shows_in_the_attributes_that_fall_to_it() -> None:
    default = changed(("survive:\n", "survive:\n  default: longest\n"))
    assert differ(SHOP, default) == [("survive.attributes", "changed", name) for name in ("name", "tax")]


def test_a_new_name_is_one_difference_wherever_the_attribute_is_named() -> None:
    renamed = SHOP.replace("tel:  {kind", "phone: {renamed_from: tel, kind").replace("tel", "phone")
    renamed = renamed.replace("renamed_from: phone", "renamed_from: tel")
    assert differ(SHOP, renamed) == [("attributes", "renamed", "phone")]


def test_an_attribute_that_came_or_went_says_what_it_is() -> None:
    without = SHOP.replace(", tel.national", "").replace(", {attribute: tel, weight: 0.5}", "")
    without = without.replace("  tel:  {kind: phone, many: true, privacy: contact}\n", "").replace("{tel: union}", "{}")
    without = without.replace("ownership: {tel: sales}\n", "").replace("[tax, tel]", "[tax]")
    [gone] = [
        one for one in differences(check(SHOP, file="a"), check(without, file="b")) if one.section == "attributes"
    ]
    assert (gone.change, gone.name, gone.before) == (
        "removed", "tel", {"kind": "phone", "many": True, "privacy": "contact"}
    )  # fmt: skip


def test_the_lines_that_differ_are_there_too() -> None:
    text = text_diff(SHOP, changed(("tel: sales", "tel: finance")), names=("a", "b"))
    assert "-ownership: {tel: sales}\n+ownership: {tel: finance}\n" in text
