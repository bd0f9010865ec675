"""Judge whether golden records are ready for a business process: what each lacks, and when that may change by itself.

A golden record of which no day is known yet (no tick) is judged without regard to days.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple, cast

from golden_records.contributions import JSON
from golden_records.effective import holds_on, next_day
from matching.kinds.date import iso_date
from mdm.entity_types import EntityType, Readiness, Referred
from mdm.resolution.readiness_ways import Way

Line = Mapping[str, Any]


class Need(NamedTuple):
    """One thing that a process needs.

    code: `system` (about a source), `value`, `reference`, `in_force` or `active` (about an attribute), `referring` or
    `line` (about an attribute of another type).  key: the fields that tell the lines of `line`.
    """

    code: str
    about: str
    key: tuple[tuple[str, str | None], ...]
    met: bool

    @property
    def written(self) -> list[Any]:
        """As it is kept."""
        return [self.code, self.about, dict(self.key)] if self.key else [self.code, self.about]


@dataclass(slots=True)
class Facts:
    """What is known of one golden record: its values, its sources, what its references mean, and what refers to it.

    `referring` are, for each (by, via), the values of the golden records that refer to it, and `ways`, for each `by`
    that falls back, the cards on its way.
    """

    attributes: Mapping[str, Any]
    dated: Mapping[str, Sequence[Line]] = field(default_factory=dict)
    sources: set[str] = field(default_factory=set)
    means: dict[str, int] = field(default_factory=dict)
    referring: dict[tuple[str, str | None], list[Mapping[str, Any]]] = field(default_factory=dict)
    ways: dict[str, Way] = field(default_factory=dict)


def needs(entity_type: EntityType, process: Readiness, facts: Facts, *, day: str | None) -> list[Need]:
    """Everything that the process needs, in the order in which it is declared, and whether it is met on a day."""
    found = [Need("system", source, (), source in facts.sources) for source in process.systems]
    found += [_attribute(entity_type, name, facts, day) for name in process.attributes]
    if process.active is not None:
        found += _active(process, facts.attributes, day)
    for referred in process.referring:
        found += (_on_its_way if referred.fall_back else _referring)(referred, facts, day)
    return list(dict.fromkeys(found))


def next_change(entity_type: EntityType, process: Readiness, facts: Facts, *, day: str | None) -> str | None:
    """The first day after this one on which the answer may be another (early is harmless); None: never.

    Before any day has passed, a line is in force if it is on any day: so any day may have another answer.
    """
    days = [next_day(cast("JSON", list(lines)), day) for lines in _dated_lines(entity_type, process, facts)]
    days += [one.next_day(day) for by in _falling_back(process) if by in facts.ways for one in facts.ways[by].holders]
    found = [date.fromordinal(one).isoformat() for one in days if one is not None]
    found += [turns for by in _falling_back(process) if by in facts.ways and (turns := facts.ways[by].turns)]
    if process.active is not None:
        start, end = (_day(facts.attributes.get(name or "")) for name in (process.active.start, process.active.end))
        found += [one for one in (start, _following(end)) if one is not None and one > (day or "")]
    return min(found, default=None) if day is not None or not found else date.min.isoformat()


def _attribute(entity_type: EntityType, name: str, facts: Facts, day: str | None) -> Need:
    lines = _lines(entity_type, name, facts)
    if lines is not None:
        present = bool(lines) or facts.attributes.get(name) is not None
        met = any(_holds(line, day) for line in lines) or (present and not lines)
        return Need("in_force" if present else "value", name, (), met)
    if facts.attributes.get(name) is None:
        return Need("value", name, (), met=False)
    if name in entity_type.references:
        return Need("reference", name, (), name in facts.means)
    return Need("value", name, (), met=True)


def _lines(entity_type: EntityType, name: str, facts: Facts) -> Sequence[Line] | None:
    """The dated lines or values of an attribute; None where it has no such."""
    if name in entity_type.dated:
        return facts.dated.get(name, ())
    return facts.attributes.get(name) or () if name in entity_type.lines else None


def _holds(line: Line, day: str | None) -> bool:
    return day is None or holds_on(line, day)


def _active(process: Readiness, attributes: Mapping[str, Any], day: str | None) -> Iterator[Need]:
    """Whether the day is not before the first and not after the last; one that is not known is no limit."""
    if process.active is not None and process.active.start is not None:
        start = _day(attributes.get(process.active.start))
        yield Need("active", process.active.start, (), start is None or day is None or start <= day)
    if process.active is not None and process.active.end is not None:
        end = _day(attributes.get(process.active.end))
        yield Need("active", process.active.end, (), end is None or day is None or day <= end)


def _day(value: Any) -> str | None:
    return None if value is None else iso_date(str(value))


def _following(day: str | None) -> str | None:
    if day is None or day == date.max.isoformat():
        return None
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _referring(referred: Referred, facts: Facts, day: str | None) -> Iterator[Need]:
    those = facts.referring.get((referred.by, referred.via), [])
    yield Need("referring", referred.by, (), bool(those))
    if referred.in_force is not None and those:
        lines = [line for one in those for line in one.get(referred.in_force) or ()]
        yield from _in_force(referred, lines, day)


def _in_force(referred: Referred, lines: Sequence[Line], day: str | None) -> Iterator[Need]:
    """For each combination of the fields asked for that any line has: whether one of its lines is in force."""
    keys = {tuple((name, line.get(name)) for name in referred.each): False for line in lines} or {(): False}
    for line in lines:
        keys[tuple((name, line.get(name)) for name in referred.each)] |= _holds(line, day)
    for key in sorted(keys, key=_in_order):
        yield Need("line", referred.by, key, keys[key])


def _falling_back(process: Readiness) -> list[str]:
    return [one.by for one in process.referring if one.fall_back]


def _on_its_way(referred: Referred, facts: Facts, day: str | None) -> Iterator[Need]:
    """Whether there are cards at all, and a line in force for each combination that its own lines have."""
    way = facts.ways.get(referred.by)
    yield Need("referring", referred.by, (), way is not None and bool(way.holders))
    if way is not None and way.holders:
        own = [line for lines in way.own.lines for line in lines] if way.own else []
        keys = {tuple((name, line.get(name)) for name in referred.each) for line in own} or {()}
        for key in sorted(keys, key=_in_order):
            yield Need("line", referred.by, key, any(cards.answers(key, day) for cards in way.holders))


def _in_order(key: tuple[tuple[str, str | None], ...]) -> list[tuple[bool, str]]:
    return [(value is not None, str(value)) for _, value in key]


def _dated_lines(entity_type: EntityType, process: Readiness, facts: Facts) -> Iterable[Sequence[Line]]:
    for name in process.attributes:
        if (lines := _lines(entity_type, name, facts)) is not None:
            yield lines
    for one in process.referring:
        if one.in_force is not None and not one.fall_back:
            yield from (each.get(one.in_force) or () for each in facts.referring.get((one.by, one.via), ()))
