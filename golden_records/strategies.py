"""Strategies: how the contributions to one attribute are ranked; a strategy's docstring is its help text."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from types import MappingProxyType
from typing import Any, NamedTuple

from golden_records.conditions import Beside
from golden_records.contributions import JSON, Contribution, canonical, same_as
from golden_records.rules import AttributeStrategy, StrategyName
from golden_records.trust import Rating, order_due, trust

# A source that nobody rated is trusted least.
UNRATED: Rating = (0, None)
SAME_VALUE = "same value"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OLDEST = (datetime.min.replace(tzinfo=UTC) - EPOCH) // timedelta(microseconds=1) - 1
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")

# Best first. The reason of a loser says why it lost to the best; a value that survives has none ("").
Ranking = list[tuple[Contribution, str]]


class Context(NamedTuple):
    """What a strategy may know beside the contributions: the rank of each source, the day, the rule.

    beside: what the records have of other attributes, for conditions.
    """

    ranks: Mapping[str, int]
    today: int | None
    rule: AttributeStrategy
    beside: Beside = MappingProxyType({})


Merit = Callable[[Contribution], Any]
Strategy = Callable[[Sequence[Contribution], Context], Ranking]


def merit(contributions: Sequence[Contribution], context: Context) -> Merit:
    """Give what the rule's strategy, other than union, weighs these contributions by; equal ones tie."""
    return MERITS[context.rule.strategy](contributions, context)


def _by_trust(_: Sequence[Contribution], context: Context) -> Merit:
    ratings, today = context.rule.ratings, context.today
    return lambda one: trust(ratings.get(one.source, UNRATED), one.event_time, today)


def _by_frequency(contributions: Sequence[Contribution], _: Context) -> Merit:
    records: dict[str, set[str]] = defaultdict(set)
    for one in contributions:
        records[same_as(one)].add(one.record)
    return lambda one: len(records[same_as(one)])


def _by_place(_: Sequence[Contribution], context: Context) -> Merit:
    order = {source: place for place, source in enumerate(context.rule.sources)}
    return lambda one: order.get(one.source, len(order))


def most_trusted(contributions: Sequence[Contribution], context: Context) -> Ranking:
    """Take the value from the source with the highest trust, which may fall as the value grows older."""
    return _ranked(contributions, context, worse=_less_trusted)


def most_recent(contributions: Sequence[Contribution], context: Context) -> Ranking:
    """Take the value with the latest event time; a value without an event time counts as the oldest."""
    return _ranked(contributions, context, worse="older")


def first(contributions: Sequence[Contribution], context: Context) -> Ranking:
    """Take the value with the earliest event time; one without an event time comes last."""
    return _ranked(contributions, context, worse="not the earliest", least=True)


def most_frequent(contributions: Sequence[Contribution], context: Context) -> Ranking:
    """Take the value that the most source records agree on."""
    return _ranked(contributions, context, worse="less frequent")


def most_complete(contributions: Sequence[Contribution], context: Context) -> Ranking:
    """Take the value that says the most: the text with the most words, the document with the most fields."""
    return _ranked(contributions, context, worse="less complete")


def longest(contributions: Sequence[Contribution], context: Context) -> Ranking:
    """Take the value with the most characters; runs of spaces count as one."""
    return _ranked(contributions, context, worse="shorter")


def shortest(contributions: Sequence[Contribution], context: Context) -> Ranking:
    """Take the value with the fewest characters; runs of spaces count as one."""
    return _ranked(contributions, context, worse="longer", least=True)


def smallest(contributions: Sequence[Contribution], context: Context) -> Ranking:
    """Take the smallest number, the earliest date or the text that sorts first; numbers come before text."""
    return _ranked(contributions, context, worse="greater", least=True)


def greatest(contributions: Sequence[Contribution], context: Context) -> Ranking:
    """Take the greatest number, the latest date or the text that sorts last; text comes after numbers."""
    return _ranked(contributions, context, worse="smaller")


def union(contributions: Sequence[Contribution], context: Context) -> Ranking:
    """Keep every distinct value, as a list: latest event time first, then by source rank and record key."""
    seen: set[str] = set()
    ranking: Ranking = []
    for one in in_tie_order(contributions, context.ranks):
        same = same_as(one)
        ranking.append((one, SAME_VALUE if same in seen else ""))
        seen.add(same)
    return ranking


def source_priority(contributions: Sequence[Contribution], context: Context) -> Ranking:
    """Take the value from the first of the listed sources that has one; other sources come after."""
    return _ranked(contributions, context, worse="source of lower priority", least=True)


