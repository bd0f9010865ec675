"""Keep readiness up to date: after a commit, of all golden records of any type whose answer may be another one.

It is judged under the lock of the log, from what stands there and under the rules that each type was resolved under, so
that a rebuild finds the same.
"""

from collections.abc import Collection, Mapping
from functools import lru_cache

import orjson

from mdm.entity_types import EntityType, parse
from mdm.publish.feed import FeedRow, readiness_event
from mdm.resolution.readiness import Facts, needs, next_change
from mdm.resolution.readiness_facts import PAGE, Sources, read_facts
from mdm.resolution.readiness_reach import Change, Standing, reached
from mdm.resolution.readiness_seen import Seen
from mdm.resolution.sums import Differences
from mdm.store import readiness as stored
from mdm.store import resolution
from mdm.store.database import Transaction
from mdm.store.readiness import Kept
from mdm.store.resolution import StandingRow
from mdm.store.xref import NOW

MOST = 1_000
"""So many golden records are judged in one commit that changes none of them; it takes less than half a second."""
Place = tuple[int, str]
Answers = list[tuple[str, str, str | None]]


@lru_cache(maxsize=256)
def _parsed(document: str) -> EntityType:
    return parse(document, file="the hub's rules")


def standing_types(transaction: Transaction, read: Mapping[str, StandingRow] | None = None) -> dict[str, Standing]:
    """All entity types as they stand; read: where that has been read in this transaction."""
    rows = read or resolution.standing(transaction)
    return {name: Standing(_parsed(row.document), row.tick) for name, row in rows.items()}


def write(writer: Transaction, change: Change, types: Mapping[str, Standing], sums: Differences) -> list[FeedRow]:
    """Judge anew what a commit may have changed, and keep it; the events of those that are ready now, or no longer.

    Where a change reaches more than `MOST` that it did not change themselves, they are marked, and judged in commits to
    come: as many in each as it has records, so that nobody waits long for a record, and `MOST` in one that has none.
    types: all as they stand, with that of the commit.  sums: where it is added what the answers change.
    """
    work, own = change.work, change.own
    if not any(one.entity_type.readiness for one in types.values()) and not work.values_anew:
        return []
    marked = set(stored.marked(writer, own, limit=min(MOST, len(work.dirty) or MOST)))
    events = []
    for name, numbers in sorted(reached(writer, change, types).items()):
        first = change.goldens | marked if name == own else set[int]()
        wide = len(numbers) > MOST and not work.values_anew
        now = (numbers & first if wide else numbers) | (marked if name == own else set())
        stored.mark(writer, numbers - now)
        ordered = sorted(now)
        for start in range(0, len(ordered), PAGE):
            some = ordered[start : start + PAGE]
            events += _settle(writer, types, name, some, sums, position=change.position)
    return events


def judged(
    transaction: Transaction, types: Mapping[str, Standing], name: str, goldens: Collection[int], *, at: int = NOW,
    sources: Sources | None = None,
) -> dict[Place, tuple[str, str | None]]:  # fmt: skip
    """What each of these golden records lacks for each process, in JSON, and when that may change by itself.

    at, sources: as of a position, at which the types stood as given; see `read_facts`.
    """
    standing = types[name]
    entity_type = standing.entity_type
    if not entity_type.readiness:
        return {}
    described = {of: one.entity_type for of, one in types.items()}
    names = sorted({name for process in entity_type.readiness.values() for _, name in process.named})
    by_days = bool(entity_type.lines.keys() & names or entity_type.dated & set(names))
    by_days = by_days or any(process.active for process in entity_type.readiness.values())
    alike: dict[object, Answers] = {}  # most golden records have the same systems and attributes as many others
    found: dict[Place, tuple[str, str | None]] = {}
    seen = Seen(transaction, described, standing.tick, at)
    for golden, facts in read_facts(seen, entity_type, goldens, sources).items():
        if by_days or facts.referring:
            answers = _answers(standing, facts)
        else:
            has = tuple(facts.attributes.get(name) is not None for name in names)
            place = frozenset(facts.sources), has, frozenset(facts.means), _told_by_ways(facts)
            if place not in alike:
                alike[place] = _answers(standing, facts)
            answers = alike[place]
        found.update(((golden, process), (missing, due)) for process, missing, due in answers)
    return found


def _told_by_ways(facts: Facts) -> frozenset[tuple[object, ...]]:
    """What the ways of a golden record tell: cards are shared by those on whose ways they are, and one is itself."""
    return frozenset(
        (by, id(way.own) if way.own is not None and way.own.lines else None, tuple(map(id, way.holders)), way.turns)
        for by, way in facts.ways.items()
    )


def _answers(standing: Standing, facts: Facts) -> Answers:
    """(process, what is missing in JSON, when that may change) of one golden record."""
    entity_type, day = standing
    return [
        (
            process,
            orjson.dumps([one.written for one in needs(entity_type, declared, facts, day=day) if not one.met]).decode(),
            next_change(entity_type, declared, facts, day=day),
        )
        for process, declared in entity_type.readiness.items()
    ]


def _settle(
    writer: Transaction,
    types: Mapping[str, Standing],
    name: str,
    goldens: list[int],
    sums: Differences,
    *,
    position: int,
) -> list[FeedRow]:
    stood = {(one.golden, one.process): one for one in stored.kept(writer, goldens)}
    now = {
        place: _row(name, place, said, stood.get(place), position)
        for place, said in judged(writer, types, name, goldens).items()
    }
    changed = [now[place] for place in sorted(now) if now[place] != stood.get(place)]
    gone = stood.keys() - now.keys()
    stored.save(writer, changed)
    stored.remove(writer, gone)
    before = [stood[place] for place in (*((one.golden, one.process) for one in changed), *gone) if place in stood]
    sums.answer(gone=before, come=changed)
    return [
        readiness_event(name, one.golden, one.process, orjson.loads(one.missing))
        for one in changed
        if one.ready != ((one.golden, one.process) in stood and stood[one.golden, one.process].ready)
    ]


def _row(name: str, place: Place, said: tuple[str, str | None], before: Kept | None, position: int) -> Kept:
    missing, due = said
    ready = missing == stored.NOTHING
    since = before.since if before is not None and before.missing == missing else position
    ready_since = None if not ready else before.ready_since if before is not None and before.ready else position
    first_ready = before.first_ready if before is not None else None
    if ready and first_ready is None:
        first_ready = position
    return Kept(*place, name, missing, since, ready_since, first_ready, due)
