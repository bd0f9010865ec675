"""Which clusters hang by a thread, by networkx: the oracle of the laws, and no code of the hub."""

from collections.abc import Mapping

import networkx as nx

from mdm.entity_types import EntityType

Pair = tuple[str, str]


def weak_bridges(
    entity_type: EntityType,
    members: frozenset[str],
    living: set[str],
    edges: Mapping[Pair, int],
    verdicts: Mapping[Pair, str],
    links: set[Pair],
) -> dict[tuple[str, ...], int]:
    """A task for each match edge less than three bits above the threshold that alone holds two living pairs."""
    threshold = entity_type.matching.match_weight
    match = {ends: weight for ends, weight in edges.items() if weight >= threshold and set(ends) <= members & living}
    held = [ends for ends, said in verdicts.items() if said == "same"] + list(links)
    graph = nx.MultiGraph([*match, *(ends for ends in held if set(ends) <= members)])
    found = {}
    for ends in nx.bridges(nx.Graph(graph)):
        if graph.number_of_edges(*ends) == 1 and tuple(sorted(ends)) in match:
            without = graph.copy()
            without.remove_edge(*ends)
            sides = [nx.node_connected_component(without, end) & living for end in ends]
            weight = match[tuple(sorted(ends))]  # type: ignore[index]
            if min(map(len, sides)) >= 2 and weight < threshold + 3_000:
                found["weak_bridge", *sorted(ends)] = weight
    return found  # type: ignore[return-value]
