"""Which steward tasks a commit opens and closes; a task's id follows from what it is about (rule 11)."""

from dataclasses import dataclass, field

from mdm.resolution import bridge_tasks, code_tasks, conflict_tasks, constraint_tasks
from mdm.resolution.clusters import Clusters
from mdm.resolution.golden import GoldenChanges
from mdm.resolution.hierarchy import HierarchyChanges
from mdm.resolution.verdicts import pair
from mdm.resolution.work import Work
from mdm.store import task_writing
from mdm.store.task_writing import OpenTask, task_id


@dataclass(slots=True)
class TaskChanges:
    """Tasks to open, to weigh anew and to close, and how many records of the type stand in cut pieces now.

    `touched` are those that are open afterwards and about something that was resolved again.
    """

    opened: list[OpenTask] = field(default_factory=list)
    weighed: list[OpenTask] = field(default_factory=list)
    closed: list[OpenTask] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    cut_records: int = 0

    @property
    def changed(self) -> list[str]:
        """The ids of all tasks that this commit changes."""
        return sorted({task.id for task in (*self.opened, *self.weighed, *self.closed)})


def review(work: Work, clusters: Clusters, golden: GoldenChanges, hierarchy: HierarchyChanges) -> TaskChanges:
    """Redo the tasks of every affected record, of every golden record decided anew, and of every cycle."""
    wanted = {task.id: task for task in _about_pairs(work, clusters)}
    of = work.entity_type.entity_type
    if work.afresh:
        stored = task_writing.open_of_type(work.reader, of)
    else:
        stored = task_writing.open_about(work.reader, clusters.piece_of.keys())
    there = {task.id: task for task in stored if task.right_id is not None}
    changes = TaskChanges(
        opened=[task for id_, task in sorted(wanted.items()) if id_ not in there],
        weighed=[task for id_, task in sorted(wanted.items()) if id_ in there and there[id_] != task],
        closed=[task for id_, task in sorted(there.items()) if id_ not in wanted],
        cut_records=_cut_records(work),
    )
    _oversized(work, changes)
    changes.touched = set(wanted)
    for opened, closed, stay in (code_tasks.unmapped(work), conflict_tasks.in_conflict(work, golden)):
        changes.opened.extend(opened)
        changes.closed.extend(closed)
        changes.touched |= stay
    changes.opened.extend(hierarchy.opened)
    changes.closed.extend(hierarchy.closed)
    changes.touched |= {task.id for task in changes.opened}
    return changes


def _about_pairs(work: Work, clusters: Clusters) -> list[OpenTask]:
    bridges = [_task(work, bridge_tasks.KIND, ends, weight) for ends, weight in bridge_tasks.weak(clusters).items()]
    held_apart = constraint_tasks.held_apart(work, clusters)
    explained = constraint_tasks.explained(clusters)
    merged = [
        _task(work, "source_merge", ends, _weight(clusters, ends))
        for ends in sorted(clusters.asked)
        if pair(*(work.records[id_].cluster for id_ in ends)) not in explained
    ]
    return [*_doubtful(work, clusters), *_contradictions(work, clusters), *bridges, *held_apart, *merged]


def _weight(clusters: Clusters, ends: tuple[int, int]) -> int | None:
    found = clusters.graph.edges(ends[0], new=True).get(ends[1])
    return None if found is None else found[0]


def _doubtful(work: Work, clusters: Clusters) -> list[OpenTask]:
    """One for each edge between living records of different clusters that no verdict speaks of.

    Where a constraint keeps the two apart, its own task asks instead of those about the match edges between them.
    """
    graph, found = clusters.graph, {}
    explained = constraint_tasks.explained(clusters)
    for id_ in clusters.piece_of:
        if work.records[id_].living:
            for other, (weight, living) in graph.edges(id_, new=True).items():
                if living and not _together(clusters, id_, other):
                    found[min(id_, other), max(id_, other)] = weight
    work.load("id", {id_ for ends in found for id_ in ends})
    return [
        _task(work, "review", ends, weight)
        for ends, weight in found.items()
        if graph.verdicts.holds(ends, new=True) is None and not _is_explained(clusters, ends, weight, explained)
    ]


def _together(clusters: Clusters, one: int, other: int) -> bool:
    records = clusters.work.records
    return other in clusters.piece_of and records[one].cluster == records[other].cluster


def _is_explained(clusters: Clusters, ends: tuple[int, int], weight: int, explained: set[tuple[int, int]]) -> bool:
    """Whether another task tells of this edge already: about a cut, a constraint, or a merge inside a source."""
    records, threshold = clusters.work.records, clusters.work.entity_type.matching.match_weight
    apart = weight >= threshold and pair(*(records[id_].cluster for id_ in ends)) in explained
    return apart or ends in clusters.asked or _between_cut_pieces(clusters, *ends)


def _between_cut_pieces(clusters: Clusters, one: int, other: int) -> bool:
    records, pieces = clusters.work.records, clusters.piece_of
    return bool(records[one].cut and records[other].cut) and pieces.get(one) is not pieces.get(other)


def _contradictions(work: Work, clusters: Clusters) -> list[OpenTask]:
    return [_task(work, "contradiction", ends, None) for ends in clusters.skipped]


def _task(work: Work, kind: str, ends: tuple[int, int], weight: int | None) -> OpenTask:
    id_ = task_id(kind, work.key(ends[0]), work.key(ends[1]))
    return OpenTask(id_, work.entity_type.entity_type, kind, min(ends), max(ends), weight)


def _cut_records(work: Work) -> int:
    """How many records stand in cut pieces; all but those in hand are as they were."""
    changed = sum(record.cut - (id_ in work.before and work.before[id_].cut) for id_, record in work.records.items())
    return work.state.cut_records + changed


def _oversized(work: Work, changes: TaskChanges) -> None:
    """While any piece is cut, one task of the entity type is open."""
    of = work.entity_type.entity_type
    task = OpenTask(task_id("oversized", of), of, "oversized", None, None, None)
    if bool(changes.cut_records) != bool(work.state.cut_records):
        (changes.opened if changes.cut_records else changes.closed).append(task)
