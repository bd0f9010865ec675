"""What the merges of sources come to, told plainly: the oracle of the laws, and no code of the hub."""

from collections.abc import Callable, Mapping

import networkx as nx

Pair = tuple[str, str]


def judged(
    piece: frozenset[str], into: Mapping[str, str], links: set[Pair], *, imported: set[Pair], living: set[str],
    distinct: set[Pair], clusters: Callable[[set[Pair]], list[frozenset[str]]],
) -> tuple[set[Pair], set[Pair]]:  # fmt: skip
    """The merges of a piece that tie nothing, and the pairs a steward is asked about.

    into: the winner of each loser. clusters: what the records of the piece fall into without some of its links.
    """
    merges = {ends for ends in links - imported if set(ends) <= piece}
    apart, asked = set[Pair](), set[Pair]()
    groups = nx.utils.UnionFind(piece)
    for members in clusters(merges) if merges else []:
        groups.union(*members)
    for one, other in sorted(merges):
        sides = [frozenset(next(group for group in groups.to_sets() if end in group)) for end in (one, other)]
        if sides[0] == sides[1] or any(len({*ends} & side) == 1 == len({*ends} & back)
                                       for ends in distinct for side, back in (sides, sides[::-1])):  # fmt: skip
            continue
        alive = [side & living for side in sides]
        if all(alive):
            asked.add(tuple(sorted(_stands_for(end, side) for end, side in zip((one, other), alive, strict=True))))  # type: ignore[arg-type]
            if all(any(_source(key) != _source(one) for key in side) for side in alive):
                apart.add((one, other))
                continue
        groups.union(one, other)
    for ring in nx.simple_cycles(nx.DiGraph([ends for ends in into.items() if set(ends) <= piece])):
        loser = max(ring)
        ends = (min(loser, into[loser]), max(loser, into[loser]))
        if ends in merges and set(ends) <= living:
            asked.add(ends)
    return apart, asked


def _stands_for(end: str, alive: frozenset[str]) -> str:
    own = {key for key in alive if _source(key) == _source(end)}
    return end if end in alive else min(own or alive)


def _source(key: str) -> str:
    return key.split(":", maxsplit=1)[0]
