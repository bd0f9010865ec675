"""Intervals: how far the figures of an evaluation could be off, had other things been there to find."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.evaluate import Figures, Labelled, Measure, Sums, parts, ratios

LEVEL = 0.95
SAMPLES = 1000
SEED = 2026
_Z = 1.959963984540054  # the normal distribution's quantile at (1 + LEVEL) / 2
_CELLS = 4_000_000  # so many weights are held at once


@dataclass(frozen=True, slots=True)
class Interval:
    """The ends of the 95 % intervals of precision, recall and F1."""

    low: Figures
    high: Figures


def bootstrap(counts: Sums, measure: Measure, *, seed: int = SEED) -> Interval:
    """Give the interval of figures against whole clusters: the middle 95 % over 1,000 samples of the true clusters.

    Efron (1979), percentiles. True clusters are drawn, with replacement, because the pairs and records of one
    thing stand or fall together; `counts` is what `matching.evaluate.by_true_cluster` gives. The same seed gives
    the same interval.
    """
    if not len(counts):
        return Interval(Figures(0.0, 0.0, 0.0), Figures(1.0, 1.0, 1.0))
    # True clusters with the same counts are drawn as one, as often as all of them together: a million are soon done.
    rows, times = np.unique(parts(counts, measure), axis=0, return_counts=True)
    random = np.random.default_rng(seed)
    step = max(1, _CELLS // len(rows))
    sums = [
        random.multinomial(len(counts), times / len(counts), size=min(step, SAMPLES - start)) @ rows
        for start in range(0, SAMPLES, step)
    ]
    tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    low, high = np.quantile(np.array(ratios(np.concatenate(sums))), tails, axis=1)
    return Interval(Figures(*map(float, low)), Figures(*map(float, high)))


def of_pairs(found: Labelled) -> Interval:
    """Give the interval of figures on labelled pairs, each taken as a draw of its own: Wilson's (1927) score interval.

    F1 is a rising function of J = right / (right + wrong + missed), namely 2J / (1 + J), so its interval is that of
    the share J carried over.
    """
    right = found.right
    low, high = _wilson(
        np.array([right, right, right], float),
        np.array([right + found.wrong, right + found.missed, right + found.wrong + found.missed], float),
    )
    return Interval(_with_f1(low), _with_f1(high))


def _wilson(part: Sums, whole: Sums) -> tuple[Sums, Sums]:
    """Give the ends; of nothing they are 0 and 1."""
    centre = part + _Z**2 / 2
    spread = _Z * np.sqrt(part * (whole - part) / np.maximum(whole, 1) + _Z**2 / 4)
    low, high = ((centre + sign * spread) / (whole + _Z**2) for sign in (-1, 1))
    return np.clip(low, 0, 1), np.clip(high, 0, 1)


def _with_f1(ends: NDArray[np.float64]) -> Figures:
    precision, recall, jaccard = map(float, ends)
    return Figures(precision, recall, 2 * jaccard / (1 + jaccard))
