"""From what a caller says about time to a position of the log."""

from mdm.errors import Fault, InvalidInput
from mdm.ingest.incoming import time_text
from mdm.store import log as stored_log
from mdm.store.database import Transaction
from mdm.store.xref import NOW

AsOf = str | int | None


def position(transaction: Transaction, as_of: AsOf, *, name: str = "as_of") -> int:
    """The position that a moment means: a log position itself, any ISO 8601 date or time, or None for now.

    A moment means the last fact recorded at or before it, a date its first instant in UTC. Before the first fact that
    is 0, where nothing was known; a position or moment yet to come means what is known now.

    Raises InvalidInput for text that is none of these.
    """
    if as_of is None:
        return NOW
    if isinstance(as_of, int) or (as_of.isascii() and as_of.isdigit()):
        return min(int(as_of), NOW) if len(str(as_of)) < 20 else NOW
    try:
        moment = time_text(as_of)
    except ValueError as error:
        detail = f"{name} takes a log position or an ISO 8601 date or time, and this {error}"
        raise InvalidInput(detail, faults=[Fault(f"/query/{name}", detail, "time")]) from error
    return stored_log.position_at(transaction, moment)


def from_cursor(cursor: str) -> int:
    """The position at which the page before ended, newest first; raises InvalidInput for what no page gave."""
    if cursor.isascii() and cursor.isdigit() and len(cursor) <= 18:
        return int(cursor)
    detail = f"a cursor is the `next` of the page before, not {cursor!r}"
    raise InvalidInput(detail, faults=[Fault("/query/cursor", detail, "cursor")])
