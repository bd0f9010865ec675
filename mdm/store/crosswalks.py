"""Crosswalks as they are looked up: kept by the resolver, read by key."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import orjson

from mdm.store import bulk
from mdm.store.database import Transaction
from mdm.store.keys import Bearer
from mdm.store.standing import ReadsAtOnce, StandingReads

FoundNow = tuple[int, int, int, str, int, bool, int]
"""Of a source key, by its token: the golden number that it bears, since when, its living members in JSON, since when
the last of them is there, whether its source used the id again, and where rules were applied last. Rows as they come:
to make an object of each takes a third as long as to read them."""


class Found(NamedTuple):
    """Of many source keys those that were found, as columns: where each stands among them, and what it bears.

    Those that are only written on are text. `rules_at` is where rules were applied last.
    """

    places: Sequence[int]
    goldens: Sequence[int]
    since: Sequence[str]
    members: Sequence[str]
    seqs: Sequence[str]
    rules_at: int | None


def change(transaction: Transaction, *, gone: Sequence[int], kept: Sequence[tuple[int, str, str, int]]) -> None:
    """Drop the crosswalks of golden numbers, and keep those of others (golden, entity type, members, seq)."""
    bulk.delete(transaction, "crosswalk", ("golden",), [(number,) for number in gone])
    bulk.upsert(transaction, "crosswalk", ("golden", "entity_type", "members", "seq"), kept, keys=1)


def of_tokens(transaction: Transaction, tokens: Sequence[int]) -> Found:
    """What is found by key tokens; without what there is more to say of: not resolved, deleted, of an older hub."""
    [row] = transaction.rows(_OF_TOKENS[transaction.postgresql], list(tokens))
    return _found(*row)


async def of_tokens_now(reads: ReadsAtOnce, tokens: Sequence[int]) -> Found:
    """The same as it stands now, waited for in the event loop."""
    [row] = await reads.rows(_OF_TOKENS[reads.postgresql], list(tokens))
    return _found(*row)


def _found(places: str | None, goldens: str, since: str, members: str, seqs: str, rules_at: int | None) -> Found:
    if places is None:
        return Found([], [], [], [], [], rules_at)
    found, numbers = orjson.loads(f"[[{places}],[{goldens}]]")
    return Found(found, numbers, since.split(","), members.split("\n"), seqs.split(","), rules_at)


async def now(
    reads: StandingReads, key_ids: Collection[str], tokens: Sequence[int]
) -> tuple[dict[str, Bearer], dict[int, FoundNow], int | None]:
    """Keys of the API by their ids, and the same with all that a source key is answered by, from one statement.

    The last is where rules were applied last; None where nothing was found.
    """
    bearers, found, rules_at = dict[str, Bearer](), dict[int, FoundNow](), None
    for row in await reads.rows(_NOW[reads.postgresql], sorted(tokens), key_ids):
        if row[0] is None:
            bearer = Bearer(*orjson.loads(row[3]))
            bearers[bearer.id] = bearer
        else:
            found[row[0]] = row
        rules_at = row[-1]
    return bearers, found, rules_at


_RULES_AT = "(SELECT max(position) FROM rules_document)"
_FOUND = "key_token, xref.golden, since, members, seq"
_ASKED = {True: "unnest(?::bigint[]) AS asked (value)", False: "json_each(?) AS asked"}
_IN_ORDER = {True: "unnest(?::bigint[]) WITH ORDINALITY AS asked (value, number)", False: "json_each(?) AS asked"}
_PLACE = {True: "number - 1", False: "asked.key"}
_BROUGHT = {True: "unnest(?::text[]) AS brought (value)", False: "json_each(?) AS brought"}
"""For PostgreSQL, and for SQLite."""
_ARRAY = {True: "json_build_array", False: "json_array"}
_TOGETHER = {True: "string_agg(({0})::text, {1})", False: "group_concat({0}, {1})"}
"""A column as one text. Python's driver of SQLite lets go of the interpreter at each row and waits to have it back, and
that of PostgreSQL takes as long to make a thousand rows as all of them together take here."""
_JOINED = (
    "CROSS JOIN xref CROSS JOIN crosswalk WHERE key_token = asked.value AND until IS NULL"
    " AND crosswalk.golden = xref.golden"
)


def _columns(*, postgresql: bool) -> str:
    together, place = _TOGETHER[postgresql], _PLACE[postgresql]
    between = {place: ",", "xref.golden": ",", "since": ",", "members": "\n", "seq": ","}  # no line ends in JSON
    return ", ".join(together.format(column, f"'{mark}'") for column, mark in between.items())


_OF_TOKENS = {
    postgresql: f"SELECT {_columns(postgresql=postgresql)}, {_RULES_AT} FROM {_IN_ORDER[postgresql]} {_JOINED}"
    for postgresql in (True, False)
}
_BEARER = ", ".join(f"api_key.{name}" for name in Bearer._fields)
_NOW = {
    postgresql: f"SELECT {_FOUND}, EXISTS (SELECT 1 FROM log WHERE log.key_token = asked.value"
    f" AND kind = 'incarnation'), {_RULES_AT} FROM {_ASKED[postgresql]} {_JOINED} UNION ALL"
    f" SELECT NULL, NULL, NULL, CAST({_ARRAY[postgresql]}({_BEARER}) AS text), NULL, NULL,"
    f" {_RULES_AT} FROM {_BROUGHT[postgresql]} CROSS JOIN api_key WHERE api_key.id = brought.value"
    for postgresql in (True, False)
}
