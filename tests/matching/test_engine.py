"""The columnar engine agrees with a row-by-row reference, whatever the order of the records."""

import numpy as np
import pytest
from colliding import RECORDS
from hypothesis import given, settings
from hypothesis import strategies as st
from rowwise import (
    COMMON,
    Record,
    columns,
    keys_of,
    levels_of,
    pairs_of,
    score_of,
    small_model,
)

from matching.block import blocking_keys, candidate_pairs
from matching.compare import compare
from matching.score import REVIEW, asked, edges, score
from matching.standardise import standardise

MODEL = small_model()
COUNTED = small_model(compare=["name", *COMMON, "founded"])
PLAIN = small_model(always=[{"same": ["name", "email"]}], never=[{"different": ["country", "founded"]}])


def resolve(model, records, cap=200):
    """Run the engine on records: {pair: (levels, weight, outcome)}."""
    table = standardise(model, columns(records, list(model.attributes)))
    left, right = candidate_pairs(model, table, cap)
    levels = compare(model, table, left, right)
    scores = score(model, table, levels, left, right)
    found = zip(levels.tolist(), scores.weights.tolist(), scores.outcomes.tolist(), strict=True)
    return dict(zip(zip(left.tolist(), right.tolist(), strict=True), found, strict=True))


@settings(max_examples=60)
@given(records=RECORDS, cap=st.sampled_from([2, 3, 200]), model=st.sampled_from([MODEL, PLAIN, COUNTED]))
def test_the_columnar_engine_agrees_with_the_row_by_row_reference(records, cap, model):
    expected = {
        (i, j): (levels_of(model, records[i], records[j]), *score_of(model, records[i], records[j]))
        for i, j in pairs_of(model, records, cap)
    }
    assert resolve(model, records, cap) == expected


@settings(max_examples=40)
@given(data=st.data(), records=RECORDS)
def test_the_order_of_the_records_changes_no_pair_and_no_weight(data, records):
    order = data.draw(st.permutations(range(len(records))))
    shuffled = resolve(MODEL, [records[row] for row in order])
    back = {tuple(sorted((order[i], order[j]))): found for (i, j), found in shuffled.items()}
    assert back == resolve(MODEL, records)


@settings(max_examples=40)
@given(records=RECORDS)
def test_records_share_a_hashed_key_exactly_where_they_share_a_key_in_words(records):
    table = standardise(MODEL, columns(records, list(MODEL.attributes)))
    rows, keys = blocking_keys(MODEL, table)
    hashed = [set(keys[rows == row].tolist()) for row in range(len(records))]
    spelled = [keys_of(MODEL, record) for record in records]
    for one in range(len(records)):
        for other in range(len(records)):
            assert len(hashed[one] & hashed[other]) == len(spelled[one] & spelled[other])


@settings(max_examples=60)
@given(records=RECORDS, model=st.sampled_from([MODEL, PLAIN, COUNTED]))
def test_giving_up_hopeless_pairs_early_loses_no_edge_and_changes_no_weight(records, model):
    table = standardise(model, columns(records, list(model.attributes)))
    deciding = {name: table[name] for name in asked(model)}
    found = edges(model, deciding, *candidate_pairs(model, table, 200))
    arrays = (found.left, found.right, found.weights, found.outcomes)
    slow = resolve(model, records).items()
    expected = [(*pair, weight, outcome) for pair, (_, weight, outcome) in slow if outcome >= REVIEW]
    assert list(zip(*(array.tolist() for array in arrays), strict=True)) == expected


@settings(max_examples=40)
@given(records=RECORDS)
def test_how_many_pairs_are_compared_at_a_time_changes_no_level(records):
    whole = resolve(MODEL, records)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("matching.compare.BLOCK", 2)
        assert resolve(MODEL, records) == whole


def test_a_record_without_any_value_takes_part_without_a_pair():
    records: list[Record] = [{}, {"name": "Acme"}, {}]
    assert resolve(MODEL, records) == {}


def test_levels_of_a_missing_value_are_zero_and_weigh_nothing():
    records: list[Record] = [
        {"name": "Acme", "country": "DE"},
        {"name": "Acme", "country": "DE", "email": "a@b.example"},
    ]
    (levels, weight, _), *rest = resolve(MODEL, records).values()
    assert rest == []
    assert levels == [1, 0, 1, 0]
    assert weight == MODEL.prior_weight + MODEL.weights["name"][1] + MODEL.weights["country"][1]


def test_a_condition_ignores_values_that_are_not_valid():
    model = small_model(block_on=[["name"]], always=[], never=[])
    table = standardise(model, columns([{"name": "Acme"}, {"name": "Acme"}], ["name"]))
    left, right = np.array([0]), np.array([1])
    with_rule = small_model(block_on=[["name"]], always=[{"same": "tax_id"}], never=[])
    levels = compare(model, table, left, right)
    assert score(with_rule, table, levels, left, right).weights == score(model, table, levels, left, right).weights
