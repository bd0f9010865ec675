"""The moment that readers ask about: what was known at a position of the log, about a day of the world."""

from typing import NamedTuple

THEN = "{0}.since <= ? AND ({0}.until IS NULL OR {0}.until > ?)"
"""What a row that stood at a position meets, which is to be given twice."""
HOLDS = f"{THEN} AND {{0}}.valid_from <= ? AND ({{0}}.valid_to IS NULL OR {{0}}.valid_to > ?)"
"""What a row meets that stood at a position and holds on a day: `Moment.both`."""


def standing(name: str, at: int, on: str | None) -> tuple[str, list[int | str]]:
    """What a row meets that stood at a position, and on a day where one is given; with the values that it asks for."""
    if on is None:
        return THEN.format(name), [at, at]
    return HOLDS.format(name), [*Moment(at, on).both]


class Moment(NamedTuple):
    """A position of the log, and an ISO date; "" is before all days."""

    at: int
    on: str

    @property
    def both(self) -> tuple[int, int, str, str]:
        """The values that `HOLDS` asks for."""
        return self.at, self.at, self.on, self.on
