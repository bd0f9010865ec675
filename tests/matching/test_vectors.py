"""Weights added up once for each distinct outcome are those added up pair by pair."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matching.vectors import Vectors

WEIGHTS = np.array([[[0, 5, -3, 1], [0, 2, -2, 1]], [[0, 4, 4, -9], [0, 0, 1, -1]]], dtype=np.int32)
"""Of two attributes, against two groups, for four levels."""


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=12), st.integers(-12, 12))
def test_weights_by_outcome_are_those_of_each_pair(pairs, least):
    levels = np.array(pairs, dtype=np.int8).reshape(-1, 2)
    vectors = Vectors(len(pairs), [7, -1])
    for place in (0, 1):
        vectors.add(levels[:, place], WEIGHTS[place])
    found = vectors.weights[:, vectors.number].T
    expected = [
        [start + int(WEIGHTS[0, group, one] + WEIGHTS[1, group, other]) for group, start in enumerate((7, -1))]
        for one, other in pairs
    ]
    assert found.tolist() == expected
    kept = vectors.keep(least)
    assert kept.tolist() == [min(each) >= least for each in expected]
    assert vectors.weights[:, vectors.number].T.tolist() == [each for each in expected if min(each) >= least]
