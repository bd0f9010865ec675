"""Weak bridges: single edges, hardly above the match threshold, that alone hold two groups of a cluster together."""

from collections.abc import Collection, Iterator, Sequence

from matching.cluster import Edge, Pair

MARGIN = 3_000
"""Thousandths of a bit above the match threshold below which an edge is weak: odds of less than eight times more."""
LEAST = 2
"""Living records on either side of a bridge, from which on it is worth a look."""


def weak_bridges(
    living: Sequence[bool], edges: Sequence[Edge], *, ties: Collection[Pair], threshold: int
) -> list[Edge]:
    """Find the weak bridges of a cluster, lightest first.

    living: of each node, whether it counts; the others only transmit.  edges: (i, j, weight) at or above the match
    `threshold`.  ties: must-links (i, j), which are never weak. An edge is a weak bridge when it lies less than MARGIN
    above the threshold and two or more living nodes on either side are connected by it alone.
    """
    below = threshold + MARGIN
    if sum(living) < 2 * LEAST or not any(weight < below for _, _, weight in edges):
        return []
    joined = [(one, other) for one, other, _ in edges] + sorted(ties)
    found = [
        edges[number]
        for number, _, inside, outside in bridges(living, joined)
        if number < len(edges) and edges[number][2] < below and min(inside, outside) >= LEAST
    ]
    return sorted(found, key=lambda edge: (edge[2], edge[0], edge[1]))


def bridges(living: Sequence[bool], joined: Sequence[Pair]) -> Iterator[tuple[int, int, int, int]]:
    """Give each edge without which a component falls apart, with the living nodes on either side (Tarjan 1974).

    An edge is told by its number, followed by one of its ends, the living nodes on that side, and those on the other.
    """
    near: list[list[tuple[int, int]]] = [[] for _ in living]
    for number, (one, other) in enumerate(joined):
        near[one].append((other, number))
        near[other].append((one, number))
    seen: dict[int, int] = {}
    for root in range(len(living)):
        if root not in seen:
            yield from _from_root(root, near, seen, living)


def _from_root(
    root: int, near: Sequence[Sequence[tuple[int, int]]], seen: dict[int, int], living: Sequence[bool]
) -> Iterator[tuple[int, int, int, int]]:
    order, low, below = [root], {root: len(seen)}, {root: int(living[root])}
    above: dict[int, tuple[int, int]] = {}
    seen[root] = len(seen)
    path = [(root, iter(near[root]))]
    while path:
        node, rest = path[-1]
        step = next(rest, None)
        if step is None:
            path.pop()
            if path:
                parent = path[-1][0]
                low[parent] = min(low[parent], low[node])
                below[parent] += below[node]
            continue
        other, number = step
        if other not in seen:
            seen[other] = low[other] = len(seen)
            below[other], above[other] = int(living[other]), (node, number)
            order.append(other)
            path.append((other, iter(near[other])))
        elif above.get(node, (0, -1))[1] != number:
            low[node] = min(low[node], seen[other])
    for node in order[1:]:
        if low[node] == seen[node]:
            yield above[node][1], node, below[node], below[root] - below[node]
