"""Fitted: match rules with the figures of pairs that match and of groups of strangers, as far as the pairs tell."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.compare import Levels
from matching.document import Comparison, LevelTuning, MatchRules, Strangers
from matching.rarity import among_matches, among_strangers, as_one
from matching.rules import MatchModel, figures_of
from matching.sets import distinct_numbers, packed
from matching.strangers import Mixture, mixture, one_group

GROUPS = 12
"""Groups of strangers: families, buildings, name-sakes, and what else a file has. On labelled files precision and
calibration rose up to here; a group that a file has no use for becomes like another."""
_FEWEST_ATTRIBUTES = 3
FEWEST_OF_A_CLASS = 10
"""An attribute that fewer matches, or fewer others, have on both sides keeps its figures."""
_PULL = 0.1
"""The figures to set out from count like so large a share of the matches."""
_SMALLEST = 1e-6
_LEAST = 1e-9
"""No step has a smaller share among strangers: below it rare and common values would look alike in the document."""

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
    steps: int
    kept: str | None

    def tunings(self) -> list[LevelTuning]:
        """Give m and u as a rules document has them."""
        return [
            LevelTuning(level=name, m=self._written(place, m), u=self._written(place, u))
            for place, (name, m, u) in enumerate(zip(self.levels, self.m, self.u, strict=True))
        ]

    def among(self, group: int) -> dict[str, float]:
        """Give u in one group; a level that no pair has is left out, so that it has the u of the comparison."""
        named = zip(self.levels, self.groups[group], self.seen, strict=True)
        return {name: self._written(place, u) for place, (name, u, seen) in enumerate(named) if seen}

    def _written(self, place: int, share: float) -> float:
        """Round a share; those of steps keep their digits, so that no step falls behind one of commoner values."""
        if self.steps > 1 and place < self.steps:
            return max(float(f"{share:.6g}"), _LEAST)
        return _rounded(share)


def fitted(
    given: MatchModel, vectors: Levels, matches: Counts, others: Counts, *, prior: float
) -> tuple[MatchRules, dict[str, str]]:
    """Write rules with the figures of these matches and strangers, and say why attributes keep what was given.

    `vectors` are distinct comparison vectors, which occur so often as `matches` and as `others`.
    """
    start = figures_of(given)
    m, groups = _learnt(given, vectors, matches, others)
    found = {
        name: _attribute(
            figures,
            (m[place], groups.shares @ groups.u[place], groups.u[place]),
            [_at_levels(vectors[:, place], counts, len(figures[0])) for counts in (matches, others)],
            steps=given.kind(name).steps,
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


def _learnt(given: MatchModel, vectors: Levels, matches: Counts, others: Counts) -> tuple[list[Counts], Mixture]:
    """Give the share of each level among matches, and in groups of strangers.

    Groups are found as if agreement were agreement, on whatever value: how rare values are says nothing of what ties
    two strangers, and would only part them further. What steps tell is then counted within each group.
    """
    steps = [given.kind(name).steps for name in given.compared]
    whole, number = _distinct(as_one(vectors, steps))
    starts = [[_normal(shares, count) for shares, count in zip(each, steps, strict=True)] for each in _starts(given)]
    of_matches, of_others = (np.bincount(number, each, len(whole)).astype(float) for each in (matches, others))
    m = one_group(whole, of_matches, starts[0], pull=_PULL)
    groups = mixture(whole, of_others, starts[1], groups=_groups(whole, of_others))
    among, u = groups.belonging(whole)[number] * others[:, None], list(groups.u)
    for place, name in enumerate(given.compared):
        frequencies = given.kind(name).frequencies
        if frequencies is not None:
            levels, count = vectors[:, place], steps[place]
            matching = among_matches(frequencies, _at_levels(levels, matches, count))
            counted = np.stack([_at_levels(levels, each, count) for each in among.T])
            strange = among_strangers(frequencies, matching, counted)
            m[place] = np.append(m[place][0] * matching, m[place][1:])
            best = np.maximum(u[place][:, :1], _LEAST / strange.min(axis=1, keepdims=True))
            u[place] = np.hstack([best * strange, u[place][:, 1:]])
    return m, Mixture(groups.shares, u)


def _groups(vectors: Levels, others: Counts) -> int:
    """Say how many groups of strangers can be told apart.

    Any dependence of two attributes can be put down to groups, those of overlooked matches too; it takes a third to
    tell (Kruskal 1977). So many must be known of both sides of a pair on average: where each source has columns of its
    own, few attributes are known of most pairs, and yet enough of each.
    """
    known = others @ (vectors > 0).sum(axis=1) / others.sum()
    return GROUPS if known >= _FEWEST_ATTRIBUTES else 1


def _starts(given: MatchModel) -> Iterator[list[Mapping[str, float]]]:
    for place in (0, 1):
        yield [figures[place] for figures in figures_of(given).values()]


def _distinct(vectors: Levels) -> tuple[Levels, npt.NDArray[np.int64]]:
    """Give the distinct vectors, and the place of each among them."""
    number, below = packed(list(vectors.T), [int(level) + 1 for level in vectors.max(axis=0)])
    found, number = distinct_numbers(number, below=below)
    whole = np.empty((len(found), vectors.shape[1]), dtype=np.int8)
    whole[number] = vectors
    return whole, number


def _attribute(
    figures: tuple[Mapping[str, float], Mapping[str, float]],
    learnt: tuple[Counts, Counts, Counts],
    counted: Sequence[Counts],
    *,
    steps: int,
) -> _Attribute:
    given_m, given_u = (np.array(list(shares.values())) for shares in figures)
    m, u, groups = learnt
    seen = counted[0] + counted[1] > 0
    seen[:steps] = seen[:steps].any()  # one figure says of all steps how they differ
    kept = _kept(*(float(counts.sum()) for counts in counted))
    return _Attribute(
        tuple(figures[0]), np.where(seen, m, given_m), np.where(seen, u, given_u), groups, seen, steps, kept
    )


def _kept(matches: float, others: float) -> str | None:
    """Say why an attribute keeps the figures that were given, if it does."""
    if matches + others < FEWEST_OF_A_CLASS:
        return f"too few pairs have values on both sides ({round(matches + others):,})"
    return None


def _comparison(entry: str | Comparison, told: Mapping[str, _Attribute]) -> str | Comparison:
    name = entry if isinstance(entry, str) else entry.attribute
    if name not in told:
        return entry
    given = Comparison(attribute=entry) if isinstance(entry, str) else entry
    return given.model_copy(update={"levels": told[name].tunings()})


def _at_levels(levels: npt.NDArray[np.int8], counts: Counts, count: int) -> Counts:
    return np.bincount(levels, counts, count + 1)[1 : count + 1].astype(np.float64)


def _normal(shares: Mapping[str, float], steps: int) -> Counts:
    """Give shares that add up to 1, with the steps of the best level as one."""
    given = np.array(list(shares.values()))
    given = np.append(given[:steps].sum(), given[steps:])
    return np.asarray(given / given.sum())


def _rounded(share: float) -> float:
    return min(max(round(float(share), 6), _SMALLEST), 1 - _SMALLEST)
