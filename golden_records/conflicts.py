"""Conflicts: valid values that disagree where nothing but a tie-break decided between them."""

from collections.abc import Sequence

from golden_records.contributions import Contribution, same_as
from golden_records.strategies import UNRATED, Context, merit


def rivals(ranked: Sequence[Contribution], context: Context) -> list[Contribution]:
    """Give the values that are as good as the winner, itself included, where they disagree; none where all is clear.

    ranked: what the deciding step considered, best first.  A value is as good when the strategy weighs it the same,
    so that only event time, source rank or record key stood between them. Where trust falls with age, two values
    under one rating are told apart by their day: the later one is always trusted at least as much.
    """
    if len(ranked) < 2:
        return []
    weigh, best = merit(ranked, context), ranked[0]
    level = weigh(best)
    found = [one for one in ranked if weigh(one) == level and not _aged_apart(best, one, context)]
    return found if len({same_as(one) for one in found}) > 1 else []


def _aged_apart(best: Contribution, one: Contribution, context: Context) -> bool:
    if context.rule.strategy != "most_trusted":
        return False
    mine, theirs = (context.rule.ratings.get(each.source, UNRATED) for each in (best, one))
    return mine == theirs and mine[1] is not None and _day(best) != _day(one)


def _day(one: Contribution) -> str | None:
    return one.event_time and one.event_time[:10]
