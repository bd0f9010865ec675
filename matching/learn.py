"""Learn: how much each agreement tells, from the records alone, in turns with the clusters that follow from it.

Expectation and maximisation alone splits the pairs that agree on much from the others, and takes members of a family
for one person. What it finds is therefore clustered; the pairs in a cluster are the matches of the next round, the
others fall into groups of strangers, and so on until the clusters stay. What is known of a pair beforehand stands
whatever its weight. All other pairs are learnt from as well, so it does no harm that people label the doubtful ones.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from matching.columns import Rows
from matching.compare import Levels
from matching.contradictions import as_far_as_credible
from matching.document import MatchRules
from matching.fitted import fitted
from matching.rules import ALWAYS_WEIGHT, MatchModel, match_model
from matching.score import NEVER, sums
from matching.sets import distinct_numbers, packed

ROUNDS = 20
_RARER = (16, 16, 4, 2)
"""Where clusters do not settle, it is learnt again from the surest: in the first rounds matches are taken to be so
many times rarer than they are."""
_MOST_OF_THEM = 0.8
"""What is learnt from the surest counts only if it still finds so many of the matches: else it has lost them."""
_BY_HALVES = 0.5
"""Else it is learnt with a pair that looks like a match, though its clusters stayed apart, counting so much as one.
Large clusters of noisy records fall into several, and every round would take matches from the next. So it does where
each source is only taken to hold a thing once: a pair is kept apart because one of its records has a nearer match."""
_UNSETTLED = "the clusters still changed a little in the last round of learning"
_STILL = 0.002
"""Clusters count as settled when so small a share of the pairs within them changes."""
FEWEST = 50
"""So many pairs of each class are needed to learn from."""

Weights = npt.NDArray[np.int32]
Clusters = Callable[[MatchModel, Weights], Rows]
"""Clusters the records by a model and the weights of the pairs: gives each record the first row of its cluster."""
Known = npt.NDArray[np.int8]
MATCHES, UNKNOWN, OTHERS = 1, 0, -1
"""What people know of a pair beforehand."""
BY_RULE = 2
"""Times MATCHES or OTHERS: a rule decides the pair. It will never be weighed, and rules are wrong where an identifier
is, so it is no stranger to learn from; those that are taken for matches do say how matches look."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """Rules with what was learnt from so many `matches` in so many `rounds`, and whether the clusters `settled`.

    `kept` says why an attribute has the figures it had, `notes` in words what else was not learnt. Without a round
    that taught something the rules are the given ones. `guessed`: it was set out from a guess.
    """

    rules: MatchRules
    settled: bool
    notes: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    rounds: int = 0
    matches: float = 0.0
    guessed: bool = False


def learn(  # noqa: PLR0913  pairs are two columns
    model: MatchModel, levels: Levels, left: Rows, right: Rows, *, cluster: Clusters, known: Known | None = None,
    doubtful: bool = False, guess: npt.NDArray[np.bool_] | None = None,
) -> Learnt:  # fmt: skip
    """Learn m, u, the prior and groups of strangers from the candidate pairs of a file, given their levels.

    `model` has the figures to set out from. With too few pairs of a class, or when only one attribute is compared,
    they are kept, and a note says so. `known` says MATCHES or OTHERS of pairs that somebody decided, times BY_RULE of
    those that a rule decides, and UNKNOWN of the rest; `cluster` sees all these with the weights of a rule's.
    `guess`: the matches of the first round, in place of what clusters say by the figures that are there.
    """
    if len(model.compared) < 2:
        return Learnt(model.rules, True, ["only one attribute is compared, so its figures are those that were there"])
    if len(levels) < 2 * FEWEST:
        return Learnt(model.rules, True, [_too_few("candidate pairs", len(levels))])
    pairs = _Pairs.of(levels, left, right, known)
    turns = partial(_in_turns, model, pairs, cluster, guess=guess)
    learnt, changed = turns(doubtful=_BY_HALVES if doubtful else 0.0)
    if not learnt.rounds or learnt.settled:
        return learnt
    again, changes = turns(rarer=_RARER)
    if again.matches < _MOST_OF_THEM * learnt.matches:
        if doubtful:
            return learnt
        again, changes = turns(doubtful=_BY_HALVES)
    return again if changes < changed else learnt


def _in_turns(
    given: MatchModel, pairs: "_Pairs", cluster: Clusters, *, rarer: tuple[int, ...] = (), doubtful: float = 0.0,
    guess: npt.NDArray[np.bool_] | None = None,
) -> tuple[Learnt, float]:  # fmt: skip
    """Learn and cluster in turns; gives what was learnt and the share of pairs within clusters that changed at last.

    A mistake of the start can feed on itself: sister companies at one address, taken for one, teach that a company has
    two tax ids, which keeps them together. Seldom do clusters settle then.
    `doubtful`: so much a pair counts as a match that looks like one and whose clusters stayed apart.
    `rarer`: so many times rarer matches are taken to be in the first rounds, which leaves the surest to learn from.
    """
    model, before, changed = given, np.zeros(len(pairs.number), dtype=bool), 1.0
    learnt = Learnt(given.rules, False)
    for rounds in range(1, ROUNDS + len(rarer) + 1):
        asked = _with_rarer(model, rarer[rounds - 1]) if rounds <= len(rarer) else model
        weights = pairs.weights(asked)
        same = pairs.same(cluster(asked, weights)) if guess is None or rounds > 1 else guess
        if few := pairs.too_few(same):
            return Learnt(given.rules, False, [few]), 1.0
        changed = float((same != before).sum() / same.sum())
        if rounds > len(rarer) and changed <= _STILL:
            return replace(learnt, settled=True, notes=[]), changed
        shares = pairs.credible(given, _shares(same, weights, doubtful))
        before, (rules, kept, matches) = same, pairs.fitted(given, shares)
        learnt = Learnt(rules, False, [_UNSETTLED], kept, rounds, matches)
        model = match_model(model.entity_type, model.attributes, rules)
    return learnt, changed


def _with_rarer(model: MatchModel, times: int) -> MatchModel:
    """Give the model as it would be if matches were so many times rarer."""
    prior = model.rules.prior / (model.rules.prior + times * (1 - model.rules.prior))
    return match_model(model.entity_type, model.attributes, model.rules.model_copy(update={"prior": prior}))


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The pairs that are learnt from: distinct vectors of levels, and the number of each pair's.

    `weighed` are those that no rule decides.
    """

    vectors: Levels
    number: Rows
    left: Rows
    right: Rows
    known: Known
    weighed: npt.NDArray[np.bool_]

    @staticmethod
    def of(levels: Levels, left: Rows, right: Rows, known: Known | None) -> "_Pairs":
        number, below = packed(list(levels.T), [int(level) + 1 for level in levels.max(axis=0)])
        found, number = distinct_numbers(number, below=below)
        vectors = np.empty((len(found), levels.shape[1]), dtype=np.int8)
        vectors[number] = levels
        known = np.zeros(len(levels), dtype=np.int8) if known is None else known
        return _Pairs(vectors, number, left, right, known, np.abs(known) < BY_RULE)

    def weights(self, model: MatchModel) -> Weights:
        return decided(sums(model, self.vectors)[self.number], self.known)

    def same(self, leads: Rows) -> npt.NDArray[np.bool_]:
        """Say which pairs are matches: those that are known to be, and others within a cluster."""
        return np.where(self.known == UNKNOWN, leads[self.left] == leads[self.right], self.known > 0)

    def too_few(self, same: npt.NDArray[np.bool_]) -> str | None:
        """Say in words of which class there are too few pairs."""
        classes = {"pairs that look like a match": same, "pairs that do not": self.weighed & ~same}
        return next((_too_few(what, int(one.sum())) for what, one in classes.items() if one.sum() < FEWEST), None)

    def fitted(self, given: MatchModel, shares: npt.NDArray[np.float64]) -> tuple[MatchRules, dict[str, str], float]:
        """Give rules with the figures of these matches, what keeps those given, and how many matches there are."""
        matches, among, weighed = (self._counted(each) for each in (shares, shares * self.weighed, self.weighed))
        prior = float(among.sum() / weighed.sum())
        return *fitted(given, self.vectors, matches, weighed - among, prior=prior), float(matches.sum())

    def credible(self, model: MatchModel, shares: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Give the shares of the pairs as matches without those that contradict each other too often."""
        return shares * as_far_as_credible(model, self.vectors, self._counted(shares))[self.number]

    def _counted(self, shares: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
        return np.bincount(self.number, shares, len(self.vectors)).astype(np.float64)


def decided(weights: Weights, known: Known) -> Weights:
    """Give the pairs of which something is known the weights of pairs that a rule decides."""
    ruled = np.where(known > 0, np.int32(ALWAYS_WEIGHT), np.int32(NEVER))
    return np.where(known == UNKNOWN, weights, ruled)


def _shares(same: npt.NDArray[np.bool_], weights: Weights, doubtful: float) -> npt.NDArray[np.float64]:
    """Say how much each pair counts as a match: wholly in a cluster; apart from one, as far as it is likely.

    A pair that looks like a match and whose clusters stayed apart is none, the other records spoke against it, unless
    it is `doubtful` how much they can say.
    """
    likely = 1 / (1 + np.exp2(np.minimum(weights, 0) / -1000))
    return np.where(same, 1.0, np.where(weights < 0, likely, doubtful))


def _too_few(what: str, pairs: int) -> str:
    return f"too few {what} to learn from ({pairs:,}), so the figures are those that were there"
