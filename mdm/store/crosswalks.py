"""Crosswalks as they are looked up: kept by the resolver, read by key."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from mdm.store import bulk
from mdm.store.database import Transaction


class Found(NamedTuple):
    """Of a source key: the golden number it bears and since when; its living members in JSON, and the last's since."""

    golden: int
    since: int
    members: str
    seq: int


def change(transaction: Transaction, *, gone: Sequence[int], kept: Sequence[tuple[int, str, str, int]]) -> None:
    """Drop the crosswalks of golden numbers, and keep those of others (golden, entity type, members, seq)."""
    bulk.delete(transaction, "crosswalk", ("golden",), [(number,) for number in gone])
    bulk.upsert(transaction, "crosswalk", ("golden", "entity_type", "members", "seq"), kept, keys=1)


def of_tokens(transaction: Transaction, tokens: Collection[int]) -> dict[int, Found]:
    """By key token; without those of which there is more to say: not resolved, deleted, or of an older hub."""
    asked = "unnest(?::bigint[]) AS asked (value)" if transaction.postgresql else "json_each(?) AS asked"
    rows = transaction.rows(
        "SELECT key_token, xref.golden, since, members, seq"
        f" FROM {asked} CROSS JOIN source_record CROSS JOIN xref CROSS JOIN crosswalk"
        " WHERE key_token = asked.value AND record_id = source_record.id AND until IS NULL"
        " AND crosswalk.golden = xref.golden",
        list(tokens),
    )  # fmt: skip
    return {row[0]: Found._make(row[1:]) for row in rows}


def used_again(transaction: Transaction, tokens: Collection[int]) -> frozenset[int]:
    """Those of these key tokens whose source used the id again for another record."""
    rows = transaction.rows("SELECT key_token FROM log WHERE key_token {in} AND kind = 'incarnation'", list(tokens))
    return frozenset(row[0] for row in rows)
