"""Flips: what would have to change for another source's value to survive, one kind of change at a time.

Of each kind the smallest change is told: the least trust, the nearest event time, the fewest values withdrawn, the
fewest more records, the nearest place in an order of sources.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from operator import itemgetter
from typing import Any, Literal, NotRequired, TypedDict

from golden_records.contributions import JSON, Contribution, same_as, without_floats
from golden_records.overrides import Override
from golden_records.rules import AttributeStrategy, SurvivorshipRules, Trust
from golden_records.strategies import EPOCH, OLDEST, instant
from golden_records.survive import survive

Contributions = Mapping[str, Sequence[Contribution]]
DAY = timedelta(days=1) // timedelta(microseconds=1)
HIGHEST_TRUST = 100


class Change(TypedDict):
    """One change after which a value survives.

    change: `undo` a decision; make it `valid`; the `trust` in its source for this attribute, raised `to`; its
    `event_time`, moved `to`; `withdraw` the values of these `records`; `more_records` of its source that say the same
    at the same time, so many `more`; the `priority` of its source, moved `to` a place in the order of sources, counted
    from 1; or, where the attribute survives with its `group`, what flips the `attribute` that decides for all of it.
    also: what is needed beside it: that the value is `valid`, or to `undo` what a person set.
    """

    change: Literal["undo", "valid", "trust", "event_time", "withdraw", "more_records", "priority", "group"]
    source: NotRequired[str]
    to: NotRequired[int | str]
    records: NotRequired[list[str]]
    more: NotRequired[int]
    attribute: NotRequired[str]
    decision: NotRequired[int]
    also: NotRequired[list[str]]


class Rival(TypedDict):
    """A value that does not survive, and the changes after each of which it does."""

    record: str
    position: int
    value: Any
    flips: list[Change]


@dataclass(frozen=True, slots=True)
class Case:
    """One attribute of a golden record with all that decides it, as `survive` takes it."""

    rules: SurvivorshipRules
    contributions: Contributions
    attribute: str
    sources: Sequence[str]
    today: str | None
    overrides: Sequence[Override] = ()

    @property
    def offered(self) -> Sequence[Contribution]:
        """The contributions to the attribute."""
        return self.contributions[self.attribute]

    def offering(self, offered: Sequence[Contribution]) -> "Case":
        """The same with other contributions to the attribute."""
        return replace(self, contributions={**self.contributions, self.attribute: offered})

    def instead(self, one: Contribution, other: Contribution) -> "Case":
        """The same with one contribution in place of another."""
        return self.offering([other if each == one else each for each in self.offered])

    def decided_by(self, steps: Sequence[AttributeStrategy]) -> "Case":
        """The same with other steps for the attribute."""
        attributes = {**self.rules.attributes, self.attribute: tuple(steps)}
        return replace(self, rules=SurvivorshipRules.model_validate({**self._rules(), "attributes": attributes}))

    def _rules(self) -> dict[str, Any]:
        return {name: getattr(self.rules, name) for name in SurvivorshipRules.model_fields}

    @property
    def survived(self) -> tuple[Contribution | None, JSON]:
        """The contribution that survives, None where there is none or a person set the value; and the value."""
        survived = survive(
            self.rules, self.contributions, sources=self.sources, today=self.today, overrides=self.overrides
        )
        entry: Mapping[str, Any] = survived.lineage.get(self.attribute, {})
        place = entry.get("winner", {})
        value = survived.attributes.get(self.attribute)
        at = place.get("record"), place.get("position")
        of_it = (one for one in self.offered if one.valid and (one.record, one.position) == at)
        return next((one for one in of_it if without_floats(one.value) == value), None), value

    def survives(self, one: Contribution) -> bool:
        """Whether a value does, whosever record it comes from."""
        winner, _ = self.survived
        return winner is not None and same_as(winner) == same_as(one)


def flips(case: Case) -> list[Rival]:
    """Of every value that does not survive, in the order of records, what would make it survive.

    Nothing of an attribute that keeps all its values. Of a dated one the case says the day; see `flips_by_day`.
    """
    if case.rules.keeps_all(case.attribute):
        return []
    winner, value = case.survived
    offered = {(one.record, one.position, same_as(one)): one for one in case.offered}
    return [
        Rival(record=one.record, position=one.position, value=without_floats(one.value), flips=_flips(case, one))
        for _, one in sorted(offered.items(), key=itemgetter(0))
        if without_floats(one.value) != value and (winner is None or same_as(winner) != same_as(one))
    ]


def _flips(case: Case, one: Contribution) -> list[Change]:
    decided = [each for each in case.overrides if each.attribute == case.attribute]
    beneath = replace(case, overrides=[each for each in case.overrides if each not in decided])
    also = ["undo"] if decided else []
    if beneath.survives(one):
        return [Change(change="undo", decision=max(each.position for each in decided))]
    valid, start = one._replace(valid=True), beneath
    if not one.valid:
        start = beneath.instead(one, valid)
        if start.survives(valid):
            return [_with(Change(change="valid"), also if not case.instead(one, valid).survives(valid) else [])]
    needed = [] if one.valid else ["valid"]
    found = []
    for change, then in _each(start, valid):
        overruled = bool(decided) and not replace(then, overrides=case.overrides).survives(valid)
        found.append(_with(change, [*needed, *(also if overruled else [])]))
    return found


def _with(change: Change, also: list[str]) -> Change:
    return {**change, "also": also} if also else change


def _each(case: Case, one: Contribution) -> Iterator[tuple[Change, Case]]:
    """The smallest change of each kind after which a valid value survives, and the case after it."""
    lead = _lead(case)
    if lead not in {None, case.attribute}:
        yield Change(change="group", attribute=str(lead)), case
        return
    for kind in (_trusted, _timed, _withdrawn, _more_records, _placed):
        yield from kind(case, one)


def _lead(case: Case) -> str | None:
    """The attribute that decides for the group of this one: the first that has a valid value."""
    group = next((group for group in case.rules.groups if case.attribute in group), ())
    return next((name for name in group if any(one.valid for one in case.contributions.get(name, ()))), None)


def _trusted(case: Case, one: Contribution) -> Iterator[tuple[Change, Case]]:
    """The least trust in its source: it only helps to be trusted more."""
    steps = case.rules.steps(case.attribute)
    if not any(step.strategy == "most_trusted" for step in steps):
        return
    now = min(step.ratings.get(one.source, (0, None))[0] for step in steps if step.strategy == "most_trusted")

    def at(value: int) -> Case:
        return case.decided_by([_trusting(step, one.source, value) for step in steps])

    least = _least(now + 1, HIGHEST_TRUST, lambda value: at(value).survives(one))
    if least is not None:
        yield Change(change="trust", source=one.source, to=least), at(least)


def _trusting(step: AttributeStrategy, source: str, value: int) -> AttributeStrategy:
    half_life = step.ratings.get(source, (0, None))[1]
    trust = {**step.trust, source: Trust(value=value, half_life=half_life)}
    return AttributeStrategy(strategy=step.strategy, sources=step.sources, trust=trust, when=step.when)


def _timed(case: Case, one: Contribution) -> Iterator[tuple[Change, Case]]:
    """The nearest event time: a later one only helps, save where the first is taken."""
    steps = {step.strategy for step in case.rules.steps(case.attribute)}
    now = instant(one.event_time)
    known = sorted(time for each in case.offered if (time := instant(each.event_time)) > OLDEST)
    today = instant(f"{case.today}T00:00:00Z") if case.today else 0

    def at(time: int) -> Contribution:
        return one._replace(event_time=_written(time))

    def wins(time: int) -> bool:
        return case.instead(one, at(time)).survives(at(time))

    if "first" not in steps:
        nearest = _least(now + 1 if now > OLDEST else min([0, *known]), max([today, *known]) + DAY, wins)
    elif len(steps) == 1 and known:
        start = now - 1 if now > OLDEST else known[-1]
        back = _least(0, start - known[0] + 1, lambda earlier: wins(start - earlier))
        nearest = None if back is None else start - back
    else:
        return
    if nearest is not None:
        yield Change(change="event_time", to=_written(nearest)), case.instead(one, at(nearest))


def _written(time: int) -> str:
    return (EPOCH + timedelta(microseconds=time)).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _withdrawn(case: Case, one: Contribution) -> Iterator[tuple[Change, Case]]:
    """The fewest values of others withdrawn: whatever survives before it has to go, as it would go on to."""
    then, gone = case, list[str]()
    while (winner := then.survived[0]) is not None and same_as(winner) != same_as(one):
        gone.append(winner.record)
        then = then.offering([each for each in then.offered if each != winner])
    if gone and then.survives(one):
        yield Change(change="withdraw", records=sorted(set(gone))), then


def _more_records(case: Case, one: Contribution) -> Iterator[tuple[Change, Case]]:
    """So many more records that say the same, where they are counted."""
    if not any(step.strategy == "most_frequent" for step in case.rules.steps(case.attribute)):
        return

    def at(more: int) -> Case:
        return case.offering([*case.offered, *(one._replace(record=f"{one.record}~{n}") for n in range(1, more + 1))])

    least = _least(1, len(case.offered) + 1, lambda more: at(more).survives(one))
    if least is not None:
        yield Change(change="more_records", source=one.source, more=least), at(least)


def _placed(case: Case, one: Contribution) -> Iterator[tuple[Change, Case]]:
    """The nearest place in the order of sources."""
    steps = case.rules.steps(case.attribute)
    orders = {step.sources for step in steps if step.sources}
    if len(orders) != 1:
        return
    (order,) = orders
    others = [source for source in order if source != one.source]
    now = order.index(one.source) if one.source in order else len(order)

    def at(up: int) -> Case:
        sources = (*others[: now - up], one.source, *others[now - up :])
        return case.decided_by([
            AttributeStrategy(strategy=step.strategy, sources=sources if step.sources else (), trust=step.trust,
                              when=step.when)
            for step in steps
        ])  # fmt: skip

    least = _least(1 if one.source in order else 0, now, lambda up: at(up).survives(one))
    if least is not None:
        yield Change(change="priority", source=one.source, to=now - least + 1), at(least)


def _least(low: int, high: int, holds: Callable[[int], bool]) -> int | None:
    """The least number from low to high at which something holds that holds from there on; None where it never does."""
    if low > high or not holds(high):
        return None
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low
