"""Vectors: pairs that are alike so far in every comparison count as one, so that weights are added up once for each."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from matching.rules import MatchModel

Weights = npt.NDArray[np.int32]


class Vectors:
    """The distinct outcomes: `number` says which each pair has, `weights` what it weighs, (groups, outcomes)."""

    def __init__(self, pairs: int, start: Sequence[int]) -> None:
        """Begin with pairs that nothing is known of; `start` is their weight against each group of strangers."""
        self.number: npt.NDArray[np.int64] = np.zeros(pairs, dtype=np.int64)
        self.weights: Weights = np.array(start, dtype=np.int32)[:, None]

    def add(self, levels: npt.NDArray[np.signedinteger], weights: Weights) -> None:
        """Take in one outcome of every pair: `weights[group, level]` is what it weighs."""
        width = weights.shape[1]
        packed = self.number * width + levels
        seen = np.zeros(self.weights.shape[1] * width, dtype=bool)
        seen[packed] = True
        kept = np.flatnonzero(seen)
        places = np.cumsum(seen) - 1
        self.number = places[packed]
        before, level = np.divmod(kept, width)
        self.weights = self.weights[:, before] + weights[:, level]

    def keep(self, least: int) -> npt.NDArray[np.bool_]:
        """Keep only the pairs that weigh at least so much against every group; says of each pair if it is kept."""
        kept: npt.NDArray[np.bool_] = (self.weights.min(axis=0) >= least)[self.number]
        self.number = self.number[kept]
        return kept


def weights_of(model: MatchModel, name: str) -> Weights:
    """Give the weights of an attribute against each group of strangers: (groups, levels)."""
    return np.stack([group.weights[name] for group in model.groups])


def against_all(weights: Weights) -> Weights:
    """Weigh pairs against all groups of strangers together, given their weights against each: (groups, pairs).

    The odds against a match add up over the groups, so no pair weighs more than against any one of them.
    """
    least: Weights = weights.min(axis=0)
    if len(weights) == 1:
        return least
    bits = np.logaddexp2.reduce(weights / -1000, axis=0)
    found: Weights = np.minimum(np.rint(-1000 * bits).astype(np.int32), least)
    return found
