"""Weak bridges of a cluster, with networkx as the oracle."""

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from matching.bridges import MARGIN, bridges, weak_bridges

THRESHOLD = 5_000
WEAK, STRONG = THRESHOLD + 500, THRESHOLD + MARGIN
CHAIN = [(0, 1, STRONG), (1, 2, WEAK), (2, 3, STRONG)]


def found(edges, *, living=(True,) * 4, ties=()):
    return weak_bridges(living, edges, ties=ties, threshold=THRESHOLD)


def test_a_light_edge_between_two_pairs_is_a_weak_bridge():
    assert found(CHAIN) == [(1, 2, WEAK)]


def test_an_edge_well_above_the_threshold_is_none():
    assert found([(0, 1, STRONG), (1, 2, STRONG), (2, 3, WEAK)]) == []


def test_a_second_way_across_takes_the_weakness_away():
    assert found([*CHAIN, (0, 3, WEAK)]) == []


def test_a_decision_across_holds_the_sides_whatever_the_edge_says():
    assert found(CHAIN, ties=[(1, 2)]) == []
    assert found(CHAIN, ties=[(0, 1)]) == [(1, 2, WEAK)]


def test_a_single_record_on_one_side_is_no_group_and_the_deleted_do_not_count():
    assert found([(0, 1, WEAK), (1, 2, STRONG), (1, 3, STRONG)]) == []
    assert found(CHAIN, living=(False, True, True, True)) == []


def test_a_chain_of_thousands_is_walked_without_recursion():
    edges = [(node, node + 1, WEAK) for node in range(5_000)]
    assert len(weak_bridges([True] * 5_001, edges, ties=[], threshold=THRESHOLD)) == 4_998


@st.composite
def graphs(draw):
    count = draw(st.integers(1, 9))
    pairs = [(one, other) for one in range(count) for other in range(one + 1, count)]
    edges = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=12)) if pairs else []
    ties = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=3)) if pairs else []
    weights = [draw(st.sampled_from([WEAK, WEAK + 1, STRONG])) for _ in edges]
    living = draw(st.lists(st.booleans(), min_size=count, max_size=count))
    return living, [(*pair, weight) for pair, weight in zip(edges, weights, strict=True)], ties


@given(graphs())
def test_they_are_the_bridges_that_networkx_finds_between_two_living_pairs(graph):
    living, edges, ties = graph
    network = nx.MultiGraph()
    network.add_nodes_from(range(len(living)))
    network.add_edges_from([*((one, other) for one, other, _ in edges), *ties])
    expected = []
    for one, other, weight in edges:
        without = nx.MultiGraph(network)
        without.remove_edge(one, other)
        sides = [nx.node_connected_component(without, end) for end in (one, other)]
        large = all(sum(living[node] for node in side) >= 2 for side in sides)
        if sides[0] != sides[1] and large and weight < THRESHOLD + MARGIN:
            expected.append((one, other, weight))
    assert sorted(found(edges, living=living, ties=ties)) == sorted(expected)


@given(graphs())
def test_each_bridge_tells_which_end_has_how_many_living_on_its_side(graph):
    living, edges, _ = graph
    network = nx.Graph([edge[:2] for edge in edges])
    found = {edges[number][:2]: (node, beside, beyond) for number, node, beside, beyond in bridges(
        living, [edge[:2] for edge in edges]
    )}  # fmt: skip
    assert found.keys() == {tuple(sorted(pair)) for pair in nx.bridges(network)}
    for pair, (node, beside, beyond) in found.items():
        network.remove_edge(*pair)
        for end, count in ((node, beside), (sum(pair) - node, beyond)):
            assert count == sum(living[one] for one in nx.node_connected_component(network, end))
        network.add_edge(*pair)
