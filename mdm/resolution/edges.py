"""Compare and score the candidate pairs of a commit; what changes about their edges (rule 4)."""

from collections import defaultdict

import numpy as np
import numpy.typing as npt
import orjson

from matching import score
from matching.columns import Table, from_cells
from matching.sets import sorted_set
from mdm.resolution import marked
from mdm.resolution.candidates import Blocks
from mdm.resolution.graph import Graph
from mdm.resolution.work import Work
from mdm.store import blocks as stored_blocks
from mdm.store import records as stored_records


def table_of(work: Work, ids: list[int]) -> Table:
    """The standardised columns of records in hand, one row each in the given order."""
    cells = [orjson.loads(work.records[id_].cells) for id_ in ids]
    return {
        attribute: from_cells([cell.get(attribute) for cell in cells])
        for attribute in work.entity_type.matching.attributes
    }


def rescore(work: Work, blocks: Blocks, graph: Graph) -> None:
    """Set every edge that this commit makes, changes or ends.

    A pair with an end that is marked, and waits for a commit to come, waits as well: until then its edge stands as it
    did. To compare what one of them refers to now with what the other did before would part what belongs together, and
    join it again soon after.
    """
    work.known.drop(work.dirty)
    graph.read(sorted(work.dirty))
    old = {pair for id_ in work.dirty for pair in _pairs_of(graph, id_)}
    old |= _crowded_out(work, blocks, graph)
    if work.leaves_marked:
        old -= _that_wait(work, blocks, graph, old)
    kept = _score(work, blocks, graph)
    for ends in sorted(old - kept):
        graph.change(ends, None)


def _that_wait(work: Work, blocks: Blocks, graph: Graph, old: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of these edges that keep their weight for a commit to come; whether both ends live is said at once."""
    ends = {id_ for pair in old for id_ in pair}
    waiting = marked.waiting_among(work, {*ends, *blocks.left.tolist(), *blocks.right.tolist()})
    blocks.leave_out(waiting)
    kept = sorted(pair for pair in old if not waiting.isdisjoint(pair))
    work.load("id", {id_ for pair in kept for id_ in pair})
    graph.read(sorted({one for one, _ in kept}))
    for one, other in kept:
        weight, alive = graph.edges(one, new=False)[other]
        both = work.records[one].living and work.records[other].living
        if alive != both:
            graph.change((one, other), (weight, both))
    return set(kept)


def _pairs_of(graph: Graph, id_: int) -> set[tuple[int, int]]:
    return {(id_, other) if id_ < other else (other, id_) for other in graph.edges(id_, new=False)}


def _score(work: Work, blocks: Blocks, graph: Graph) -> set[tuple[int, int]]:
    """Score all candidate pairs at once; returns those that keep or get an edge."""
    ids = sorted_set(np.concatenate([blocks.left, blocks.right]))
    if not len(ids):
        return set()
    model = work.entity_type.matching
    table, living = compared(work, ids.tolist())
    found = score.edges(model, table, np.searchsorted(ids, blocks.left), np.searchsorted(ids, blocks.right))
    both = living[found.left] & living[found.right]
    left, right = ids[found.left].tolist(), ids[found.right].tolist()
    graph.read(sorted({*left, *right}))  # of the right ones, too, for those who follow them
    pairs = set(zip(left, right, strict=True))
    for one, other, weight, alive in zip(left, right, found.weights.tolist(), both.tolist(), strict=True):
        if graph.edges(one, new=False).get(other) != (weight, alive):
            graph.change((one, other), (weight, alive))
    return pairs


def compared(work: Work, ids: list[int]) -> tuple[Table, npt.NDArray[np.bool_]]:
    """The columns that decide about pairs of records in hand or not, in the given order, and which of them live."""
    known, attributes = work.known, score.asked(work.entity_type.matching)
    known.under(work.entity_type.version)
    changed = [(work.records[id_], id_) for id_ in ids if id_ in work.dirty]
    known.keep([(id_, record.cells, record.living) for record, id_ in changed], attributes)
    others = stored_records.cells(work.reader, known.missing(ids))  # most are only compared: not all of a row is read
    known.keep([(id_, cells, not deleted) for id_, cells, deleted in others], attributes)
    return known.table(ids, attributes)


def _crowded_out(work: Work, blocks: Blocks, graph: Graph) -> set[tuple[int, int]]:
    """Edges inside blocks that went over the cap and whose ends share no other block within it."""
    keys, ids = stored_blocks.members(work.reader, sorted(blocks.crossed_up))
    members: defaultdict[int, set[int]] = defaultdict(set)
    for key, id_ in zip(keys.tolist(), ids.tolist(), strict=True):
        members[key].add(id_)
    graph.read(sorted({id_ for block in members.values() for id_ in block}))
    pairs = {
        ends for block in members.values() for id_ in block for ends in _pairs_of(graph, id_)
        if ends[0] in block and ends[1] in block and not work.dirty & set(ends)
    }  # fmt: skip
    work.load("id", {id_ for ends in pairs for id_ in ends})
    return {ends for ends in pairs if not blocks.share(*ends)}
