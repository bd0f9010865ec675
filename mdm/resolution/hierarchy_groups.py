"""Keep how much every group of a hierarchy has, so that nobody has to count fifty thousand companies while they wait.

Of each golden record that has something above or below there is a sum: golden records by level, cross-references by
source, and what refers to any of it. A commit adds to the sums of what it changed, and of all that stands above it,
only what became more or less; so a roll-up of any size is one row.

Something that refers to two members of a group counts once. What refers to several golden records by one attribute is
therefore named in the sums, with how many of them are in the group.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import orjson

from mdm.log import canonical
from mdm.resolution.hierarchy import HierarchyChanges
from mdm.resolution.readiness_reach import Standing
from mdm.resolution.work import Work
from mdm.store import hierarchy_groups as stored
from mdm.store.database import Transaction
from mdm.store.hierarchy_groups import Hierarchy, Pair, StoredGroup
from mdm.store.moments import Moment

SOURCE, BY, TWICE = "source ", "by ", "twice "
"""What begins the names of sums; those of levels are numbers."""
Sums = Counter[str]


@dataclass(frozen=True, slots=True)
class Change:
    """What a commit has written: the edges, the records whose golden record or references are others than before."""

    work: Work
    hierarchy: HierarchyChanges
    moved: Collection[int]
    referring: Collection[int]
    position: int

    def turned(self, attribute: str) -> set[int]:
        """The golden numbers of its type whose edges have changed."""
        ended = {one.golden for one in self.hierarchy.ended if one.attribute == attribute}
        return ended | {number for number, name, _ in self.hierarchy.begun if name == attribute}


def write(writer: Transaction, change: Change, types: Mapping[str, Standing]) -> None:
    """Bring the sums of all hierarchies up to a commit, whose edges, cross-references and references are written."""
    work = change.work
    own = work.entity_type
    if work.afresh:
        stored.clear(writer, own.entity_type)
    hierarchies = [
        Hierarchy(name, attribute)
        for name, standing in types.items()
        if work.afresh or name == own.entity_type or name in own.references.values()
        for attribute in standing.entity_type.hierarchies
    ]
    kept = stored.any_kept(writer, hierarchies)
    for of in hierarchies:
        tick = types[of.entity_type].tick
        before = work.state.tick if of.entity_type == own.entity_type else tick
        _Keeping(writer, change, of, before or "", tick or "").settle(is_kept=of in kept)


def read(total: str) -> tuple[list[int], dict[str, int], dict[tuple[str, str], int]]:
    """What a kept sum says: golden records by level, cross-references by source, what refers by (type, attribute)."""
    sums = orjson.loads(total)
    levels = [sums[str(level)] for level in range(len(sums)) if str(level) in sums]
    sources = {name[len(SOURCE) :]: count for name, count in sums.items() if name.startswith(SOURCE)}
    referring: Counter[tuple[str, str]] = Counter()
    for name, count in sums.items():
        if name.startswith(BY):
            of, _, attribute = name[len(BY) :].partition(" ")
            referring[of, attribute] += count
        elif name.startswith(TWICE):
            _, of, attribute, _ = name.split(" ")
            referring[of, attribute] -= count - 1
    return levels, sources, dict(referring)


@dataclass(frozen=True, slots=True)
class _Keeping:
    """One hierarchy in one commit, on the latest day before it and after it."""

    writer: Transaction
    change: Change
    of: Hierarchy
    before: str
    on: str

    def settle(self, *, is_kept: bool) -> None:
        """Work out the sums that are others now, and keep them."""
        is_own = self.change.work.entity_type.entity_type == self.of.entity_type
        turned = self.change.turned(self.of.attribute) if is_own else set[int]()
        if is_own and self.on != self.before:
            turned |= stored.turned(self.writer, self.of, after=self.before, until=self.on)
        if is_own and self.change.work.afresh:
            self._fill()
        elif is_kept:
            self._bring_up(turned, self._more(is_own=is_own))
        elif turned:
            self._fill()  # also of a hub that was made before sums were kept

    def _fill(self) -> None:
        """Sum up the whole hierarchy."""
        above = stored.all_parents(self.writer, self.of, on=self.on)
        self._keep({}, {number: above.get(number) for number in {*above, *above.values()}}, {})

    def _bring_up(self, turned: set[int], more: Mapping[int, Sums]) -> None:
        asked = {*more, *turned}
        stood = stored.kept(self.writer, self.of, asked)
        above: dict[int, int | None] = {}
        frontier = turned | stood.keys()
        while frontier:
            stood |= stored.kept(self.writer, self.of, frontier - asked)
            asked |= frontier
            led = stored.parents(self.writer, self.of.attribute, frontier, on=self.on)
            above |= {number: led.get(number) for number in frontier}
            parents = {stood[number].parent for number in frontier & stood.keys()} | set(led.values())
            frontier = {one for one in parents if one is not None} - above.keys()
        if above:
            self._keep(stood, above, more)

    def _keep(
        self, stood: Mapping[int, StoredGroup], above: Mapping[int, int | None], more: Mapping[int, Sums]
    ) -> None:
        """above: all that is looked at, with everything above each.  more: what those that stood have more or less."""
        single = {number for number, parent in above.items() if parent is None}
        single -= stored.having_below(self.writer, self.of.attribute, single, on=self.on)
        own = self._own(above.keys() - stood.keys() - single)
        was = {number: Sums(orjson.loads(one.total)) for number, one in stood.items()}
        now: dict[int, Sums] = {}
        left, came = defaultdict[int | None, list[int]](list), defaultdict[int | None, list[int]](list)
        for number, one in stood.items():
            left[one.parent].append(number)
        for number in _from_below(above):
            if number in single:
                continue
            sums = Sums(was.get(number, own.get(number)))
            _add(sums, more.get(number, Sums()) if number in stood else Sums())
            for child in left[number]:
                _add(sums, was[child], sign=-1, deeper=1)
            for child in came[number]:
                _add(sums, now[child], deeper=1)
            now[number] = sums
            came[above[number]].append(number)
        rows = [StoredGroup(*self.of, number, above[number], _written(sums)) for number, sums in now.items()]
        stored.change(
            self.writer, gone=[stood[number] for number in sorted(single & stood.keys())],
            now=sorted(row for row in rows if row != stood.get(row.golden)),
        )  # fmt: skip

    def _own(self, goldens: Collection[int]) -> dict[int, Sums]:
        """What these golden records have themselves."""
        found = {number: Sums({"0": 1}) for number in goldens}
        for number, source, count in stored.sources(self.writer, goldens, at=self.change.position):
            found[number][SOURCE + source] += count
        when = Moment(self.change.position, self.on)
        referring = {pair.golden for pair in stored.references_to(self.writer, goldens, when)}
        for pair, twice in self._pairs(referring, when):
            if pair.target in found:
                _count(found[pair.target], pair, 1, twice=twice)
        return found

    def _more(self, *, is_own: bool) -> dict[int, Sums]:
        """What golden records have themselves that they did not have before the commit, and the other way round."""
        found: defaultdict[int, Sums] = defaultdict(Sums)
        position, records = self.change.position, set(self.change.referring)
        if is_own:
            work = self.change.work
            for id_ in self.change.moved:
                for one, sign in ((work.before.get(id_), -1), (work.records[id_], 1)):
                    if one is not None and one.golden is not None:
                        found[one.golden][SOURCE + one.source] += sign
            if self.on != self.before:
                records |= stored.turned_references(self.writer, after=self.before, until=self.on)
        referring = stored.bearing(self.writer, records, position=position) if records else set[int]()
        for when, sign in ((Moment(position, self.on), 1), (Moment(position - 1, self.before), -1)):
            for pair, twice in self._pairs(referring, when):
                _count(found[pair.target], pair, sign, twice=twice)
        return found

    def _pairs(self, referring: Collection[int], when: Moment) -> Iterable[tuple[Pair, bool]]:
        """What golden records refer to, each with whether that is more than one; the hierarchy itself is left out."""
        pairs = stored.references_of(self.writer, referring, when) if referring else []
        many = Counter(pair[:3] for pair in pairs)
        return [(pair, many[pair[:3]] > 1) for pair in pairs if pair[:2] != self.of]


def _from_below(above: Mapping[int, int | None]) -> list[int]:
    """All of them, each before what is above it."""
    depths: dict[int, int] = {}
    for number in above:
        way = []
        one: int | None = number
        while one is not None and one not in depths:
            way.append(one)
            one = above[one]
        depth = 0 if one is None else depths[one] + 1
        for passed in reversed(way):
            depths[passed], depth = depth, depth + 1
    return sorted(above, key=lambda number: (-depths[number], number))


def _count(sums: Sums, pair: Pair, sign: int, *, twice: bool) -> None:
    name = f"{pair.entity_type} {pair.attribute}"
    sums[BY + name] += sign
    if twice:
        sums[f"{TWICE}{name} {pair.golden}"] += sign


def _add(sums: Sums, other: Mapping[str, int], *, sign: int = 1, deeper: int = 0) -> None:
    for name, count in other.items():
        sums[str(int(name) + deeper) if name.isdigit() else name] += sign * count


def _written(sums: Sums) -> str:
    return canonical({name: count for name, count in sums.items() if count}).decode()
