"""Scores: rules over weights, limits and probabilities."""

import numpy as np
import pytest
from rowwise import columns, rows, small_model

from matching.compare import compare
from matching.conditions import bars
from matching.rules import ALWAYS_WEIGHT, MatchAttribute, MatchRules, match_model
from matching.score import DISTINCT, MATCH, NEVER, never_values, probability, score
from matching.standardise import standardise


def scored(model, left, right):
    table = standardise(model, columns([left, right], list(model.attributes)))
    scores = score(model, table, compare(model, table, rows(0), rows(1)), rows(0), rows(1))
    return int(scores.weights[0]), int(scores.outcomes[0])


def test_never_stands_over_always():
    model = small_model(always=[{"same": "name"}], never=[{"different": "tax_id"}])
    left, right = {"name": "Acme", "tax_id": "A1001"}, {"name": "Acme", "tax_id": "B2002"}
    assert scored(model, left, right) == (NEVER, DISTINCT)
    assert scored(model, left, {"name": "Acme"}) == (ALWAYS_WEIGHT, MATCH)


def test_all_attributes_of_a_condition_must_hold():
    model = small_model(always=[{"same": ["tax_id", "country"]}], never=[])
    left = {"tax_id": "A1001", "country": "DE"}
    assert scored(model, left, left)[0] == ALWAYS_WEIGHT
    assert scored(model, left, {"tax_id": "A1001", "country": "FR"})[0] < ALWAYS_WEIGHT
    assert scored(model, left, {"tax_id": "A1001"})[0] < ALWAYS_WEIGHT


def test_one_value_in_common_is_the_same_and_not_different():
    model = small_model(always=[], never=[{"different": "email"}])
    left = {"name": "Acme", "email": ["a@x.example", "b@x.example"]}
    assert scored(model, left, {"name": "Acme", "email": ["b@x.example", "c@x.example"]})[0] > NEVER
    assert scored(model, left, {"name": "Acme", "email": ["c@x.example"]})[0] == NEVER


@pytest.mark.parametrize(
    ("one", "other", "different"),
    [
        ("DE136695976", "136695976", False),
        ("FR40303265045", "303265045", False),
        ("FR40303265045", "40303265045", False),
        ("136695976", "136695977", True),
        ("DE136695976", ["DE811907980", "136695976"], False),
        ("DE136695976", "303265045", True),
    ],
)
def test_a_tax_number_and_the_same_without_its_country_are_not_different(one, other, different):
    attributes = {"name": MatchAttribute(kind="company_name"), "tax_id": MatchAttribute(kind="tax_id", many=True)}
    rules = {"block_on": [["name"]], "compare": ["name"], "never": [{"different": "tax_id"}]}
    model = match_model("customer", attributes, MatchRules.model_validate(rules))
    left, right = {"name": "Acme", "tax_id": one}, {"name": "Acme", "tax_id": other}
    assert [scored(model, *sides)[0] == NEVER for sides in ((left, right), (right, left))] == [different] * 2
    mine, theirs = never_values(model, standardise(model, columns([left, right], list(attributes))))[0]
    assert bars("different", [mine], [theirs]) == different


@pytest.mark.parametrize(("level", "sign"), [(1, 1), (2, -1)])
def test_a_sum_never_reaches_the_weight_of_a_rule(level, sign):
    levels = [{"level": "same", "m": 1.0, "u": 1e-9}, {"level": "different", "m": 1e-9, "u": 1.0}]
    model = small_model(compare=[{"attribute": "country", "levels": levels, "weight": 10}], always=[], never=[])
    table = standardise(model, columns([{}, {}], ["country"]))
    scores = score(model, table, np.array([[level]], dtype=np.int8), rows(0), rows(1))
    assert scores.weights.tolist() == [sign * (ALWAYS_WEIGHT - 1)]


@pytest.mark.parametrize(
    ("weight", "expected"), [(0, 0.5), (6629, 0.99), (ALWAYS_WEIGHT, 1.0), (NEVER, 0.0), (-3000, 1 / 9)]
)
def test_a_weight_becomes_a_probability(weight, expected):
    assert probability(weight) == pytest.approx(expected, abs=1e-5)


def test_never_values_are_the_valid_values_of_each_record():
    model = small_model(never=[{"different": "email"}])
    table = standardise(model, columns([{"email": ["b@x.example", "a@x.example"]}, {}], ["email"]))
    clean = model.kind("email").standardise
    assert never_values(model, table) == [[{clean("a@x.example"), clean("b@x.example")}, frozenset()]]
