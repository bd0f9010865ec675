"""Write what a resolver commit worked out, in one transaction, positions last (rules 1 and 2)."""

from collections.abc import Callable
from dataclasses import dataclass

from mdm.log import Author, Fact
from mdm.publish.feed import FeedRow
from mdm.resolution import (
    codes,
    crosswalks,
    divergence_writing,
    hierarchy_groups,
    hierarchy_writing,
    rate_lines,
    readiness_writing,
    reference_moves,
    references,
    refetches,
    sums,
    task_places,
)
from mdm.resolution.candidates import Blocks
from mdm.resolution.clusters import Clusters
from mdm.resolution.golden import GoldenChanges
from mdm.resolution.graph import Graph
from mdm.resolution.hierarchy import HierarchyChanges
from mdm.resolution.overrides import Overrides
from mdm.resolution.readiness_reach import Change, Standing
from mdm.resolution.refetches import RefetchChanges
from mdm.resolution.sampled_matches import SampleChanges
from mdm.resolution.search_words import WordChanges
from mdm.resolution.tasks import TaskChanges
from mdm.resolution.work import Work
from mdm.store import (
    edges,
    golden_writing,
    links,
    log,
    records,
    resolution,
    sampled_matches,
    search,
    task_history,
    task_writing,
)
from mdm.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Result:
    """All that one commit worked out."""

    blocks: Blocks
    graph: Graph
    overrides: Overrides
    clusters: Clusters
    golden: GoldenChanges
    hierarchy: HierarchyChanges
    tasks: TaskChanges
    decided: dict[int, list[str]]
    sampled: SampleChanges
    behind: RefetchChanges
    words: WordChanges
    events: list[FeedRow]


def write(writer: Transaction, work: Work, result: Result, *, author: Author, at: int | None) -> int:
    """Write everything and return the position of the `resolved` fact; `at` repeats one that is in the log."""
    of = work.entity_type.entity_type
    result.graph.verdicts.write(writer)
    result.overrides.write(writer)
    gone, kept = result.graph.links.write()
    links.change(writer, gone=gone, kept=kept)
    if work.afresh:
        edges.clear(writer, of)
    result.blocks.write(writer)
    edges.change(writer, result.graph.changes)
    sampled_matches.change(writer, kept=result.sampled.kept, gone=result.sampled.gone)
    referred = _write_records(writer, work, result)
    writer.lock_log()
    position = _resolved(writer, work, result, author) if at is None else at
    _write_golden(writer, work, result.golden, position)
    refetches.write(writer, result.behind, position=position)
    crosswalks.write(writer, work, result.golden, behind=result.behind.records, position=position)
    search.change(writer, gone=result.words.gone, come=result.words.come)
    task_writing.weigh(writer, result.tasks.weighed)
    task_writing.change(writer, opened=result.tasks.opened, closed=result.tasks.closed, position=position)
    placed = task_places.settle(writer, work, result.tasks.touched, referred)
    task_history.keep(writer, sorted({*result.tasks.changed, *placed}), position=position)
    moved, referring = reference_moves.write(writer, work, result.golden, position=position)
    hierarchy_writing.write(writer, work, result.hierarchy, position=position)
    types = readiness_writing.standing_types(writer, work.standing) | {of: Standing(work.entity_type, work.tick)}
    again = {id_ for id_ in result.golden.moved if work.bore(id_) is not None}  # of others no reference stood
    changed = hierarchy_groups.Change(work, result.hierarchy, result.golden.moved, referring | again, position)
    hierarchy_groups.write(writer, changed, types)
    rate_lines.write(writer, work, result.golden.about_lines, result.golden.ended, position=position)
    hierarchy_writing.compare(writer, work, result.golden, moved, position=position)
    apart = divergence_writing.write(writer, work, result.golden, position=position)
    turned = {one.golden for one in result.hierarchy.ended} | {place[0] for place in result.hierarchy.begun}
    moved_or_set = [*moved, *reference_moves.set_by_people(writer, work, result.golden, position=position)]
    change = Change(work, {new.golden for new in result.golden.versions}, moved_or_set, turned, position)
    differences = sums.Differences()
    ready = readiness_writing.write(writer, change, types, differences)
    events = [*result.events, *reference_moves.events(writer, work, moved), *apart, *ready]
    events += refetches.events(work, result.behind)
    sums.write(writer, work, result.golden, events, differences, position=position)
    resolution.append_changes(writer, events, columns=FeedRow._fields, position=position)
    _mark_dependents(writer, work, result)
    state = resolution.StateRow(of, work.upto, position, work.entity_type.version, work.tick, result.tasks.cut_records)
    resolution.save(writer, state)
    return position


