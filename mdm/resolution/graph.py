"""The edge graph as it was and as it will be, read outward from a record only as far as needed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
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

    def read(self, ids: Collection[int]) -> None:
        """Read the edges, verdicts and links of these records, once each."""
        self.verdicts.read(ids)
        self.links.read(ids)
        wanted = [id_ for id_ in ids if id_ not in self.stored]
        for id_ in wanted:
            self.stored[id_] = {}
        if self.work.afresh or not wanted:
            return
        listed = set(wanted)
        for left, right, weight, living in stored_edges.of(self.work.reader, wanted):
            if left in listed:
                self.stored[left][right] = (weight, bool(living))
            if right in listed:
                self.stored[right][left] = (weight, bool(living))

    def change(self, ends: Pair, weighed: Weighed | None) -> None:
        """Set what this commit makes of an edge."""
        self.changes[ends] = weighed
        self.changed[ends[0]][ends[1]] = weighed
        self.changed[ends[1]][ends[0]] = weighed

    def edges(self, id_: int, *, new: bool) -> dict[int, Weighed]:
        """The edges of one record by their other end; its stored edges must have been read."""
        edges = self.stored[id_]
        if new and id_ in self.changed:
            merged = {**edges, **self.changed[id_]}
            return {other: weighed for other, weighed in merged.items() if weighed is not None}
        return edges

    def near(self, id_: int, threshold: int, *, new: bool) -> Iterator[int]:
        """The records joined to this one by a must-link or by an edge among the living at or above a threshold."""
        yield from self.verdicts.must(id_, new=new)
        yield from self.links.must(id_, new=new)
        for other, (weight, living) in self.edges(id_, new=new).items():
            if living and weight >= threshold:
                yield other


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
            ends |= {other for other, (_, both) in graph.edges(id_, new=new).items() if not both}
    return ends
