"""Write what a commit makes of hierarchies: edges, and where the records of one golden record disagree about them."""

from mdm.resolution.golden import GoldenChanges
from mdm.resolution.hierarchy import HierarchyChanges
from mdm.resolution.reference_moves import Moved
from mdm.resolution.work import Work
from mdm.store import hierarchy as stored_hierarchy
from mdm.store import task_places
from mdm.store.database import Transaction
from mdm.store.hierarchy import StoredEdge


def write(writer: Transaction, work: Work, changes: HierarchyChanges, *, position: int) -> None:
    """End the edges that have changed, and begin those that stand instead."""
    of = work.entity_type.entity_type
    begun = [
        StoredEdge(number, attribute, position, of, edge.target_token, edge.record_id, edge.trust, edge.parent,
                   edge.set_aside)
        for (number, attribute), edge in changes.begun.items()
    ]  # fmt: skip
    stored_hierarchy.change(writer, ended=changes.ended, begun=begun, position=position)


def compare(writer: Transaction, work: Work, golden: GoldenChanges, moved: list[Moved], *, position: int) -> None:
    """Say where systems disagree about what is above a golden record; after its references have been written."""
    attributes = work.entity_type.hierarchies
    if not attributes and not work.afresh:
        return
    own = {one.after.record_id for one in moved if one.after.attribute in attributes}
    own_type = work.entity_type.entity_type
    own &= {one.after.record_id for one in moved if one.after.entity_type == own_type}
    goldens = {*golden.after, *golden.before, *task_places.goldens(writer, sorted(own)).values()}
    now = stored_hierarchy.disagreeing(writer, sorted(goldens), attributes) if attributes else set[tuple[int, str]]()
    stood = {(number, attribute): since for number, attribute, since in stored_hierarchy.mismatched(writer, goldens)}
    stored_hierarchy.change_mismatches(
        writer, own_type, ended=sorted((*place, stood[place]) for place in stood.keys() - now),
        begun=sorted(now - stood.keys()), position=position,
    )  # fmt: skip
