"""Keep readiness up to date: after a commit, of all golden records of any type whose answer may be another one.

It is judged under the lock of the log, from what stands there and under the rules that each type was resolved under, so
that a rebuild finds the same.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

import orjson

from mdm.entity_types import EntityType, Referred, parse
from mdm.publish.feed import FeedRow, readiness_event
from mdm.resolution.golden import GoldenChanges
from mdm.resolution.readiness import Facts, needs, next_change
from mdm.resolution.readiness_facts import PAGE, read_facts, references_of
from mdm.resolution.reference_moves import Moved
from mdm.resolution.work import Work
from mdm.store import readiness as stored
from mdm.store import task_places
from mdm.store.database import Transaction
from mdm.store.readiness import Kept

Goldens = dict[str, set[int]]
"""Golden numbers by entity type."""
Place = tuple[int, str]
Answers = list[tuple[str, str, str | None]]


class Standing(NamedTuple):
    """An entity type as its state stands: its rules, and the latest day that it has seen."""

    entity_type: EntityType
    tick: str | None


@lru_cache(maxsize=256)
def _parsed(document: str) -> EntityType:
    return parse(document, file="the hub's rules")


def standing_types(transaction: Transaction) -> dict[str, Standing]:
    """All entity types as they stand."""
    rows = stored.rules_in_force(transaction)
    return {name: Standing(_parsed(document), tick) for name, tick, document in rows}


def write(
    writer: Transaction, work: Work, golden: GoldenChanges, moved: Collection[Moved], *, position: int
) -> list[FeedRow]:
    """Judge anew what a commit may have changed, and keep it; the events of those that are ready now, or no longer."""
    types = standing_types(writer) | {work.entity_type.entity_type: Standing(work.entity_type, work.tick)}
    if not any(one.entity_type.readiness for one in types.values()) and not work.afresh:
        return []
    affected = _affected(writer, work, golden, moved, types=types, position=position)
    events = []
    for name, numbers in sorted(affected.items()):
        ordered = sorted(numbers)
        for start in range(0, len(ordered), PAGE):
            events += _settle(writer, types[name], ordered[start : start + PAGE], position=position)
    return events


def judged(
    transaction: Transaction, standing: Standing, goldens: Collection[int]
) -> dict[Place, tuple[str, str | None]]:
    """What each of these golden records lacks for each process, in JSON, and when that may change by itself."""
    entity_type = standing.entity_type
    if not entity_type.readiness:
        return {}
    names = sorted({name for process in entity_type.readiness.values() for _, name in process.named})
    by_days = bool(entity_type.lines.keys() & names or entity_type.dated & set(names))
    by_days = by_days or any(process.active for process in entity_type.readiness.values())
    alike: dict[object, Answers] = {}  # most golden records have the same systems and attributes as many others
    found: dict[Place, tuple[str, str | None]] = {}
    for golden, facts in read_facts(transaction, entity_type, goldens).items():
        if by_days or facts.referring:
            answers = _answers(standing, facts)
        else:
            has = tuple(facts.attributes.get(name) is not None for name in names)
            place = frozenset(facts.sources), has, frozenset(facts.means)
            if place not in alike:
                alike[place] = _answers(standing, facts)
            answers = alike[place]
        found.update(((golden, process), (missing, due)) for process, missing, due in answers)
    return found


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


def _settle(writer: Transaction, standing: Standing, goldens: list[int], *, position: int) -> list[FeedRow]:
    name = standing.entity_type.entity_type
    stood = {(one.golden, one.process): one for one in stored.kept(writer, goldens)}
    now = {
        place: _row(name, place, said, stood.get(place), position)
        for place, said in judged(writer, standing, goldens).items()
    }
    changed = [now[place] for place in sorted(now) if now[place] != stood.get(place)]
    stored.save(writer, changed)
    stored.remove(writer, stood.keys() - now.keys())
    return [
        readiness_event(name, one.golden, one.process, orjson.loads(one.missing))
        for one in changed
        if one.ready != ((one.golden, one.process) in stood and stood[one.golden, one.process].ready)
    ]


def _row(name: str, place: Place, said: tuple[str, str | None], before: Kept | None, position: int) -> Kept:
    missing, due = said
    ready = missing == "[]"
    since = before.since if before is not None and before.missing == missing else position
    ready_since = None if not ready else before.ready_since if before is not None and before.ready else position
    first_ready = before.first_ready if before is not None else None
    if ready and first_ready is None:
        first_ready = position
    return Kept(*place, name, missing, since, ready_since, first_ready, due)


def _affected(
    writer: Transaction, work: Work, golden: GoldenChanges, moved: Collection[Moved], *, types: Mapping[str, Standing],
    position: int,
) -> Goldens:  # fmt: skip
    own = work.entity_type.entity_type
    found: defaultdict[str, set[int]] = defaultdict(set)
    found[own] = {new.golden for new in golden.versions}
    if work.afresh or (work.tick is not None and work.state.tick is None):  # of no day, or of other rules
        found[own] |= set(stored.goldens(writer, own))
    elif work.tick is not None and work.tick != work.state.tick:
        found[own] |= set(stored.due(writer, own, tick=work.tick))
    _by_own_references(writer, moved, types, found)
    for (by, via), targets in _targets(writer, found[own], moved, types, own=own, position=position).items():
        for name, one in types.items():
            if any((each.by, each.via) == (by, via) for each in _referred(one)):
                leads = types[by.partition(".")[0]].entity_type.references.get(by.partition(".")[2])
                if via is None and leads == name:
                    found[name] |= targets
                elif via is not None:
                    found[name] |= {row[2] for row in stored.referring(writer, sorted(targets), name, via)}
    return found


def _referred(standing: Standing) -> Iterator[Referred]:
    for process in standing.entity_type.readiness.values():
        yield from process.referring


def _by_own_references(
    writer: Transaction, moved: Collection[Moved], types: Mapping[str, Standing], found: defaultdict[str, set[int]]
) -> None:
    """Those whose own reference leads elsewhere now."""
    asked = {name: references_of(one.entity_type) for name, one in types.items()}
    records = {
        one.after.record_id: one.after.entity_type
        for one in moved
        if one.after.attribute in asked.get(one.after.entity_type, ())
    }
    for record, number in task_places.goldens(writer, sorted(records)).items() if records else ():
        found[records[record]].add(number)


def _targets(
    writer: Transaction, changed: Collection[int], moved: Collection[Moved], types: Mapping[str, Standing], *, own: str,
    position: int,
) -> dict[tuple[str, str | None], set[int]]:  # fmt: skip
    """For each (by, via) that any process asks for: what is, or was, referred to by something that has changed."""
    asked = {(each.by, each.via) for one in types.values() for each in _referred(one)}
    led: defaultdict[str, set[int]] = defaultdict(set)
    attributes = {by.partition(".")[2] for by, _ in asked if by.partition(".")[0] == own}
    if attributes and changed:
        for attribute, target in stored.led_to(writer, sorted(changed), attributes, position=position):
            led[f"{own}.{attribute}"].add(target)
    for one in moved:
        numbers = {one.before.golden, one.after.golden} - {None}
        led[f"{one.after.entity_type}.{one.after.attribute}"] |= {number for number in numbers if number is not None}
    return {(by, via): led[by] for by, via in asked if led.get(by) and by.partition(".")[0] in types}
