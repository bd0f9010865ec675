"""Contradictions: what matches hardly ever disagree on, however much else they have in common.

A wife and her husband share a surname, an address, a telephone number and an e-mail address. Taken for one person they
teach that a person has two given names, which keeps them together. But that is known beforehand: where too many of the
matches disagree so, they are no matches.
"""

import numpy as np
import numpy.typing as npt

from matching.compare import Levels
from matching.rules import MatchModel

Shares = npt.NDArray[np.float64]


def as_far_as_credible(model: MatchModel, vectors: Levels, matches: Shares) -> Shares:
    """Say how much of the matches of each vector can be believed: all, unless too many are at one level.

    `matches` says how many matches there are of each distinct vector. Of a level that more of them have than the
    `most` that its kind holds possible, so many are believed as its kind expects. Where all words of the records are
    compared too, hardly anything else is known of them, and a name cannot be held against what it says itself.
    """
    believed = np.ones(len(vectors))
    if any(model.kind(name).whole_column for name in model.compared):
        return believed
    for place, name in enumerate(model.compared):
        for number, level in enumerate(model.kind(name).levels, start=1):
            if level.most is not None:
                there, known = vectors[:, place] == number, vectors[:, place] > 0
                counted = matches * believed
                inside, others = float(counted[there].sum()), float(counted[known & ~there].sum())
                if inside > _of(level.most, others):
                    believed[there] *= _of(level.m, others) / inside
    return believed


def _of(share: float, others: float) -> float:
    """Give how many have a level if that is such a share of all, and so many have another one."""
    return share / (1 - share) * others
