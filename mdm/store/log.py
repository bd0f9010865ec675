"""The append-only log: facts in with gapless positions, facts out by position or by source key."""

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

import orjson

from mdm.log import (
    GENESIS,
    HASH,
    SALT,
    Author,
    Fact,
    FactKind,
    Facts,
    canonical,
    chain,
    envelope_hash,
)
from mdm.store import bulk, once
from mdm.store.database import Transaction
from mdm.store.xref import NOW

ENVELOPE = (
    "position", "kind", "entity_type", "actor", "correlation_id", "recorded_at", "key_token", "commitment",
    "previous_hash",
)  # fmt: skip
MANY, TOGETHER = 1_000, 10_000
"""Facts whose hashes are worth a thread of their own, and those whose hashes are waited for together."""
AT_ONCE = 1_000
"""Records whose versions are read together."""
UNRESOLVED = (
    "resolved", "snapshot", "absence", "task_work", "proposal", "settlement", "measured", "incarnation",
    "second_opinion", "disagreement_settled", "gap",
)  # fmt: skip
"""Kinds of facts that no resolver reads."""
OF_ALL = ""
"""The name in `latest_fact` of what concerns every entity type."""


@dataclass(frozen=True, slots=True)
class StoredFact:
    """A fact as the log holds it."""

    position: int
    kind: str
    entity_type: str | None
    body: dict[str, Any]
    key_token: int | None = None


def head(transaction: Transaction) -> int:
    """The last position given, 0 in an empty log."""
    row = transaction.one("SELECT max(position) FROM log")
    return (row and row[0]) or 0


def append(transaction: Transaction, facts: Sequence[Fact], *, author: Author) -> int:
    """Add facts under the global lock; returns the position of the first."""
    firsts = []
    for (kind, of), some in groupby(facts, key=lambda fact: (fact.kind, fact.entity_type)):
        run = list(some)
        ready = Facts.of([fact.key_token for fact in run], [canonical(fact.body) for fact in run])
        firsts.append(append_run(transaction, ready, kind=kind, entity_type=of, author=author))
    return firsts[0]


def append_run(
    transaction: Transaction, facts: Facts, *, kind: FactKind, entity_type: str | None, author: Author
) -> int:
    """Add facts of one kind and entity type under the global lock; returns the position of the first.

    None counts as recorded before the fact that it follows, whatever the clock said, so that times tell positions.
    """
    transaction.lock_log()
    last = transaction.log_tail or transaction.one(
        f"SELECT {', '.join(ENVELOPE)} FROM log ORDER BY position DESC LIMIT 1"
    )
    first: int = last[0] + 1 if last else 1
    recorded_at = max(author.recorded_at, last[ENVELOPE.index("recorded_at")]) if last else author.recorded_at
    same = (kind, entity_type, author.actor, author.correlation_id, recorded_at)
    previous = envelope_hash(last) if last else GENESIS
    starts = range(0, len(facts.tokens), TOGETHER)
    hashes = chain(facts, same, first=first, previous=previous, together=TOGETHER)
    with _ahead(hashes, len(starts), beside=len(facts.tokens) > MANY) as made:
        _insert_payloads(transaction, facts, first)
        for start, some in zip(starts, made, strict=True):
            _insert_envelopes(transaction, facts, same, some, first, start)
    end = (facts.tokens[-1], bytes(facts.commitments[-HASH:]), bytes(some[-HASH:]))
    transaction.log_tail = (first + len(facts.tokens) - 1, *same, *end)
    if author.once is not None and kind != "resolved":
        once.took_effect(transaction, author.once, first)
    if kind not in UNRESOLVED:
        row = (entity_type or OF_ALL, first + len(facts.tokens) - 1)
        bulk.upsert(transaction, "latest_fact", ("entity_type", "position"), [row], keys=1)
    return first


