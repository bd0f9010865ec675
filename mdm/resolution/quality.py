"""How good the data of each source is: one pass over the golden records of a type and what bears them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import orjson

from golden_records.divergence import is_among
from matching.columns import SEPARATOR
from mdm.entity_types import EntityType, of_all_days
from mdm.log import key_token
from mdm.resolution.measured import Measured, Member
from mdm.resolution.references import target
from mdm.resolution.tallies import RECENT_DAYS, Figures, Tally
from mdm.store import quality as stored_quality
from mdm.store import records as stored_records
from mdm.store.database import Transaction

PAGE = 2_000
"""Golden records in memory at once."""
WHOLE = ""
"""Stands for the record as a whole, and for all sources together."""


def measure(
    reader: Transaction,
    entity_type: EntityType,
    *,
    salt: bytes,
    today: str | None,
    days: int = RECENT_DAYS,
    only: Collection[str] | None = None,
) -> list[Figures]:
    """Measure what stands of an entity type: of all sources and of each, the whole record and each attribute.

    today: the latest tick.  days: how old is recent.  only: these attributes (all).
    Nothing is said of a type that no living record is of.
    """
    count = _Count(entity_type, None if today is None else date.fromisoformat(today).toordinal(), only)
    after = 0
    while page := stored_quality.golden_page(reader, entity_type.entity_type, after=after, limit=PAGE):
        after = page[-1][0]
        members: defaultdict[int, list[Member]] = defaultdict(list)
        for golden, source, layers, cells in stored_quality.members(reader, [row[0] for row in page]):
            members[golden].append(_member(entity_type, source, layers, cells))
        _read_existing(reader, count, members, salt)
        for golden, attributes in page:
            count.golden(orjson.loads(attributes), members[golden])
    return count.figures(None if today is None else days)


def _member(entity_type: EntityType, source: str, layers: bytes, cells: bytes) -> Member:
    values: dict[str, Any] = {}
    days: dict[str, int | None] = {}
    for layer in orjson.loads(layers):
        day = None if layer["event_time"] is None else date.fromisoformat(layer["event_time"][:10]).toordinal()
        values |= layer["attributes"]
        days |= dict.fromkeys(layer["attributes"], day)
    return Member(source, of_all_days(entity_type, values), orjson.loads(cells), days)


def _read_existing(reader: Transaction, count: "_Count", members: Mapping[int, list[Member]], salt: bytes) -> None:
    """Learn which references of these records lead to something that lives, where a rule asks."""
    count.existing = set()
    if count.entity_type.must_exist:
        tokens = {
            key_token(salt, written): written
            for those in members.values() for one in those
            for attribute in count.entity_type.references if attribute in one.values
            for value in (one.values[attribute] if attribute in count.entity_type.dated else [one.values[attribute]])
            for written in [target(count.entity_type, attribute, one.source, str(value))]
        }  # fmt: skip
        count.existing = {tokens[token] for token in stored_records.lead_to_living(reader, list(tokens))}


class _Count:
    """Counts golden record by golden record."""

    def __init__(self, entity_type: EntityType, today: int | None, only: Collection[str] | None) -> None:
        self.entity_type, self.today = entity_type, today
        self.attributes = {
            name: Measured(entity_type, name) for name in entity_type.attributes if only is None or name in only
        }
        self.tallies: defaultdict[tuple[str, str], Tally] = defaultdict(Tally)
        self.goldens, self.golden_filled = 0, defaultdict[str, int](int)
        self.truth: dict[str, Any] = {}
        self.members: list[Member] = []
        self.forms: dict[str, frozenset[str]] = {}
        self.existing: set[str] = set()

    def golden(self, truth: dict[str, Any], members: list[Member]) -> None:
        """Count one golden record and its living members."""
        self.goldens += 1
        self.truth, self.members, self.forms = truth, members, {}
        for name in truth:
            self.golden_filled[name] += name in self.attributes
        for source in {one.source for one in members}:
            self.tallies[source, WHOLE].unique += 1
        for one in members:
            self._record(one)
            for name, value in one.values.items():
                if value != [] and name in self.attributes:
                    self._attribute(self.attributes[name], one, self.tallies[one.source, name])

    def _record(self, one: Member) -> None:
        tally = self.tallies[one.source, WHOLE]
        tally.records += 1
        tally.identified += 1
        self._age(tally, max((day for day in one.days.values() if day is not None), default=None))

    def _attribute(self, attribute: Measured, one: Member, tally: Tally) -> None:
        """Count what a record has of an attribute; what records lack is what remains in the end."""
        tally.filled += 1
        cell = one.cells.get(attribute.name)
        judged, valid = attribute.validity(one, cell, self.existing)
        tally.judged += judged
        tally.valid += valid
        self._age(tally, one.days[attribute.name])
        if cell is None:
            return
        if attribute.identifies:
            tally.identify(cell.split(SEPARATOR))
        if attribute.name in self.truth:
            self._compare(attribute, one, cell, tally)

    def _compare(self, attribute: Measured, one: Member, cell: str, tally: Tally) -> None:
        name = attribute.name
        if attribute.compared and attribute.said(one) == self.truth[name]:  # most say it just as the golden record does
            tally.compared += 1
            return
        if name not in self.forms:
            self.forms[name] = attribute.golden_form(self.truth[name], self.members)
        if self.forms[name]:
            tally.compared += 1
            tally.differing += not all(is_among(form, self.forms[name]) for form in cell.split(SEPARATOR))

    def _age(self, tally: Tally, day: int | None) -> None:
        if day is not None:
            tally.dated += 1
            if self.today is not None:
                tally.ages[max(0, self.today - day)] += 1

    def figures(self, days: int | None) -> list[Figures]:
        """Put everything together: all sources first, then each by name; the whole record before its attributes."""
        if not self.goldens:
            return []
        sources = sorted({source for source, _ in self.tallies})
        names = list(self.attributes)
        for source in sources:
            whole = self.tallies[source, WHOLE]
            for name, attribute in self.attributes.items():
                tally = self.tallies[source, name]
                tally.close(whole.records, missed=attribute.missed)
                self.tallies[WHOLE, name].add(tally)
                _sum(whole, tally)
            self.tallies[WHOLE, WHOLE].add(whole)
        filled = {**self.golden_filled, WHOLE: sum(self.golden_filled.values())}
        return [
            self.tallies[source, name].figures(
                source, name, days=days, golden=(self.goldens, filled.get(name, 0)) if source == WHOLE else None
            )
            for source in [WHOLE, *sources]
            for name in [WHOLE, *names]
        ]


def _sum(whole: Tally, part: Tally) -> None:
    """Let a record be as filled, as valid and as divergent as its attributes together."""
    for name in ("fillable", "filled", "judged", "valid", "compared", "differing"):
        setattr(whole, name, getattr(whole, name) + getattr(part, name))
