"""Which golden records a commit may have made ready, or no longer ready: its own, and those that its change reaches."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import NamedTuple

from mdm.entity_types import EntityType, Referred
from mdm.resolution.readiness_facts import references_of
from mdm.resolution.readiness_ways import cards_led_to
from mdm.resolution.reference_moves import Moved
from mdm.resolution.work import Work
from mdm.store import hierarchy, line_holders, task_places, xref
from mdm.store import readiness as stored
from mdm.store.database import Transaction
from mdm.store.line_holders import FOR_ALL

Goldens = defaultdict[str, set[int]]
"""Golden numbers by entity type."""
Below = Callable[[tuple[int, ...], str], list[int]]
"""What stands below any of these golden numbers by an attribute."""


class Standing(NamedTuple):
    """An entity type as its state stands: its rules, and the latest day that it has seen."""

    entity_type: EntityType
    tick: str | None


Types = Mapping[str, Standing]


@dataclass(frozen=True, slots=True)
class Change:
    """What a commit has written: the golden records of its type that changed, the references that lead elsewhere.

    turned: the golden numbers above which something else stands now.
    """

    work: Work
    goldens: set[int]
    moved: Collection[Moved]
    turned: Collection[int]
    position: int

    @property
    def own(self) -> str:
        """The entity type of the commit."""
        return self.work.entity_type.entity_type


def reached(writer: Transaction, change: Change, types: Types) -> dict[str, set[int]]:
    """All golden records, by entity type, whose answer may be another after a commit."""
    work, own = change.work, change.own
    found: Goldens = defaultdict(set)
    found[own] = set(change.goldens)
    if work.values_anew:
        found[own] |= set(stored.goldens(writer, own))
    elif work.tick is not None and work.tick != work.state.tick:
        found[own] |= set(stored.due(writer, own, tick=work.tick))
    _by_own_references(writer, change, types, found)
    for (by, via), targets in _targets(writer, change, types, found[own]).items():
        for name, one in types.items():
            if any((each.by, each.via) == (by, via) for each in _referred(one) if not each.fall_back):
                leads = types[by.partition(".")[0]].entity_type.references.get(by.partition(".")[2])
                if via is None and leads == name:
                    found[name] |= targets
                elif via is not None:
                    found[name] |= {row[2] for row in stored.referring(writer, sorted(targets), name, via)}
    below = cache(partial(hierarchy.all_below, writer))  # asked for the cards of each type, mostly of the same
    for name, one in types.items():
        for of in sorted({each.entity_type for each in _referred(one) if each.fall_back} & types.keys()):
            found[name] |= _on_whose_way(writer, change, types, name, of, below)
    return found


def _referred(standing: Standing) -> Iterator[Referred]:
    for process in standing.entity_type.readiness.values():
        yield from process.referring


def _by_own_references(writer: Transaction, change: Change, types: Types, found: Goldens) -> None:
    """Those whose own reference leads elsewhere now."""
    asked = {name: references_of(one.entity_type) for name, one in types.items()}
    records = {
        one.after.record_id: one.after.entity_type
        for one in change.moved
        if one.after.attribute in asked.get(one.after.entity_type, ())
    }
    for record, number in task_places.goldens(writer, sorted(records)).items():
        found[records[record]].add(number)


def _targets(
    writer: Transaction, change: Change, types: Types, changed: Collection[int]
) -> dict[tuple[str, str | None], set[int]]:
    """For each (by, via) that any process asks for: what is, or was, referred to by something that has changed."""
    own = change.own
    asked = {(each.by, each.via) for one in types.values() for each in _referred(one) if not each.fall_back}
    led: Goldens = defaultdict(set)
    attributes = {by.partition(".")[2] for by, _ in asked if by.partition(".")[0] == own}
    if attributes and changed:
        for attribute, target in stored.led_to(writer, sorted(changed), attributes, position=change.position):
            led[f"{own}.{attribute}"].add(target)
    for one in change.moved:
        numbers = {one.before.golden, one.after.golden} - {None}
        led[f"{one.after.entity_type}.{one.after.attribute}"] |= {number for number in numbers if number is not None}
    return {(by, via): led[by] for by, via in asked if led.get(by) and by.partition(".")[0] in types}


def _on_whose_way(
    writer: Transaction, change: Change, types: Types, name: str, of: str, below: Below
) -> set[int]:  # fmt: skip
    """The golden records of a type on whose way to the cards of another something has changed."""
    cards = types[of].entity_type
    places = [one for one in dict.fromkeys([name, *cards_led_to(cards).values()]) if one in types]
    if change.work.values_anew and change.own in {of, *places}:
        return set(stored.goldens(writer, name))
    touched: Goldens = defaultdict(set)
    if change.own in places:
        touched[change.own] |= {*change.goldens, *change.turned}
    records = {one.after.record_id: one.after.entity_type for one in change.moved}
    for record, number in task_places.goldens(writer, sorted(records)).items():
        touched[records[record]].add(number)
    changed = touched.pop(of, set()) | (change.goldens if change.own == of else set())
    held = line_holders.touched(writer, sorted(changed), position=change.position) if changed else []
    if FOR_ALL in held:
        return set(stored.goldens(writer, name))
    for golden, entity_type in xref.bearing(writer, [token for _, token in held]) if held else ():
        touched[entity_type].add(golden)
    return _below_all(writer, types, touched, places, below)


def _below_all(writer: Transaction, types: Types, touched: Goldens, places: list[str], below: Below) -> set[int]:
    """Go down from what has changed to the first of these types: what is below it, and what refers to any of it."""
    for to in reversed(places):
        described = types[to].entity_type
        for attribute in described.hierarchies[:1] if touched[to] else ():
            touched[to] |= set(below(tuple(sorted(touched[to])), attribute))
        for of in places[: places.index(to)] if touched[to] else ():
            for attribute, led in types[of].entity_type.references.items():
                if led == to and of != to:
                    rows = stored.referring(writer, sorted(touched[to]), of, attribute)
                    touched[of] |= {row[2] for row in rows}
    return touched[places[0]]
