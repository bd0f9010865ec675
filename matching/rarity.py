"""Rarity: how much more agreement on a rare value tells than on a common one, among matches and groups of strangers.

Strangers who agree by chance agree on a value as often as it occurs, squared; those who agree by relation, as families
do on a surname, agree on it as often as it occurs, like matches, and then it tells nothing how rare it is. What a group
does stands between the two, and one figure says where: so a rare value never tells less than a common one.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from matching.compare import Levels
from matching.document import Frequencies

Shares = npt.NDArray[np.float64]

_PULL = 10.0
"""So many pairs that agree half by chance and half by relation count in each group, beside its own."""
_MATCHES_PULL = 0.1
"""What was counted in the file counts like so large a share of the matches, and like ten at least."""
_TRUST = 0.9
"""So far the likeliest power is trusted: of a name that is not listed it is only known that it is rare."""
_ROUNDS = 30


def as_one(vectors: Levels, steps: Sequence[int]) -> Levels:
    """Give vectors in which the steps of each best level are one level again; `steps` says how many there are."""
    found: Levels = np.where(vectors > 0, np.maximum(vectors - np.array(steps) + 1, 1), 0).astype(np.int8)
    return found


def among_matches(frequencies: Frequencies, counted: Shares) -> Shares:
    """Give the share of each step among the matches that agree, of which so many were counted."""
    pull = max(_MATCHES_PULL * float(counted.sum()), _PULL)
    pulled: Shares = counted + pull * _normal([step.m for step in frequencies.steps])
    return np.asarray(pulled / pulled.sum())


def among_strangers(frequencies: Frequencies, matches: Shares, counted: Shares) -> Shares:
    """Give the share of each step in each group of strangers that agree, (groups, steps), likewise.

    The odds of steps are those among matches times a power, 0 to 1, of what they would be by chance: the likeliest,
    a little damped.
    """
    by_relation, by_chance = (_normal([getattr(step, name) for step in frequencies.steps]) for name in ("m", "u"))
    bits = np.maximum.accumulate(np.log2(by_chance / by_relation))
    pulled = counted + _PULL * _tilted(matches, bits, np.array([0.5]))
    wanted = (pulled @ bits) / pulled.sum(axis=1)
    low, high = np.zeros(len(wanted)), np.ones(len(wanted))
    for _ in range(_ROUNDS):
        power = (low + high) / 2
        less = _tilted(matches, bits, power) @ bits < wanted
        low, high = np.where(less, power, low), np.where(less, high, power)
    return _tilted(matches, bits, _TRUST * (low + high) / 2)


def _tilted(shares: Shares, bits: Shares, powers: Shares) -> Shares:
    found = shares * np.exp2(powers[:, None] * bits)
    return np.asarray(found / found.sum(axis=1, keepdims=True))


def _normal(shares: Sequence[float]) -> Shares:
    given = np.array(shares)
    return np.asarray(given / given.sum())
