"""Flips of dated values: what would have to change for another source's value to hold on one day."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from golden_records.contributions import JSON, Contribution, without_floats
from golden_records.effective import EVER_AFTER, EVER_BEFORE, VALUE, Line, holds_on, own_days
from golden_records.flips import Case
from golden_records.survive import survive


@dataclass(frozen=True, slots=True)
class CaseOnDay(Case):
    """A dated attribute on one day, with the lines of all days, as `survive` takes them.

    on: an ISO date; "" is before all days.  overrides: those that hold on the day.
    """

    lines: Sequence[Line] = ()
    on: str = ""

    @property
    def offered(self) -> Sequence[Contribution]:
        """What is said of the day: the value that stands for each record, and all that are not valid."""
        return [_plain(line.contribution) for line in self._said()]

    def _said(self) -> list[Line]:
        by_record: defaultdict[str, list[Line]] = defaultdict(list)
        for line in self.lines:
            if (line.start or EVER_BEFORE) <= self.on < (line.end or EVER_AFTER):
                by_record[line.contribution.record].append(line)
        found = []
        for covering in by_record.values():
            found += [line for line in covering if not line.contribution.valid]
            stands = own_days([line for line in covering if line.contribution.valid])
            found += [line for start, end, line in stands if start <= self.on < (end or EVER_AFTER)]
        return found

    def offering(self, offered: Sequence[Contribution]) -> "CaseOnDay":
        """The same with other values on the day; what is said of other days stays."""
        said = self._said()
        known = [_plain(line.contribution) for line in said]
        gone = {id(line) for line, one in zip(said, known, strict=True) if one not in offered}
        stay = [line for line in self.lines if id(line) not in gone]
        more = [Line(_dated(one), (), self.on or None, None, 0) for one in offered if one not in known]
        return replace(self, lines=[*stay, *more])

    def instead(self, one: Contribution, other: Contribution) -> "CaseOnDay":
        """The same with one value of the day in place of another, on all its days."""
        said = {id(line) for line in self._said() if _plain(line.contribution) == one}
        put = [line._replace(contribution=_dated(other)) if id(line) in said else line for line in self.lines]
        return replace(self, lines=put)

    @property
    def survived(self) -> tuple[Contribution | None, JSON]:
        """The value that holds on the day and whose it is, None where there is none or a person set it."""
        found = survive(
            self.rules, {}, sources=self.sources, today=self.today, lines={self.attribute: self.lines},
            dated={self.attribute}, overrides=self.overrides,
        )  # fmt: skip
        timeline = cast("list[Mapping[str, JSON]]", found.dated.get(self.attribute, []))
        value = next((one[VALUE] for one in timeline if holds_on(one, self.on)), None)
        entry = cast("Mapping[str, Any]", found.lineage[self.attribute])
        winners: list[Mapping[str, Any]] = entry.get("winners", [])
        place = next((one for one in winners if holds_on(one, self.on)), {})
        at = place.get("record"), place.get("position")
        of_it = (one for one in self.offered if one.valid and (one.record, one.position) == at)
        return next((one for one in of_it if without_floats(one.value) == value), None), value


def _plain(one: Contribution) -> Contribution:
    return one._replace(value=cast("Mapping[str, JSON]", one.value)[VALUE])


def _dated(one: Contribution) -> Contribution:
    return one._replace(value={VALUE: one.value})
