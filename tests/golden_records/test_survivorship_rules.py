"""Survivorship rules say where they are wrong and what was probably meant."""

import pytest
import yaml
from pydantic import ValidationError

from golden_records.rules import RulesError, SurvivorshipRules, Trust, check

DOCUMENT = """
default: most_trusted
attributes:
  email: union
  name: {strategy: source_priority, sources: [erp, crm]}
  phone: {strategy: most_trusted, trust: {crm: 95}}
trust: {erp: 90, crm: {value: 80, half_life: 365d}, psa: 60}
groups: [[street, city]]
"""
NAMES = ["name", "email", "phone", "street", "city"]


def rules(text):
    return SurvivorshipRules.model_validate(yaml.safe_load(text))


def test_a_rules_document_reads_as_it_is_written():
    read = rules(DOCUMENT)
    assert read.decided_by["email"][0].strategy == "union"
    assert read.decided_by["name"][0].sources == ("erp", "crm")
    assert read.trust["crm"] == Trust(value=80, half_life=365)
    assert read.fallback[0].ratings == {"erp": (90, None), "crm": (80, 365), "psa": (60, None)}
    check(read, NAMES)


def test_the_trust_of_an_attribute_lies_over_the_trust_of_all():
    assert rules(DOCUMENT).decided_by["phone"][0].ratings == {
        "erp": (90, None),
        "crm": (95, None),
        "psa": (60, None),
    }


def test_rules_written_out_read_back_the_same():
    read = rules(DOCUMENT)
    assert SurvivorshipRules.model_validate(read.model_dump(mode="json")) == read


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("default: most_trustd", "did you mean 'most_trusted'"),
        ("attributes: {name: unoin}", "did you mean 'union'"),
        ("attributes: {name: {strategy: longst}}", "did you mean 'longest'"),
        ("attributes: {name: source_priority}", "needs `sources`"),
        ("attributes: {name: {strategy: union, sources: [crm]}}", "no other strategy"),
        ("default: source_priority", "cannot be the default"),
        ("trust: {crm: 101}", "less than or equal to 100"),
        ("trust: {crm: -1}", "greater than or equal to 0"),
        ("trust: {crm: 80.5}", "integer"),
        ("trust: {crm: {value: 80, half_life: 1y}}", "'1y' is not a number of days such as '365d'"),
        ("trust: {crm: {value: 80, half_life: 0d}}", "greater than or equal to 1"),
        ("trust: {crm: {value: 80, halflife: 1d}}", "Extra inputs"),
        ("defualt: union", "Extra inputs"),
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused_in_words(text, words):
    with pytest.raises(ValidationError, match=words):
        rules(text)


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        (
            "attributes: {nmae: union}",
            ("attributes", "nmae"),
            "unknown attribute 'nmae': did you mean 'name'?",
        ),
        ("groups: [[street, cty]]", ("groups", 0, 1), "unknown attribute 'cty': did you mean 'city'?"),
        ("groups: [[street], [city, street]]", ("groups", 1, 1), "attribute 'street' is grouped twice"),
        ("attributes: {zzz: union}", ("attributes", "zzz"), "one of city, email, name, phone, street"),
    ],
)
def test_a_rule_about_no_attribute_names_its_place_and_the_nearest_word(text, path, words):
    with pytest.raises(RulesError, match="attribute") as refused:
        check(rules(text), NAMES)
    assert refused.value.path == path
    assert words in str(refused.value)


STEPS = """
attributes:
  name:
    - {strategy: most_trusted, when: {source: [erp, billing]}}
    - {strategy: most_recent, when: {fresher_than: 365d, has: email, equals: {city: Bonn}}}
    - most_frequent
  phone: {strategy: longest, when: {source: crm}}
"""


def test_steps_read_as_they_are_written_and_back():
    read = rules(STEPS)
    assert [step.strategy for step in read.decided_by["name"]] == ["most_trusted", "most_recent", "most_frequent"]
    when = read.decided_by["name"][1].when
    assert (when.fresher_than, when.has, when.equals) == (365, ("email",), {"city": ("Bonn",)})
    assert read.decided_by["phone"][0].when.source == ("crm",)
    assert read.looked_at == {"email", "city"}
    assert SurvivorshipRules.model_validate(read.model_dump(mode="json")) == read
    check(read, NAMES)


def test_a_rule_without_fall_backs_keeps_its_written_form():
    written = rules("attributes: {name: longest}").model_dump(mode="json", exclude_defaults=True)
    assert written == {"attributes": {"name": {"strategy": "longest"}}}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("attributes: {name: []}", "at least one step"),
        ("attributes: {name: [longest, shortest]}", "none after it is ever reached"),
        ("attributes: {name: [{strategy: union, when: {source: crm}}, longest]}", "all steps are union, or none is"),
        ("attributes: {name: {strategy: longest, when: {}}}", "a condition says"),
        ("attributes: {name: {strategy: longest, when: {equals: {city: []}}}}", "a condition says"),
        ("attributes: {name: {strategy: longest, when: {fresher_than: 1y}}}", "not a number of days"),
        ("attributes: {name: {strategy: longest, when: {sources: [crm]}}}", "Extra inputs"),
    ],
)
def test_steps_that_cannot_be_followed_are_refused_in_words(text, words):
    with pytest.raises(ValidationError, match=words):
        rules(text)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (
            "attributes: {name: [{strategy: first, when: {has: [emial]}}, first]}",
            ("attributes", "name", 0, "when", "has", 0),
        ),
        (
            "attributes: {name: {strategy: first, when: {equals: {cty: Bonn}}}}",
            ("attributes", "name", "when", "equals", "cty"),
        ),
        ("conflicts: [nam]", ("conflicts", 0)),
        ("{conflicts: [name, city], groups: [[street, city]]}", ("conflicts", 1)),
        ("{conflicts: [email], attributes: {email: union}}", ("conflicts", 0)),
    ],
)
def test_conditions_and_conflicts_about_attributes_that_do_not_fit_name_their_place(text, path):
    with pytest.raises(RulesError) as refused:
        check(rules(text), NAMES)
    assert refused.value.path == path
