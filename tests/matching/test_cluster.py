"""Clustering agrees with the definition, and with networkx where nothing is kept apart."""

import networkx as nx
import numpy as np
from hypothesis import strategies as st
from rowwise import columns, small_model

from matching.cluster import Side, Step, cluster, components, formation
from matching.constraints import FOR_EVER, Claim
from matching.rules import ALWAYS_WEIGHT
from matching.score import never_values
from matching.standardise import standardise
from tests.drawn import drawn


def never_barred(left, right, never):
    sides = [[set().union(*(values[n] for n in side)) for side in (left, right)] for values in never]
    return any(p and q and not p & q for p, q in sides)


def weak(left, right, edges, weight):
    across = sum((a in left and b in right) or (a in right and b in left) for a, b in edges)
    return min(len(left), len(right)) > 1 and weight < ALWAYS_WEIGHT and across < 2


def clashes(left, right, said):
    """The pairs that break a constraint: neither says what is said on the other side, and their days overlap."""

    def new(node, side):
        claim = said[node]
        known = [said[n] for n in side if said[n] is not None and said[n].scope == claim.scope]
        return not any(claim.values[0] & one.values[0] for one in known)

    return [
        tuple(sorted((x, y)))
        for x in left if said[x] and new(x, right)
        for y in right if said[y] and new(y, left)
        if said[x].scope == said[y].scope
        and max(said[x].first, said[y].first) <= min(said[x].last, said[y].last)
    ]  # fmt: skip


def definition(nodes, edges, *, musts, cannot, never, constraints=()):
    """The definition in plain sets: (clusters, skipped, held apart), everything by key."""
    of = {node: {node} for node in nodes}
    refused = []

    def joined(left, right):
        left |= right
        for node in right:
            of[node] = left

    steps = [(pair, None) for pair, _ in sorted(musts.items(), key=lambda must: (not must[1], must[0]))]
    steps += sorted(edges.items(), key=lambda edge: (-edge[1], edge[0]))
    for (x, y), weight in steps:
        left, right = of[x], of[y]
        if left is right:
            continue
        apart = any(tuple(sorted((a, b))) in cannot for a in left for b in right)
        broken = any(clashes(left, right, said) for said in constraints)
        if apart or (broken and not (weight is None and musts[x, y])):
            refused += [(x, y)] if weight is None else []
        elif weight is None or not (never_barred(left, right, never) or weak(left, right, edges, weight)):
            joined(left, right)
    held, told = held_apart([*edges, *refused], of, cannot=cannot, constraints=constraints)
    skipped = [link for link in refused if link not in told]
    return {frozenset(members) for members in of.values()}, skipped, {pair: sorted(by) for pair, by in held.items()}


def held_apart(links, of, *, cannot, constraints):
    """What is told of the constraints that keep apart what a link would join, and the links that this explains."""
    held, told = {}, set()
    for x, y in links:
        left, right = of[x], of[y]
        if left is right or any(tuple(sorted((a, b))) in cannot for a in left for b in right):
            continue
        for number, said in enumerate(constraints):
            if found := clashes(left, right, said):
                held.setdefault(min(found), set()).add(number)
                told |= {(x, y)}
    return held, told


def run(nodes, edges, *, musts, cannot, never, constraints=()):
    """The same through `cluster`, whose nodes are indices."""
    at = {node: place for place, node in enumerate(nodes)}
    found = cluster(
        nodes,
        [(at[x], at[y], weight) for (x, y), weight in edges.items()],
        musts=[(at[x], at[y], steward) for (x, y), steward in musts.items()],
        cannot={tuple(sorted((at[x], at[y]))) for x, y in cannot},
        never=[[frozenset(values[node]) for node in nodes] for values in never],
        constraints=[[said[node] for node in nodes] for said in constraints],
    )
    assert all(members == sorted(members) for members in found.clusters)
    assert found.clusters == sorted(found.clusters)
    clusters = {frozenset(nodes[place] for place in members) for members in found.clusters}
    held = {tuple(sorted((nodes[i], nodes[j]))): by for (i, j), by in found.held_apart.items()}
    return clusters, [tuple(sorted((nodes[i], nodes[j]))) for i, j in found.skipped], held


claims = st.none() | st.builds(
    Claim, st.tuples(st.frozensets(st.sampled_from("abc"), min_size=1, max_size=2)), st.sampled_from("123"),
    st.sampled_from(["2", "3", FOR_EVER]), st.sampled_from(["", "", "crm"]),
)  # fmt: skip


