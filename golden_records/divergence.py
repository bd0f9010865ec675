"""Divergence: which source records say something else than the golden record."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import cast

from golden_records.contributions import JSON, Contribution, same_as, without_floats
from golden_records.effective import EVER_AFTER, EVER_BEFORE, OF_ITS_OWN, Line
from golden_records.lineage import LinesEntry, Stretch

PART = "\x1f"
"""Between the parts of one standardised value, such as those of an address."""


def diverging(
    golden: Mapping[str, JSON],
    contributions: Mapping[str, Sequence[Contribution]],
    forms: Mapping[str, Collection[str]],
) -> set[tuple[str, str]]:
    """Give the (record, attribute) whose value says something else than the golden value: a function of the set.

    golden: the surviving values.  forms: the standardised golden values of attributes that a person set; those of
    others are known from the contributions.

    A record that sends no value, and one whose value its kind makes nothing of, is incomplete and does not diverge.
    Of an attribute with several values only one that the golden record does not have diverges. A value of parts
    diverges where a part that both say differs.
    """
    found: set[tuple[str, str]] = set()
    for name, value in golden.items():
        offered = contributions.get(name, ())
        if name not in forms and len({one.standardised for one in offered}) < 2:  # most say it alike
            continue
        wanted = forms[name] if name in forms else _forms(value, offered)
        found.update(
            (one.record, name)
            for one in offered
            if one.standardised is not None and not is_among(one.standardised, wanted)
        )
    return found


def is_among(form: str, golden: Collection[str]) -> bool:
    """Whether a standardised value says nothing else than one of the golden ones; among none it disagrees with none."""
    return not golden or form in golden or (PART in form and any(_compatible(form, one) for one in golden))


SetByDay = Mapping[str | None, str]
"""The standardised values that people set on days, by the first of these; of dated values alone."""


def diverging_lines(lines: Sequence[Line], entry: LinesEntry, set_by_day: SetByDay = MappingProxyType({})) -> set[str]:
    """Give the records with a dated line that says something else than the golden one of its key, on some day.

    Lines of one record that contradict each other, and lines that may not hold, are told by the lineage. A golden line
    that is not among the lines is compared with none.
    """
    return {loser["record"] for loser, _ in at_odds(lines, entry, set_by_day)}


def at_odds(
    lines: Sequence[Line], entry: LinesEntry, set_by_day: SetByDay = MappingProxyType({})
) -> list[tuple[Stretch, Stretch]]:
    """Give each stretch of days on which a record's line disagrees with the golden one, with the stretch that won."""
    said = {(line.contribution.record, line.place): same_as(line.contribution) for line in lines}
    valid = {(line.contribution.record, line.place) for line in lines if line.contribution.valid}
    golden = [(one, _golden(one, said, set_by_day)) for one in entry.get("winners", [])]
    found: list[tuple[Stretch, Stretch]] = []
    for loser in entry["losers"]:
        place = loser["record"], loser["index"]
        if place not in valid or loser["because"] in OF_ITS_OWN:
            continue
        found += [
            (cast("Stretch", loser), winner)
            for winner, form in golden
            if winner["key"] == loser["key"] and common_days(winner, loser) and form not in {said[place], None}
        ]
    return found


def _golden(winner: Stretch, said: Mapping[tuple[str, int], str], set_by_day: SetByDay) -> str | None:
    """What a golden line says, None where it says nothing to compare with."""
    if "decision" in winner:
        return set_by_day.get(winner["valid_from"])
    return said.get(_place(winner))


def _place(stretch: Stretch) -> tuple[str, int]:
    return stretch["record"], stretch["index"]


def common_days(one: Stretch, other: Stretch) -> dict[str, str | None] | None:
    """Give the days on which both hold, as `valid_from` and `valid_to`; None where there are none."""
    start = max(one["valid_from"] or EVER_BEFORE, other["valid_from"] or EVER_BEFORE)
    end = min(one["valid_to"] or EVER_AFTER, other["valid_to"] or EVER_AFTER)
    if start >= end:
        return None
    return {"valid_from": start or None, "valid_to": None if end == EVER_AFTER else end}


def _forms(value: JSON, offered: Sequence[Contribution]) -> set[str]:
    """The standardised forms of what survived."""
    values = value if isinstance(value, list) else [value]
    return {same_as(one) for one in offered if one.valid and without_floats(one.value) in values}


def _compatible(form: str, golden: str) -> bool:
    """Whether no part that both values say differs."""
    parts, others = form.split(PART), golden.split(PART)
    return len(parts) == len(others) and all(
        one == other or not one or not other for one, other in zip(parts, others, strict=True)
    )
