"""Evidence adds up, and is what the engine decided."""

from colliding import RECORDS
from hypothesis import given, settings
from hypothesis import strategies as st
from rowwise import keys_of, score_of, small_model

from matching.explain import why
from matching.score import OUTCOMES

MODEL = small_model()
TUNED = small_model(compare=[{"attribute": "country", "levels": [{"level": "same", "u": 1e-9}], "weight": 10}])


@settings(max_examples=80, deadline=None)
@given(records=RECORDS.filter(lambda records: len(records) > 1), model=st.sampled_from([MODEL, TUNED]))
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
