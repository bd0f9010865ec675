"""Sets of whole numbers as sorted arrays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.sets import among, distinct_numbers, grouped, packed, pair_set, sorted_set

NUMBERS = st.lists(st.integers(-3, 9) | st.sampled_from([-(2**63), 2**63 - 1]))


@given(values=NUMBERS, members=NUMBERS)
def test_sorted_arrays_behave_as_sets_do(values, members):
    found, known = (sorted_set(np.array(numbers, dtype=np.int64)) for numbers in (values, members))
    assert found.tolist() == sorted(set(values))
    asked = np.array(values, dtype=np.int64)
    assert among(asked, known).tolist() == [value in set(members) for value in values]


@given(
    rows=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 5)), min_size=1),
    size=st.sampled_from([6, 2**31, 2**40]),
)
def test_rows_packed_into_one_number_keep_their_order_however_large_the_numbers_may_be(rows, size):
    columns = [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)]
    numbers, below = packed(columns, [size] * 3)
    distinct, which = distinct_numbers(numbers, below=below)
    in_order = sorted(set(rows))
    assert [in_order[place] for place in which.tolist()] == rows
    assert len(distinct) == len(in_order)
    assert below > numbers.max()


@given(values=st.lists(st.integers(0, 9)), below=st.sampled_from([10, 2**62]))
def test_numbers_are_grouped_and_each_group_stands_in_the_order_of_its_places(values, below):
    numbers = np.array(values, dtype=np.int64)
    order, starts = grouped(numbers, below=below)
    assert order.tolist() == sorted(range(len(values)), key=values.__getitem__)
    assert numbers[order[starts]].tolist() == sorted(set(values))


@pytest.mark.parametrize("bits", [0, 1, 13, 20, 21, 39, 40, 60])
def test_a_great_many_numbers_are_grouped_likewise(bits):
    numbers = np.random.default_rng(bits).integers(0, 2**bits, 60_000)
    numbers[::3] = numbers[: len(numbers[::3])]
    order, starts = grouped(numbers, below=2**bits)
    assert np.array_equal(order, np.argsort(numbers, kind="stable"))
    assert np.array_equal(numbers[order[starts]], np.unique(numbers))


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8))))
def test_a_set_of_pairs_holds_each_once_in_order(pairs):
    left, right = (np.array([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
    found = pair_set(left, right, below=9)
    assert list(zip(*(side.tolist() for side in found), strict=True)) == sorted(set(pairs))
