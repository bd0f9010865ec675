"""Sets of whole numbers as sorted arrays."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matching.sets import among, sorted_set

NUMBERS = st.lists(st.integers(-3, 9) | st.sampled_from([-(2**63), 2**63 - 1]))


@given(values=NUMBERS, members=NUMBERS)
def test_sorted_arrays_behave_as_sets_do(values, members):
    found, known = (sorted_set(np.array(numbers, dtype=np.int64)) for numbers in (values, members))
    assert found.tolist() == sorted(set(values))
    asked = np.array(values, dtype=np.int64)
    assert among(asked, known).tolist() == [value in set(members) for value in values]
