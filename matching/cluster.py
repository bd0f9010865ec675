"""Cluster: which records of a piece are one thing, whatever order they came in."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from matching.conditions import bars, group_values
from matching.constraints import Claim, Claims, breaking
from matching.rules import ALWAYS_WEIGHT

Edge = tuple[int, int, int]
Must = tuple[int, int, bool]
Pair = tuple[int, int]
Never = Sequence[Sequence[frozenset[str]]]


@dataclass(frozen=True, slots=True)
class Clustering:
    """The clusters as sorted lists of node indices, and the must-links that a cannot-link overruled.

    `held_apart` names the pairs of nodes for whose sake constraints (by number) keep two clusters apart that an edge
    or a must-link would join: of two such clusters the first pair by key for each constraint.
    """

    clusters: list[list[int]]
    skipped: list[Pair]
    held_apart: dict[Pair, list[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Side:
    """What a step joined: so many nodes, together since an earlier step (by its place), or a single one (None)."""

    nodes: int
    step: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """One step by which clusters formed: two nodes were tied, and with them the sides that they stood on.

    `weight` is that of their edge, None for a must-link. `edges` counts the edges between the two sides: a single
    one is a bridge that holds them alone.
    """

    one: int
    other: int
    left: Side
    right: Side
    weight: int | None
    edges: int


def cluster(
    nodes: Sequence[str],
    edges: Sequence[Edge],
    *,
    musts: Sequence[Must],
    cannot: Collection[Pair],
    never: Never,
    constraints: Sequence[Claims] = (),
) -> Clustering:
    """Cluster one piece: must-links first, then match edges from the strongest.

    `nodes` are record keys, the others index them: `edges` (i, j, weight) at or above the match threshold,
    `musts` (i, j, by a steward), `cannot` (i, j) kept apart, `never` the values of each node for each `never`
    condition (see `score.never_values`), `constraints` what each node says under each constraint. Stewards'
    must-links go first, each group in key order; one that would join a cannot-link pair is skipped. Constraints
    stand above all but stewards' must-links. Edges tie by their keys. A single edge below ALWAYS_WEIGHT does not
    join two clusters of two or more members each.
    """
    if len(nodes) <= 2 and not any(map(any, constraints)):
        return _small(len(nodes), edges, musts=musts, cannot=cannot, never=never)
    groups = _Groups(nodes, edges, cannot, never, constraints)
    ordered = groups.ordered_musts(musts)
    refused = [(one, other) for one, other, steward in ordered if not groups.join_must(one, other, steward=steward)]
    for one, other, weight in groups.ordered_edges(edges):
        groups.join_edge(one, other, weight)
    clusters = sorted(sorted(members) for members in groups.members.values())
    held_apart = groups.held_apart([edge[:2] for edge in edges] + refused, constraints) if constraints else {}
    held = {groups.leads(pair) for pair in held_apart}
    skipped = [_ordered(*pair) for pair in refused if groups.leads(pair) not in held]
    return Clustering(clusters, list(dict.fromkeys(skipped)), held_apart)


def formation(
    nodes: Sequence[str],
    edges: Sequence[Edge],
    *,
    musts: Sequence[Must],
    cannot: Collection[Pair],
    never: Never,
    constraints: Sequence[Claims] = (),
) -> list[Step]:
    """Give the steps by which `cluster` joins these nodes, given the same; a step fewer than there are nodes.

    Edges come in falling order, so the last step over an edge is the weakest: of all ways to part the nodes in
    two, it is the one whose strongest edge is weakest.
    """
    groups = _Groups(nodes, edges, cannot, never, constraints)
    steps: list[Step] = []
    formed: dict[int, int] = {}
    for one, other, weight, steward in _links(groups, edges, musts):
        ends = groups.lead[one], groups.lead[other]
        left, right = (Side(len(groups.members[end]), formed.get(end)) for end in ends)
        between = groups.links[ends[0]][ends[1]]
        if weight is None:
            groups.join_must(one, other, steward=steward)
        else:
            groups.join_edge(one, other, weight)
        if ends[0] != ends[1] and groups.lead[one] == groups.lead[other]:
            formed[groups.lead[one]] = len(steps)
            steps.append(Step(one, other, left, right, weight, between))
    return steps


def _links(
    groups: "_Groups", edges: Sequence[Edge], musts: Sequence[Must]
) -> Iterator[tuple[int, int, int | None, bool]]:
    yield from ((one, other, None, steward) for one, other, steward in groups.ordered_musts(musts))
    yield from ((*edge, False) for edge in groups.ordered_edges(edges))


def _ordered(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)


def components(count: int, left: npt.NDArray[np.integer], right: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    """Give each of `count` rows the smallest row of its connected component.

    Each root is hooked to the smallest root beside it, and paths are halved, until no edge leads to another root
    (Shiloach and Vishkin 1982): a few passes over arrays, whatever the components look like.
    """
    lead = np.arange(count, dtype=np.int64)
    one, other = left.astype(np.int64), right.astype(np.int64)
    while len(one):
        apart = one != other
        low, high = np.minimum(one, other)[apart], np.maximum(one, other)[apart]
        np.minimum.at(lead, high, low)
        while not np.array_equal(lead, above := lead[lead]):
            lead = above
        one, other = lead[low], lead[high]
    return lead


def _small(
    count: int, edges: Sequence[Edge], *, musts: Sequence[Must], cannot: Collection[Pair], never: Never
) -> Clustering:
    """Cluster one or two nodes, most pieces by far: the same decisions without the book-keeping."""
    if count < 2:
        return Clustering([[node] for node in range(count)], [])
    linked = any(one != other for one, other, _ in musts)
    if (0, 1) in cannot:
        return Clustering([[0], [1]], [(0, 1)] if linked else [])
    if linked or (edges and not any(_barred(records) for records in never)):
        return Clustering([[0, 1]], [])
    return Clustering([[0], [1]], [])


def _barred(records: Sequence[frozenset[str]]) -> bool:
    if not (records[0] and records[1]):
        return False
    word, attributes = group_values(records)
    return bars(word, [values[0] for values in attributes], [values[1] for values in attributes])


def _own(claim: Claim | None) -> set[Claim]:
    return set() if claim is None else {claim}


class _Groups:
    """Growing clusters, each known by one of its nodes, with all that can keep two of them apart.

    The smaller is folded into the larger, so that a piece of n nodes and e edges costs (n + e) log n: counts
    of edges between clusters are kept, never recounted.
    """

    __slots__ = ("apart", "claims", "lead", "links", "members", "nodes", "values", "words")

    def __init__(
        self, nodes: Sequence[str], edges: Sequence[Edge], cannot: Collection[Pair], never: Never,
        constraints: Sequence[Claims],
    ) -> None:  # fmt: skip
        self.nodes = nodes
        self.lead = list(range(len(nodes)))
        self.members = {node: [node] for node in self.lead}
        self.links: list[Counter[int]] = [Counter() for _ in nodes]
        self.apart: list[set[int]] = [set() for _ in nodes]
        for one, other in {(min(edge[:2]), max(edge[:2])) for edge in edges}:
            self.links[one][other] += 1
            self.links[other][one] += 1
        for one, other in cannot:
            self.apart[one].add(other)
            self.apart[other].add(one)
        conditions = [group_values(records) for records in never if any(records)]
        self.words = [word for word, _ in conditions]
        self.values = [
            [[set(records[node]) for records in attributes] for _, attributes in conditions] for node in self.lead
        ]
        self.claims: list[list[set[Claim]]] = [[_own(said[node]) for said in constraints] for node in self.lead]

    def pair_keys(self, one: int, other: int) -> tuple[str, str]:
        """Give the keys of two nodes in order."""
        left, right = self.nodes[one], self.nodes[other]
        return (left, right) if left < right else (right, left)

    def leads(self, pair: Pair) -> Pair:
        """Give the nodes that the clusters of two nodes are known by, in order."""
        return _ordered(self.lead[pair[0]], self.lead[pair[1]])

    def ordered_musts(self, musts: Sequence[Must]) -> list[Must]:
        """Put must-links in the order in which they are followed: stewards' first, each group by its keys."""
        return sorted(musts, key=lambda must: (not must[2], self.pair_keys(must[0], must[1])))

    def ordered_edges(self, edges: Sequence[Edge]) -> list[Edge]:
        """Put edges in the order in which they are followed: the strongest first, ties by their keys."""
        return sorted(edges, key=lambda edge: (-edge[2], self.pair_keys(edge[0], edge[1])))

    def join_must(self, one: int, other: int, *, steward: bool) -> bool:
        """Join the clusters of two nodes unless a cannot-link keeps them apart; say if they are together.

        A steward's stands above constraints.
        """
        left, right = self.lead[one], self.lead[other]
        if left != right and (right in self.apart[left] or (not steward and self._broken(left, right))):
            return False
        self._join(left, right)
        return True

    def join_edge(self, one: int, other: int, weight: int) -> None:
        """Join the clusters of two nodes unless something keeps them apart or the bridge is weak."""
        left, right = self.lead[one], self.lead[other]
        if left == right or right in self.apart[left] or self._never(left, right) or self._broken(left, right):
            return
        bridge = min(len(self.members[left]), len(self.members[right])) > 1 and self.links[left][right] < 2
        if not bridge or weight >= ALWAYS_WEIGHT:
            self._join(left, right)

    def _never(self, left: int, right: int) -> bool:
        sides = zip(self.words, self.values[left], self.values[right], strict=True)
        return any(bars(word, one, other) for word, one, other in sides)

    def _broken(self, left: int, right: int) -> bool:
        return any(any(breaking(*sides)) for sides in zip(self.claims[left], self.claims[right], strict=True))

    def held_apart(self, links: Iterable[Pair], constraints: Sequence[Claims]) -> dict[Pair, list[int]]:
        """Name the pairs for whose sake constraints keep clusters apart that a link would join."""
        found: defaultdict[Pair, list[int]] = defaultdict(list)
        for left, right in sorted({self.leads(pair) for pair in links}):
            if left != right and right not in self.apart[left]:
                for number, said in enumerate(constraints):
                    for pair in self._first_pair(left, right, number, said):
                        found[pair].append(number)
        return dict(found)

    def _first_pair(self, left: int, right: int, number: int, said: Claims) -> Iterator[Pair]:
        clashing = set(breaking(self.claims[left][number], self.claims[right][number]))
        pairs = [
            (one, other)
            for one in self.members[left] if said[one] is not None
            for other in self.members[right] if (said[one], said[other]) in clashing
        ]  # fmt: skip
        if pairs:
            yield _ordered(*min(pairs, key=lambda ends: self.pair_keys(*ends)))

    def _join(self, left: int, right: int) -> None:
        if left == right:
            return
        if len(self.members[left]) < len(self.members[right]):
            left, right = right, left
        gone = self.members.pop(right)
        self.members[left] += gone
        for node in gone:
            self.lead[node] = left
        for mine, theirs in zip(self.values[left], self.values[right], strict=True):
            for values, more in zip(mine, theirs, strict=True):
                values.update(more)
        for said, also in zip(self.claims[left], self.claims[right], strict=True):
            said.update(also)
        self._redirect(left, right)

    def _redirect(self, left: int, right: int) -> None:
        """Let what concerned the cluster that is gone concern the one that took it in."""
        for other, count in self.links[right].items():
            del self.links[other][right]
            if other != left:
                self.links[left][other] += count
                self.links[other][left] += count
        for other in self.apart[right]:
            self.apart[other].discard(right)
            if other != left:
                self.apart[left].add(other)
                self.apart[other].add(left)