STRATEGIES: dict[StrategyName, Strategy] = {
    "most_trusted": most_trusted,
    "most_recent": most_recent,
    "most_frequent": most_frequent,
    "most_complete": most_complete,
    "longest": longest,
    "shortest": shortest,
    "first": first,
    "min": smallest,
    "max": greatest,
    "union": union,
    "source_priority": source_priority,
}


def due_of(ranked: Sequence[Contribution], context: Context) -> int | None:
    """Find the first day on which falling trust could change the order of valid contributions, or a reason in it."""
    if len(ranked) < 2 or context.rule.strategy != "most_trusted" or not context.rule.decays:
        return None
    ratings = context.rule.ratings
    return order_due(tuple((ratings.get(one.source, UNRATED), one.event_time) for one in ranked), context.today)


def in_tie_order(contributions: Sequence[Contribution], ranks: Mapping[str, int]) -> list[Contribution]:
    """Sort by event time (latest first, missing oldest), then source rank, then record key.

    Values that one record brings at one time keep their order, which `distinct` has taken from the values.
    """
    unranked = len(ranks)
    return sorted(
        contributions,
        key=lambda one: (-instant(one.event_time), ranks.get(one.source, unranked), one.record),
    )


def _ranked(
    contributions: Sequence[Contribution],
    context: Context,
    *,
    worse: str | Callable[[Contribution, Contribution, Context], str],
    least: bool = False,
) -> Ranking:
    """Sort by merit, ties in tie order; `worse` is why one of another merit than the best lost."""
    weigh = merit(contributions, context)
    ordered = [(weigh(one), one) for one in in_tie_order(contributions, context.ranks)]
    ordered.sort(key=itemgetter(0), reverse=not least)
    best_merit, best = ordered[0]
    best_value = same_as(best)
    ranking = [(best, "")]
    for its_merit, one in ordered[1:]:
        if same_as(one) == best_value:
            because = SAME_VALUE
        elif its_merit == best_merit:
            because = _tie_lost(best, one, context)
        else:
            because = worse if isinstance(worse, str) else worse(best, one, context)
        ranking.append((one, because))
    return ranking


def _less_trusted(best: Contribution, one: Contribution, context: Context) -> str:
    """Say why: under one trust rule only age sets two values apart, and that reason does not come and go."""
    ratings = context.rule.ratings
    if ratings.get(best.source, UNRATED) == ratings.get(one.source, UNRATED):
        return _tie_lost(best, one, context)
    return "less trusted"


def _tie_lost(best: Contribution, one: Contribution, context: Context) -> str:
    if instant(best.event_time) != instant(one.event_time):
        return "no event time" if one.event_time is None else "older"
    unranked = len(context.ranks)
    if context.ranks.get(best.source, unranked) != context.ranks.get(one.source, unranked):
        return "source ranks lower"
    return "record key sorts later" if best.record != one.record else "value sorts later"


@lru_cache(maxsize=100_000)
def instant(event_time: str | None) -> int:
    """Return microseconds since 1970, a missing event time before all: text would sort "…:00.5Z" first."""
    if event_time is None:
        return OLDEST
    return (datetime.fromisoformat(event_time) - EPOCH) // timedelta(microseconds=1)


def _filled(value: JSON) -> int:
    if isinstance(value, str):
        return len(value.split())
    if isinstance(value, dict | list):
        return sum(min(1, _filled(item)) for item in (value.values() if isinstance(value, dict) else value))
    return 0 if value is None else 1


def _length(one: Contribution) -> int:
    text = one.value if isinstance(one.value, str) else canonical(one.value)
    return len(" ".join(text.split()))


def _magnitude(one: Contribution) -> list[tuple[int, Decimal, str]]:
    text = one.standardised
    if text is None:
        text = one.value if isinstance(one.value, str) else canonical(one.value)
    return [_part(part) for part in text.split("\x1f")]


def _part(text: str) -> tuple[int, Decimal, str]:
    return (0, Decimal(text), "") if NUMBER.fullmatch(text) else (1, Decimal(0), text)


MERITS: dict[StrategyName, Callable[[Sequence[Contribution], Context], Merit]] = {
    "most_trusted": _by_trust,
    "most_recent": lambda *_: lambda one: instant(one.event_time),
    "most_frequent": _by_frequency,
    "most_complete": lambda *_: lambda one: _filled(one.value),
    "longest": lambda *_: _length,
    "shortest": lambda *_: _length,
    "first": lambda *_: lambda one: (one.event_time is None, instant(one.event_time)),
    "min": lambda *_: _magnitude,
    "max": lambda *_: _magnitude,
    "source_priority": _by_place,
}
