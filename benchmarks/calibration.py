"""Are match probabilities right as often as they say? A reliability table and the expected calibration error."""

import csv
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

# Tenths, the uppermost split further: that is where most pairs lie.
EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
COLUMNS = ("set", "probability from", "pairs", "mean probability", "share that is right")
Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Reliability:
    """Of each part of the scale: pairs, the sum of their probabilities, and how many of them are right."""

    parts: tuple[tuple[int, float, int], ...]

    @property
    def pairs(self) -> int:
        """How many pairs there are: the denominator."""
        return sum(count for count, _, _ in self.parts)

    @property
    def error(self) -> float:
        """The expected calibration error (Naeini and others, 2015): mean distance of what is said and what is so."""
        return sum(abs(said - right) for _, said, right in self.parts) / self.pairs if self.pairs else 0.0

    def rows(self, name: str) -> list[Row]:
        """Give the table, without parts that hold no pair."""
        filled = [(edge, part) for edge, part in zip(EDGES, self.parts, strict=True) if part[0]]
        return [(name, edge, count, said / count, right / count) for edge, (count, said, right) in filled]


def reliability(pairs: Path, truth: Path) -> Reliability:
    """Judge every pair of `mdm dedupe --pairs`, which are those at or above the review threshold, by the truth."""
    with truth.open(encoding="utf-8", newline="") as file:
        of = {row["record_id"]: row["cluster_id"] for row in csv.DictReader(file)}
    parts = [(0, 0.0, 0)] * len(EDGES)
    with pairs.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            said = float(row["match_probability"])
            right = of[row["record_id_l"]] == of[row["record_id_r"]]
            place = bisect_right(EDGES, said) - 1
            count, sum_said, sum_right = parts[place]
            parts[place] = (count + 1, sum_said + said, sum_right + right)
    return Reliability(tuple(parts))