@contextmanager
def _ahead(parts: Iterator[bytes], count: int, *, beside: bool) -> Iterator[Iterator[bytes]]:
    """Make parts when they are asked for or, `beside`, ahead in a thread: while SQLite works, another one can."""
    if not beside:
        yield parts
        return
    with ThreadPoolExecutor(1, thread_name_prefix="chain") as thread:
        yield map(Future.result, [thread.submit(next, parts) for _ in range(count)])


def _insert_payloads(transaction: Transaction, facts: Facts, first: int) -> None:
    columns: dict[str, bulk.Column] = {
        "salt": bulk.Packed(facts.salts, SALT),
        "body": bulk.Bytes(facts.bodies, facts.lengths),
    }
    bulk.insert_run(transaction, "payload", columns, first=first, count=len(facts.tokens))


def _insert_envelopes(
    transaction: Transaction, facts: Facts, same: tuple[str | None, ...], hashes: bytes, first: int, start: int
) -> None:
    """Insert the envelopes of as many facts as there are hashes, from the place `start` on."""
    end = start + len(hashes) // HASH
    columns: dict[str, bulk.Column] = {
        **dict(zip(ENVELOPE[1:6], same, strict=True)),
        "key_token": bulk.Numbers(facts.tokens[start:end]),
        "commitment": bulk.Packed(facts.commitments[HASH * start : HASH * end], HASH),
        "previous_hash": bulk.Packed(hashes, HASH),
    }
    bulk.insert_run(transaction, "log", columns, first=first + start, count=end - start)


def pending(
    transaction: Transaction, entity_type: str, *, after: int, upto: int | None, limit: int
) -> tuple[list[StoredFact], int]:
    """The next facts that concern one entity type, at most `limit`, and the position they reach."""
    last, waits = transaction.rows(
        "SELECT (SELECT max(position) FROM log),"  # whether there are any is told without a look at the log
        " EXISTS (SELECT 1 FROM latest_fact WHERE entity_type IN (?, ?) AND position > ?)",
        entity_type, OF_ALL, after,
    )[0]  # fmt: skip
    end = (last or 0) if upto is None else upto
    if not waits:
        return [], end
    rows = transaction.rows(
        "SELECT log.position, kind, entity_type, body, key_token FROM log"
        " JOIN payload ON payload.position = log.position"
        " WHERE log.position > ? AND log.position <= ? AND (entity_type = ? OR entity_type IS NULL)"
        " AND NOT (kind {in})"
        " ORDER BY log.position LIMIT ?",
        after, end, entity_type, list(UNRESOLVED), limit,
    )  # fmt: skip
    reached = rows[-1][0] if len(rows) == limit else end
    return [
        StoredFact(position, kind, of, orjson.loads(body), token) for position, kind, of, body, token in rows
    ], reached


def versions(
    transaction: Transaction, tokens: Sequence[int], *, upto: int = NOW
) -> list[tuple[int, int, dict[str, Any]]]:
    """All versions of the records with these key tokens: (token, position, body), by position."""
    return said_of(transaction, "record", tokens, upto=upto)


def said_of(
    transaction: Transaction, kind: FactKind, tokens: Sequence[int], *, upto: int = NOW
) -> list[tuple[int, int, dict[str, Any]]]:
    """All facts of one kind that are about these key tokens: (token, position, body), by position."""
    found: list[tuple[int, int, dict[str, Any]]] = []
    if len(tokens) > AT_ONCE:
        tokens = _known(transaction, tokens)  # one statement where nothing is known, as in a first load
    for start in range(0, len(tokens), AT_ONCE):
        found += _said(transaction, kind, tokens[start : start + AT_ONCE], upto)
    return sorted(found, key=itemgetter(1))


