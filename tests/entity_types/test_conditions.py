"""Conditions of survivorship in a document: faults name the place, and words are known in any spelling."""

import pytest

from mdm.entity_types import parse
from mdm.errors import InvalidRules

SHOP = """
entity_type: shop
id_prefix: shp
attributes:
  name: {{kind: text}}
  country: {{kind: country}}
  email: {{kind: email, many: true}}
  prices: {{kind: lines, of: {{price: {{kind: number}}}}}}
match: {{block_on: [[name]], compare: [name]}}
survive: {survive}
"""


def faults(survive: str) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRules) as refused:
        parse(SHOP.format(survive=survive), file="shop.yaml")
    return [(fault.pointer, fault.detail) for fault in refused.value.faults]


def test_a_misspelt_word_of_a_condition_names_its_place_and_the_nearest():
    [(place, detail)] = faults("{attributes: {name: [{strategy: first, when: {sorce: crm}}, first]}}")
    assert (place, "source" in detail) == ("/survive/attributes/name/0/when/sorce", True)
    [(place, detail)] = faults("{attributes: {name: {strategy: first, when: {sorce: crm}}}}")
    assert place == "/survive/attributes/name/when/sorce"
    [(place, detail)] = faults("{attributes: {name: {strategy: first, when: {has: [emial]}}}}")
    assert (place, "'email'" in detail) == ("/survive/attributes/name/when/has/0", True)


def test_lines_and_lists_are_in_no_conflict_and_no_condition_asks_for_lines():
    assert [place for place, _ in faults("{conflicts: [prices]}")] == ["/survive/conflicts/0"]
    assert [place for place, _ in faults("{conflicts: [email]}")] == ["/survive/conflicts/0"]
    [(place, detail)] = faults("{attributes: {name: {strategy: first, when: {has: prices}}}}")
    assert (place, "holds lines" in detail) == ("/survive/attributes", True)


def test_what_another_attribute_equals_is_known_in_the_form_of_its_kind():
    document = SHOP.format(survive="{attributes: {name: {strategy: first, when: {equals: {country: Germany}}}}}")
    [step] = parse(document, file="shop.yaml").survivorship.steps("name")
    assert step.when is not None
    assert step.when.equals == {"country": ("Germany", "DE")}
