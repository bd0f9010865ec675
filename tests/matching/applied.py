"""Apply changes of levels with values that have them, and look for smaller ones by trying all that there are."""

from collections.abc import Mapping, Sequence
from itertools import combinations, product
from typing import Any

import numpy as np

from matching.compare import compare
from matching.flips import Flip, LevelChange
from matching.kinds.kind import Kind
from matching.rules import MatchModel
from matching.score import OUTCOMES, score, sums
from matching.standardise import standardise

Record = dict[str, Any]
Witness = tuple[Any, Any]
Witnesses = dict[str, dict[str, Witness]]
"""For each attribute values of two records that come out at each level, by its name."""


def witnesses(model: MatchModel, pools: Mapping[str, Sequence[Any]]) -> Witnesses:
    """Find valid values for every level that these values of each attribute have among them."""
    asked = {name for one in (*model.rules.always, *model.rules.never) for name in one.attributes}
    found: Witnesses = {}
    for name in dict.fromkeys([*model.compared, *sorted(asked)]):
        kind = model.kind(name)
        valid = [value for value in pools[name] if (form := kind.standardise(value)) is not None and kind.valid(form)]
        pairs = list(product(valid, repeat=2))
        levels = _levels(kind, pairs, compared=name in model.compared)
        found[name] = {"missing": (None, None)} | dict(zip(levels, pairs, strict=True))
    return found


def _levels(kind: Kind, pairs: Sequence[Witness], *, compared: bool) -> list[str]:
    forms = [[str(kind.standardise(pair[side])) for pair in pairs] for side in (0, 1)]
    if not compared:
        return ["same" if one == other else "different" for one, other in zip(*forms, strict=True)]
    return [kind.levels[int(level) - 1].name for level in kind.compare(*forms)] if pairs else []


def can_be(changes: Sequence[LevelChange], known: Witnesses) -> bool:
    """Whether there is a change, and values are known that have all its levels."""
    return bool(changes) and all(one["to"] in known[one["attribute"]] for one in changes)


def applied(pair: tuple[Record, Record], changes: Sequence[LevelChange], known: Witnesses) -> tuple[Record, Record]:
    """Give the two records the values that the changes speak of."""
    told = {one["attribute"]: known[one["attribute"]][one["to"]] for one in changes}
    left, right = ({**side, **{name: values[place] for name, values in told.items()}}
                   for place, side in enumerate(pair))  # fmt: skip
    return left, right


def weighed(model: MatchModel, pairs: Sequence[tuple[Record, Record]]) -> list[tuple[str, int, int]]:
    """The outcome, the match weight, and the sum of levels of each pair, as the engine has them."""
    sides = [side for pair in pairs for side in pair]
    table = standardise(model, {name: [side.get(name) for side in sides] for name in model.attributes})
    left = np.arange(0, len(sides), 2)
    levels = compare(model, table, left, left + 1)
    scores = score(model, table, levels, left, left + 1)
    told = zip(scores.outcomes.tolist(), scores.weights.tolist(), sums(model, levels).tolist(), strict=True)
    return [(OUTCOMES[outcome], weight, total) for outcome, weight, total in told]


def check(model: MatchModel, pair: tuple[Record, Record], flip: Flip, known: Witnesses) -> bool:
    """Apply a flip, and every smaller change there is; False where no values have its levels."""
    changes = flip["changes"]
    if not can_be(changes, known):
        return False
    [(before, _, was)] = weighed(model, [pair])
    [(outcome, weight, total)] = weighed(model, [applied(pair, changes, known)])
    assert before != flip["outcome"] == outcome, (pair, flip)
    assert weight == round((flip["match_weight"] or 0) * 1000)
    tried = [
        (count, applied(pair, [{"attribute": name, "to": to} for name, to in zip(names, levels, strict=True)], known))  # type: ignore[typeddict-item]
        for count in range(1, len(changes) + 1)
        for names in combinations(known, count)
        for levels in product(*(known[name] for name in names))
    ]
    for (count, _), (other, _, then) in zip(tried, weighed(model, [one for _, one in tried]), strict=True):
        smaller = (count, abs(then - was)) < (len(changes), abs(total - was))
        assert not (smaller and other == flip["outcome"]), (pair, flip)
    return True
