"""Match rules are checked, and what is wrong is named with the nearest valid word."""

import pytest
from pydantic import ValidationError
from rowwise import small_model

from matching.rules import ALWAYS_WEIGHT, Condition, MatchRules, RulesError, Thresholds, weight_of


@pytest.mark.parametrize(
    ("changes", "path", "nearest"),
    [
        ({"block_on": [["tax_id"], ["nam.tokens"]]}, ("block_on", 1, 0), "'name'"),
        ({"block_on": [["name.token"]]}, ("block_on", 0, 0), "'tokens'"),
        ({"compare": ["name", "contry"]}, ("compare", 1), "'country'"),
        ({"compare": [{"attribute": "emale"}]}, ("compare", 0, "attribute"), "'email'"),
        (
            {"compare": [{"attribute": "country", "levels": [{"level": "sme", "m": 0.9}]}]},
            ("compare", 0, "levels", 0, "level"),
            "'same'",
        ),
        ({"always": [{"same": ["name", "taxid"]}]}, ("always", 0, "same"), "'tax_id'"),
        ({"never": [{"different": "taxid"}]}, ("never", 0, "different"), "'tax_id'"),
    ],
)
def test_an_unknown_word_is_refused_with_its_path_and_the_nearest_valid_one(changes, path, nearest):
    with pytest.raises(RulesError) as refused:
        small_model(**changes)
    assert refused.value.path == path
    assert nearest in str(refused.value)


@pytest.mark.parametrize(
    "changes", [{"block_on": [[]]}, {"block_on": [["name", "name"]]}, {"compare": ["name", "name"]}]
)
def test_empty_and_doubled_rules_are_refused(changes):
    with pytest.raises(RulesError):
        small_model(**changes)


@pytest.mark.parametrize(
    "document",
    [
        {"block_on": [], "compare": [], "treshold": {}},
        {"block_on": [], "compare": [], "always": [{"same": "a", "different": "a"}]},
        {"block_on": [], "compare": [], "always": [{}]},
        {"block_on": [], "compare": [], "never": [{"different": []}]},
        {"block_on": [], "compare": [], "thresholds": {"match": 0.5, "review": 0.6}},
        {"block_on": [], "compare": [], "thresholds": {"match": 1.0}},
        {"block_on": [], "compare": [], "prior": 0},
        {"block_on": [], "compare": [], "block_cap": 1},
        {"block_on": [], "compare": [{"attribute": "a", "weight": float("nan")}]},
    ],
)
def test_a_document_of_the_wrong_shape_is_refused(document):
    with pytest.raises(ValidationError):
        MatchRules.model_validate(document)


def test_weights_are_integers_in_thousandths_of_a_bit():
    model = small_model(thresholds=Thresholds(match=0.99, review=0.5), prior=0.5)
    assert (model.match_weight, model.review_weight, model.prior_weight) == (6629, 0, 0)
    assert weight_of(1 / 9) == -3000
    assert all(array[0] == 0 for array in model.weights.values())


def test_tuning_replaces_m_and_u_by_level_and_scales_the_attribute():
    levels = [{"level": "same", "m": 0.8, "u": 0.1}, {"level": "different", "u": 0.96}]
    plain = small_model(compare=["country"]).weights["country"]
    tuned = small_model(compare=[{"attribute": "country", "levels": levels}]).weights["country"]
    half = small_model(compare=[{"attribute": "country", "levels": levels, "weight": 0.5}]).weights["country"]
    assert tuned[1] == 3000
    assert tuned[2] < plain[2]
    assert half.tolist() == [0, 1500, round(int(tuned[2]) / 2)]


def test_a_condition_knows_its_word_and_attributes():
    assert (Condition(same="a").word, Condition(same="a").attributes) == ("same", ("a",))
    both = Condition(different=["a", "b"])
    assert (both.word, both.attributes) == ("different", ("a", "b"))


def test_no_single_weight_reaches_that_of_a_rule():
    model = small_model()
    assert sum(int(array.max()) for array in model.weights.values()) < ALWAYS_WEIGHT
