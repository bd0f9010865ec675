"""What a hub refuses, as exceptions: one tree, told apart by what a caller can do about it.

HubError
├── InvalidInput    what was sent cannot be taken: mend it; `errors` name each place
├── Unauthorised    the key is not known, or no longer
├── Forbidden       the key has no right to it
├── NotFound        it never existed
├── Gone            it is kept no longer; of the feed: begin again with `snapshot`
├── Conflict        it contradicts what is in force; `problem` says what
├── Stale           it has changed since it was read: read it again
└── Unavailable     the hub cannot be reached, is too busy, or failed: tried again until patience ended
"""

from collections.abc import Mapping
from typing import Any

import httpx2


class HubError(Exception):
    """A request that was not carried out.

    status: of the HTTP answer, 0 when there was none.  code: the stable name of what went wrong.  errors: each fault
    as `{"pointer", "detail", "rule"}`.  problem: the whole problem document (RFC 9457).  request_id: for the hub's log.
    """

    def __init__(self, detail: str, *, status: int = 0, problem: Mapping[str, Any] | None = None) -> None:
        """Keep the line for the reader, and the rest for programs."""
        super().__init__(detail)
        self.status, self.problem = status, dict(problem or {})
        self.code: str = self.problem.get("code", "unreachable" if not status else "error")
        self.errors: list[dict[str, Any]] = self.problem.get("errors", [])
        self.request_id: str | None = self.problem.get("request_id")


class InvalidInput(HubError):
    """What was sent cannot be taken."""


class Unauthorised(HubError):
    """The key is not known."""


class Forbidden(HubError):
    """The key has no right to it."""


class NotFound(HubError):
    """It never existed."""


class Gone(HubError):
    """It is kept no longer: of the feed, begin again with a snapshot."""


class Conflict(HubError):
    """It contradicts what is in force."""


class Stale(HubError):
    """It has changed since it was read."""


class Unavailable(HubError):
    """The hub cannot be reached or is too busy; `retry_after` is how many seconds it asked to wait."""

    retry_after: float | None = None


BUSY = frozenset({429, 502, 503, 504})
"""Statuses that say nothing about the request: the same may succeed a little later."""
BY_STATUS: dict[int, type[HubError]] = {
    **dict.fromkeys((400, 413, 415, 422), InvalidInput),
    401: Unauthorised,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    412: Stale,
}


def raise_for(response: httpx2.Response) -> None:
    """Raise what an answer says; nothing when it is a success."""
    if response.is_success:
        return
    try:
        problem = response.json()
    except ValueError:  # a proxy answered, or the connection broke off
        problem = {}
    detail = problem.get("detail") or f"{response.request.method} {response.request.url.path}: {response.status_code}"
    if response.status_code in BUSY:
        failed = Unavailable(detail, status=response.status_code, problem=problem)
        failed.retry_after = _seconds(response.headers.get("Retry-After"))
        raise failed
    raise BY_STATUS.get(response.status_code, HubError)(detail, status=response.status_code, problem=problem)


def _seconds(written: str | None) -> float | None:
    """RFC 9110 also allows a date, which hubs do not send."""
    return float(written) if written is not None and written.isdecimal() else None
