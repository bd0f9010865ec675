"""The distribution of weights counts every candidate pair, and the probabilities add up to what is expected."""

import numpy as np
import pytest
from colliding import RECORDS
from hypothesis import given, settings
from hypothesis import strategies as st
from rowwise import columns, pairs_of, score_of, small_model

from matching import distribution as module
from matching.block import candidate_pairs
from matching.distribution import distribution, expectation, histogram
from matching.rules import ALWAYS_WEIGHT
from matching.score import NEVER, edges, probability
from matching.standardise import standardise

MODEL = small_model()


def counted(records):
    table = standardise(MODEL, columns(records, list(MODEL.attributes)))
    left, right = candidate_pairs(MODEL, table, 200)
    return distribution(MODEL, table, edges(MODEL, table, left, right), left=left, right=right)


@settings(max_examples=60)
@given(records=RECORDS)
def test_every_candidate_pair_is_counted_once(records):
    found = counted(records)
    weights = [score_of(MODEL, records[one], records[other])[0] for one, other in pairs_of(MODEL, records, 200)]
    assert (found.always, found.never) == (weights.count(ALWAYS_WEIGHT), weights.count(NEVER))
    scored = sorted(weight for weight in weights if NEVER < weight < ALWAYS_WEIGHT)
    assert np.repeat(found.weights, found.counts.astype(int)).tolist() == scored
    assert sum(bar.pairs for bar in histogram(MODEL, found)) == pytest.approx(len(scored))


@settings(max_examples=60)
@given(records=RECORDS)
def test_expected_matches_are_the_sum_of_the_probabilities(records):
    weights = [score_of(MODEL, records[one], records[other])[0] for one, other in pairs_of(MODEL, records, 200)]
    expected = expectation(MODEL, counted(records))
    joined = [probability(weight) for weight in weights if weight >= MODEL.match_weight]
    missed = [probability(weight) for weight in weights if weight < MODEL.match_weight]
    assert expected.joined == len(joined)
    assert (expected.right, expected.missed) == (pytest.approx(sum(joined)), pytest.approx(sum(missed)))


@given(low=st.integers(-90, 0), high=st.integers(1, 90))
def test_each_bar_of_the_histogram_has_one_outcome(low, high):
    weights = np.array([low * 1000, high * 1000], dtype=np.int32)
    found = module.Distribution(weights, np.ones(2), 0, 0.0, 1)
    bars = histogram(MODEL, found)
    assert len(bars) <= module.MOST_BARS + 3
    assert sum(bar.pairs for bar in bars) == 2
    for threshold in (MODEL.review_weight / 1000, MODEL.match_weight / 1000):
        assert all(bar.high <= threshold or bar.low >= threshold for bar in bars)


def test_of_too_many_pairs_those_below_the_review_threshold_are_estimated(monkeypatch):
    records = [{"country": "DE", "email": [f"{n}@x.example"], "founded": "2001-01-01"} for n in range(30)]
    exact = counted(records)
    monkeypatch.setattr(module, "SAMPLE", 50)
    found = counted(records)
    assert found.step == -(-435 // 50)
    assert found.counts.sum() == pytest.approx(exact.counts.sum()) == pytest.approx(435)


def test_without_pairs_there_is_nothing_to_expect():
    found = counted([{"country": "DE"}])
    assert histogram(MODEL, found) == []
    assert (expectation(MODEL, found).joined, expectation(MODEL, found).missed) == (0, 0)
