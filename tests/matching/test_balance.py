"""From which probability on pairs are taken for matches."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.balance import balanced_threshold

WEIGHTS = st.lists(st.integers(-20_000, 20_000), min_size=1, max_size=30)


def likely(weights):
    return 1 / (1 + np.exp2(-np.array(weights) / 1000))


def expected(weights, threshold):
    taken = likely(weights) >= threshold
    return 2 * likely(weights)[taken].sum() / (taken.sum() + likely(weights).sum())


def test_where_matches_are_told_from_others_it_is_at_even_odds():
    assert balanced_threshold(np.array([30_000] * 5 + [-30_000] * 500)) == pytest.approx(0.5, abs=1e-3)


def test_where_much_stays_doubtful_it_is_below_even_odds():
    assert balanced_threshold(np.array([30_000] * 5 + [-1_000] * 30)) < 1 / 3


def test_without_pairs_nothing_is_expected():
    assert balanced_threshold(np.array([], dtype=np.int32)) == 0


@given(WEIGHTS)
def test_no_other_threshold_promises_more(weights):
    chosen = balanced_threshold(np.array(weights)) - 1e-9  # the last pair may lie at it
    assert all(expected(weights, chosen) >= expected(weights, other) - 1e-6 for other in likely(weights))
