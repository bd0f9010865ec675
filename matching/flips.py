"""Flips: the smallest change of what two records have in common that would give a pair another outcome.

A change lets some attributes come out at other levels, of values that are valid. The smallest is that of the fewest
attributes, of these the one that changes the match weight least, then the one whose attributes and levels are declared
first. Rules follow the levels: `same` holds at the best level of an attribute, `different` at any other, and neither
where a value is missing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import comb
from typing import NamedTuple, TypedDict

import numpy as np
import numpy.typing as npt

from matching.columns import Table
from matching.compare import compare
from matching.conditions import holds
from matching.rules import ALWAYS_WEIGHT, Condition, MatchModel
from matching.score import DISTINCT, MATCH, NEVER, OUTCOMES, score
from matching.standardise import standardise
from matching.vectors import against_all

MOST_ATTRIBUTES = 4
"""More attributes at other levels than this are another pair, and no change that anybody could look into."""
MOST_CHANGES = 500_000
"""So many changes of one number of attributes are tried at most."""
MISSING, BEST = 0, 1
_PLAIN = ("missing", "same", "different")

Bits = npt.NDArray[np.int32]
Truth = npt.NDArray[np.bool_]


class LevelChange(TypedDict):
    """One attribute at another level, with the weight in bits of that level and of the one that it has."""

    attribute: str
    level: str
    to: str
    weight: float
    to_weight: float
    words: str


class Flip(TypedDict):
    """The smallest change to one outcome: `changes` in the order of the rules, and the match weight then.

    Where there is none, `changes` are empty and the weight is None: more than `MOST_ATTRIBUTES` attributes would have
    to be otherwise, or nothing leads there.
    """

    outcome: str
    changes: list[LevelChange]
    match_weight: float | None


class _Rule(NamedTuple):
    """A rule above the score: what a pair has where it holds."""

    condition: Condition
    weight: int
    outcome: int


@dataclass(frozen=True, slots=True)
class _Attribute:
    """What an attribute weighs at each level against each group of strangers, and at which each rule holds on it."""

    name: str
    level: int
    weights: Bits
    truth: Mapping[int, Truth]


class _Best(NamedTuple):
    """A change: by how much it moves the sum of weights, the levels by the places of attributes, the weight then."""

    moved: int
    levels: dict[int, int]
    weight: int


def flips(model: MatchModel, left: Mapping[str, object], right: Mapping[str, object]) -> list[Flip]:
    """Give the smallest change to each outcome that a pair of records does not have, the nearest outcome first.

    An attribute of a rule that is not compared has the levels missing, same and different, which weigh nothing.
    """
    table = standardise(model, {name: [left.get(name), right.get(name)] for name in model.attributes})
    rows = np.array([0]), np.array([1])
    levels = compare(model, table, *rows)
    outcome = int(score(model, table, levels, *rows).outcomes[0])
    search = _Search(model, _rules(model), _attributes(model, table, levels[0].tolist()))
    wanted = sorted({DISTINCT, 1, MATCH} - {outcome}, key=lambda one: (abs(one - outcome), -one))
    found = search.smallest(wanted)
    return [_told(search, one, found.get(one)) for one in wanted]


def _rules(model: MatchModel) -> list[_Rule]:
    """All rules; of those that hold the last one decides."""
    always = [_Rule(one, ALWAYS_WEIGHT, MATCH) for one in model.rules.always]
    return always + [_Rule(one, NEVER, DISTINCT) for one in model.rules.never]


def _attributes(model: MatchModel, table: Table, levels: Sequence[int]) -> list[_Attribute]:
    rules = _rules(model)
    asked = dict.fromkeys(name for one in rules for name in one.condition.attributes)
    now = dict(zip(model.compared, levels, strict=True))
    found = []
    for name in [*model.compared, *(one for one in asked if one not in now)]:
        if name in now:
            weights, level = np.stack([group.weights[name] for group in model.groups]), now[name]
        else:
            weights = np.zeros((len(model.groups), len(_PLAIN)), dtype=np.int32)
            level = _plain_level(model, table, name)
        own = {place: one.condition.word for place, one in enumerate(rules) if name in one.condition.attributes}
        steps = model.kind(name).steps if name in now else BEST
        truth = {place: _truth(word, weights.shape[1], steps) for place, word in own.items()}
        for place, word in own.items():
            truth[place][level] = _holds(model, table, Condition(**{word: name}))
        found.append(_Attribute(name, level, weights, truth))
    return found


def _plain_level(model: MatchModel, table: Table, name: str) -> int:
    if (table[name].codes < 0).any():
        return MISSING
    return BEST if _holds(model, table, Condition(same=name)) else BEST + 1


def _truth(word: str, levels: int, steps: int) -> Truth:
    """Whether a condition holds on an attribute at each of its levels, of which the best has so many steps."""
    found: Truth = (np.arange(levels) < BEST + steps) == (word == "same")
    found[MISSING] = False
    return found


def _holds(model: MatchModel, table: Table, condition: Condition) -> bool:
    return bool(holds(model, condition, table, left=np.array([0]), right=np.array([1]))[0])


@dataclass(frozen=True, slots=True)
class _Search:
    """A pair as it is, ready to be tried at other levels."""

    model: MatchModel
    rules: Sequence[_Rule]
    attributes: Sequence[_Attribute]

    def smallest(self, wanted: Sequence[int]) -> dict[int, _Best]:
        """The smallest change to each outcome that is wanted, where there is one."""
        found: dict[int, _Best] = {}
        widest = max((one.weights.shape[1] - 1 for one in self.attributes), default=0)
        for count in range(1, min(MOST_ATTRIBUTES, len(self.attributes)) + 1):
            if len(found) == len(wanted) or comb(len(self.attributes), count) * widest**count > MOST_CHANGES:
                break
            best: dict[int, _Best] = {}
            for places in combinations(range(len(self.attributes)), count):
                for outcome, one in self._of(places, [one for one in wanted if one not in found]):
                    if outcome not in best or one.moved < best[outcome].moved:
                        best[outcome] = one
            found |= best
        return found

    def _of(self, places: Sequence[int], wanted: Sequence[int]) -> Iterator[tuple[int, _Best]]:
        """Of all changes of these attributes the least to each outcome."""
        attributes = [self.attributes[place] for place in places]
        others = [[level for level in range(one.weights.shape[1]) if level != one.level] for one in attributes]
        levels = np.array(list(product(*others)), dtype=np.int64)
        before, sums = self._sums(places, levels)
        weights, outcomes = self._decided(places, levels, sums)
        for outcome in wanted:
            leading = np.flatnonzero(outcomes == outcome)
            if len(leading):
                moved = np.abs(sums[leading] - before)
                least = leading[np.argmin(moved)]
                changed = dict(zip(places, levels[least].tolist(), strict=True))
                yield outcome, _Best(int(moved.min()), changed, int(weights[least]))

    def _sums(self, places: Sequence[int], levels: npt.NDArray[np.int64]) -> tuple[int, Bits]:
        """The sum of weights as it is, and at other levels, before any limit and any rule."""
        now = np.array([group.prior for group in self.model.groups], dtype=np.int32)
        for one in self.attributes:
            now += one.weights[:, one.level]
        then = np.repeat(now[:, None], len(levels), axis=1)
        for column, place in enumerate(places):
            one = self.attributes[place]
            then += one.weights[:, levels[:, column]] - one.weights[:, one.level][:, None]
        return int(against_all(now[:, None])[0]), against_all(then)

    def _decided(
        self, places: Sequence[int], levels: npt.NDArray[np.int64], sums: Bits
    ) -> tuple[Bits, npt.NDArray[np.int64]]:
        """Weights within their limit and outcomes at other levels, as `score` gives them."""
        weights = np.clip(sums, 1 - ALWAYS_WEIGHT, ALWAYS_WEIGHT - 1)
        outcomes = (sums >= self.model.review_weight).astype(np.int64) + (sums >= self.model.match_weight)
        columns = {place: levels[:, column] for column, place in enumerate(places)}
        for number, rule in enumerate(self.rules):
            held = np.ones(len(levels), dtype=bool)
            for place, one in enumerate(self.attributes):
                if number in one.truth:
                    held &= one.truth[number][columns.get(place, one.level)]
            weights[held], outcomes[held] = rule.weight, rule.outcome
        return weights, outcomes


def _told(search: _Search, outcome: int, found: _Best | None) -> Flip:
    changes = [] if found is None else sorted(found.levels.items())
    return Flip(
        outcome=OUTCOMES[outcome],
        changes=[_change(search.model, search.attributes[place], level) for place, level in changes],
        match_weight=None if found is None else found.weight / 1000,
    )


def _change(model: MatchModel, one: _Attribute, level: int) -> LevelChange:
    compared = one.name in model.weights
    before, then = (int(model.weights[one.name][at]) / 1000 if compared else 0.0 for at in (one.level, level))
    name, words = _named(model, one.name, level)
    return LevelChange(
        attribute=one.name, level=_named(model, one.name, one.level)[0], to=name, weight=before, to_weight=then,
        words=words,
    )  # fmt: skip


def _named(model: MatchModel, attribute: str, level: int) -> tuple[str, str]:
    if level == MISSING:
        return _PLAIN[MISSING], "no value on one side"
    if attribute not in model.weights:
        return _PLAIN[level], "a value in common" if level == BEST else "no value in common"
    described = model.kind(attribute).levels[level - 1]
    return described.name, described.words
