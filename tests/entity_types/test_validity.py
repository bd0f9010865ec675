import time

import pytest

from matching.kinds import KINDS
from mdm.entity_types import check, parse
from mdm.entity_types.patterns import LONGEST, PatternError, compiled, fits
from mdm.entity_types.validity import Judgement, ValidityRule, judge
from mdm.errors import InvalidRules

DOCUMENT = """
entity_type: card
id_prefix: crd
attributes:
  n: {kind: %s, valid: %s%s}
match: {block_on: [[n]], compare: [n]}
"""


def document(kind: str, valid: str) -> str:
    return DOCUMENT % (kind, valid, ", to: deck" if kind == "reference" else "")


def judged(kind: str, value: object, *rules: dict[str, object], exists: bool = True) -> Judgement:
    of = KINDS[kind]
    made = [ValidityRule.model_validate(rule) for rule in rules]
    return judge(of, made, value, of.standardise(value), exists=exists)


ADDRESS = {"street": "1 Harbour Road", "postcode": "80331", "country": "Deutschland"}


@pytest.mark.parametrize(
    ("kind", "rule", "good", "bad"),
    [
        ("code", {"pattern": "[A-Z]{3}[0-9]+"}, ["ABC1", "ABC12"], ["abc1", "ABC1x", "xABC1", "ABC1 2"]),
        ("number", {"pattern": "[0-9]{2}"}, [12, 12.0, " 12 "], [123, "1"]),
        ("address", {"pattern": "[0-9]{5}", "field": "postcode"}, [ADDRESS, "no parts told"], [{"postcode": "EC1"}]),
        ("number", {"range": {"min": 0, "max": 5000}}, [0, 5000, "4.999,5", "n/a"], [-0.01, "5000.01"]),
        ("number", {"range": {"min": "0.1"}}, ["0,1", 10**9], [0.09]),
        ("money", {"range": {"max": 100}}, ["EUR 100", {"amount": 5, "currency": "USD"}], ["100.01 GBP"]),
        ("date", {"range": {"min": "1900-01-01"}}, ["1900-01-02", "2.1.1950"], ["1899-12-31"]),
        ("tax_id", {"check_digit": True}, ["DE136695976", "DE 136 695 976", "n/a"], ["DE136695977", "abc"]),
        ("lei", {"check_digit": True}, ["5493001KJTIIGC8Y1R12"], ["5493001KJTIIGC8Y1R13"]),
        ("iban", {"check_digit": True}, ["DE89 3704 0044 0532 0130 00"], ["DE89370400440532013001"]),
        ("vat", {"check_digit": True}, ["DE136695976"], ["136695976"]),
        ("category", {"one_of": ["open", "on hold"]}, ["Open", "ON-HOLD"], ["closed", "n/a"]),
        ("code", {"one_of": ["x", "unknown"]}, ["x", "unknown"], ["tbd", "X"]),
        ("country", {"one_of": ["DE", "Austria"]}, ["Germany", "AT"], ["FR"]),
        ("boolean", {"one_of": [True]}, ["yes", True], ["no"]),
        ("address", {"one_of": ["DE", "AT"], "field": "country"}, [ADDRESS, {"city": "x"}], [{"country": "France"}]),
        (
            "money",
            {"one_of": ["EUR"], "field": "currency"},
            ["5 €", "5", {"amount": 5}],
            ["5 USD", {"currency": "USD"}],
        ),
        ("address", {"required": True, "field": "city"}, [{"city": "York"}], [ADDRESS, "York"]),
    ],
)
def test_a_rule_takes_the_good_and_finds_the_bad(kind, rule, good, bad):
    label = next(word for word in rule if word != "field")
    label = f"{rule['field']}.{label}" if "field" in rule else label
    assert [value for value in good if judged(kind, value, rule).broken] == []
    assert [judged(kind, value, rule).broken for value in bad] == [(label,)] * len(bad)


