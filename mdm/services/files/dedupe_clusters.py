"""Clusters scored pairs of whole files: pieces as in the hub, found by columns."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from matching import score
from matching.cluster import cluster
from matching.columns import Column, Rows, Table
from matching.compare import Comparisons, Levels
from matching.learn import Known, decided
from matching.linkage import average_linkage
from matching.pieces import Weights, pieces
from matching.rules import MatchModel
from matching.score import never_values
from matching.sets import among, sorted_set


@dataclass(frozen=True, slots=True)
class Edges:
    """The pairs at or above the match threshold: left < right are rows, `weights` in thousandths of a bit."""

    left: Rows
    right: Rows
    weights: Weights

    def where(self, chosen: npt.NDArray[np.bool_]) -> "Edges":
        """Give only the chosen edges."""
        return Edges(self.left[chosen], self.right[chosen], self.weights[chosen])


@dataclass(frozen=True, slots=True)
class Apart:
    """What keeps records apart: their sources (None: nothing about them), and the values of `never` rules."""

    sources: Sequence[str] | None
    never: list[dict[int, frozenset[str]]]


def clusters_of(
    model: MatchModel, table: Table, edges: Edges, *, keys: Sequence[str], sources: Sequence[str] | None
) -> Rows:
    """Give each record the smallest row of its cluster.

    `keys` are record keys, by which edges of one weight are put in order. Where `sources` are given, no two
    records of one source are joined.
    """
    piece = pieces(
        len(keys), edges.left, edges.right, edges.weights,
        threshold=model.match_weight, limit=model.rules.piece_limit,
    )  # fmt: skip
    inside = edges.where(piece[edges.left] == piece[edges.right])
    leads = np.arange(len(keys), dtype=np.int64)
    sizes = np.bincount(piece, minlength=len(keys))[piece]
    # An edge between two records that nothing else touches has already passed every rule.
    alone = sizes[inside.left] == 2
    leads[inside.right[alone]] = inside.left[alone]
    larger = np.flatnonzero(sizes > 2)
    apart = Apart(sources, _never(model, table, larger))
    for rows, within in _grouped(piece, larger, inside.where(~alone)):
        for group in _clustered(rows, within, keys, apart):
            leads[group] = group[0]
    return leads


class Compared:
    """The levels of pairs that were compared already: those of others are found when they are asked for."""

    def __init__(self, comparisons: Comparisons, rows: Rows, pairs: tuple[Rows, Rows], levels: Levels) -> None:
        """Take what compares the records of a file, and pairs with their levels.

        `rows` are the records that are asked about, by their places here.
        """
        self.comparisons, self.rows = comparisons, rows
        asked = pairs[0] * len(rows) + pairs[1]
        order = np.argsort(asked)
        self.pairs, self.known = asked[order], levels[order]

    def levels(self, left: Rows, right: Rows) -> Levels:
        """Give the levels of pairs, left < right, as `compare` does."""
        count = len(self.rows)
        asked = left * count + right
        new = sorted_set(asked[~among(asked, self.pairs)])
        if len(new):
            one, other = np.divmod(new, count)
            pairs = np.concatenate([self.pairs, new])
            known = np.concatenate([self.known, self.comparisons.levels(self.rows[one], self.rows[other])])
            order = np.argsort(pairs)
            self.pairs, self.known = pairs[order], known[order]
        return self.known[np.searchsorted(self.pairs, asked)]


@dataclass(frozen=True, slots=True)
class Who:
    """Who the records are: the number of each one's source, and its place in the order of source and id."""

    sources: Rows
    ranks: Rows

    def where(self, rows: Rows) -> "Who":
        """Give only the records in these rows."""
        return Who(self.sources[rows], self.ranks[rows])


def who_is(sources: Sequence[str], ids: Sequence[str]) -> Who:
    """Number the records, each with its source and its id there, so that their order in the files does not matter."""
    names = {name: rank for rank, name in enumerate(sorted(set(sources)))}
    source_ranks = np.fromiter(map(names.__getitem__, sources), dtype=np.int64, count=len(sources))
    by_id = np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.int64)
    order = by_id[np.argsort(source_ranks[by_id], kind="stable")]
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return Who(source_ranks, ranks)


Compare = Callable[[Rows, Rows], Levels]
KnownOf = Callable[[Rows, Rows], Known]


def linked(
    model: MatchModel,
    table: Table,
    pairs: Edges | score.Edges,
    who: Who,
    *,
    levels: Compare,
    known: KnownOf | None = None,
) -> Rows:
    """Give each record the first row of its cluster, by the average weight between clusters.

    `levels` compares pairs; `known` says what people decided about pairs, whatever they weigh.
    """
    sources = who.sources if model.rules.one_per_source else None

    def weights(one: Rows, other: Rows) -> Weights:
        left, right = np.minimum(one, other), np.maximum(one, other)
        found = score.score(model, table, levels(left, right), left, right).weights
        if known is not None:
            found = decided(found, known(left, right))
        return found if sources is None else np.where(sources[left] == sources[right], np.int32(score.NEVER), found)

    return average_linkage(
        len(who.ranks), pairs.left, pairs.right, pairs.weights,
        threshold=model.match_weight, limit=model.rules.piece_limit, ranks=who.ranks, scorer=weights,
    )  # fmt: skip


def _never(model: MatchModel, table: Table, rows: Rows) -> list[dict[int, frozenset[str]]]:
    if not model.rules.never or not len(rows):
        return []
    chosen = {name: Column(column.codes[rows], column.cells) for name, column in table.items()}
    listed = rows.tolist()
    return [dict(zip(listed, values, strict=True)) for values in never_values(model, chosen)]


def _grouped(piece: Rows, rows: Rows, edges: Edges) -> Iterator[tuple[list[int], Edges]]:
    """Give the rows and the edges of each piece, by its smallest row."""
    if not len(rows):
        return
    order = rows[np.argsort(piece[rows], kind="stable")]
    by_piece = np.argsort(piece[edges.left], kind="stable")
    starts = np.flatnonzero(np.diff(piece[order], prepend=-1))
    edge_pieces = piece[edges.left][by_piece]
    names = piece[order][starts]
    begin = np.searchsorted(edge_pieces, names, side="left")
    end = np.searchsorted(edge_pieces, names, side="right")
    for number, members in enumerate(np.split(order, starts[1:])):
        chosen = by_piece[begin[number] : end[number]]
        yield members.tolist(), Edges(edges.left[chosen], edges.right[chosen], edges.weights[chosen])


def _clustered(rows: list[int], edges: Edges, keys: Sequence[str], apart: Apart) -> Iterator[list[int]]:
    place = {row: number for number, row in enumerate(rows)}
    sides = zip(edges.left.tolist(), edges.right.tolist(), edges.weights.tolist(), strict=True)
    found = cluster(
        [keys[row] for row in rows],
        [(place[left], place[right], weight) for left, right, weight in sides],
        musts=(),
        cannot=_of_one_source(rows, apart.sources),
        never=[[values[row] for row in rows] for values in apart.never],
    )
    for group in found.clusters:
        yield [rows[number] for number in group]


def _of_one_source(rows: list[int], sources: Sequence[str] | None) -> set[tuple[int, int]]:
    if sources is None:
        return set()
    pairs = combinations(range(len(rows)), 2)
    return {(one, other) for one, other in pairs if sources[rows[one]] == sources[rows[other]]}
