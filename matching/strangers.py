"""Strangers: pairs that do not match fall into groups, within which attributes agree independently.

Families share a surname and an address, shops in one building a house and a telephone number. Taken together such
pairs make agreements look independent that are not, and probabilities too high. Larsen and Rubin (2001) therefore
fit mixtures of more than two classes to the comparison vectors; here the matches are known as far as the clusters
tell, and the mixture is that of the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.compare import Levels

Shares = npt.NDArray[np.float64]
Bins = npt.NDArray[np.int64]

ROUNDS = 60
_PULL = 10.0
"""The shares of the start count like so many pairs in each group."""
_SPREAD = 0.05
_FLOOR = 1e-6


@dataclass(frozen=True, slots=True)
class Mixture:
    """Groups of pairs: the share of each, and `u[attribute]` with the share of each level in it, (groups, levels)."""

    shares: Shares
    u: list[Shares]


def one_group(vectors: Levels, counts: Shares, start: Sequence[Shares], *, pull: float) -> list[Shares]:
    """Give the share of each level among pairs that are taken for one group, such as the matches.

    `start` counts like a share `pull` of the pairs, which keeps a fit that feeds on itself from going to extremes.
    """
    pairs = max(_PULL, pull * float(counts.sum()))
    return [each[0] for each in _maximised(_bins(vectors, start, groups=1), counts[:, None], start, pairs)[1]]


def mixture(vectors: Levels, counts: Shares, start: Sequence[Shares], *, groups: int) -> Mixture:
    """Fit so many groups to comparison vectors that occur so often, by expectation and maximisation.

    The groups start as those that agree on little, on more and on most; without random numbers, the same vectors
    give the same groups. `start` holds the shares of levels that few pairs cannot outweigh.
    """
    belongs, bins = _by_agreement(vectors, groups), _bins(vectors, start, groups=groups)
    shares, u = _maximised(bins, belongs * counts[:, None], start, _PULL)
    for _ in range(ROUNDS - 1):
        logs = np.log(shares) + sum(_logs(each, vectors[:, place]) for place, each in enumerate(u))
        belongs = np.exp(logs - logs.max(axis=1, keepdims=True))
        belongs /= belongs.sum(axis=1, keepdims=True)
        shares, u = _maximised(bins, belongs * counts[:, None], start, _PULL)
    return Mixture(shares, u)


def _by_agreement(vectors: Levels, groups: int) -> Shares:
    known = np.maximum((vectors > 0).sum(axis=1), 1)
    agreeing = (vectors == 1).sum(axis=1) / known
    middle = np.arange(groups) / max(groups - 1, 1)
    near = 0.1 + np.exp(-((agreeing[:, None] - middle) ** 2) / _SPREAD)
    return np.asarray(near / near.sum(axis=1, keepdims=True))


def _bins(vectors: Levels, start: Sequence[Shares], *, groups: int) -> list[Bins]:
    """Give for each attribute where a vector is counted in each group: (vectors, groups) one after the other."""
    widths = [len(given) + 1 for given in start]
    return [(np.arange(groups) * width + vectors[:, place, None]).ravel() for place, width in enumerate(widths)]


def _maximised(
    bins: Sequence[Bins], weights: Shares, start: Sequence[Shares], pull: float
) -> tuple[Shares, list[Shares]]:
    groups = weights.shape[1]
    shares = (weights.sum(axis=0) + 1) / (weights.sum() + groups)
    u = []
    for each, given in zip(bins, start, strict=True):
        width = len(given) + 1
        counted = np.bincount(each, weights.ravel(), groups * width).reshape(groups, width)[:, 1:]
        pulled = np.maximum(counted + pull * given, _FLOOR)
        u.append(pulled / pulled.sum(axis=1, keepdims=True))
    return shares, u


def _logs(u: Shares, levels: npt.NDArray[np.int8]) -> Shares:
    """Give the log of the share of each pair's level in each group; a missing value says nothing."""
    known = np.concatenate([np.ones((len(u), 1)), u], axis=1)
    found: Shares = np.log(known)[:, levels].T
    return found
