"""Strangers: pairs that do not match fall into groups, within which attributes agree independently.

Families share a surname and an address, shops in one building a house and a telephone number. Taken together such
pairs make agreements look independent that are not, and probabilities too high. Larsen and Rubin (2001) therefore
fit mixtures of more than two classes to the comparison vectors; here the matches are known as far as the clusters
tell, and the mixture is that of the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from matching.compare import Levels

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Shares = npt.NDArray[np.float64]

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

    def belonging(self, vectors: Levels) -> Shares:
        """Say how likely strangers with each of these vectors are of each group: (vectors, groups)."""
        marks = _marks(vectors, [each[0] for each in self.u])
        likely = _likely(marks, np.concatenate([each.T for each in self.u]), self.shares)
        return np.asarray(likely / likely.sum(axis=1, keepdims=True))


def one_group(vectors: Levels, counts: Shares, start: Sequence[Shares], *, pull: float) -> list[Shares]:
    """Give the share of each level among pairs that are taken for one group, such as the matches.

    `start` counts like a share `pull` of the pairs, which keeps a fit that feeds on itself from going to extremes.
    """
    pairs = max(_PULL, pull * float(counts.sum()))
    counted = [np.bincount(column, counts, len(given) + 1)[1:] for column, given in zip(vectors.T, start, strict=True)]
    pulled = [np.maximum(each + pairs * given, _FLOOR) for each, given in zip(counted, start, strict=True)]
    return [each / each.sum() for each in pulled]


def mixture(vectors: Levels, counts: Shares, start: Sequence[Shares], *, groups: int) -> Mixture:
    """Fit so many groups to comparison vectors that occur so often, by expectation and maximisation.

    The groups start as those that agree on little, on more and on most; without random numbers, the same vectors
    give the same groups. `start` holds the shares of levels that few pairs cannot outweigh.
    """
    told = counts > 0
    vectors, counts = vectors[told], counts[told]
    marks, first = _marks(vectors, start), np.cumsum([0, *map(len, start)])[:-1]
    turned, pull = marks.T.tocsr(), _PULL * np.concatenate([*start, np.empty(0)])[:, None]
    belongs = _by_agreement(vectors, groups)
    shares, u = _maximised(turned, belongs * counts[:, None], pull, first)
    for _ in range(ROUNDS - 1):
        belongs = _likely(marks, u, shares)
        belongs *= (counts / belongs.sum(axis=1))[:, None]
        shares, u = _maximised(turned, belongs, pull, first)
    return Mixture(shares, np.split(u.T, first[1:], axis=1))


def _by_agreement(vectors: Levels, groups: int) -> Shares:
    known = np.maximum((vectors > 0).sum(axis=1), 1)
    agreeing = (vectors == 1).sum(axis=1) / known
    middle = np.arange(groups) / max(groups - 1, 1)
    near = 0.1 + np.exp(-((agreeing[:, None] - middle) ** 2) / _SPREAD)
    return np.asarray(near / near.sum(axis=1, keepdims=True))


def _marks(vectors: Levels, start: Sequence[Shares]) -> "csr_array":
    """Mark the levels of each vector, (vectors, levels of all attributes); a missing value has none."""
    from scipy.sparse import csr_array  # slow to load, and only learning needs it

    first = np.cumsum([0, *map(len, start)])[:-1]
    known = vectors > 0
    places = (vectors + (first - 1))[known]
    ends = np.cumsum(np.append(0, known.sum(axis=1)))
    return csr_array((np.ones(len(places)), places, ends), shape=(len(vectors), sum(map(len, start))))


def _likely(marks: "csr_array", u: Shares, shares: Shares) -> Shares:
    """Give the likelihood of each vector in each group, as a share of that in the likeliest one."""
    likely: Shares = marks @ np.log(u)
    likely += np.log(shares)
    likely -= likely.max(axis=1, keepdims=True)
    np.exp(likely, out=likely)
    return likely


def _maximised(
    turned: "csr_array", weights: Shares, pull: Shares, first: npt.NDArray[np.int64]
) -> tuple[Shares, Shares]:
    """Give the share of each group, and of each level within its attribute, (levels of all attributes, groups)."""
    shares = (weights.sum(axis=0) + 1) / (weights.sum() + weights.shape[1])
    pulled = np.maximum(turned @ weights + pull, _FLOOR)
    sums = np.add.reduceat(pulled, first, axis=0)
    return shares, pulled / np.repeat(sums, np.diff(first, append=len(pulled)), axis=0)
