"""Weak bridges in the clusters of a commit: single edges that alone hold two groups of living records together."""

from matching.bridges import MARGIN, weak_bridges
from mdm.resolution.clusters import Clusters, edges_inside
from mdm.resolution.verdicts import Pair

KIND = "weak_bridge"


def weak(clusters: Clusters) -> dict[Pair, int]:
    """The weak bridges of every affected cluster, and their weights."""
    work, found = clusters.work, dict[Pair, int]()
    for lead in sorted({work.records[id_].cluster for id_ in clusters.piece_of}):
        members = clusters.members(lead)
        if len(work.living(members)) > 3:
            found |= _of(clusters, members)
    return found


def _of(clusters: Clusters, members: list[int]) -> dict[Pair, int]:
    work, graph = clusters.work, clusters.graph
    place, threshold = {id_: index for index, id_ in enumerate(members)}, work.entity_type.matching.match_weight
    edges = edges_inside(graph, place, threshold)
    if all(weight >= threshold + MARGIN for _, _, weight in edges):
        return {}
    ties = [*graph.verdicts.between(members)[0], *graph.links.between(members)]
    bridges = weak_bridges(
        [work.records[id_].living for id_ in members], edges,
        ties=[(place[one], place[other]) for one, other in ties], threshold=threshold,
    )  # fmt: skip
    return {(members[one], members[other]): weight for one, other, weight in bridges}
