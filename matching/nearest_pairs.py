"""Nearest pairs: what to learn from where none looks like a match, because each source writes everything its own way.

What two systems write of one thing agrees on little then, but on more than what they write of any two others.
"""

import numpy as np
import numpy.typing as npt

from matching.columns import Rows
from matching.compare import Levels
from matching.pieces import Weights
from matching.rules import MatchModel
from matching.score import sums

Chosen = npt.NDArray[np.bool_]


def each_others_nearest(model: MatchModel, levels: Levels, left: Rows, right: Rows, sources: Rows) -> Chosen:
    """Say of pairs between sources which are each other's nearest: neither record has one as near in that source.

    Pairs that agree on a number which each system counts by itself are left out: nothing else brought them together.
    """
    running = _running_numbers(model, levels)
    told = levels.copy()
    told[:, running] = 0
    weights = sums(model, told)
    count = int(sources.max(initial=0)) + 1
    asked = np.append(left * count + sources[right], right * count + sources[left])
    of_left, of_right = np.split(_alone_at_best(asked, np.append(weights, weights)), 2)
    found: Chosen = of_left & of_right & ~(levels[:, running] == 1).any(axis=1)
    return found


def _alone_at_best(asked: Rows, weights: Weights) -> Chosen:
    """Say which pairs weigh more than every other that has the same number."""
    order = np.lexsort((-weights, asked))
    numbers, sorted_weights = asked[order], weights[order]
    begins = np.diff(numbers, prepend=-1) != 0
    tied = np.zeros(len(order), dtype=bool)
    tied[:-1] = (numbers[1:] == numbers[:-1]) & (sorted_weights[1:] == sorted_weights[:-1])
    found = np.zeros(len(order), dtype=bool)
    found[order] = begins & ~tied
    return found


def _running_numbers(model: MatchModel, levels: Levels) -> list[int]:
    """Give the places of identifiers that each system counts by itself: records that share one share less else."""
    kinds = [model.kind(name) for name in model.compared]
    whole = [place for place, kind in enumerate(kinds) if kind.whole_column]
    found = []
    for place, kind in enumerate(kinds):
        same = levels[:, place] == 1
        if kind.name == "identifier" and same.any() and not same.all():
            others = levels.copy()
            others[:, [place, *whole]] = 0
            weights = sums(model, others)
            if weights[same].mean() < weights[~same].mean():
                found.append(place)
    return found
