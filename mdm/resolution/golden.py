"""What is true of each cluster now, and which golden records that changes (rules 7 and 8)."""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import orjson

from golden_records.contributions import Contribution
from golden_records.effective import VALUE, Line
from golden_records.flips import Case, Rival, flips
from golden_records.flips_by_day import CaseOnDay
from golden_records.overrides import Override, has_ended, holds
from golden_records.survive import Survived, survive
from mdm.entity_types import truth_of
from mdm.log import canonical
from mdm.resolution.clusters import Clusters
from mdm.resolution.divergence import Place, disagreeing
from mdm.resolution.lines import lines_of
from mdm.resolution.overrides import Overrides
from mdm.resolution.rate_lines import NOTHING, AboutLines, about_lines
from mdm.resolution.references import read_targets
from mdm.resolution.sent_values import values_sent
from mdm.resolution.work import Work, cells_of, layers_of
from mdm.store import golden_writing
from mdm.store.records import StoredRecord

if TYPE_CHECKING:
    from golden_records.lineage import LineageEntry, LinesEntry, Winner

WINDOW_BITS, MEMORY = 12, 5
"""What compressing a lineage looks back upon (4 KiB), and the memory it works in (see zlib)."""


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A golden record that is new, changed, or no longer active (no attributes); `was` are the attributes before."""

    golden: int
    version: int
    attributes: bytes | None
    lineage: bytes | None
    due: str | None
    dated: bytes | None
    was: bytes | None

    @property
    def was_active(self) -> bool:
        """Whether it had attributes before."""
        return self.was is not None


class Parent(NamedTuple):
    """A reference to its own type that survives: as written, of which record (None: a person set it), by which step.

    valid_from, valid_to: the days on which it does, half-open; None is open.
    """

    written: str
    record: str | None
    step: int
    valid_from: str | None = None
    valid_to: str | None = None


class Decided(NamedTuple):
    """A golden record decided anew: its version now, and where its living records disagree with it."""

    version: int
    disagreeing: frozenset[Place]


@dataclass(slots=True)
class GoldenChanges:
    """The new versions of a commit, the records that changed their golden number, and the members before and after.

    `conflicts` are the attributes in conflict of each golden record decided anew, and `parents` what it refers to of
    its own type; `about_lines` is what to keep of their dated lines, `decided` are all that were decided anew, `ended`
    are no longer active. `moved_targets` are the key tokens that lead elsewhere now, once somebody has asked.
    """

    versions: list[NewVersion] = field(default_factory=list)
    moved: list[int] = field(default_factory=list)
    before: dict[int, set[int]] = field(default_factory=dict)
    after: dict[int, set[int]] = field(default_factory=dict)
    conflicts: dict[int, list[str]] = field(default_factory=dict)
    parents: dict[int, dict[str, list[Parent]]] = field(default_factory=dict)
    about_lines: dict[int, AboutLines] = field(default_factory=dict)
    ended: list[int] = field(default_factory=list)
    decided: dict[int, Decided] = field(default_factory=dict)
    moved_targets: set[int] | None = None

    @property
    def new(self) -> set[int]:
        """The golden numbers that there were none of before, so that nothing is kept of them."""
        return {one.golden for one in self.versions if one.version == 1}


def survive_all(work: Work, clusters: Clusters, overrides: Overrides) -> GoldenChanges:
    """Decide the values of every cluster that may have changed, and name what did."""
    changes = GoldenChanges()
    due = _due_members(work)
    apart = [members for members in due.values() if members.isdisjoint(clusters.placed)]
    for members in [*clusters.finals.values(), *apart]:
        if members:
            changes.after[_founder(work, members)] = members
    clusters.placed |= {id_ for members in apart for id_ in members}
    _number(work, clusters, changes)
    anew, again = work.values_anew, work.said_otherwise | overrides.changed
    wanted = [
        number
        for number, members in changes.after.items()
        if anew or number in due or members != changes.before.get(number) or not members.isdisjoint(again)
    ]
    ended = changes.ended = sorted(changes.before.keys() - changes.after.keys())
    stored = golden_writing.current(work.reader, [*wanted, *ended])
    members = {id_ for number in wanted for id_ in changes.after[number]}
    overrides.read(members)
    if work.entity_type.references:
        read_targets(work, members, beside=overrides.targets(members))
    for number in sorted(wanted):
        _decide(work, changes, number, stored.get(number), overrides)
    for number in ended:
        version, attributes, *_ = stored[number]
        if attributes is not None:
            changes.versions.append(NewVersion(number, version + 1, None, None, None, None, was=attributes))
    return changes


def _founder(work: Work, members: Iterable[int]) -> int:
    """The golden number of a cluster: the position of the first version of its oldest member."""
    return min(work.records[id_].first_position or 0 for id_ in members)


def _due_members(work: Work) -> dict[int, set[int]]:
    """The members of some of the golden records that a day has reached; the others are for commits to come."""
    members: defaultdict[int, set[int]] = defaultdict(set)
    if work.tick is None or not work.due_at_most:
        return members
    by_number = work.repeated is not None and "due_first" not in work.repeated
    numbers = golden_writing.due(
        work.reader, work.entity_type.entity_type, tick=work.tick, limit=work.due_at_most, by_number=by_number
    )
    listed = set(numbers)
    for record in work.load("golden", numbers):
        if work.before[record.id].golden in listed:
            members[work.before[record.id].golden or 0].add(record.id)
    return dict(members)


def _number(work: Work, clusters: Clusters, changes: GoldenChanges) -> None:
    """Give every placed record its golden number; remember who bore which before."""
    before: defaultdict[int, set[int]] = defaultdict(set)
    for id_ in clusters.placed:
        stored = work.before.get(id_)
        if stored is not None and stored.golden is not None:
            before[stored.golden].add(id_)
    changes.before = dict(before)
    for number, members in changes.after.items():
        for id_ in members:
            if work.records[id_].golden != number:
                work.records[id_].golden = number
                changes.moved.append(id_)
    changes.moved.sort()


def _decide(
    work: Work,
    changes: GoldenChanges,
    number: int,
    stored: golden_writing.Standing | None,
    overrides: Overrides,
) -> None:
    living = sorted(work.living(changes.after[number]))
    attributes = lineage = due = dated = None
    changes.conflicts[number] = []
    apart = frozenset[Place]()
    changes.parents[number] = {}
    changes.about_lines[number] = NOTHING
    if living:
        offered, lines = _contributions(work, living), lines_of(work, living)
        survived = _survived(work, offered, lines, overrides.of(changes.after[number]))
        apart = disagreeing(work, survived, offered, lines, living)
        attributes, due = canonical(survived.attributes), survived.due
        lineage = _compressed(orjson.dumps(survived.lineage))
        dated = canonical(survived.dated) if survived.dated else None
        changes.conflicts[number] = list(survived.conflicts)
        changes.parents[number] = _parents(work, survived)
        changes.about_lines[number] = about_lines(work, survived)
    version, was, stood, *rest = stored or (0, None, None, None, None)
    before = sorted(id_ for id_ in changes.before.get(number, ()) if work.was_living(id_))
    if stored is None or living != before or (attributes, due, dated) != (was, *rest) or not _alike(lineage, stood):
        new = NewVersion(number, version + 1, attributes, lineage, due, dated, was=was)
        changes.versions.append(new)
        version += 1
    changes.decided[number] = Decided(version, apart)


def _compressed(document: bytes) -> bytes:
    """Compress a short document; with room for a long one, which has to be cleared, it takes six times as long."""
    packer = zlib.compressobj(1, zlib.DEFLATED, WINDOW_BITS, MEMORY)
    return packer.compress(document) + packer.flush()


def _alike(lineage: bytes | None, stood: bytes | None) -> bool:
    """Whether two documents say the same; an older one may be compressed in another way."""
    if lineage == stood or lineage is None or stood is None:
        return lineage == stood
    return zlib.decompress(lineage) == zlib.decompress(stood)


def _parents(work: Work, survived: Survived) -> dict[str, list[Parent]]:
    found = {}
    for attribute in work.entity_type.hierarchies:
        entry = cast("LineageEntry", survived.lineage.get(attribute, {}))
        if attribute in survived.dated:
            found[attribute] = list(_parents_by_day(survived, attribute))
        elif attribute in survived.attributes and "winner" in entry:
            record = cast("Winner", entry["winner"]).get("record")  # there is none where a person set it
            found[attribute] = [Parent(str(survived.attributes[attribute]), record, entry.get("step", 1))]
    return found


def _parents_by_day(survived: Survived, attribute: str) -> Iterator[Parent]:
    entry = cast("LinesEntry", survived.lineage[attribute])
    records = {one["valid_from"]: one.get("record") for one in entry.get("winners", ())}
    for one in cast("list[dict[str, Any]]", survived.dated[attribute]):
        start, end = one["valid_from"], one["valid_to"]
        yield Parent(str(one[VALUE]), records[start], entry.get("step", 1), start, end)


def survived_of(work: Work, living: list[int], overrides: Sequence[Override] = ()) -> Survived:
    """What is true of the living records of one cluster, under the overrides of all of it."""
    return _survived(work, _contributions(work, living), lines_of(work, living), overrides)


def flips_of(work: Work, living: list[int], overrides: Sequence[Override] = (), *, on: str) -> dict[str, list[Rival]]:
    """Of every attribute that has one value, what would make another value of the living records survive.

    on: the day that is meant of dated values, an ISO date; "" is before all days.
    """
    rules, offered, sources = work.entity_type.survivorship, _contributions(work, living), _sources(work)
    found = {
        name: flips(Case(rules, offered, name, sources, work.tick, overrides))
        for name in offered if not rules.keeps_all(name)
    }  # fmt: skip
    dated = work.entity_type.dated
    own = [one for one in overrides if one.attribute in dated and holds(one, on) and not has_ended(one, work.tick)]
    for name, lines in lines_of(work, living).items():
        if name in dated:
            found[name] = flips(CaseOnDay(rules, {}, name, sources, work.tick, own, lines, on))
    return dict(sorted(found.items()))


def _sources(work: Work) -> list[str]:
    return list(work.entity_type.survivorship.trust)


def _survived(
    work: Work,
    offered: Mapping[str, list[Contribution]],
    lines: Mapping[str, list[Line]],
    overrides: Sequence[Override],
) -> Survived:
    rules = work.entity_type.survivorship
    return survive(
        rules,
        offered,
        sources=_sources(work),
        today=work.tick,
        lines=lines,
        dated=work.entity_type.dated,
        amounts={name: attribute.amounts for name, attribute in work.entity_type.lines.items()},
        overrides=overrides,
    )


def _contributions(work: Work, living: list[int]) -> dict[str, list[Contribution]]:
    contributions: defaultdict[str, list[Contribution]] = defaultdict(list)
    for id_ in living:
        _add_record(work, work.records[id_], contributions)
    return contributions


def _add_record(work: Work, record: StoredRecord, contributions: defaultdict[str, list[Contribution]]) -> None:
    """Add what one record says; most attributes have no rule, and one value, whose cell is at hand."""
    key, source, cells = record.key, record.source, cells_of(record)
    free = work.entity_type.free_attributes
    plain, dated = work.entity_type.matching.attributes, work.entity_type.dated  # lines and dated values stand apart
    for layer in layers_of(record):
        event_time, position = layer["event_time"], layer["position"]
        for attribute, value in layer["attributes"].items():
            kind, cell = free.get(attribute), cells.get(attribute)
            if kind is not None and (type(value) is not list or len(value) == 1):
                shown = value[0] if type(value) is list else value
                valid = cell is not None and truth_of(kind)(cell)
                if valid and cell is not None and kind.spelled is not None:
                    shown = kind.shown(shown, cell)
                contributions[attribute].append(Contribution(key, source, shown, cell, valid, event_time, position, ()))
            elif attribute in plain and attribute not in dated:
                found = values_sent(work, record, attribute, value, cell)
                contributions[attribute] += [
                    Contribution(key, source, shown, standard, valid, event_time, position, broken)
                    for shown, standard, valid, broken in found
                ]
