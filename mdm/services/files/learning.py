"""Learns from the candidate pairs of whole files: which of them are taken, and how records cluster in each round."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from matching.columns import Column, Rows, Table
from matching.compare import Comparisons, Levels
from matching.document import MatchRules
from matching.learn import BY_RULE, UNKNOWN, Clusters, Known, Learnt, Weights, learn
from matching.nearest_pairs import each_others_nearest
from matching.rules import ALWAYS_WEIGHT, MatchModel, match_model
from matching.score import NEVER, score
from matching.sets import among, sorted_set
from mdm.services.files.dedupe_clusters import Compared, Edges, Who, linked
from mdm.services.files.dedupe_stages import compared

PAIRS = 300_000
"""About so many candidate pairs are learnt from; of more, those of evenly chosen records."""
_BORNE_OUT = 1 / 3
"""What was learnt from a guess counts only if so many of its pairs are still in one cluster. Systems that have nothing
in common have nearest pairs, too."""


class Facts:
    """What is known of some pairs of rows beforehand: MATCHES or OTHERS, of all others UNKNOWN."""

    def __init__(self, said: Iterable[tuple[int, int, int]], *, rows: int) -> None:
        """Take (left, right, known) with left < right, each pair once."""
        found = sorted((left * rows + right, known) for left, right, known in said)
        self.rows = rows
        self.pairs = np.array([pair for pair, _ in found], dtype=np.int64)
        self.known = np.array([known for _, known in found], dtype=np.int8)

    def of(self, left: Rows, right: Rows) -> Known:
        """Say what is known of each pair, left < right."""
        if not len(self.pairs):
            return np.full(len(left), UNKNOWN, dtype=np.int8)
        asked = left * self.rows + right
        place = np.minimum(np.searchsorted(self.pairs, asked), len(self.pairs) - 1)
        return np.where(self.pairs[place] == asked, self.known[place], np.int8(UNKNOWN))

    def among(self, rows: Rows) -> "Facts":
        """Give what is known of pairs of these rows, in ascending order, numbered by their places."""
        left, right = np.divmod(self.pairs, max(self.rows, 1))
        both = among(left, rows) & among(right, rows)
        one, other = (np.searchsorted(rows, side[both]).tolist() for side in (left, right))
        return Facts(zip(one, other, self.known[both].tolist(), strict=True), rows=len(rows))


@dataclass(frozen=True, slots=True)
class Sample:
    """Pairs to learn from, with their levels; `compared` gives the levels of others, `facts` what is known.

    `places` says where they stand among the candidate pairs. `table` and `who` hold only the records that occur in the
    pairs, which are numbered by them.
    """

    places: Rows
    table: Table
    who: Who
    left: Rows
    right: Rows
    levels: Levels
    compared: Compared
    facts: Facts

    @property
    def apart(self) -> npt.NDArray[np.bool_]:
        """Say which pairs are between two sources."""
        found: npt.NDArray[np.bool_] = self.who.sources[self.left] != self.who.sources[self.right]
        return found

    def where(self, chosen: npt.NDArray[np.bool_]) -> "Sample":
        """Give only the chosen pairs."""
        left, right, levels = self.left[chosen], self.right[chosen], self.levels[chosen]
        return Sample(self.places[chosen], self.table, self.who, left, right, levels, self.compared, self.facts)


def sample(comparisons: Comparisons, who: Who, pairs: tuple[Rows, Rows], *, facts: Facts | None = None) -> Sample:
    """Take the candidate pairs that are learnt from and compare them.

    Where there are too many, those of evenly chosen records and those that something is known of; the order of the
    records does not matter.
    """
    known = Facts((), rows=len(who.ranks)) if facts is None else facts
    left, right = pairs
    places = np.arange(len(left))
    if len(left) > PAIRS:
        step = -(-2 * len(left) // PAIRS)
        chosen = (who.ranks[left] % step == 0) | (who.ranks[right] % step == 0) | (known.of(left, right) != UNKNOWN)
        left, right, places = left[chosen], right[chosen], places[chosen]
    rows = sorted_set(np.concatenate([left, right]))
    left, right = np.searchsorted(rows, left), np.searchsorted(rows, right)
    table = {name: Column(column.codes[rows], column.cells) for name, column in comparisons.table.items()}
    levels = compared(comparisons, rows[left], rows[right])
    others = Compared(comparisons, rows, (left, right), levels)
    return Sample(places, table, who.where(rows), left, right, levels, others, known.among(rows))


def learnt_from(model: MatchModel, rules: MatchRules, pairs: Sample, *, doubtful: bool = False) -> Learnt:
    """Learn from pairs under these rules: what was found, and what people and rules decided, clusters by averages.

    Where no pairs between sources look like matches, it sets out from those that are each other's nearest.
    `doubtful`: the rules keep pairs apart by what is only taken for granted.
    """
    given = match_model(model.entity_type, model.attributes, rules)

    def cluster(current: MatchModel, weights: Weights) -> Rows:
        edges = Edges(pairs.left, pairs.right, weights)
        return linked(current, pairs.table, edges, pairs.who, levels=pairs.compared.levels, known=pairs.facts.of)

    known = _known(given, pairs)
    from_pairs = partial(
        learn, given, pairs.levels, pairs.left, pairs.right, cluster=cluster, known=known, doubtful=doubtful
    )
    learnt = from_pairs()
    if learnt.rounds or not rules.one_per_source:
        return learnt
    guess = each_others_nearest(given, pairs.levels, pairs.left, pairs.right, pairs.who.sources)
    guided = from_pairs(guess=guess)
    return (
        replace(guided, guessed=True) if guided.rounds and _bears_out(guided, given, pairs, guess, cluster) else learnt
    )


def _bears_out(
    learnt: Learnt, given: MatchModel, pairs: Sample, guess: npt.NDArray[np.bool_], cluster: Clusters
) -> bool:
    """Say whether enough of the pairs that were guessed are in one cluster by what was learnt from them."""
    model = match_model(given.entity_type, given.attributes, learnt.rules)
    leads = cluster(model, score(model, pairs.table, pairs.levels, pairs.left, pairs.right).weights)
    return float((leads[pairs.left[guess]] == leads[pairs.right[guess]]).mean()) >= _BORNE_OUT


def _known(model: MatchModel, pairs: Sample) -> Known:
    """Say what people know of each pair, or else the rules that stand above the score."""
    found = pairs.facts.of(pairs.left, pairs.right)
    weights = score(model, pairs.table, pairs.levels, pairs.left, pairs.right).weights
    ruled = (weights == ALWAYS_WEIGHT).astype(np.int8) - (weights == NEVER).astype(np.int8)
    return np.where(found == UNKNOWN, BY_RULE * ruled, found)
