"""Write what a commit makes of hierarchies: edges, and where the records of one golden record disagree about them."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise

from mdm.resolution.golden import GoldenChanges
from mdm.resolution.hierarchy import HierarchyChanges
from mdm.resolution.hierarchy_cycles import opened, shut
from mdm.resolution.reference_moves import Moved
from mdm.resolution.work import Work
from mdm.store import hierarchy as stored_hierarchy
from mdm.store import task_places
from mdm.store.database import Transaction
from mdm.store.hierarchy import Mismatch, Said, StoredEdge


def write(writer: Transaction, work: Work, changes: HierarchyChanges, *, position: int) -> None:
    """End the edges that have changed, and begin those that stand instead."""
    of = work.entity_type.entity_type
    begun = [
        StoredEdge(number, attribute, start, position, of, *edge)
        for (number, attribute, start), edge in changes.begun.items()
    ]
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
    alone = {number for number, members in golden.after.items() if len(members) == 1}  # disagree with nobody
    said = stored_hierarchy.said_differently(writer, sorted(goldens - alone), attributes)
    now = {
        (number, attribute, start): Mismatch(number, attribute, start, position, own_type, opened(end))
        for (number, attribute), told in _by_place(said).items()
        for start, end in days_apart(told)
    }
    stood = {one[:3]: one for one in stored_hierarchy.mismatched(writer, sorted(goldens - golden.new))}
    stand_on = {place for place in stood.keys() & now.keys() if stood[place].valid_to == now[place].valid_to}
    stored_hierarchy.change_mismatches(
        writer, ended=sorted(stood[place] for place in stood.keys() - stand_on),
        begun=sorted(now[place] for place in now.keys() - stand_on), position=position,
    )  # fmt: skip


def _by_place(said: list[Said]) -> dict[tuple[int, str], list[Said]]:
    found: defaultdict[tuple[int, str], list[Said]] = defaultdict(list)
    for one in said:
        found[one.golden, one.attribute].append(one)
    return found


def days_apart(said: Iterable[Said]) -> list[tuple[str, str]]:
    """The days on which these lead to different golden records, as intervals: the first day, and the end."""
    comes: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for one in said:
        comes[one.valid_from][one.parent] += 1
        comes[shut(one.valid_to)][one.parent] -= 1
    found: list[tuple[str, str]] = []
    parents: Counter[int] = Counter()
    for day, following in pairwise(sorted(comes)):
        parents.update(comes[day])
        if sum(count > 0 for count in parents.values()) > 1:
            start = found.pop()[0] if found and found[-1][1] == day else day
            found.append((start, following))
    return found