@st.composite
def pieces(draw, largest=8):
    nodes = draw(st.permutations([f"crm:customer:{n}" for n in range(draw(st.integers(2, largest)))]))
    pairs = sorted({tuple(sorted((x, y))) for x in nodes for y in nodes if x != y})
    some = st.sampled_from(pairs)
    values = st.frozensets(st.sampled_from("abc"), max_size=2)
    return nodes, {
        "edges": draw(st.dictionaries(some, st.sampled_from([7000, 8000, 9000, ALWAYS_WEIGHT]))),
        "musts": draw(st.dictionaries(some, st.booleans(), max_size=4)),
        "cannot": draw(st.frozensets(some, max_size=4)),
        "never": draw(st.lists(st.fixed_dictionaries(dict.fromkeys(nodes, values)), max_size=2)),
        "constraints": draw(st.lists(st.fixed_dictionaries(dict.fromkeys(nodes, claims)), max_size=2)),
    }


def test_days_that_end_before_they_begin_break_no_constraint():
    backwards, whole = (Claim((frozenset(value),), *days, "") for value, *days in (("a", "3", "2"), ("b", "1", "3")))
    musts = {("crm:customer:0", "crm:customer:1"): False}
    said = {"crm:customer:0": backwards, "crm:customer:1": whole}
    found, _, held_apart = run(list(said), {}, musts=musts, cannot=frozenset(), never=[], constraints=[said])
    assert (len(found), held_apart) == (1, {})


@drawn(few=50, many=200, piece=pieces())
def test_clusters_are_those_of_the_definition(piece):
    nodes, facts = piece
    assert run(nodes, **facts) == definition(nodes, **facts)


@drawn(few=25, many=60, piece=pieces(), data=st.data())
def test_the_order_of_nodes_and_edges_does_not_matter(piece, data):
    nodes, facts = piece
    shuffled = dict(data.draw(st.permutations(list(facts["edges"].items()))))
    again = run(data.draw(st.permutations(nodes)), **(facts | {"edges": shuffled}))
    assert again == run(nodes, **facts)


@drawn(few=25, many=60, piece=pieces(largest=12))
def test_without_constraints_always_edges_give_connected_components(piece):
    nodes, facts = piece
    edges = dict.fromkeys(facts["edges"], ALWAYS_WEIGHT)
    graph = nx.Graph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from(edges)
    found, skipped, _ = run(nodes, edges, musts={}, cannot=(), never=[])
    assert found == {frozenset(part) for part in nx.connected_components(graph)}
    assert skipped == []


