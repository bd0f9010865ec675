"""Fitted: match rules with the figures of pairs that match and of groups of strangers, as far as the pairs tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.compare import Levels
from matching.document import Comparison, LevelTuning, MatchRules, Strangers
from matching.rules import MatchModel, figures_of
from matching.strangers import mixture, one_group

GROUPS = 12
"""Groups of strangers: families, buildings, name-sakes, and what else a file has. On labelled files precision and
calibration rose up to here; a group that a file has no use for becomes like another."""
FEWEST_OF_A_CLASS = 10
"""An attribute that fewer matches, or fewer others, have on both sides keeps its figures."""
_PULL = 0.1
"""The figures to set out from count like so large a share of the matches."""
_SMALLEST = 1e-6

Counts = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Attribute:
    """A compared attribute: its levels with their m, u, and u in each group.

    `seen` says which levels some pair has; m and u of the others are those that were given. `kept` says why none of
    the figures is new.
    """

    levels: tuple[str, ...]
    m: Counts
    u: Counts
    groups: Counts
    seen: npt.NDArray[np.bool_]
    kept: str | None

    def tunings(self) -> list[LevelTuning]:
        """Give m and u as a rules document has them."""
        return [
            LevelTuning(level=name, m=_rounded(m), u=_rounded(u))
            for name, m, u in zip(self.levels, self.m, self.u, strict=True)
        ]

    def among(self, group: int) -> dict[str, float]:
        """Give u in one group; a level that no pair has is left out, so that it has the u of the comparison."""
        named = zip(self.levels, self.groups[group], self.seen, strict=True)
        return {name: _rounded(u) for name, u, seen in named if seen}


def fitted(
    given: MatchModel, vectors: Levels, matches: Counts, others: Counts, *, prior: float
) -> tuple[MatchRules, dict[str, str]]:
    """Write rules with the figures of these matches and strangers, and say why attributes keep what was given.

    `vectors` are distinct comparison vectors, which occur so often as `matches` and as `others`.
    """
    start = figures_of(given)
    ms, us = ([_normal(figures[place]) for figures in start.values()] for place in (0, 1))
    m = one_group(vectors, matches, ms, pull=_PULL)
    groups = mixture(vectors, others, us, groups=GROUPS)
    found = {
        name: _attribute(
            figures,
            (m[place], groups.shares @ groups.u[place], groups.u[place]),
            [_at_levels(vectors[:, place], counts, len(figures[0])) for counts in (matches, others)],
        )
        for place, (name, figures) in enumerate(start.items())
    }
    told = {name: one for name, one in found.items() if one.kept is None}
    strangers = [
        Strangers(share=_rounded(share), levels={name: one.among(number) for name, one in told.items()})
        for number, share in enumerate(groups.shares)
    ]
    compare = [_comparison(entry, told) for entry in given.rules.compare]
    rules = given.rules.model_copy(update={"compare": compare, "strangers": strangers, "prior": _rounded(prior)})
    return rules, {name: one.kept for name, one in found.items() if one.kept is not None}


def _attribute(
    figures: tuple[Mapping[str, float], Mapping[str, float]],
    learnt: tuple[Counts, Counts, Counts],
    counted: Sequence[Counts],
) -> _Attribute:
    given_m, given_u = (np.array(list(shares.values())) for shares in figures)
    m, u, groups = learnt
    seen = counted[0] + counted[1] > 0
    kept = _kept(*(float(counts.sum()) for counts in counted))
    return _Attribute(tuple(figures[0]), np.where(seen, m, given_m), np.where(seen, u, given_u), groups, seen, kept)


def _kept(matches: float, others: float) -> str | None:
    """Say why an attribute keeps the figures that were given, if it does."""
    if matches + others < FEWEST_OF_A_CLASS:
        return f"too few pairs have values on both sides ({round(matches + others):,})"
    return None


def _comparison(entry: str | Comparison, told: Mapping[str, _Attribute]) -> str | Comparison:
    name = entry if isinstance(entry, str) else entry.attribute
    if name not in told:
        return entry
    weight = None if isinstance(entry, str) else entry.weight
    return Comparison(attribute=name, levels=told[name].tunings(), weight=weight)


def _at_levels(levels: npt.NDArray[np.int8], counts: Counts, count: int) -> Counts:
    return np.bincount(levels, counts, count + 1)[1:].astype(np.float64)


def _normal(shares: Mapping[str, float]) -> Counts:
    given = np.array(list(shares.values()))
    return np.asarray(given / given.sum())


def _rounded(share: float) -> float:
    return min(max(round(float(share), 6), _SMALLEST), 1 - _SMALLEST)
