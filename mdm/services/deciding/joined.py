"""Which golden records a verdict `same` would make one."""

from collections.abc import Iterable

Pair = tuple[int, int]


def joined(pairs: Iterable[Pair]) -> list[set[int]]:
    """The sets of numbers that pairs tie together, of more than one each."""
    import networkx as nx  # loaded here because it is slow to load and few decisions need it

    return [group for group in nx.connected_components(nx.Graph(pairs)) if len(group) > 1]
