"""Figures against tables worked by hand."""

from dataclasses import astuple
from itertools import combinations
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.evaluate import RATIOS, Figures, by_true_cluster, figures, labelled, pairwise

TRUTH = {"a": "1", "b": "1", "c": "1", "d": "2", "e": "2"}
FOUND = {"a": "x", "b": "x", "c": "y", "d": "y", "e": "y"}


def bcubed(found, truth):
    return figures(by_true_cluster(found, truth), "bcubed")


def exact_clusters(found, truth):
    return figures(by_true_cluster(found, truth), "exact_clusters")


def test_pairwise_counts_pairs_put_together():
    # found: ab, cd, ce, de; true: ab, ac, bc, de; both: ab, de
    assert pairwise(FOUND, TRUTH) == Figures(0.5, 0.5, 0.5)


def test_bcubed_is_the_mean_over_records():
    # precision: a, b 1; c 1/3; d, e 2/3. recall: a, b 2/3; c 1/3; d, e 1
    found = bcubed(FOUND, TRUTH)
    assert (found.precision, found.recall) == (pytest.approx(11 / 15), pytest.approx(11 / 15))


def test_a_whole_cluster_counts_only_if_nothing_is_missing_and_nothing_is_too_much():
    assert exact_clusters(FOUND, TRUTH) == Figures(0.0, 0.0, 0.0)
    found = {"a": "x", "b": "x", "c": "x", "d": "y", "e": "z"}
    assert exact_clusters(found, TRUTH) == Figures(pytest.approx(1 / 3), 0.5, pytest.approx(0.4))
    assert exact_clusters({}, {"a": "1", "b": "2"}) == Figures(1.0, 1.0, 1.0)


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
    assert exact_clusters({}, {}) == Figures(1.0, 1.0, 1.0)


def test_labelled_pairs_are_judged_one_by_one():
    pairs = [("a", "b", True), ("c", "d", False), ("a", "c", True), ("a", "e", False), ("c", "nobody", False)]
    assert labelled(FOUND, pairs).figures() == Figures(0.5, 0.5, 0.5)
    assert labelled({}, [("p", "q", False)]).figures() == Figures(1.0, 1.0, 1.0)


CLUSTERS = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("uvxyz"))


@given(found=CLUSTERS)
def test_the_truth_itself_scores_one(found):
    counts = by_true_cluster(found, found)
    assert {figures(counts, measure) for measure in RATIOS} == {Figures(1.0, 1.0, 1.0)}


@given(found=CLUSTERS, truth=CLUSTERS)
def test_the_figures_are_those_of_counting_one_by_one(found, truth):
    def together(clusters, one, other):
        return one == other or (one in clusters and clusters[one] == clusters.get(other))

    def mates(clusters, record):
        return {other for other in truth if together(clusters, record, other)}

    pairs = list(combinations(truth, 2))
    judged = labelled(found, [(one, other, together(truth, one, other)) for one, other in pairs]).figures()
    assert astuple(pairwise(found, truth)) == pytest.approx(astuple(judged))
    shares = [(mates(found, record), mates(truth, record)) for record in truth]
    precision = mean([len(one & other) / len(one) for one, other in shares] or [1])
    recall = mean([len(one & other) / len(other) for one, other in shares] or [1])
    assert astuple(bcubed(found, truth)) == pytest.approx(
        (precision, recall, 2 * precision * recall / (precision + recall))
    )
    sets = [{frozenset(mates(clusters, record)) for record in truth} for clusters in (found, truth)]
    right, total = len(sets[0] & sets[1]), sum(map(len, sets))
    assert exact_clusters(found, truth).f1 == pytest.approx(2 * right / total if total else 1)
