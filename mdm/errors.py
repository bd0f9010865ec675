"""Every error the hub raises on purpose, with the HTTP status and the stable code it is shown under.

    HubError
    ├── InvalidInput 422        what was sent cannot be taken; names file, row, column and rule
    │   ├── InvalidRules 422    a rules document is not valid
    │   ├── UnreadableFile 422  a file cannot be read as the format it claims
    │   └── NotAsOf 400         a moment or a day is asked for where only the present can be told
    ├── NotFound 404            it never existed
    ├── Conflict 409            it contradicts what is in force
    │   ├── NeedsApproval 409   a second person has to approve it
    │   ├── Settled 409         the proposal is open no longer
    │   └── InFlight 409        a request with the same Idempotency-Key is being carried out
    ├── Stale 412               it has changed since it was read
    ├── Unauthorised 401        no key and no session, or one that is not known
    ├── Forbidden 403           the key has no right to it
    ├── Gone 410                it was there, and is kept no longer
    ├── TooLarge 413            more than the stated limit
    ├── TooMany 429             too often; says when to try again
    └── Unavailable 503         the database cannot be reached, or something that is needed is not there

The command line prints `detail` on one line and exits 1; HTTP renders `application/problem+json`.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with an input: where it stands (a JSON pointer), what it is, the rule it breaks."""

    pointer: str
    detail: str
    rule: str
    value: object = None


class HubError(Exception):
    """Anything the hub refuses, in one clear line that says what to do."""

    status = 500
    code = "error"
    title = "The request could not be carried out"

    def __init__(self, detail: str, *, faults: Sequence[Fault] = (), extra: dict[str, object] | None = None) -> None:
        """Keep the line for the reader, the single faults, and further members of the problem document."""
        super().__init__(detail)
        self.detail = detail
        self.faults = tuple(faults)
        self.extra = extra or {}


class InvalidInput(HubError):
    """What was sent cannot be taken."""

    status, code, title = 422, "invalid_input", "The input is not valid"


class InvalidRules(InvalidInput):
    """A rules document is not valid."""

    code, title = "invalid_rules", "The rules document is not valid"


class UnreadableFile(InvalidInput):
    """A file cannot be read as the format it claims to have."""

    code, title = "unreadable_file", "The file cannot be read"


class NotAsOf(InvalidInput):
    """A moment or a day is asked for where only the present can be told."""

    status, code, title = 400, "not_as_of", "Only the present can be told here"


class NoRepeat(InvalidInput):
    """An Idempotency-Key where nothing of a request is kept."""

    status, code, title = 400, "no_idempotency_key", "No Idempotency-Key is taken here"


class NotFound(HubError):
    """It never existed."""

    status, code, title = 404, "not_found", "Not found"


class Conflict(HubError):
    """It contradicts what is in force."""

    status, code, title = 409, "conflict", "Conflict with what is in force"


class NeedsApproval(Conflict):
    """The rules ask for a second person."""

    code, title = "needs_approval", "A second person has to approve it"

    def __init__(self, needs: Sequence[str]) -> None:
        """Keep why, for each rule that asks."""
        super().__init__(f"a second person has to approve it: {'; '.join(needs)}", extra={"needs": list(needs)})
        self.needs = tuple(needs)


class Settled(Conflict):
    """The proposal is open no longer."""

    code, title = "settled", "The proposal is open no longer"


class InFlight(Conflict):
    """A request with the same Idempotency-Key is being carried out."""

    code, title = "in_flight", "The same request is being carried out"


class Stale(HubError):
    """It has changed since it was read."""

    status, code, title = 412, "stale", "Changed since it was read"


class Unauthorised(HubError):
    """No key and no session, or one that is not known."""

    status, code, title = 401, "unauthorised", "A valid key is needed"


class Forbidden(HubError):
    """The key has no right to it."""

    status, code, title = 403, "forbidden", "Not allowed"


class Gone(HubError):
    """It was there, and is kept no longer."""

    status, code, title = 410, "gone", "No longer kept"


class TooLarge(HubError):
    """More than the stated limit."""

    status, code, title = 413, "too_large", "Too large"


class TooMany(HubError):
    """Too often; says when to try again."""

    status, code, title = 429, "too_many", "Too many requests"

    def __init__(self, detail: str, *, retry_after: int) -> None:
        """Keep after how many seconds it may be tried again."""
        super().__init__(detail, extra={"retry_after": retry_after})
        self.retry_after = retry_after


class Unavailable(HubError):
    """The database cannot be reached or is not ready, or a process that was needed was killed."""

    status, code, title = 503, "unavailable", "Not available at the moment"