@pytest.mark.parametrize(
    ("grade", "valid", "evidence"), [("flag", True, True), ("ignore", False, False), ("reject", False, False)]
)
def test_the_grade_says_what_becomes_of_a_value_that_breaks_a_rule(grade, valid, evidence):
    assert judged("code", "A1", {"pattern": "B1", "grade": grade}) == Judgement(valid, evidence, ("pattern",))
    assert judged("code", "B1", {"pattern": "B1", "grade": grade}) == Judgement(True, True, ())
    assert judged("tax_id", "DE136695977", {"check_digit": True, "grade": grade}).valid is valid
    assert judged("reference", "1", {"reference_exists": True, "grade": grade}, exists=False).valid is valid


def test_a_kind_that_holds_a_value_for_not_valid_still_does_unless_a_rule_about_that_decides():
    assert judged("tax_id", "DE136695977", {"pattern": ".*"}) == Judgement(False, True, ())
    assert judged("tax_id", "n/a", {"check_digit": True}) == Judgement(False, True, ())


def test_the_strictest_of_several_broken_rules_decides_and_all_are_named():
    rules = ({"range": {"max": 10}}, {"range": {"max": 100}, "grade": "ignore"})
    assert judged("number", 50, *rules) == Judgement(True, True, ("range",))
    assert judged("number", 500, *rules) == Judgement(False, False, ("range", "range"))


@pytest.mark.parametrize(
    ("kind", "valid", "pointer", "words"),
    [
        ("code", "{patern: a}", "/patern", "'pattern'"),
        ("code", "[{pattern: a}, {pattern: b, grade: flg}]", "/1/grade", "'flag'"),
        ("code", "pattern", "", "a rule is written like"),
        ("code", "{}", "", "exactly one of required, pattern"),
        ("code", "{pattern: a, one_of: [a]}", "", "not pattern and one_of together"),
        ("code", "{required: false}", "/required", "True"),
        ("code", "{required: true, grade: ignore}", "/grade", "there is none to ignore"),
        ("code", "{pattern: '(a'}", "/pattern", "no regular expression"),
        ("code", "{pattern: ''}", "/pattern", "at least 1 character"),
        ("code", "{pattern: '(a+)+'}", "/pattern", "too many ways"),
        ("number", "{range: {}}", "/range", "`min`, a `max` or both"),
        ("number", "{range: {mn: 1}}", "/range/mn", "'min'"),
        ("number", "{range: {min: 3, max: 1}}", "/range", "min 3 is above max 1"),
        ("date", "[{range: {min: 2020-01-01, max: 2019-12-31}}]", "/0/range", "is above max 2019-12-31"),
        ("date", "{range: {min: soon}}", "/range/min", "'soon' is no date"),
        ("money", "{range: {max: much}}", "/range/max", "'much' is no number"),
        ("text", "{range: {min: 1}}", "/range", "have no order"),
        ("code", "{check_digit: true}", "/check_digit", "has no check digit"),
        ("code", "{reference_exists: true}", "/reference_exists", "only a reference"),
        ("reference", "{reference_exists: true, grade: reject}", "/grade", "may arrive before"),
        ("code", "{one_of: []}", "/one_of", "at least 1 item"),
        ("country", "{one_of: [DE, NO]}", "/one_of/1", "in quotes"),
        ("number", "{one_of: [1, two]}", "/one_of/1", "no value of kind number"),
        ("address", "{pattern: a}", "/pattern", "name the `field`"),
        ("address", "{pattern: a, field: postcod}", "/field", "'postcode'"),
        ("address", "{range: {min: 1}, field: postcode}", "/field", "the whole value"),
        ("code", "{pattern: a, field: postcode}", "/field", "has no fields"),
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused_with_its_place(kind, valid, pointer, words):
    with pytest.raises(InvalidRules) as caught:
        parse(document(kind, valid), file="card.yaml")
    assert caught.value.faults[0].pointer == f"/attributes/n/valid{pointer}"
    assert words in caught.value.detail
    assert "\n" not in caught.value.detail


def test_a_single_rule_and_a_list_of_one_say_the_same_and_no_rules_change_no_version():
    single, listed = (parse(document("code", valid), file="c") for valid in ("{pattern: a}", "[{pattern: a}]"))
    assert single.version == listed.version
    assert parse(document("code", "[]"), file="c").version != single.version
    plain = DOCUMENT.replace(", valid: %s%s", "") % "code"
    assert parse(document("code", "[]"), file="c").version == parse(plain, file="c").version


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(a|aa)+", "too many ways"),
        ("(a?){0,200}", "too many ways"),
        (".*.*.*.*x", "too many ways"),
        ("((a{0,200}){0,200}){0,200}", "too many ways"),
        (r"(a)\1", "refers back"),
        ("(?=a)a", "only '(?:' is taken"),
        ("(?i)a", "only '(?:' is taken"),
        ("[[a]]", "nested set"),
        ("a{99999999999999999999}", "too large"),
        ("(" * 100 + "a" + ")" * 100, "more than 50 groups"),
    ],
)
def test_a_pattern_that_cannot_be_trusted_is_refused(pattern, words):
    with pytest.raises(PatternError, match=words.replace("(", r"\(").replace("?", r"\?")):
        compiled(pattern)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"[^@]+@[^@]+\.[a-z]+", "jane@acme.example"),
        ("(?:GB|NI)?[0-9]{9}(-[0-9]{2})*", "GB123456789-01-02"),
        (r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}", "EC1A 1BB"),
        (r"[]\]x{}]{2,}", "]x"),
        ("a{,2}b{}", "ab{}"),
        (r"\(\d+\)|n\.a\.", "(12)"),
    ],
)
def test_patterns_as_people_write_them_are_taken_and_mean_the_whole_text(pattern, text):
    assert fits(pattern, text)
    assert not fits(pattern, f"{text}\n")


