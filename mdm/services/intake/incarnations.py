"""Ids that a source used again: what was created at another time is another record, with a key of its own.

The first record of an id keeps the plain key, with its history, its cross-reference and its golden ID. Each later one
is known as `id~created`, a fact under the plain key says so, and nothing but values can make the two one thing.
"""

from collections.abc import Collection, Sequence
from typing import Any

from mdm.log import Fact, Key, key_token
from mdm.store import log, records
from mdm.store.database import Transaction
from mdm.store.xref import NOW

Body = dict[str, Any]
BETWEEN = "~"


def later_key(plain: Key, created: str) -> Key:
    """The key of the record of an id that was created then, where another one bears the id."""
    return Key(plain.source, plain.entity_type, f"{plain.source_id}{BETWEEN}{created}")


def created_of(known: Sequence[tuple[int, Body]]) -> str | None:
    """When the record was created, as the first of its versions that tells says; None where none does.

    A position of 0 or below counts on from the end of the log.
    """
    placed = [(position <= 0, abs(position), body["created"]) for position, body in known if "created" in body]
    return min(placed)[2] if placed else None


def fact_of(plain: Key, created: str, token: int) -> Fact:
    """The fact that an id was used again; `token` is that of the plain key."""
    later = later_key(plain, created)
    body = {"source": plain.source, "source_id": plain.source_id, "created": created, "record": later.source_id}
    return Fact("incarnation", plain.entity_type, body, token)


def told(transaction: Transaction, token: int, *, at: int = NOW) -> list[dict[str, str]]:
    """The later records of an id up to a position, as they came: `[{"source_id", "created"}, ...]`."""
    return [
        {"source_id": body["record"], "created": body["created"]}
        for body in log.said_about(transaction, "incarnation", token, upto=at)
    ]


def whose_ids(transaction: Transaction, tokens: Collection[int], salt: bytes) -> dict[int, int]:
    """Of these records those that are later ones of an id, and the key tokens of the plain ids."""
    found: dict[int, int] = {}
    for record in records.by_column(transaction, "key_token", list(tokens)):
        plain, between, created = record.source_id.rpartition(BETWEEN)
        token = key_token(salt, str(Key(record.source, record.entity_type, plain))) if between else 0
        if between and any(one["created"] == created for one in told(transaction, token)):
            found[record.key_token] = token
    return found
