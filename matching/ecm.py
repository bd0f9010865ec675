"""Expectation and conditional maximisation: two classes of pairs from random starts, as a check of what was learnt."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.compare import Levels

FLOOR = 1e-6
"""No share is estimated below this: a level that was never seen is rare, not impossible."""
_STARTS = 3

Shares = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a training found: `m[attribute][level - 1]` among matches, `u` likewise among non-matches.

    Each adds up to 1 over the levels of an attribute; missing values are left out. `prior` is the share of
    matches among the pairs.
    """

    m: list[Shares]
    u: list[Shares]
    prior: float


def estimate(levels: Levels, level_counts: Sequence[int], *, seed: int) -> Estimate:
    """Estimate m and u for each level of each attribute, and the share of matches, from candidate pairs.

    `levels` is what `compare` gives, (pairs, attributes); `level_counts` the number of levels of each
    attribute. Expectation and conditional maximisation (recordlinkage's ECMClassifier) from several random
    starts, of which the likeliest fit is taken; the class with more top levels is that of the matches. The
    same pairs and seed always give the same estimate.

    Raises:
        ValueError: there are no pairs, or no attribute is compared.
    """
    if levels.size == 0:
        raise ValueError("there are no candidate pairs to learn from")
    fits = [_fit(levels, level_counts, seed + start) for start in range(_STARTS)]
    usable = [fit for fit in fits if np.isfinite(fit[0])]
    if not usable:
        raise ValueError("the candidate pairs are too alike to tell matches from the others")
    return max(usable, key=lambda fit: fit[0])[1]


def _fit(levels: Levels, level_counts: Sequence[int], seed: int) -> tuple[float, Estimate]:
    """Fit once from one random start: give the log likelihood and the estimate."""
    class_prior, features = _maximise(levels, seed)
    shares = []
    before = 0
    for place, count in enumerate(level_counts):
        seen = np.unique(levels[:, place])
        shares.append(_shares(seen, features[:, before : before + len(seen)], count))
        before += len(seen)
    match = int(np.argmax(sum(each[:, 0] for each in shares)))
    found = Estimate(
        m=[each[match] for each in shares],
        u=[each[1 - match] for each in shares],
        prior=float(class_prior[match]),
    )
    return _likelihood(levels, found), found


def _maximise(levels: Levels, seed: int) -> tuple[Shares, Shares]:
    """Give the shares of both classes, and of each level that occurs within them, column after column."""
    from recordlinkage import ECMClassifier

    kernel = ECMClassifier(init="random", binarize=None, max_iter=200, atol=1e-5).kernel
    state = np.random.get_state()  # noqa: NPY002 - the classifier draws from numpy's global generator
    np.random.seed(seed)  # noqa: NPY002
    try:
        with np.errstate(divide="ignore", invalid="ignore"):
            kernel.fit(levels)
    finally:
        np.random.set_state(state)  # noqa: NPY002
    return np.exp(kernel.class_log_prior_), np.exp(kernel.feature_log_prob_)


def _shares(seen: Levels, found: Shares, count: int) -> Shares:
    """Spread the shares of the levels that occur over all levels, without the missing values."""
    shares = np.full((2, count), FLOOR)
    present = seen > 0
    shares[:, seen[present] - 1] = np.maximum(found[:, present], FLOOR)
    spread: Shares = shares / shares.sum(axis=1, keepdims=True)
    return spread


def _likelihood(levels: Levels, estimate: Estimate) -> float:
    vectors, counts = np.unique(levels, axis=0, return_counts=True)
    return float(counts @ np.logaddexp(*_class_likelihoods(vectors, estimate)))


def _class_likelihoods(vectors: Levels, estimate: Estimate) -> tuple[Shares, Shares]:
    """Give the log likelihood of each vector as a match, and as none."""
    match = np.full(len(vectors), np.log(estimate.prior))
    other = np.full(len(vectors), np.log1p(-estimate.prior))
    for place, (m, u) in enumerate(zip(estimate.m, estimate.u, strict=True)):
        match += np.log(np.append(1.0, m))[vectors[:, place]]  # a missing value says nothing
        other += np.log(np.append(1.0, u))[vectors[:, place]]
    return match, other
