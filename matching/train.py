"""Train: how often each level occurs among matches and non-matches, estimated without labels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.compare import Levels

FLOOR = 1e-6
"""No share is estimated below this: a level that was never seen is rare, not impossible."""
_STARTS = 5

_LONGEST = 2_000
_STILL = 1e-6
_PULL = 10.0
"""What was given counts like so many pairs in each class, so a level that is hardly ever seen stays near it."""

Shares = npt.NDArray[np.float64]
Known = npt.NDArray[np.int8]
MATCHES, UNKNOWN, OTHERS = 1, 0, -1
"""What is known of a pair beforehand."""


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


@dataclass(frozen=True, slots=True)
class Fit:
    """An estimate with what it rests on.

    `matches[attribute][level - 1]` is the number of pairs at a level that are matches, as far as the fit can
    tell (not whole numbers), `others` that of the rest.
    """

    estimate: Estimate
    matches: list[Shares]
    others: list[Shares]
    log_likelihood: float
    iterations: int
    converged: bool


def refine(levels: Levels, start: Estimate, known: Known) -> Fit:
    """Estimate m, u and the share of matches from candidate pairs, setting out from those given in `start`.

    Expectation and conditional maximisation (Winkler 1988) without random numbers: the start says which class
    is that of the matches. A missing value says nothing. `known` holds MATCHES or OTHERS for pairs that a rule
    decides, which keep their class, and UNKNOWN for the rest.

    Raises:
        ValueError: there are no pairs, or no attribute is compared.
    """
    if levels.size == 0:
        raise ValueError("there are no candidate pairs to learn from")
    vectors, counts = np.unique(np.column_stack([levels, known]), axis=0, return_counts=True)
    vectors, decided = vectors[:, :-1], vectors[:, -1]
    found, iterations, moved = start, 0, 1.0
    while moved > _STILL and iterations < _LONGEST:
        share = _posterior(vectors, decided, found)
        matches, others = (_counted(vectors, weights, start) for weights in (share * counts, (1 - share) * counts))
        new = Estimate(
            m=[_pulled(each, given) for each, given in zip(matches, start.m, strict=True)],
            u=[_pulled(each, given) for each, given in zip(others, start.u, strict=True)],
            prior=float(np.clip(share @ counts / counts.sum(), FLOOR, 1 - FLOOR)),
        )
        moved = max(float(np.abs(one - other).max()) for one, other in zip(_all(new), _all(found), strict=True))
        found, iterations = new, iterations + 1
    return Fit(found, matches, others, _likelihood(levels, found), iterations, moved <= _STILL)


def prior_for(weights: npt.NDArray[np.int64], share: float) -> float:
    """Give the prior at which pairs with these weights match with probability `share` on average.

    `weights` are thousandths of a bit, without a prior; those that rules decide lie far beyond all others.
    """
    values, counts = np.unique(weights, return_counts=True)
    low, high = -40.0, 40.0
    for _ in range(60):
        middle = (low + high) / 2
        odds = np.exp2(np.clip(values / 1000 + middle, -500, 500))
        low, high = (middle, high) if (odds / (1 + odds)) @ counts < share * counts.sum() else (low, middle)
    return float(np.clip(1 / (1 + 2**-low), FLOOR, 1 - FLOOR))


def _posterior(vectors: Levels, decided: Known, found: Estimate) -> Shares:
    """Give each vector's probability of being a match."""
    match, other = _class_likelihoods(vectors, found)
    share = 1 / (1 + np.exp(np.clip(other - match, -700, 700)))
    share[decided == MATCHES], share[decided == OTHERS] = 1, 0
    return np.asarray(share)


def _counted(vectors: Levels, weights: Shares, start: Estimate) -> list[Shares]:
    """Add up the weights at each level of each attribute, without the missing values."""
    return [
        np.bincount(vectors[:, place], weights, len(given) + 1)[1 : len(given) + 1].astype(np.float64)
        for place, given in enumerate(start.m)
    ]


def _pulled(counts: Shares, given: Shares) -> Shares:
    shares = np.maximum(counts + _PULL * given, FLOOR)
    return np.asarray(shares / shares.sum())


def _all(found: Estimate) -> list[Shares]:
    return [*found.m, *found.u, np.array([found.prior])]


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

    kernel = ECMClassifier(init="random", binarize=None, max_iter=500, atol=1e-7).kernel
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
