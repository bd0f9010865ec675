"""The log as an auditor reads it: whole envelopes with their payloads, in order, whatever has been done to them."""

from collections.abc import Iterator
from contextlib import contextmanager

from mdm.store.database import Transaction
from mdm.store.log import ENVELOPE

AT_ONCE = 10_000
"""So many facts are read at a time."""

Envelope = tuple[object, ...]
"""All columns of `log`, in their order."""
Payload = tuple[object, object] | None
"""Salt and body of a fact; None where they are gone. Whoever edits them may leave anything there."""


def facts(transaction: Transaction) -> Iterator[tuple[Envelope, Payload]]:
    """Give every fact of the log by position: its envelope, and its payload."""
    columns = ", ".join(f"log.{name}" for name in ENVELOPE)
    after, full = -(1 << 63), True
    with _any_text(transaction):
        while full:
            rows = transaction.rows(
                f"SELECT {columns}, salt, body FROM log LEFT JOIN payload ON payload.position = log.position"
                " WHERE log.position > ? ORDER BY log.position LIMIT ?",
                after, AT_ONCE,
            )  # fmt: skip
            for *envelope, salt, body in rows:
                yield tuple(envelope), None if body is None else (salt, body)
            full = len(rows) == AT_ONCE
            after = rows[-1][0] if full else after


@contextmanager
def _any_text(transaction: Transaction) -> Iterator[None]:
    """Read what stands in a text column even if it is no text: an edit may have left anything there."""
    if transaction.postgresql:
        yield
        return
    connection = transaction.cursor.connection
    connection.text_factory = lambda found: found.decode("utf-8", "replace")
    try:
        yield
    finally:
        connection.text_factory = str


def envelopes(transaction: Transaction, *, after: int, limit: int) -> list[Envelope]:
    """Give the envelopes of the next facts."""
    columns = ", ".join(ENVELOPE)
    with _any_text(transaction):
        return transaction.rows(f"SELECT {columns} FROM log WHERE position > ? ORDER BY position LIMIT ?", after, limit)


def last(transaction: Transaction) -> Envelope | None:
    """Give the envelope of the last fact; None in an empty log."""
    return transaction.one(f"SELECT {', '.join(ENVELOPE)} FROM log ORDER BY position DESC LIMIT 1")


def payloads_without_facts(transaction: Transaction) -> list[int]:
    """Give the positions of payloads that no envelope has."""
    rows = transaction.rows(
        "SELECT payload.position FROM payload LEFT JOIN log ON log.position = payload.position"
        " WHERE log.position IS NULL ORDER BY payload.position"
    )
    return [row[0] for row in rows]
