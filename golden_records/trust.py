"""Trust in a value: an integer that falls with the value's age, and the day on which that next matters."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

# The trust of a source, and after how many days it is halved (None = never).
Rating = tuple[int, int | None]
# What the trust in one value depends on beside today: its source's rating, and its event time.
Rated = tuple[Rating, str | None]
LAST_DAY = date.max.toordinal()


@lru_cache(maxsize=100_000)
def day(text: str) -> int:
    """Return the day number of an ISO date, counted from the year 1; raises ValueError for any other text."""
    return date.fromisoformat(text).toordinal()


def trust(rating: Rating, event_time: str | None, today: int | None) -> int:
    """Return how far a value is trusted today, between 0 and its source's `value`.

    The trust falls in a straight line within each half-life and is halved at its end, in integers only:
    no float decides what is true. An age is in whole days, from the date of the event time (ISO 8601 UTC) to
    `today` (a day number). A value with a half-life and no event time is fully decayed; `today` None means
    that no day has been told yet, and nothing else has decayed.
    """
    value, half_life = rating
    if half_life is None:
        return value
    if event_time is None:
        return 0
    return trust_at_age(rating, max(0, today - day(event_time[:10])) if today is not None else 0)


@lru_cache(maxsize=100_000)
def trust_at_age(rating: Rating, age: int) -> int:
    """Return the trust that is left after `age` days; it never rises as the age grows."""
    value, half_life = rating
    if half_life is None:
        return value
    halvings, days = divmod(age, half_life)
    return (value * (2 * half_life - days) // (2 * half_life)) >> halvings


@lru_cache(maxsize=100_000)
def age_at(rating: Rating, level: int) -> int | None:
    """Return the first age in days at which the trust is `level` (0 or more) or below, None when never."""
    value, half_life = rating
    if half_life is None:
        return None if value > level else 0
    low, high = 0, half_life * value.bit_length()
    while low < high:
        middle = (low + high) // 2
        if trust_at_age(rating, middle) <= level:
            high = middle
        else:
            low = middle + 1
    return low


@lru_cache(maxsize=10_000)
def order_due(ranked: tuple[Rated, ...], today: int | None) -> int | None:
    """Find the first day on which values ranked by trust could change places, or why they lost.

    ranked: best first. Never late; sometimes early where both values of a pair decay. None when nothing can
    change any more. Values under one rating never change places: the later of them is always trusted at
    least as much, and wins a tie.
    """
    days: list[int] = []
    best = above = ranked[0]
    for below in ranked[1:]:
        for upper in (above,) if above is best else (above, best):
            if upper[0] != below[0]:
                days += _pair_due(upper, below, today)
        above = below
    return min((due for due in days if due <= LAST_DAY), default=None)


def _pair_due(upper: Rated, lower: Rated, today: int | None) -> Iterable[int]:
    """Find the days on which the upper value stops being trusted more, or an equal pair being equal."""
    above, below = trust(*upper, today), trust(*lower, today)
    if above > below:
        yield from _falls_to(upper, below)
    elif above > 0:
        yield from _falls_to(upper, above - 1)
        yield from _falls_to(lower, below - 1)


def _falls_to(rated: Rated, level: int) -> Iterable[int]:
    rating, event_time = rated
    age = age_at(rating, level)
    if age is not None and event_time is not None:
        yield day(event_time[:10]) + age
