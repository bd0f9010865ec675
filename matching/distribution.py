"""Distribution: how often each match weight occurs among the candidate pairs, and what that makes the model expect."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from matching.columns import Rows, Table
from matching.compare import compare
from matching.rules import ALWAYS_WEIGHT, MatchModel
from matching.score import DISTINCT, NEVER, Edges, score

SAMPLE = 50_000
"""So many candidate pairs, evenly spaced, are enough to count those below the review threshold."""
MOST_BARS = 48
BOUNDS = (0.0, 0.01, 0.05, *(tenth / 10 for tenth in range(1, 10)), 0.95, 0.99, 0.999, 1.0)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Distribution:
    """The match weights that occur (thousandths of a bit, ascending), and the number of pairs of each.

    Pairs that a rule decided are counted apart. Counts below the review threshold are estimates where only every
    `step`-th candidate pair was looked at.
    """

    weights: npt.NDArray[np.int32]
    counts: Floats
    always: int
    never: float
    step: int

    @property
    def probabilities(self) -> Floats:
        """The match probability at each weight."""
        found: Floats = 1 / (1 + np.exp2(-self.weights / 1000))
        return found


@dataclass(frozen=True, slots=True)
class HistogramBar:
    """The pairs whose weight in bits is in [low, high)."""

    low: float
    high: float
    pairs: float


@dataclass(frozen=True, slots=True)
class ProbabilityBin:
    """The pairs whose probability is in (low, high], and how many of them the model expects to be matches."""

    low: float
    high: float
    pairs: float
    matches: float


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the probabilities add up to.

    Of the `joined` pairs at or above the match threshold `right` are expected to be matches, and `missed` matches
    are expected below it among the candidate pairs; pairs that no key brings together are not counted.
    """

    joined: float
    right: float
    missed: float
    bins: list[ProbabilityBin]


def distribution(model: MatchModel, table: Table, edges: Edges, *, left: Rows, right: Rows) -> Distribution:
    """Count the candidate pairs by weight: `edges` exactly, those below them from evenly spaced ones."""
    step = max(1, -(-len(left) // SAMPLE))
    scores = score(model, table, compare(model, table, left[::step], right[::step]), left[::step], right[::step])
    low = scores.weights[scores.outcomes == DISTINCT]
    below = len(left) - len(edges.left)
    each = below / len(low) if len(low) else 0.0
    scored = edges.weights < ALWAYS_WEIGHT
    weights, counts = _summed(low[low > NEVER], each, edges.weights[scored])
    return Distribution(
        weights=weights,
        counts=counts,
        always=len(scored) - int(scored.sum()),
        never=float((low <= NEVER).sum() * each),
        step=step,
    )


def histogram(model: MatchModel, found: Distribution) -> list[HistogramBar]:
    """Give bars of whole bits, cut at both thresholds so that each bar has one outcome."""
    if not len(found.weights):
        return []
    low, high = np.floor(found.weights[0] / 1000), np.floor(found.weights[-1] / 1000) + 1
    width = max(1, int(np.ceil((high - low) / MOST_BARS)))
    cuts = [cut / 1000 for cut in (model.review_weight, model.match_weight) if low < cut / 1000 < high]
    bounds = np.unique([*np.arange(low, high, width), high, *cuts])
    places = np.searchsorted(found.weights, np.round(bounds * 1000))
    return [
        HistogramBar(float(bounds[number]), float(bounds[number + 1]), float(found.counts[start:end].sum()))
        for number, (start, end) in enumerate(pairwise(places))
    ]


def expectation(model: MatchModel, found: Distribution) -> Expectation:
    """Add up the probabilities: if they are right, so many of the pairs in each range are matches."""
    matches = found.counts * found.probabilities
    joined = found.weights >= model.match_weight
    place = np.clip(np.searchsorted(BOUNDS, found.probabilities, side="left") - 1, 0, len(BOUNDS) - 2)
    pairs, expected = (np.bincount(place, weights=one, minlength=len(BOUNDS) - 1) for one in (found.counts, matches))
    return Expectation(
        joined=float(found.counts[joined].sum()) + found.always,
        right=float(matches[joined].sum()) + found.always,
        missed=float(matches[~joined].sum()),
        bins=[
            ProbabilityBin(low, high, float(pairs[number]), float(expected[number]))
            for number, (low, high) in enumerate(pairwise(BOUNDS))
        ],
    )


def _summed(
    low: npt.NDArray[np.int32], each: float, edges: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.int32], Floats]:
    weights, places = np.unique(np.concatenate([low, edges]), return_inverse=True)
    shares = np.concatenate([np.full(len(low), each), np.ones(len(edges))])
    counts: Floats = np.bincount(places, weights=shares, minlength=len(weights)).astype(np.float64)
    return weights, counts
