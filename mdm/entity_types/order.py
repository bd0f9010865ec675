"""In which order entity types are resolved: each after those that are evidence for it or take it along."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mdm.entity_types.entity_type import EntityType
from mdm.errors import Fault, InvalidRules

if TYPE_CHECKING:
    import networkx as nx


def order(entity_types: Iterable[EntityType]) -> list[str]:
    """Sort entity types so that each stands after those whose golden records are evidence for it or take it along.

    A target that is not among them is left out: its records wait until it is installed.

    Raises:
        InvalidRules: references that are match evidence, or whose records retire with their target, lead in a circle.
    """
    types = {one.entity_type: one for one in entity_types}
    edges = [
        (one.references[attribute], name, "matched by" if attribute in one.evidence else "retired with", attribute)
        for name, one in types.items()
        for attribute in sorted({*one.evidence, *one.retires_with} & one.references.keys())
    ]
    if not edges:
        return sorted(types)
    import networkx as nx  # loaded here because it is slow to load and most types stand alone

    graph = nx.DiGraph()
    graph.add_nodes_from(types)
    graph.add_edges_from((to, name, {"attribute": f"{how} its {attribute}"}) for to, name, how, attribute in edges)
    try:
        ordered = list(nx.lexicographical_topological_sort(graph))
    except nx.NetworkXUnfeasible:
        raise _circle(graph) from None
    return [name for name in ordered if name in types]


def _circle(graph: "nx.DiGraph") -> InvalidRules:
    import networkx as nx

    edges = nx.find_cycle(graph)
    steps = " and ".join(f"{to} is {graph.edges[by, to]['attribute']}, a {by}" for by, to, *_ in edges)
    fault = Fault("/match", f"references lead in a circle: {steps}", "circle")
    return InvalidRules(
        f"{fault.detail}; leave one of them out of the match rules, or its `on_delete: retire`", faults=[fault]
    )