def _known(transaction: Transaction, tokens: Sequence[int]) -> list[int]:
    """Those of these key tokens that some fact is about."""
    if transaction.postgresql:
        row = transaction.one("SELECT array_agg(DISTINCT key_token) FROM log WHERE key_token {in}", list(tokens))
        return sorted((row and row[0]) or [])
    found = "SELECT json_group_array(DISTINCT key_token) FROM json_each(?) CROSS JOIN log ON key_token = value"
    row = transaction.one(found, list(tokens))
    return sorted(orjson.loads(row[0] if row else "[]"))


def _said(
    transaction: Transaction, kind: FactKind, tokens: Sequence[int], upto: int
) -> list[tuple[int, int, dict[str, Any]]]:
    """On SQLite all of them come as one row: between rows the driver hands the interpreter over and back."""
    source = "FROM log JOIN payload ON payload.position = log.position"
    condition = "WHERE key_token {in} AND kind = ? AND log.position <= ?"
    if transaction.postgresql:
        rows = transaction.rows(f"SELECT key_token, log.position, body {source} {condition}", list(tokens), kind, upto)
        return [(token, position, orjson.loads(body)) for token, position, body in rows]
    each = "json_array(key_token, log.position, json(CAST(body AS TEXT)))"
    row = transaction.one(f"SELECT json_group_array({each}) {source} {condition}", list(tokens), kind, upto)
    return [(token, position, body) for token, position, body in orjson.loads(row[0] if row else "[]")]


def any_of(transaction: Transaction, kind: FactKind) -> bool:
    """Whether there is any fact of a kind that has an index of its own."""
    return transaction.one(f"SELECT 1 FROM log WHERE kind = '{kind}' LIMIT 1") is not None


def latest(transaction: Transaction, kind: FactKind, token: int) -> StoredFact | None:
    """The last fact of one kind that is about a key token."""
    row = transaction.one(
        "SELECT log.position, kind, entity_type, body, key_token FROM log"
        " JOIN payload ON payload.position = log.position"
        " WHERE key_token = ? AND kind = ? ORDER BY log.position DESC LIMIT 1",
        token, kind,
    )  # fmt: skip
    return _fact(row) if row else None


def said_about(transaction: Transaction, kind: FactKind, token: int, *, upto: int) -> list[dict[str, Any]]:
    """What the facts of one kind about one key token say, by position: for a single look-up, where time counts."""
    rows = transaction.rows(
        "SELECT body FROM log JOIN payload ON payload.position = log.position"
        " WHERE key_token = ? AND kind = ? AND log.position <= ? ORDER BY log.position",
        token, kind, upto,
    )  # fmt: skip
    return [orjson.loads(body) for (body,) in rows]


def _fact(row: tuple[Any, ...]) -> StoredFact:
    position, kind, of, body, about = row
    return StoredFact(position, kind, of, orjson.loads(body), about)


def within(
    transaction: Transaction, kind: FactKind, entity_type: str, *, first: int, last: int
) -> list[tuple[int, dict[str, Any]]]:
    """(key token, body) of the facts of one kind and entity type from one position to another."""
    rows = transaction.rows(
        "SELECT key_token, body FROM log JOIN payload ON payload.position = log.position"
        " WHERE log.position >= ? AND log.position <= ? AND kind = ? AND entity_type = ? ORDER BY log.position",
        first, last, kind, entity_type,
    )  # fmt: skip
    return [(token, orjson.loads(body)) for token, body in rows]


def tokens_since(transaction: Transaction, tokens: Sequence[int], *, after: int) -> set[int]:
    """Those of these key tokens of which a version came after a position."""
    rows = transaction.rows(
        "SELECT DISTINCT key_token FROM log WHERE key_token {in} AND kind = 'record' AND position > ?",
        list(tokens), after,
    )  # fmt: skip
    return {row[0] for row in rows}


def latest_of_sources(transaction: Transaction, tokens: Sequence[int], *, after: int) -> tuple[int, int] | None:
    """(position, key token) of the last thing that a source said of these key tokens after a position."""
    row = transaction.one(
        "SELECT position, key_token FROM log WHERE key_token {in} AND position > ?"
        " AND kind IN ('record', 'absence', 'source_merge', 'incarnation') ORDER BY position DESC LIMIT 1",
        list(tokens), after,
    )  # fmt: skip
    return None if row is None else (row[0], row[1])


