"""Requests that count once: rows in, rows out."""

from typing import NamedTuple

from mdm.errors import InFlight
from mdm.log import Once
from mdm.store.database import Transaction


class Kept(NamedTuple):
    """What is known of a request: what it was, whether somebody is at it, what it did, and its answer."""

    request: str
    run: str
    until: str
    position: int | None
    status: int | None
    media_type: str | None
    body: bytes | None


def first_to_come(transaction: Transaction, once: Once, *, request: str, at: str, until: str) -> bool:
    """Keep that a request has come; False when one with its key came before."""
    return bool(
        transaction.rows(
            "INSERT INTO once (actor, key, request, run, until, created_at) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (actor, key) DO NOTHING RETURNING run",
            once.actor, once.key, request, once.run, until, at,
        )
    )  # fmt: skip


def kept(transaction: Transaction, once: Once) -> Kept | None:
    """What is known of a request with this key."""
    row = transaction.one(
        f"SELECT {', '.join(Kept._fields)} FROM once WHERE actor = ? AND key = ?", once.actor, once.key
    )
    return Kept(*row) if row else None


def take_over(transaction: Transaction, once: Once, *, before: str, until: str) -> bool:
    """Go on with a request whose run has ended without an answer; False when somebody else did."""
    return bool(
        transaction.rows(
            "UPDATE once SET run = ?, until = ? WHERE actor = ? AND key = ? AND run = ? AND status IS NULL"
            " RETURNING run",
            once.run, until, once.actor, once.key, before,
        )
    )  # fmt: skip


def took_effect(transaction: Transaction, once: Once, position: int) -> None:
    """Keep, in the transaction of the effect itself, which fact a request became first.

    Raises InFlight when another run has taken over: then this one must have no effect.
    """
    marked = transaction.rows(
        "UPDATE once SET position = COALESCE(position, ?) WHERE actor = ? AND key = ? AND run = ? RETURNING run",
        position, once.actor, once.key, once.run,
    )  # fmt: skip
    # Without any row it is a copy of the hub that is written to, in which nothing takes effect.
    if not marked and kept(transaction, once) is not None:
        raise InFlight(f"another run of the request {once.key} has taken over")


def answered(transaction: Transaction, once: Once, *, status: int, media_type: str | None, body: bytes) -> None:
    """Keep the answer of a run, unless another has taken over."""
    transaction.run(
        "UPDATE once SET status = ?, media_type = ?, body = ? WHERE actor = ? AND key = ? AND run = ?",
        status, media_type, body, once.actor, once.key, once.run,
    )  # fmt: skip


def forget(transaction: Transaction, once: Once) -> None:
    """Forget a run that had no effect, so that the request may be sent again."""
    transaction.run(
        "DELETE FROM once WHERE actor = ? AND key = ? AND run = ? AND position IS NULL AND status IS NULL",
        once.actor, once.key, once.run,
    )  # fmt: skip


def forget_before(transaction: Transaction, moment: str) -> None:
    """Forget what came before a moment."""
    transaction.run("DELETE FROM once WHERE created_at < ?", moment)
