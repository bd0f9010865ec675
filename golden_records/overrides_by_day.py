"""Overrides of dated values: what people set stands above every source on its days, and on no others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from golden_records.contributions import JSON
from golden_records.effective import EVER_AFTER, EVER_BEFORE, VALUE
from golden_records.overrides import OVERRIDDEN, Override, shown

Timeline = list[dict[str, JSON]]
Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Held:
    """Days on which one value holds (None: none does), and the winner of the lineage that says why."""

    start: str
    end: str
    value: JSON
    winner: Mapping[str, Any]


def overrule_by_day(
    timeline: Sequence[Mapping[str, JSON]], entry: Mapping[str, Any] | None, overrides: Sequence[Override], *,
    strategy: str,
) -> tuple[Timeline, Entry]:  # fmt: skip
    """Give the values of all days, and their lineage, under these overrides: on each day the latest holds.

    timeline, entry: as they survive without.  strategy: named where nobody offered a value.

    The winners of the lineage are in the order of their days; one that a person set has the days of the decision, and
    no value beside it where the decision sets the attribute to nothing.
    """
    before: Mapping[str, Any] = entry or {"losers": [], "strategy": strategy, "overlaps": [], "gaps": []}
    winners = before.get("winners", ())
    held = [_Held(*_days(one), one[VALUE], winner) for one, winner in zip(timeline, winners, strict=True)]
    lost: list[Entry] = []
    for one in sorted(overrides, key=lambda one: one.position):
        own = _Held(
            one.start or EVER_BEFORE, one.end or EVER_AFTER, shown(one, many=False),
            {"decision": one.position, "key": {}},
        )  # fmt: skip
        lost += [_told(cut, because=OVERRIDDEN) for cut in _under(held, own) if "record" in cut.winner]
        held = sorted([*_beside(held, own), own], key=lambda one: one.start)
    values = [one for one in held if one.value is not None]
    kept: Entry = {
        **before, "winners": [_told(one) for one in held], "losers": [*lost, *before["losers"]], "gaps": _gaps(values),
    }  # fmt: skip
    return [{VALUE: one.value, **_open(one)} for one in values], kept


def _days(line: Mapping[str, Any]) -> tuple[str, str]:
    return line["valid_from"] or EVER_BEFORE, line["valid_to"] or EVER_AFTER


def _open(held: _Held) -> dict[str, JSON]:
    return {"valid_from": held.start or None, "valid_to": None if held.end == EVER_AFTER else held.end}


def _under(held: Sequence[_Held], own: _Held) -> list[_Held]:
    """What held on the days of another, on those days."""
    return [
        replace(one, start=max(one.start, own.start), end=min(one.end, own.end))
        for one in held
        if one.start < own.end and own.start < one.end
    ]


def _beside(held: Sequence[_Held], own: _Held) -> list[_Held]:
    """What goes on holding before and after the days of another."""
    before = [replace(one, end=min(one.end, own.start)) for one in held if one.start < own.start]
    after = [replace(one, start=max(one.start, own.end)) for one in held if own.end < one.end]
    return [*before, *after]


def _told(held: _Held, **more: str) -> Entry:
    return {**held.winner, **_open(held), **more}


def _gaps(values: Sequence[_Held]) -> list[Entry]:
    return [
        {"key": {}, "valid_from": one.end, "valid_to": other.start}
        for one, other in pairwise(values)
        if one.end < other.start
    ]