def _write_records(writer: Transaction, work: Work, result: Result) -> set[int]:
    """Returns the key tokens that the changed records refer to, or referred to before."""
    whole = work.dirty | (work.records.keys() - work.before.keys())
    placed = [id_ for id_ in sorted(result.clusters.placed - whole) if work.records[id_] != work.before[id_]]
    records.save(writer, [work.records[id_] for id_ in sorted(whole) if work.records[id_] != work.before.get(id_)])
    records.place(writer, [work.records[id_] for id_ in placed])
    records.unmark(writer, work.entity_type.entity_type, work.marked)
    return _write_links(writer, work)


def _write_links(writer: Transaction, work: Work) -> set[int]:
    if work.afresh:
        records.unlink(writer, work.entity_type.entity_type)
    now, before = references.links(work)
    coded, formerly = codes.links(work)
    records.link(writer, now | coded, instead_of=before | formerly)
    return {token for token, _ in now | before}


def _resolved(writer: Transaction, work: Work, result: Result, author: Author) -> int:
    body = {
        "upto": work.upto,
        "rules_version": work.entity_type.version,
        "references": work.boundaries,
        "moves": [[id_, work.records[id_].golden] for id_ in result.golden.moved],
        **({"due_first": work.due_at_most} if work.due_at_most else {}),
        **({"marked": work.marked} if work.leaves_marked else {}),
        **({"values_stand": True} if work.afresh and not work.values_anew else {}),
    }
    return log.append(writer, [Fact("resolved", work.entity_type.entity_type, body)], author=author)


def _write_golden(writer: Transaction, work: Work, golden: GoldenChanges, position: int) -> None:
    of, rules_version = work.entity_type.entity_type, work.entity_type.version
    rows = [
        (new.golden, new.version, of, position, None, rules_version, new.attributes, new.lineage, new.due, new.dated)
        for new in golden.versions
    ]
    closed = [(new.golden, new.version - 1) for new in golden.versions if new.version > 1]
    golden_writing.add_versions(writer, rows, closed=closed, position=position)
    moved = [(work.records[id_], work.bore(id_) is not None) for id_ in golden.moved]
    moves = [(record.id, record.key_token, record.golden or 0, before) for record, before in moved]
    golden_writing.move(writer, moves, position=position)


def _mark_dependents(writer: Transaction, work: Work, result: Result) -> None:
    """Mark what refers, or people made refer, to anything whose smallest key has changed, or that died or revived."""
    before = _representatives(work, result.golden.before, work.was_living)
    after = _representatives(work, result.golden.after, lambda id_: work.records[id_].living)
    changed = {id_ for id_ in before.keys() | after.keys() if before.get(id_) != after.get(id_)}
    if changed:
        records.mark_referring(writer, sorted(work.records[id_].key_token for id_ in changed))


def _representatives(
    work: Work, goldens: dict[int, set[int]], living: Callable[[int], bool]
) -> dict[int, tuple[str, bool]]:
    """For each member: the smallest key of its golden record, and whether anything of that lives."""
    found: dict[int, tuple[str, bool]] = {}
    for members in goldens.values():
        key = min(work.key(id_) for id_ in members)
        found.update(dict.fromkeys(members, (key, any(map(living, members)))))
    return found
