"""Patterns that can be trusted with any text: those that could try without end are refused when rules are read.

Python's engine tries one way through a pattern after the other. How many ways there are, for a text of LONGEST
characters, follows from the pattern alone; one with more than MOST_WAYS is refused. A longer text fits no pattern.
"""

import re
import warnings
from functools import lru_cache

LONGEST = 200
MOST_WAYS = 10_000_000
MOST_GROUPS = 50
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_REPEAT = re.compile(r"([*+?]|\{\d*(?:,\d*)?\})[?+]?")


class PatternError(ValueError):
    """A pattern that cannot be used, in words."""


@lru_cache(maxsize=1_000)
def compiled(pattern: str) -> re.Pattern[str]:
    """Make a pattern ready; raises PatternError where it is none, or could try without end."""
    if pattern.count("(") > MOST_GROUPS:
        raise PatternError(f"{pattern!r} has more than {MOST_GROUPS} groups")
    try:
        with warnings.catch_warnings(action="error"):
            ready = re.compile(pattern)
    except (re.error, OverflowError, FutureWarning) as error:
        raise PatternError(f"{pattern!r} is no regular expression: {error}") from None
    if _Reader(pattern).alternatives() > MOST_WAYS:
        detail = f"{pattern!r} can be tried in too many ways to be safe with every text"
        raise PatternError(f"{detail}: put no repeat or alternative inside a repeat, and use fewer open-ended ones")
    return ready


def fits(pattern: str, text: str) -> bool:
    """Whether the whole text is of the form that the pattern says."""
    return len(text) <= LONGEST and compiled(pattern).fullmatch(text) is not None


class _Reader:
    """Counts the ways through a pattern that `re` has taken already, so that only its shape is read."""

    def __init__(self, pattern: str) -> None:
        self.pattern, self.at = pattern, 0

    def alternatives(self) -> int:
        """Ways through what stands up to the end or a closing bracket."""
        ways = self._sequence()
        while self._next("|"):
            ways += self._sequence()
        return ways

    def _sequence(self) -> int:
        ways = 1
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            ways = min(ways * self._repeated(self._one()), MOST_WAYS + 1)
        return ways

    def _one(self) -> int:
        if self._next("("):
            self._group()
            ways = self.alternatives()
            self._next(")")
            return ways
        if self._next("\\"):
            if self.pattern[self.at] in "123456789":
                raise PatternError(f"{self.pattern!r} refers back to a group, which is not taken")
            self.at += 1
        elif found := _CLASS.match(self.pattern, self.at):
            self.at = found.end()
        else:
            self.at += 1
        return 1

    def _group(self) -> None:
        if self._next("?") and not self._next(":"):
            raise PatternError(f"{self.pattern!r} has a group that begins with '(?'; only '(?:' is taken")

    def _repeated(self, ways: int) -> int:
        found = _REPEAT.match(self.pattern, self.at)
        if found is None or found[1] in ("{}", "{,}"):
            return ways
        self.at = found.end()
        least, most = _bounds(found[1])
        if ways == 1:
            return min(most, LONGEST) - min(least, LONGEST) + 1
        total = 0
        for count in range(least, most + 1):
            total += min(ways, MOST_WAYS + 1) ** min(count, LONGEST)
            if total > MOST_WAYS:
                return MOST_WAYS + 1
        return total

    def _next(self, letter: str) -> bool:
        there = self.pattern.startswith(letter, self.at)
        self.at += there
        return there


def _bounds(repeat: str) -> tuple[int, int]:
    """The least and most times that a repeat asks for; without an end it is that of the longest text."""
    simple = {"*": (0, LONGEST), "+": (1, LONGEST), "?": (0, 1)}
    if repeat in simple:
        return simple[repeat]
    least, comma, most = repeat[1:-1].partition(",")
    low = int(least or 0)
    return low, int(most) if most else (max(low, LONGEST) if comma else low)