@pytest.mark.parametrize("pattern", [".*.*.*x", "(?:a|a){22}x", "(?:a?){22}x", "[a-z]*[a-z]*[a-z]*[0-9]"])
def test_the_slowest_patterns_that_are_taken_end_soon(pattern):
    started = time.process_time()
    assert not fits(pattern, "a" * LONGEST)
    assert time.process_time() - started < 30  # a pattern that tries without end would run for years


def test_a_text_longer_than_a_pattern_is_made_for_does_not_fit():
    assert fits("a+", "a" * LONGEST)
    assert not fits("a+", "a" * (LONGEST + 1))


CARD = parse(
    """
entity_type: card
id_prefix: crd
attributes:
  grade: {kind: code, valid: [{pattern: "[A-Z][0-9]", grade: reject}, {one_of: [A1, B2]}]}
  codes: {kind: code, many: true, valid: {one_of: [x, y], grade: reject}}
  rate: {kind: number, valid: [{required: true, grade: reject}, {range: {max: 10}, grade: reject}]}
  address: {kind: address, valid: [{pattern: "[0-9]{5}", field: postcode, grade: reject},
                                   {required: true, field: city, grade: reject}]}
match: {block_on: [[grade]], compare: [grade]}
""",
    file="card.yaml",
)


@pytest.mark.parametrize(
    ("attributes", "pointer", "rule", "value"),
    [
        ({"grade": "AA", "rate": 1}, "/attributes/grade", "valid.pattern", "AA"),
        ({"codes": ["x", "z"], "rate": 1}, "/attributes/codes", "valid.one_of", "z"),
        ({"rate": 11}, "/attributes/rate", "valid.range", 11),
        ({"grade": "A1"}, "/attributes/rate", "required", None),
        (
            {"rate": 1, "address": {"city": "x", "postcode": "EC1"}},
            "/attributes/address/postcode",
            "valid.pattern",
            "EC1",
        ),
        ({"rate": 1, "address": {"postcode": "12345"}}, "/attributes/address/city", "valid.required", None),
    ],
)
def test_a_value_that_breaks_a_rule_of_grade_reject_is_refused(attributes, pointer, rule, value):
    _, faults = check(CARD, attributes)
    assert [(fault.pointer, fault.rule, fault.value) for fault in faults] == [(pointer, rule, value)]


def test_what_only_a_flag_or_nothing_speaks_against_is_taken():
    sent = {"grade": "C3", "codes": ["x"], "rate": "n/a", "address": {"city": "x", "postcode": "12345"}}
    assert check(CARD, sent) == (sent, [])
    assert check(CARD, {"grade": "A1"}, partial=True)[1] == []
