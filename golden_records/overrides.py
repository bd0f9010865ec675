"""Override: a value that a person set stands above every strategy, until a day or until what it overruled changes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, cast

from golden_records.contributions import JSON, Contribution, canonical, same_as, without_floats
from golden_records.effective import EVER_AFTER, EVER_BEFORE
from golden_records.lineage import LineageEntry, Loser, Winner
from golden_records.strategies import Ranking

OVERRIDDEN = "overridden"


class Override(NamedTuple):
    """A value that a person set on one attribute, by the log position of the decision.

    value: None or an empty list sets the attribute to nothing.  until: the ISO date of the first day on which it no
    longer holds, None when it has no end.  overruled: the values that survived without it when it was decided, by
    attribute, as contributions of nobody; it holds only while the same survive. None holds whatever sources say.
    start, end: of a dated attribute, the first day on which the value holds and the first on which it does not; ISO
    dates, None is open.
    """

    attribute: str
    position: int
    value: JSON
    until: str | None
    overruled: Mapping[str, Sequence[Contribution]] | None
    start: str | None = None
    end: str | None = None


def holding(overrides: Iterable[Override], rankings: Mapping[str, Ranking], *, today: str | None) -> list[Override]:
    """Find the override of each attribute that holds: the latest that has not ended.

    rankings: of the contributions to each attribute, as they survive without any override.
    today: the ISO date of the latest tick, None before the first, when no override has ended.
    """
    found: dict[str, Override] = {}
    for one in sorted(overrides, key=lambda one: one.position, reverse=True):
        if one.attribute not in found and not has_ended(one, today) and _overrules_the_same(one, rankings):
            found[one.attribute] = one
    return [found[name] for name in sorted(found)]


def holds(one: Override, on: str) -> bool:
    """Say whether an override of a dated attribute is about a day, an ISO date; "" is before all days."""
    return (one.start or EVER_BEFORE) <= on < (one.end or EVER_AFTER)


def has_ended(one: Override, today: str | None) -> bool:
    """Say whether the day has come on which an override no longer holds."""
    return one.until is not None and today is not None and one.until <= today


def _overrules_the_same(one: Override, rankings: Mapping[str, Ranking]) -> bool:
    return one.overruled is None or all(
        _agree(then, rankings.get(attribute, ())) for attribute, then in one.overruled.items()
    )


def _agree(then: Iterable[Contribution], ranking: Sequence[tuple[Contribution, str]]) -> bool:
    """Whether the values of then are those that survive; one that is still offered agrees as it does today."""
    today = {_text(each): same_as(each) for each, _ in ranking}
    return {today.get(_text(one), same_as(one)) for one in then} == {
        same_as(each) for each, because in ranking if not because
    }


def _text(one: Contribution) -> str:
    return canonical(without_floats(one.value))


def shown(one: Override, *, many: bool) -> JSON:
    """Give the value as a golden record shows it, None for nothing; many: the attribute keeps a list of values."""
    value = without_floats(one.value)
    if isinstance(value, list):
        return (value or None) if many else value[0] if value else None
    return [value] if many and value is not None else value


def overridden(entry: LineageEntry | None, one: Override, *, strategy: str) -> LineageEntry:
    """Write the lineage of an overridden attribute: what would have survived lost to the decision.

    strategy: named where nobody offered a value.
    """
    before: LineageEntry = {"losers": [], "strategy": strategy} if entry is None else entry
    would_be = [before["winner"]] if "winner" in before else before.get("winners", [])
    losers = [{**cast("Winner", place), "because": OVERRIDDEN} for place in would_be]
    kept: LineageEntry = {
        "winner": {"decision": one.position},
        "losers": [*cast("list[Loser]", losers), *before["losers"]],
        "strategy": before["strategy"],
    }
    return {**kept, "step": before["step"]} if "step" in before else kept
