"""Hierarchies: a type's references to itself as edges between golden records, without a cycle (rule 10).

A golden record has at most one edge for each such attribute: to the golden record that its surviving reference means.
So a cycle has no branches, and in each the least trusted edge, then that of the smallest record key, is set aside
until the data is mended. Trust counts as the rules say it, without falling: a cycle is not cut elsewhere as days pass.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from golden_records.strategies import UNRATED
from mdm.log import canonical, key_token
from mdm.resolution.golden import GoldenChanges, Parent
from mdm.resolution.reference_moves import moved_targets
from mdm.resolution.references import target
from mdm.resolution.work import Work
from mdm.store import hierarchy as stored_hierarchy
from mdm.store import references as stored_references
from mdm.store.hierarchy import StoredEdge
from mdm.store.task_writing import OpenTask, task_id

KIND = "hierarchy_cycle"
BY_PEOPLE = 1_000
"""The trust of what a person set: above every source."""
Place = tuple[int, str]


class Edge(NamedTuple):
    """What stands above a golden record: the key that survives, the record and trust it rests on, and what it means."""

    target_token: int
    record_id: int
    trust: int
    parent: int | None
    set_aside: bool = False


@dataclass(slots=True)
class HierarchyChanges:
    """The edges that stood and those that stand now, where they differ, and the tasks about cycles."""

    ended: list[StoredEdge] = field(default_factory=list)
    begun: dict[Place, Edge] = field(default_factory=dict)
    opened: list[OpenTask] = field(default_factory=list)
    closed: list[OpenTask] = field(default_factory=list)


def work_out(work: Work, golden: GoldenChanges) -> HierarchyChanges:
    """The edges that a commit changes, and every cycle that it closes or opens."""
    if not work.entity_type.hierarchies and not work.afresh:
        return HierarchyChanges()
    stood = {_place(one): one for one in _concerned(work, golden)}
    now = _edges_now(work, golden, stood)
    for attribute in work.entity_type.hierarchies:
        _set_aside(work, attribute, stood, now)
    changed = [place for place in stood.keys() | now.keys() if _edge(stood.get(place)) != now.get(place)]
    changes = HierarchyChanges(
        ended=sorted(stood[place] for place in changed if place in stood),
        begun={place: now[place] for place in sorted(changed) if place in now},
    )
    _tasks(work, changes)
    return changes


def _concerned(work: Work, golden: GoldenChanges) -> list[StoredEdge]:
    """The edges of what was decided anew or ended, and those to targets that have moved."""
    if work.afresh:
        return stored_hierarchy.of_type(work.reader, work.entity_type.entity_type)
    found = stored_hierarchy.of_goldens(work.reader, sorted({*golden.parents, *golden.ended}))
    return [*found, *stored_hierarchy.to_targets(work.reader, sorted(moved_targets(work, golden)))]


def _edges_now(work: Work, golden: GoldenChanges, stood: dict[Place, StoredEdge]) -> dict[Place, Edge]:
    """The edges as they are wanted, none of them set aside yet."""
    gone = {*golden.parents, *golden.ended}
    said: dict[Place, tuple[int, int, int]] = {
        place: (one.target_token, one.record_id, one.trust)
        for place, one in stood.items()
        if place[0] not in gone and place[1] in work.entity_type.hierarchies
    }
    for number, parents in golden.parents.items():
        for attribute, parent in parents.items():
            found = _said(work, golden.after[number], attribute, parent)
            if found is not None:
                said[number, attribute] = found
    means = _meanings(work, golden, {token for token, _, _ in said.values()})
    return {place: Edge(*one, means.get(one[0])) for place, one in said.items()}


def _said(work: Work, members: Iterable[int], attribute: str, parent: Parent) -> tuple[int, int, int] | None:
    """(key token, record, trust) of the reference that survives; None where a record names itself: it is at the top."""
    if parent.record is None:  # a person said so: it rests on the whole golden record
        record, trust = min(members, key=work.key), BY_PEOPLE
    else:
        record = work.ids[key_token(work.salt, parent.record)]
        step = work.entity_type.survivorship.steps(attribute)[parent.step - 1]
        trust = step.ratings.get(work.records[record].source, UNRATED)[0]
    token = key_token(work.salt, target(work.entity_type, attribute, work.records[record].source, parent.written))
    return None if token == work.records[record].key_token else (token, record, trust)


def _meanings(work: Work, golden: GoldenChanges, tokens: set[int]) -> dict[int, int]:
    """The living golden number that each key token bears after this commit."""
    found: dict[int, int] = {}
    for token in tokens & work.ids.keys():
        number = work.records[work.ids[token]].golden
        if number in golden.after:
            if work.living(golden.after[number or 0]):
                found[token] = number or 0
            tokens = tokens - {token}
    stored = stored_references.meanings(work.reader, sorted(tokens)) if tokens else {}
    return found | {token: number for token, (number, standing) in stored.items() if standing == "arrived"}


def _set_aside(work: Work, attribute: str, stood: dict[Place, StoredEdge], now: dict[Place, Edge]) -> None:
    """Take in hand what stands above, and set aside one edge of each cycle; edges of cycles that are no more return."""
    changed = {number for number, name in stood.keys() | now.keys() if name == attribute}
    above = {edge.parent for (_, name), edge in now.items() if name == attribute and edge.parent is not None}
    for one in stored_hierarchy.upward(work.reader, attribute, sorted(changed | above)):
        if _place(one) not in stood:
            stood[_place(one)] = one
            now[_place(one)] = _edge(one)._replace(set_aside=False)  # type: ignore[union-attr]
    edges = {number: edge for (number, name), edge in now.items() if name == attribute and edge.parent is not None}
    if not edges:
        return
    import networkx as nx  # slow to load, and most commands change no hierarchy

    graph: nx.DiGraph[int] = nx.DiGraph((number, edge.parent) for number, edge in edges.items())
    cycles = [ring for ring in nx.strongly_connected_components(graph) if len(ring) > 1]
    cycles += [{number} for number in nx.nodes_with_selfloops(graph)]
    keys = _keys(work, {edges[number].record_id for ring in cycles for number in ring})
    for ring in cycles:
        least = min(ring, key=lambda number: (edges[number].trust, keys[edges[number].record_id]))
        now[least, attribute] = edges[least]._replace(set_aside=True)


def _tasks(work: Work, changes: HierarchyChanges) -> None:
    """One task for each edge that is set aside, named by the record that it rests on."""
    before = {(one.record_id, one.attribute) for one in changes.ended if one.set_aside}
    after = {(edge.record_id, attribute) for (_, attribute), edge in changes.begun.items() if edge.set_aside}
    keys = _keys(work, {record for record, _ in before ^ after})
    changes.closed = [_task(work, keys, *one) for one in sorted(before - after)]
    changes.opened = [_task(work, keys, *one) for one in sorted(after - before)]


def _task(work: Work, keys: dict[int, str], record: int, attribute: str) -> OpenTask:
    about = canonical({"attribute": attribute}).decode()
    of = work.entity_type.entity_type
    return OpenTask(task_id(KIND, keys[record], attribute), of, KIND, record, None, None, about)


def _keys(work: Work, ids: set[int]) -> dict[int, str]:
    work.load("id", sorted(ids))
    return {id_: work.key(id_) for id_ in ids}


def _place(one: StoredEdge) -> Place:
    return one.golden, one.attribute


def _edge(one: StoredEdge | None) -> Edge | None:
    return None if one is None else Edge(one.target_token, one.record_id, one.trust, one.parent, one.set_aside)
