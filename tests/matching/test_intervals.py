"""Intervals against a plain bootstrap, against printed tables, and against what they promise."""

from collections import Counter
from dataclasses import astuple
from random import Random

import numpy as np
import pytest

from matching.evaluate import RATIOS, Figures, Labelled, by_true_cluster, figures, pairwise
from matching.intervals import bootstrap, of_pairs

Clusters = dict[str, str]


def made(random: Random, things: int) -> tuple[Clusters, Clusters]:
    """Clusters and their truth: a record in ten went astray."""
    truth = {f"r{number}-{copy}": f"t{number}" for number in range(things) for copy in range(random.choice([1, 2, 4]))}
    found = {
        record: true if random.random() < 0.9 else f"t{random.randrange(things)}" for record, true in truth.items()
    }
    return found, truth


def test_the_interval_is_that_of_drawing_true_clusters_one_by_one():
    random = Random(1)
    found, truth = made(random, 300)
    counts = by_true_cluster(found, truth)
    drawn = [figures(counts[random.choices(range(300), k=300)], "pairwise").f1 for _ in range(1000)]
    interval = bootstrap(counts, "pairwise")
    assert np.quantile(drawn, [0.025, 0.975]) == pytest.approx([interval.low.f1, interval.high.f1], abs=0.01)


def test_the_interval_holds_the_figures_is_narrower_with_more_and_is_the_same_again():
    widths = []
    for things in (50, 5000):
        counts = by_true_cluster(*made(Random(2), things))
        for measure in RATIOS:
            interval = bootstrap(counts, measure)
            assert interval == bootstrap(counts, measure)
            ends = zip(astuple(interval.low), astuple(figures(counts, measure)), astuple(interval.high), strict=True)
            assert all(low <= value <= high for low, value, high in ends)
        widths.append(interval.high.f1 - interval.low.f1)
    assert widths[1] < widths[0] / 3


def test_the_interval_covers_the_figure_of_the_whole_about_as_often_as_it_says():
    found, truth = made(Random(3), 20_000)
    things = sorted(set(truth.values()))
    counts = by_true_cluster(found, truth)
    whole = pairwise(found, truth).f1
    covered: Counter[bool] = Counter()
    for seed in range(100):
        some = counts[Random(seed).sample(range(len(things)), 300)]
        interval = bootstrap(some, "pairwise", seed=seed)
        covered[interval.low.f1 <= whole <= interval.high.f1] += 1
    assert covered[True] >= 88


def test_labelled_pairs_have_the_score_interval_of_a_share():
    # 8 of 10, as in Newcombe (1998): .4902 to .9433
    interval = of_pairs(Labelled(right=8, wrong=2, missed=0))
    assert (interval.low.precision, interval.high.precision) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert interval.high.recall == 1.0
    assert interval.low.f1 == pytest.approx(2 * 0.4902 / 1.4902, abs=1e-4)


def test_nothing_to_judge_by_could_be_anything():
    anything = (Figures(0.0, 0.0, 0.0), Figures(1.0, 1.0, 1.0))
    for interval in (bootstrap(by_true_cluster({}, {}), "bcubed"), of_pairs(Labelled(0, 0, 0))):
        assert (interval.low, interval.high) == anything
