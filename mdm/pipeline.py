"""The pipeline: ingest → standardise → block → compare → score → cluster → survive → publish.

One record and a million take the same way.
"""

from matching import block
from matching.standardise import standardise
from mdm.log import Author
from mdm.resolution import (
    candidates,
    clusters,
    commit,
    decided_tasks,
    edges,
    events,
    golden,
    hierarchy,
    intake,
    references,
    refetches,
    sampled_matches,
    search_words,
    tasks,
)
from mdm.resolution.graph import Graph
from mdm.resolution.links import Links
from mdm.resolution.overrides import Overrides
from mdm.resolution.verdicts import Verdicts
from mdm.resolution.work import Work, write_cells
from mdm.store.database import Transaction
from mdm.store.log import StoredFact


def work_out(work: Work, facts: list[StoredFact]) -> commit.Result:
    """Everything that follows from pending facts for one entity type; nothing is written yet."""
    model = work.entity_type.matching

    # ingest: facts become records as they stand, and verdicts, links and overrides in force
    intake.take_in(work, facts)
    verdicts = Verdicts(work, facts)
    links = Links(work, facts, verdicts)
    overrides = Overrides(work, facts, verdicts)
    behind = refetches.work_out(work, facts)
    changed = sorted(work.dirty)

    # standardise: columns of source values become columns of cells
    references.read_targets(work, changed)
    seen = [references.seen(work, id_) for id_ in changed]
    table = standardise(model, {name: [values.get(name) for values in seen] for name in model.attributes})
    write_cells(work, changed, table)

    # block: which pairs share a blocking key within the cap
    rows, keys = block.blocking_keys(model, table)
    blocks = candidates.move(work, rows, candidates.by_environment(work, rows, keys))

    # compare and score: which of them have an edge
    graph = Graph(work, verdicts, links)
    edges.rescore(work, blocks, graph)

    # cluster: which records are one thing
    ends = {end for pair in [*graph.changes, *verdicts.changed, *links.changed] for end in pair}
    formed = clusters.form(work, graph, ends | work.dirty | overrides.changed)

    # survive: what is true of each
    survived = golden.survive_all(work, formed, overrides)
    edges_above = hierarchy.work_out(work, survived)
    review = tasks.review(work, formed, survived, edges_above)
    decided = decided_tasks.by_decision(work, verdicts, review.closed)
    sampled = sampled_matches.draw(work, formed)

    # publish: what is found and told, as far as it follows from that
    words = search_words.work_out(work, survived)
    told = events.work_out(work, verdicts, survived, review, decided)

    return commit.Result(
        blocks, graph, overrides, formed, survived, edges_above, review, decided, sampled, behind, words, told
    )


def publish(writer: Transaction, work: Work, result: commit.Result, *, author: Author, at: int | None = None) -> int:
    """Write it all in one transaction: golden records, cross-references, tasks and the change feed."""
    return commit.write(writer, work, result, author=author, at=at)
