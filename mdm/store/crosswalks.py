"""Crosswalks as they are looked up: kept by the resolver, read by key."""

from collections.abc import Sequence
from typing import Any

from mdm.store import bulk
from mdm.store.database import Transaction

Found = tuple[int, int, int, str, int]
"""Of a source key, by its token: the golden number that it bears, since when, its living members in JSON, and since
when the last of them is there. Rows as they come: to make an object of each takes a third as long as to read them."""
FoundNow = tuple[int, int, int, str, int, bool, int]
"""The same, whether its source used the id again, and where rules were applied last."""


def change(transaction: Transaction, *, gone: Sequence[int], kept: Sequence[tuple[int, str, str, int]]) -> None:
    """Drop the crosswalks of golden numbers, and keep those of others (golden, entity type, members, seq)."""
    bulk.delete(transaction, "crosswalk", ("golden",), [(number,) for number in gone])
    bulk.upsert(transaction, "crosswalk", ("golden", "entity_type", "members", "seq"), kept, keys=1)


def of_tokens(transaction: Transaction, tokens: Sequence[int]) -> dict[int, Found]:
    """By key token; without those of which there is more to say: not resolved, deleted, or of an older hub."""
    return _found(transaction, tokens, _FOUND)


def now(transaction: Transaction, tokens: Sequence[int]) -> dict[int, FoundNow]:
    """The same, with all that a key is answered by from one statement."""
    return _found(transaction, tokens, _FOUND_NOW)


def _statements(more: str) -> dict[bool, str]:
    """For PostgreSQL, and for SQLite."""
    return {
        postgresql: f"SELECT key_token, xref.golden, since, members, seq{more} FROM {asked}"
        " CROSS JOIN source_record CROSS JOIN xref CROSS JOIN crosswalk"
        " WHERE key_token = asked.value AND record_id = source_record.id AND until IS NULL"
        " AND crosswalk.golden = xref.golden"
        for postgresql, asked in ((True, "unnest(?::bigint[]) AS asked (value)"), (False, "json_each(?) AS asked"))
    }


_FOUND = _statements("")
_FOUND_NOW = _statements(
    ", EXISTS (SELECT 1 FROM log WHERE log.key_token = asked.value AND kind = 'incarnation'),"
    " (SELECT max(position) FROM rules_document)"
)


def _found(transaction: Transaction, tokens: Sequence[int], statements: dict[bool, str]) -> dict[int, Any]:
    # In their order, neighbours in the index are read one after the other.
    rows = transaction.rows(statements[transaction.postgresql], sorted(tokens))
    return {row[0]: row for row in rows}
