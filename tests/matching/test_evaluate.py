"""Figures against tables worked by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.evaluate import Figures, bcubed, labelled, pairwise

TRUTH = {"a": "1", "b": "1", "c": "1", "d": "2", "e": "2"}
FOUND = {"a": "x", "b": "x", "c": "y", "d": "y", "e": "y"}


def test_pairwise_counts_pairs_put_together():
    # found: ab, cd, ce, de; true: ab, ac, bc, de; both: ab, de
    assert pairwise(FOUND, TRUTH) == Figures(0.5, 0.5, 0.5)


def test_bcubed_is_the_mean_over_records():
    # precision: a, b 1; c 1/3; d, e 2/3. recall: a, b 2/3; c 1/3; d, e 1
    figures = bcubed(FOUND, TRUTH)
    assert (figures.precision, figures.recall) == (pytest.approx(11 / 15), pytest.approx(11 / 15))


def test_a_record_without_a_cluster_stands_alone():
    missing = {"a": "x", "b": "x"}
    assert pairwise(missing, TRUTH) == Figures(1.0, 0.25, 0.4)
    assert bcubed(missing, TRUTH).precision == 1.0


def test_records_without_a_truth_are_left_out():
    assert pairwise(FOUND | {"z": "x", "y": "x"}, TRUTH) == pairwise(FOUND, TRUTH)


def test_nothing_to_judge_by_is_perfect_and_finding_nothing_recalls_nothing():
    assert pairwise({}, {}) == Figures(1.0, 1.0, 1.0)
    assert bcubed({}, {}) == Figures(1.0, 1.0, 1.0)
    assert pairwise({}, TRUTH) == Figures(1.0, 0.0, 0.0)


def test_labelled_pairs_are_judged_one_by_one():
    pairs = [("a", "b", True), ("c", "d", False), ("a", "c", True), ("a", "e", False), ("c", "nobody", False)]
    assert labelled(FOUND, pairs) == Figures(0.5, 0.5, 0.5)
    assert labelled({}, [("p", "q", False)]) == Figures(1.0, 1.0, 1.0)


@given(found=st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("xyz")))
def test_the_truth_itself_scores_one(found):
    assert pairwise(found, found) == bcubed(found, found) == Figures(1.0, 1.0, 1.0)