@drawn(few=25, many=60, count=st.integers(0, 20), data=st.data())
def test_components_are_those_of_networkx_named_by_their_smallest_row(count, data):
    node = st.integers(0, count - 1) if count else st.nothing()
    pairs = data.draw(st.lists(st.tuples(node, node)))
    left, right = (np.array([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
    graph = nx.Graph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from(pairs)
    parts = list(nx.connected_components(graph))
    expected = [next(min(part) for part in parts if row in part) for row in range(count)]
    assert components(count, left, right).tolist() == expected


def test_a_record_on_its_own_is_a_cluster_of_its_own():
    assert cluster(["a"], [], musts=[(0, 0, True)], cannot=[], never=[[frozenset("x")]]).clusters == [[0]]
    assert cluster([], [], musts=[], cannot=[], never=[]).clusters == []


def test_one_weak_bridge_does_not_join_two_companies_but_two_edges_do():
    edges = [(0, 1, 9000), (2, 3, 9000), (1, 2, 8000)]
    keys = ["a", "b", "c", "d"]
    assert cluster(keys, edges, musts=[], cannot=[], never=[]).clusters == [[0, 1], [2, 3]]
    two = [*edges, (0, 3, 7000)]
    assert cluster(keys, two, musts=[], cannot=[], never=[]).clusters == [[0, 1, 2, 3]]


def test_a_stewards_link_goes_before_an_imported_one_that_contradicts_it():
    musts = [(0, 1, False), (1, 2, True)]
    found = cluster(["a", "b", "c"], [], musts=musts, cannot=[(0, 2)], never=[])
    assert (found.clusters, found.skipped) == ([[0], [1, 2]], [(0, 1)])


def test_a_never_rule_over_two_attributes_bars_groups_that_differ_on_both():
    model = small_model(never=[{"different": ["tax_id", "country"]}])
    records = [
        {"tax_id": "A1001", "country": "DE"},
        {"tax_id": "B2002", "country": "DE"},
        {"tax_id": "B2002", "country": "FR"},
    ]
    table = standardise(model, columns(records, list(model.attributes)))
    never = never_values(model, table)
    both = cluster(["a", "b"], [(0, 1, 9000)], musts=[], cannot=[], never=[never[0][:2]])
    assert both.clusters == [[0, 1]]
    apart = cluster(["a", "c"], [(0, 1, 9000)], musts=[], cannot=[], never=[[never[0][0], never[0][2]]])
    assert apart.clusters == [[0], [1]]
    chain = cluster(["a", "b", "c"], [(0, 2, 9000), (0, 1, 8000), (1, 2, 7000)], musts=[], cannot=[], never=never)
    assert chain.clusters == [[0, 1, 2]]


def test_a_never_rule_on_a_shared_value_keeps_records_of_one_country_apart():
    model = small_model(never=[{"same": "country"}])
    records = [{"country": "DE"}, {}, {"country": "Germany"}]
    table = standardise(model, columns(records, list(model.attributes)))
    edges = [(0, 1, 9000), (1, 2, 8000)]
    found = cluster(["a", "b", "c"], edges, musts=[], cannot=[], never=never_values(model, table))
    assert found.clusters == [[0, 1], [2]]


def test_a_dense_piece_becomes_one_cluster():
    keys = [f"{number:04}" for number in range(300)]
    edges = [(i, j, 7000 + (i * j) % 97) for i in range(300) for j in range(i)]
    assert cluster(keys, edges, musts=[], cannot=[], never=[]).clusters == [list(range(300))]


def formed(nodes, edges, *, musts, cannot, never, constraints):
    """The steps through `formation`, given what `run` gives to `cluster`."""
    at = {node: place for place, node in enumerate(nodes)}
    return formation(
        nodes,
        [(at[x], at[y], weight) for (x, y), weight in edges.items()],
        musts=[(at[x], at[y], steward) for (x, y), steward in musts.items()],
        cannot={tuple(sorted((at[x], at[y]))) for x, y in cannot},
        never=[[frozenset(values[node]) for node in nodes] for values in never],
        constraints=[[said[node] for node in nodes] for said in constraints],
    )


@drawn(few=50, many=200, piece=pieces())
def test_the_steps_of_a_formation_join_exactly_the_clusters(piece):
    nodes, given_ = piece
    steps = formed(nodes, **given_)
    graph = nx.Graph([(step.one, step.other) for step in steps])
    graph.add_nodes_from(range(len(nodes)))
    clusters, *_ = run(nodes, **given_)
    assert {frozenset(nodes[place] for place in part) for part in nx.connected_components(graph)} == clusters
    assert len(steps) == len(nodes) - len(clusters)
    assert all(side.nodes == (1 if side.step is None else of(steps, side.step)) for side in sides(steps))
    weights = [step.weight for step in steps if step.weight is not None]
    assert weights == sorted(weights, reverse=True)


@drawn(few=30, many=100, piece=pieces())
def test_a_cluster_alone_forms_by_the_steps_that_it_forms_by_in_its_piece(piece):
    nodes, given_ = piece
    steps = formed(nodes, **given_)
    for members in run(nodes, **given_)[0]:
        kept = sorted(members)
        inside = {
            "edges": {pair: weight for pair, weight in given_["edges"].items() if members.issuperset(pair)},
            "musts": {pair: by for pair, by in given_["musts"].items() if members.issuperset(pair)},
            "cannot": {pair for pair in given_["cannot"] if members.issuperset(pair)},
            "never": given_["never"],
            "constraints": given_["constraints"],
        }
        own = [(kept[step.one], kept[step.other], step.weight, step.edges) for step in formed(kept, **inside)]
        ties = [(nodes[step.one], nodes[step.other], step.weight, step.edges) for step in steps]
        assert [{*tie[:2], *map(str, tie[2:])} for tie in own] == [
            {*tie[:2], *map(str, tie[2:])} for tie in ties if tie[0] in members
        ]


def sides(steps):
    return [side for step in steps for side in (step.left, step.right)]


def of(steps, number):
    return steps[number].left.nodes + steps[number].right.nodes


def test_a_step_names_what_it_joined_and_how_many_edges_hold_it():
    steps = formation(["a", "b", "c"], [(0, 1, 20_000), (1, 2, 9_000), (0, 2, 8_000)], musts=(), cannot=(), never=())
    assert steps == [
        Step(0, 1, Side(1, None), Side(1, None), 20_000, 1),
        Step(1, 2, Side(2, 0), Side(1, None), 9_000, 2),
    ]
