"""Evidence adds up, and is what the engine decided."""

from colliding import RECORDS
from hypothesis import given, settings
from hypothesis import strategies as st
from rowwise import COMMON, key_words, keys_of, score_of, small_model

from matching.explain import why, why_all
from matching.rule_keys import MAX_KEYS
from matching.score import OUTCOMES
from matching.standardise import standardise

MODEL = small_model()
COUNTED = small_model(compare=["name", *COMMON, "founded"])
TUNED = small_model(compare=[{"attribute": "country", "levels": [{"level": "same", "u": 1e-9}], "weight": 10}])


@settings(max_examples=80)
@given(records=RECORDS.filter(lambda records: len(records) > 1), model=st.sampled_from([MODEL, TUNED, COUNTED]))
def test_prior_and_weights_sum_to_the_weight_the_engine_gives(records, model):
    left, right = records[:2]
    evidence = why(model, left, right)
    thousandths = [round(line["weight"] * 1000) for line in evidence["comparisons"]]
    total = round(evidence["match_weight"] * 1000)
    assert round(evidence["prior"] * 1000) + sum(thousandths) == total
    if not any(line["level"] == "limit" for line in evidence["comparisons"]):
        weight, outcome = score_of(model, left, right)
        assert (total, evidence["outcome"]) == (weight, OUTCOMES[outcome])
    assert len(evidence["keys"]) == len(keys_of(model, left) & keys_of(model, right))
    assert evidence["candidate"] == bool(evidence["keys"])
    assert [one["outcome"] for one in evidence["blocking"]].count("shared") == len(
        {key[0] for key in keys_of(model, left) & keys_of(model, right)}
    )


@settings(max_examples=40)
@given(records=RECORDS, model=st.sampled_from([MODEL, TUNED, COUNTED]))
def test_many_pairs_are_explained_as_each_alone(records, model):
    pairs = [(one, other) for one in records[:4] for other in records[:4]]
    assert why_all(model, pairs) == [why(model, *pair) for pair in pairs]


def test_a_common_value_and_a_rare_one_are_told_apart_in_words_with_their_weight():
    lines = [
        why(COUNTED, {"email": email}, {"email": email})["comparisons"]
        for email in ("info@acme.example", "a@b.example")
    ]
    common, rare = (next(line for line in each if line["attribute"] == "email") for each in lines)
    assert (common["level"], rare["level"]) == ("same_1_in_4", "same")
    assert common["words"] == "the same e-mail address; a common value: at least 1 in 4 records would have it"
    assert rare["words"] == "the same e-mail address; a rare value: fewer than 1 in 16 records would have it"
    assert rare["weight"] > common["weight"]


def test_an_always_rule_is_a_line_of_its_own():
    evidence = why(MODEL, {"tax_id": "A-1001"}, {"tax_id": "a1001"})
    line = evidence["comparisons"][-1]
    assert (line["attribute"], line["level"]) == ("tax_id", "always")
    assert line["words"] == "same tax_id: always a match"
    assert (evidence["outcome"], evidence["match_weight"], evidence["match_probability"]) == (
        "match",
        100.0,
        1.0,
    )
    assert len(evidence["keys"]) == 1


def test_a_never_rule_is_a_line_of_its_own():
    evidence = why(MODEL, {"name": "Acme", "tax_id": "A1001"}, {"name": "Acme", "tax_id": "B2002"})
    assert evidence["comparisons"][-1]["words"] == "different tax_id: never a match"
    assert (evidence["outcome"], evidence["match_weight"], evidence["match_probability"]) == (
        "distinct",
        -1000.0,
        0.0,
    )


def test_a_missing_value_says_on_which_side():
    evidence = why(MODEL, {"country": "DE"}, {"founded": "2001-02-03"})
    words = {line["attribute"]: line["words"] for line in evidence["comparisons"]}
    assert words == {
        "name": "no value on either side",
        "email": "no value on either side",
        "country": "no value on the right",
        "founded": "no value on the left",
    }
    assert evidence["match_weight"] == evidence["prior"]
    assert evidence["keys"] == []


def blocking(left, right, **more):
    return [(one["outcome"], one["words"]) for one in why(MODEL, left, right, **more)["blocking"]]


def test_a_pair_that_no_key_brought_together_says_what_is_in_the_way_of_each_rule():
    left = {"name": "Acme Trading", "country": "DE", "email": ["a@x.example"]}
    right = {"name": "Acme Trading", "country": "FR", "email": ["b@y.example"], "tax_id": "A1001"}
    assert not why(MODEL, left, right)["candidate"]
    assert blocking(left, right) == [
        ("missing", "no tax_id on the left"),
        ("different", "different email"),
        ("different", "different country"),
        ("missing", "no founded year on either side; different email domain"),
    ]


def test_a_key_that_too_many_records_have_brings_nobody_together():
    both = {"tax_id": "A1001"}
    [key] = key_words(MODEL, standardise(MODEL, {name: [both.get(name)] for name in MODEL.attributes}), 0)
    evidence = why(MODEL, both, both, crowded={key})
    assert (evidence["candidate"], len(evidence["keys"])) == (False, 1)
    assert evidence["blocking"][0]["outcome"] == "crowded"
    assert "more than 200 records" in evidence["blocking"][0]["words"]


def test_a_key_beyond_the_most_a_record_may_have_is_said():
    model = small_model(block_on=[["email"], ["country"]])
    left = {"country": "DE", "email": [f"{number}@x.example" for number in range(MAX_KEYS)]}
    evidence = why(model, left, {"country": "DE"})
    assert [one["outcome"] for one in evidence["blocking"]] == ["missing", "limit"]


def test_what_blocking_says_of_a_pair_holds_no_value():
    both = {"tax_id": "A1001", "name": "Acme Trading", "country": "DE"}
    assert "1001" in str(why(MODEL, both, both)["keys"])
    assert "1001" not in str(why(MODEL, both, both)["blocking"])
