"""Write what a commit makes of divergence, and the events of it."""

from collections import defaultdict

from mdm.publish.feed import FeedRow, divergence_event
from mdm.resolution.golden import GoldenChanges
from mdm.resolution.work import Work
from mdm.store import divergence as stored
from mdm.store.database import Transaction
from mdm.store.divergence import StoredDivergence


def write(writer: Transaction, work: Work, golden: GoldenChanges, *, position: int) -> list[FeedRow]:
    """Begin and end disagreements with golden records decided anew; one event for each golden record and direction."""
    of = work.entity_type.entity_type
    now = {(number, *place) for number, decided in golden.decided.items() for place in decided.disagreeing}
    told = stored.standing(writer, sorted({*golden.decided, *golden.ended} - golden.new))
    stood = {(one.golden, one.record_id, one.attribute): one for one in told}
    ended = [stood[place] for place in sorted(stood.keys() - now)]
    begun = [StoredDivergence(*place, position, of) for place in sorted(now - stood.keys())]
    stored.change(writer, ended=ended, begun=begun, position=position)
    versions = {number: decided.version for number, decided in golden.decided.items()}
    return [
        divergence_event(of, kind, number, places, version=versions.get(number))
        for kind, rows in (("opened", begun), ("closed", ended))
        for number, places in _by_golden(rows).items()
    ]


def _by_golden(rows: list[StoredDivergence]) -> dict[int, list[tuple[str, int]]]:
    found: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
    for one in rows:
        found[one.golden].append((one.attribute, one.record_id))
    return {number: sorted(places) for number, places in sorted(found.items())}
