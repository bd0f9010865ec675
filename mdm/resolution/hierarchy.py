"""Hierarchies: a type's references to itself as edges between golden records, without a cycle on any day (rule 10).

On each day a golden record has at most one edge for each such attribute: to the golden record that its surviving
reference means then. Where edges lead round in a cycle, one of them is set aside on the days on which they do, until
the data is mended. Trust counts as the rules say it, without falling: a cycle is not cut elsewhere as days pass.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from golden_records.strategies import UNRATED
from mdm.log import canonical, key_token
from mdm.resolution.golden import GoldenChanges, Parent
from mdm.resolution.hierarchy_cycles import Link, opened, pieces, set_aside, shut
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
Place = tuple[int, str, str]
"""A golden number, an attribute, and the first day."""
Foot = tuple[int, str]
"""A golden number and an attribute."""


class Said(NamedTuple):
    """What survives as a parent on some days: the key, and the record and trust that it rests on; `end` is out."""

    start: str
    end: str
    target_token: int
    record_id: int
    trust: int


class Edge(NamedTuple):
    """What stands above a golden record until a day: what survives there, what that means, whether it is set aside."""

    valid_to: str | None
    target_token: int
    record_id: int
    trust: int
    parent: int | None
    set_aside: bool


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
    said = _said_now(work, golden, stood.values())
    for attribute in work.entity_type.hierarchies:
        _take_above(work, golden, attribute, stood, said)
    now = _edges(work, said, _meanings(work, golden, {one.target_token for all_ in said.values() for one in all_}))
    changed = [place for place in stood.keys() | now.keys() if _edge(stood.get(place)) != now.get(place)]
    changes = HierarchyChanges(
        ended=sorted(stood[place] for place in changed if place in stood),
        begun={place: now[place] for place in sorted(changed) if place in now},
    )
    _tasks(work, stood, now, changes)
    return changes


def _concerned(work: Work, golden: GoldenChanges) -> list[StoredEdge]:
    """The edges of what was decided anew or ended, and of what stands below targets that have moved."""
    if work.values_anew:
        return stored_hierarchy.of_type(work.reader, work.entity_type.entity_type)
    wanted, moved = {*golden.parents, *golden.ended}, moved_targets(work, golden)
    return stored_hierarchy.concerning(work.reader, sorted(wanted), sorted(moved))


def _said_now(work: Work, golden: GoldenChanges, stood: Iterable[StoredEdge]) -> dict[Foot, list[Said]]:
    """What survives as the parent of everything in hand, whatever comes of cycles."""
    gone = {*golden.parents, *golden.ended}
    said = _stored([one for one in stood if one.golden not in gone and one.attribute in work.entity_type.hierarchies])
    for number, parents in golden.parents.items():
        for attribute, told in parents.items():
            found = (_said(work, golden.after[number], attribute, parent) for parent in told)
            if joined := _joined([one for one in found if one is not None]):
                said[number, attribute] = joined
    return said


def _stored(edges: Iterable[StoredEdge]) -> dict[Foot, list[Said]]:
    found: defaultdict[Foot, list[Said]] = defaultdict(list)
    for one in sorted(edges):
        rests_on = one.target_token, one.record_id, one.trust
        found[one.golden, one.attribute].append(Said(one.valid_from, shut(one.valid_to), *rests_on))
    return {foot: _joined(said) for foot, said in found.items()}


def _joined(said: list[Said]) -> list[Said]:
    """Put neighbours together that say the same."""
    found = said[:1]
    for before, one in pairwise(said):
        if before.end == one.start and before[2:] == one[2:]:
            found[-1] = found[-1]._replace(end=one.end)
        else:
            found.append(one)
    return found


def _said(work: Work, members: Iterable[int], attribute: str, parent: Parent) -> Said | None:
    """What a reference says that survives; None where a record names itself: it is at the top."""
    if parent.record is None:  # a person said so: it rests on the whole golden record
        record, trust = min(members, key=work.key), BY_PEOPLE
    else:
        record = work.ids[key_token(work.salt, parent.record)]
        step = work.entity_type.survivorship.steps(attribute)[parent.step - 1]
        trust = step.ratings.get(work.records[record].source, UNRATED)[0]
    token = key_token(work.salt, target(work.entity_type, attribute, work.records[record].source, parent.written))
    if token == work.records[record].key_token:
        return None
    return Said(parent.valid_from or "", shut(parent.valid_to), token, record, trust)


def _meanings(work: Work, golden: GoldenChanges, tokens: set[int]) -> dict[int, int]:
    """The living golden number that each key token bears after this commit."""
    found: dict[int, int] = {}
    decided = set()
    for token in tokens & work.ids.keys():
        number = work.records[work.ids[token]].golden
        if number in golden.after:
            if work.living(golden.after[number or 0]):
                found[token] = number or 0
            decided.add(token)
    elsewhere = sorted(tokens - decided)
    stored = stored_references.meanings(work.reader, elsewhere) if elsewhere else {}
    return found | {token: number for token, (number, standing) in stored.items() if standing == "arrived"}


def _take_above(
    work: Work, golden: GoldenChanges, attribute: str, stood: dict[Place, StoredEdge], said: dict[Foot, list[Said]]
) -> None:
    """Take in hand what stands above, on whichever day: an edge that is not set aside any more may be there."""
    in_hand = {number for number, name, _ in stood if name == attribute}
    told = {number: all_ for (number, name), all_ in said.items() if name == attribute}
    tokens = {one.target_token for all_ in told.values() for one in all_}
    start = in_hand | told.keys() | set(_meanings(work, golden, tokens).values())
    further = [
        one
        for one in stored_hierarchy.upward(work.reader, attribute, sorted(start))
        if (one.golden, attribute) not in said and one.golden not in golden.parents and one.golden not in golden.ended
    ]
    stood.update((_place(one), one) for one in further)
    said.update(_stored(further))


def _edges(work: Work, said: dict[Foot, list[Said]], means: dict[int, int]) -> dict[Place, Edge]:
    """The edges that stand now, cut where a cycle begins or ends to stand."""
    aside = {
        link: days
        for attribute in work.entity_type.hierarchies
        for link, days in set_aside(list(_links(attribute, said, means)), lambda ids: _keys(work, ids)).items()
    }
    found = {}
    for (number, attribute), all_ in said.items():
        for one in all_:
            parent = means.get(one.target_token)
            days = () if parent is None else aside.get(_link(number, parent, one), ())
            for start, end, cut in pieces(one.start, one.end, days):
                found[number, attribute, start] = Edge(opened(end), *one[2:], parent, cut)
    return found


def _links(attribute: str, said: dict[Foot, list[Said]], means: dict[int, int]) -> Iterator[Link]:
    for (number, name), all_ in said.items():
        for one in all_ if name == attribute else ():
            if one.target_token in means:
                yield _link(number, means[one.target_token], one)


def _link(number: int, parent: int, said: Said) -> Link:
    return Link(number, parent, said.start, said.end, said.trust, said.record_id)


def _tasks(work: Work, stood: dict[Place, StoredEdge], now: dict[Place, Edge], changes: HierarchyChanges) -> None:
    """One task for each record on which an edge rests that is set aside, on whichever days."""
    before = {(one.record_id, one.attribute) for one in stood.values() if one.set_aside}
    after = {(edge.record_id, attribute) for (_, attribute, _), edge in now.items() if edge.set_aside}
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
    return one.golden, one.attribute, one.valid_from


def _edge(one: StoredEdge | None) -> Edge | None:
    if one is None:
        return None
    return Edge(one.valid_to, one.target_token, one.record_id, one.trust, one.parent, one.set_aside)
