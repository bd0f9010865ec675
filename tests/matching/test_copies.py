"""Copies: two of the records that say the same stand for all of them, whatever order they come in."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matching.columns import from_cells
from matching.copies import copies_of
from matching.score import MATCH, Edges

ROWS = st.lists(
    st.tuples(st.sampled_from([None, "a", "b"]), st.sampled_from([None, "c"]), st.integers(0, 1)), max_size=30
)


def found(rows, ranks=None):
    """The copies among rows of two columns and a source."""
    table = {"one": from_cells([row[0] for row in rows]), "other": from_cells([row[1] for row in rows])}
    sources = np.array([row[2] for row in rows], dtype=np.int64)
    return copies_of(table, sources, np.arange(len(rows)) if ranks is None else ranks)


def numbers(*listed):
    return np.array(listed, dtype=np.int64)


@given(ROWS)
def test_of_records_that_say_the_same_two_are_kept_and_the_others_lead_to_them(rows):
    copies = found(rows)
    kept = [rows[row] for row in copies.kept.tolist()]
    assert {row: kept.count(row) for row in set(rows)} == {row: min(rows.count(row), 2) for row in set(rows)}
    for other, first, second in zip(copies.others, copies.first, copies.second, strict=True):
        assert first != second
        assert rows[other] == kept[first] == kept[second]
    assert sorted([*copies.kept, *copies.others]) == list(range(len(rows)))
    assert copies.times.sum() == len(rows)


@given(ROWS, st.randoms(use_true_random=False))
def test_which_are_kept_hangs_on_their_ranks_and_not_on_the_order_of_the_file(rows, rnd):
    ranks = list(range(len(rows)))
    rnd.shuffle(ranks)
    moved = [rows[rank] for rank in ranks]
    before = set(found(rows).kept.tolist())
    assert {ranks[row] for row in found(moved, numbers(*ranks)).kept.tolist()} == before


@given(ROWS)
def test_copies_go_where_the_first_two_are_together_and_a_cluster_is_named_by_its_first_record(rows):
    copies = found(rows)
    kept = [rows[row] for row in copies.kept.tolist()]
    together = copies.leads(numbers(*(kept.index(row) for row in kept)))
    assert together.tolist() == [rows.index(row) for row in rows]
    apart = copies.leads(np.arange(len(kept)))
    assert apart.tolist() == list(range(len(rows)))


def test_a_pair_of_two_copies_holds_for_the_first_and_each_other_one():
    copies = found([("a", "c", 0), ("b", "c", 0), ("a", "c", 0), ("a", "c", 0), ("a", "c", 0)])
    edges = Edges(numbers(0, 0), numbers(1, 2), np.array([100, 900], np.int32), np.array([1, MATCH], np.int8))
    whole = copies.edges(edges)
    assert list(zip(whole.left, whole.right, whole.weights, strict=True)) == [
        (0, 1, 100), (0, 2, 900), (0, 3, 900), (0, 4, 900),
    ]  # fmt: skip
    without = copies.edges(Edges(numbers(0), numbers(1), np.array([100], np.int32), np.array([1], np.int8)))
    assert list(zip(without.left, without.right, strict=True)) == [(0, 1)]


@given(ROWS, st.randoms(use_true_random=False))
def test_the_pairs_of_all_records_are_counted_without_being_listed(rows, rnd):
    copies = found(rows)
    chosen = [pair for pair in combinations(range(len(copies.kept)), 2) if rnd.random() < 0.5]
    left, right = np.array(chosen, dtype=np.int64).reshape(-1, 2).T
    assert copies.count_pairs(left, right) == len(copies.pairs(left, right)[0])


def test_records_of_other_sources_are_no_copies():
    assert not len(found([("a", "c", 0), ("a", "c", 0), ("a", "c", 1), ("a", "c", 1)]).others)
