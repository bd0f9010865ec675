"""The waterfall of a sum of weights: each step begins where the one before ended; all places are worked out here."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 300
"""The width of the picture; rules, whose weights dwarf all others, run off its ends."""
DWARFS = 50
"""A weight of so many bits is that of a rule."""


@dataclass(frozen=True, slots=True)
class Step:
    """One bar: its weight, the sum after it, where it stands and where it ends; `cut`: it runs off the picture."""

    weight: float
    reached: float
    x: float
    width: float
    end: float
    cut: bool


@dataclass(frozen=True, slots=True)
class Scale:
    """Where a weight stands in the picture."""

    low: float
    high: float

    def at(self, weight: float) -> float:
        """The place of a weight, at the edge where it lies outside."""
        place = WIDTH * (weight - self.low) / (self.high - self.low)
        return round(min(max(place, 0), WIDTH), 1)

    def step(self, start: float, weight: float) -> Step:
        """The bar of a weight that is added at a sum."""
        begins, ends = self.at(start), self.at(start + weight)
        cut = not self.low <= start + weight <= self.high
        width = max(round(abs(ends - begins), 1), 1.5)
        return Step(weight, start + weight, min(begins, ends, WIDTH - 1.5), width, ends, cut)


def scale_of(prior: float, weights: Sequence[float], marks: Sequence[float]) -> Scale:
    """A scale for the sums from the prior on, with nought and some marks in it."""
    sums = [0.0, prior, *marks]
    total = prior
    for weight in weights:
        if abs(weight) < DWARFS:
            total += weight
            sums.append(total)
    margin = (max(sums) - min(sums)) * 0.05 + 0.5
    return Scale(min(sums) - margin, max(sums) + margin)