def bodies(transaction: Transaction, positions: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What the facts at these positions say; an erased payload is absent."""
    if not positions:
        return {}
    rows = transaction.rows("SELECT position, body FROM payload WHERE position {in}", list(positions))
    return {position: orjson.loads(body) for position, body in rows}


def at(transaction: Transaction, position: int) -> StoredFact | None:
    """The fact at a position, None where there is none or its payload is erased."""
    row = transaction.one(
        "SELECT log.position, kind, entity_type, body, key_token FROM log"
        " JOIN payload ON payload.position = log.position WHERE log.position = ?",
        position,
    )
    return _fact(row) if row else None


def authors(transaction: Transaction, positions: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Who added the facts at these positions, and when."""
    if not positions:
        return {}
    rows = transaction.rows("SELECT position, actor, recorded_at FROM log WHERE position {in}", list(positions))
    return {position: (actor, recorded_at) for position, actor, recorded_at in rows}


def said(
    transaction: Transaction, positions: Collection[int], *, beside: Collection[int] = ()
) -> tuple[dict[int, dict[str, Any]], dict[int, tuple[str, str]]]:
    """What `bodies` and `authors` tell of the facts at these positions, in one.

    beside: of these only who added them and when, where they are commits of the resolver, which say much.
    """
    asked = sorted({*positions, *beside})
    if not asked:
        return {}, {}
    short = " AND kind <> 'resolved'" if beside else ""
    rows = transaction.rows(
        "SELECT log.position, actor, recorded_at, body FROM log"
        f" LEFT JOIN payload ON payload.position = log.position{short} WHERE log.position {{in}}",
        asked,
    )
    bodies = {position: orjson.loads(body) for position, _, _, body in rows if body is not None}
    return bodies, {position: (actor, recorded_at) for position, actor, recorded_at, _ in rows}


def moments(transaction: Transaction, positions: Sequence[int]) -> dict[int, str]:
    """When the facts at these positions were recorded."""
    last = transaction.log_tail
    if last is not None and set(positions) == {last[0]}:  # as of most commits, which have just appended it
        return {last[0]: last[ENVELOPE.index("recorded_at")]}
    if not positions:
        return {}
    return dict(transaction.rows("SELECT position, recorded_at FROM log WHERE position {in}", list(positions)))


def resolved(transaction: Transaction, *, after: int, limit: int) -> list[StoredFact]:
    """The resolver's own commits in order, for a rebuild."""
    rows = transaction.rows(
        "SELECT log.position, entity_type, body FROM log JOIN payload ON payload.position = log.position"
        " WHERE log.position > ? AND kind = 'resolved' ORDER BY log.position LIMIT ?",
        after, limit,
    )  # fmt: skip
    return [StoredFact(position, "resolved", of, orjson.loads(body)) for position, of, body in rows]


def position_at(transaction: Transaction, moment: str) -> int:
    """The last position recorded at or before a moment (ISO 8601 UTC text), 0 before the first.

    Times rise with positions, of which none is left out: so half of what is left is put aside at each step.
    """
    row = transaction.one(
        "WITH RECURSIVE bisected(low, high) AS (SELECT CAST(0 AS BIGINT), coalesce(max(position), 0) FROM log"
        " UNION ALL SELECT CASE WHEN recorded_at <= ? THEN position ELSE low END,"
        " CASE WHEN recorded_at <= ? THEN high ELSE position - 1 END"
        " FROM bisected JOIN log ON position = (low + high + 1) / 2 WHERE low < high)"
        " SELECT low FROM bisected WHERE low = high",
        moment, moment,
    )  # fmt: skip
    return row[0] if row else 0
