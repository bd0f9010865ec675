"""The edge graph as it was and as it will be, read outward from a record only as far as needed."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from matching.rules import ALWAYS_WEIGHT
from mdm.resolution.links import Links
from mdm.resolution.verdicts import Pair, Verdicts
from mdm.resolution.work import Work
from mdm.store import edges as stored_edges
from mdm.store.edges import Weighed

MUST = 10**9


class Graph:
    """Edges by record: what the store has, and over it what this commit changes (None: the edge goes)."""

    def __init__(self, work: Work, verdicts: Verdicts, links: Links) -> None:
        """Start with nothing read."""
        self.work = work
        self.verdicts = verdicts
        self.links = links
        self.stored: dict[int, dict[int, Weighed]] = {}
        self.changes: dict[Pair, Weighed | None] = {}
        self.changed: defaultdict[int, dict[int, Weighed | None]] = defaultdict(dict)
        self.merged: dict[int, dict[int, Weighed]] = {}

    def read(self, ids: Collection[int]) -> None:
        """Read the edges, verdicts and links of these records, once each."""
        self.verdicts.read(ids)
        self.links.read(ids)
        wanted = [id_ for id_ in ids if id_ not in self.stored]
        if not wanted:
            return
        for id_ in wanted:
            self.stored[id_] = {}
        if self.work.afresh:
            return
        listed = {id_ for id_ in wanted if id_ in self.work.before or id_ not in self.work.records}  # not a newcomer
        for left, right, weight, living in stored_edges.of(self.work.reader, listed):
            if left in listed:
                self.stored[left][right] = (weight, bool(living))
            if right in listed:
                self.stored[right][left] = (weight, bool(living))

    def change(self, ends: Pair, weighed: Weighed | None) -> None:
        """Set what this commit makes of an edge."""
        self.changes[ends] = weighed
        self.changed[ends[0]][ends[1]] = weighed
        self.changed[ends[1]][ends[0]] = weighed
        for end in ends:
            self.merged.pop(end, None)

    def edges(self, id_: int, *, new: bool) -> dict[int, Weighed]:
        """The edges of one record by their other end; its stored edges must have been read."""
        edges = self.stored[id_]
        if not new or id_ not in self.changed:
            return edges
        if id_ not in self.merged:
            both = {**edges, **self.changed[id_]}
            self.merged[id_] = {other: weighed for other, weighed in both.items() if weighed is not None}
        return self.merged[id_]

    def near(self, id_: int, threshold: int, *, new: bool) -> list[int]:
        """The records joined to this one by a must-link or by an edge among the living at or above a threshold."""
        edges = self.edges(id_, new=new)
        joined = [other for other, (weight, living) in edges.items() if living and weight >= threshold] if edges else []
        if self.verdicts.none and self.links.none:
            return joined
        return [*self.verdicts.must(id_, new=new), *self.links.must(id_, new=new), *joined]


@dataclass(frozen=True, slots=True)
class Piece:
    """The records that are clustered together, and whether a larger component had to be cut to get it."""

    members: frozenset[int]
    cut: bool


def pieces(graph: Graph, seeds: Iterable[int], *, new: bool) -> dict[int, Piece]:
    """The piece of each seed: its component at the lowest threshold at which it holds at most the limit (rule 5)."""
    model = graph.work.entity_type.matching
    limit = graph.work.entity_type.match.piece_limit
    grid = [*range(model.match_weight, ALWAYS_WEIGHT, 1_000), ALWAYS_WEIGHT, MUST]
    found: dict[int, Piece] = {}
    ordered = sorted(seeds)
    _read_ahead(graph, ordered, grid[0], limit=limit, new=new)
    for seed in ordered:
        if seed in found:
            continue
        if not graph.near(seed, grid[0], new=new):  # most stand alone
            found[seed] = Piece(frozenset((seed,)), cut=False)
            continue
        members, cut = _component(graph, seed, grid[0], limit, new=new), False
        if members is None:
            members, cut = _cut(graph, seed, grid, limit, new=new), True
        piece = Piece(frozenset(members), cut)
        found.update(dict.fromkeys(members, piece))
    return found


def _cut(graph: Graph, seed: int, grid: list[int], limit: int, *, new: bool) -> set[int]:
    """Binary search over the grid: a component only shrinks as the threshold rises; must-links are never cut."""
    low, high = 1, len(grid) - 1
    best = _component(graph, seed, MUST, None, new=new) or {seed}
    while low < high:
        middle = (low + high) // 2
        members = _component(graph, seed, grid[middle], limit, new=new)
        if members is None:
            low = middle + 1
        else:
            best, high = members, middle
    return best


def _component(graph: Graph, seed: int, threshold: int, limit: int | None, *, new: bool) -> set[int] | None:
    """The records connected to a seed, or None as soon as there are more than the limit."""
    found, frontier = {seed}, [seed]
    while frontier:
        graph.read(frontier)
        reached = {other for id_ in frontier for other in graph.near(id_, threshold, new=new)} - found
        found |= reached
        if limit is not None and len(found) > limit:
            return None
        frontier = sorted(reached)
    return found


def _read_ahead(graph: Graph, seeds: list[int], threshold: int, *, limit: int, new: bool) -> None:
    """Read outward from all seeds at once, so that many small components cost few queries."""
    reached, frontier = set(seeds), seeds
    rounds = 0
    while frontier and rounds < limit:
        graph.read(frontier)
        near = {other for id_ in frontier for other in graph.near(id_, threshold, new=new)}
        frontier = sorted(near - reached)
        reached |= near
        rounds += 1
        if len(reached) > 4 * len(seeds) + limit:  # a huge component is read from each seed only as far as needed
            return


def neighbours_gone(graph: Graph, ids: Iterable[int]) -> set[int]:
    """All other ends of edges of these records, before or after, of which one end is deleted."""
    ends: set[int] = set()
    for id_ in ids:
        for new in (False, True):
            if edges := graph.edges(id_, new=new):
                ends |= {other for other, (_, both) in edges.items() if not both}
    return ends
