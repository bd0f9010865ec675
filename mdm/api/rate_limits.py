"""How many requests a key or a person may send a minute, and what they are told of it.

Source: draft-ietf-httpapi-ratelimit-headers-10 (RateLimit, RateLimit-Policy); the generic cell rate algorithm (ITU-T
I.371), which keeps one number for each: when what it has sent so far would be due at an even pace.

Each server process counts for itself: a key that spreads its requests over N of them gets at most N times as many.
"""

import math
from dataclasses import dataclass, field

from mdm.errors import TooMany

WINDOW = 60.0
MOST = 100_000
"""Keys that are counted at once; beyond that those are forgotten that have their whole quota again."""
Headers = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class RateLimits:
    """Counts requests by who sends them; `quota` is how many a minute, None for any number."""

    quota: int | None
    _due: dict[str, float] = field(default_factory=dict)

    def take(self, actor: str, moment: float) -> Headers:
        """Count a request, and give the headers that tell what is left; raises TooMany when nothing is.

        moment: seconds of a clock that only goes forward.
        """
        if self.quota is None:
            return []
        if len(self._due) > MOST:
            self._due = {name: due for name, due in self._due.items() if due > moment}
        pace, due = WINDOW / self.quota, max(self._due.get(actor, moment), moment)
        # A thousandth of a second of tolerance, for what floating point rounds.
        early = due + pace - moment - WINDOW
        if early > 0.001:
            seconds = math.ceil(early)
            raise TooMany(
                f"{actor} may send {self.quota:,} requests a minute; try again in {seconds} seconds",
                retry_after=seconds,
            )
        self._due[actor] = due = due + pace
        left = int((WINDOW - (due - moment)) / pace + 0.001)
        return headers(self.quota, left=left, seconds=math.ceil(due - moment))


def headers(quota: int, *, left: int, seconds: int) -> Headers:
    """What is allowed, how many requests are left of it, and in how many seconds all of it is there again."""
    return [
        (b"ratelimit-policy", b'"requests";q=%d;w=%d' % (quota, WINDOW)),
        (b"ratelimit", b'"requests";r=%d;t=%d' % (left, seconds)),
    ]
