"""Second opinions: which are asked for, given and settled; derived from their facts as these are appended."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from mdm.log import Author, Fact
from mdm.store import bulk, log
from mdm.store.database import Transaction

HUB, MATCHED = "hub", 0
"""Who said of a sampled match that the two are the same, and what stands in place of the position of a decision."""


class Opinion(NamedTuple):
    """One row of `second_opinion`: positions are those of the decision, of the answer to it and of what settled it.

    Of a pair that the hub itself matched, `decision` is MATCHED and `first` is HUB.
    """

    task_id: str
    decision: int
    entity_type: str
    kind: str
    weight: int | None
    first: str
    verdict: str
    position: int | None = None
    second: str | None = None
    answer: str | None = None
    settled: int | None = None
    settled_by: str | None = None
    outcome: str | None = None


_COLUMNS = ", ".join(f"second_opinion.{name}" for name in Opinion._fields)
# What was taken back, or stands under another decision, is asked about no longer.
_HOLDS = " JOIN decision ON decision.position = second_opinion.decision AND decision.in_force"
# What is found of a match is to be settled even when nobody asks about such matches any more.
_APART = (
    " LEFT JOIN decision ON decision.position = second_opinion.decision"
    f" WHERE (decision.in_force OR second_opinion.decision = {MATCHED})"
)
# A sampled match is asked about once, whatever becomes of its weight.
_UNASKED = (
    " FROM sampled_match WHERE NOT EXISTS (SELECT 1 FROM second_opinion AS given"
    f" WHERE given.task_id = sampled_match.task_id AND given.decision = {MATCHED})"
)
_OF_A_MATCH = f"task_id, {MATCHED}, entity_type, 'match', weight, '{HUB}', 'same'"


def ask(transaction: Transaction, position: int, fact: Fact, *, actor: str) -> None:
    """Note the tasks on which a decision at a position asks for a second opinion."""
    _ask(transaction, position, fact.entity_type or "", actor, fact.body)


def give(transaction: Transaction, fact: Fact, *, author: Author) -> int:
    """Append a fact of kind `second_opinion`; returns its position."""
    position = log.append(transaction, [fact], author=author)
    _give(transaction, position, fact.entity_type or "", author.actor, fact.body)
    return position


def settle(transaction: Transaction, fact: Fact, *, author: Author) -> int:
    """Append a fact of kind `disagreement_settled`; returns its position."""
    position = log.append(transaction, [fact], author=author)
    _settle(transaction, position, author.actor, fact.body)
    return position


def latest(transaction: Transaction, task_id: str) -> tuple[Opinion, bool] | None:
    """The last one that was asked for on a task, and whether the decision that it is about is in force."""
    row = transaction.one(
        f"SELECT {_COLUMNS}, coalesce(decision.in_force, second_opinion.decision = {MATCHED}) FROM second_opinion"
        " LEFT JOIN decision ON decision.position = second_opinion.decision"
        " WHERE task_id = ? ORDER BY second_opinion.decision DESC LIMIT 1",
        task_id,
    )
    if row is not None:
        return Opinion(*row[:-1]), bool(row[-1])
    match = transaction.one(f"SELECT {_OF_A_MATCH} FROM sampled_match WHERE task_id = ?", task_id)
    return None if match is None else (Opinion(*match), True)


def waiting(
    transaction: Transaction, entity_type: str | None, *, other_than: str, after: str, limit: int
) -> list[Opinion]:
    """Those that nobody has given yet, on matches of the hub and decisions in force of others, by task."""
    only, of, values = _only(entity_type)
    decided = transaction.rows(
        f"SELECT {_COLUMNS} FROM second_opinion{_HOLDS} WHERE second_opinion.position IS NULL{only}"
        " AND first <> ? AND task_id > ? ORDER BY task_id LIMIT ?",
        *values, other_than, after, limit,
    )  # fmt: skip
    matched = transaction.rows(
        f"SELECT {_OF_A_MATCH}{_UNASKED}{of} AND task_id > ? ORDER BY task_id LIMIT ?", *values, after, limit
    )
    return sorted((Opinion(*row) for row in (*decided, *matched)), key=lambda one: one.task_id)[:limit]


def counting(entity_type: str | None, *, other_than: str, most: int) -> tuple[str, list[object]]:
    """The statement that counts, as far as `most`, how `many` of them `waiting` would give; and the values it takes."""
    only, of, values = _only(entity_type)
    statement = (
        f"SELECT count(*) AS many FROM (SELECT 1 FROM second_opinion{_HOLDS} WHERE second_opinion.position IS NULL"
        f"{only} AND first <> ? UNION ALL SELECT 1{_UNASKED}{of} LIMIT ?) AS counted"
    )
    return statement, [*values, other_than, *values, most]


def _only(entity_type: str | None) -> tuple[str, str, tuple[str, ...]]:
    """What chooses the opinions, and the sampled matches, of one entity type or of all, and the value it takes."""
    if entity_type is None:
        return "", "", ()
    return " AND second_opinion.entity_type = ?", " AND entity_type = ?", (entity_type,)


def given(transaction: Transaction, entity_type: str | None, *, apart: bool, before: int, limit: int) -> list[Opinion]:
    """Those that were given, the newest first; or only disagreements about decisions in force that nobody settled."""
    only, _, values = _only(entity_type)
    asked = f"{_APART} AND answer <> verdict AND settled IS NULL" if apart else " WHERE answer IS NOT NULL"
    rows = transaction.rows(
        f"SELECT {_COLUMNS} FROM second_opinion{asked} AND second_opinion.position < ?{only}"
        " ORDER BY second_opinion.position DESC LIMIT ?",
        before, *values, limit,
    )  # fmt: skip
    return [Opinion(*row) for row in rows]


def count(transaction: Transaction, entity_type: str | None, *, after: int) -> dict[str, list[tuple[Any, ...]]]:
    """What agreement is told by: those given after a position, and how many were asked for and are open."""
    only, of, values = _only(entity_type)
    return {
        "given": transaction.rows(
            f"SELECT {_COLUMNS} FROM second_opinion WHERE second_opinion.position > ?{only}"
            " ORDER BY second_opinion.position",
            after, *values,
        ),
        "waiting": transaction.rows(
            f"SELECT (SELECT count(*) FROM second_opinion{_HOLDS} WHERE second_opinion.position IS NULL{only})"
            f" + (SELECT count(*){_UNASKED}{of})",
            *values, *values,
        ),
        "apart": transaction.rows(
            f"SELECT count(*) FROM second_opinion{_APART} AND answer <> verdict AND settled IS NULL{only}", *values
        ),
    }  # fmt: skip


def derive(transaction: Transaction) -> None:
    """Work the whole table out again from the log."""
    transaction.lock_log()
    transaction.run("DELETE FROM second_opinion")
    rows = transaction.rows(
        "SELECT log.position, kind, entity_type, actor, body FROM log JOIN payload ON payload.position = log.position"
        " WHERE kind IN ('verdict', 'second_opinion', 'disagreement_settled') ORDER BY log.position"
    )
    for position, kind, entity_type, actor, written in rows:
        body = orjson.loads(written)
        if kind == "verdict":
            _ask(transaction, position, entity_type, actor, body)
        elif kind == "second_opinion":
            _give(transaction, position, entity_type, actor, body)
        else:
            _settle(transaction, position, actor, body)


def _ask(transaction: Transaction, position: int, entity_type: str, actor: str, body: Mapping[str, Any]) -> None:
    rows = [
        (task_id, position, entity_type, kind, weight, actor, body["verdict"])
        for task_id, kind, weight in body.get("asks", ())
    ]
    bulk.insert(transaction, "second_opinion", Opinion._fields[:7], rows)


def _give(transaction: Transaction, position: int, entity_type: str, actor: str, body: Mapping[str, Any]) -> None:
    if body["decision"] == MATCHED:
        asked = (body["task"], MATCHED, entity_type, "match", body["weight"], HUB, "same")
        bulk.insert(transaction, "second_opinion", Opinion._fields[:7], [asked])
    transaction.run(
        "UPDATE second_opinion SET position = ?, second = ?, answer = ? WHERE task_id = ? AND decision = ?",
        position, actor, body["verdict"], body["task"], body["decision"],
    )  # fmt: skip


def _settle(transaction: Transaction, position: int, actor: str, body: Mapping[str, Any]) -> None:
    transaction.run(
        "UPDATE second_opinion SET settled = ?, settled_by = ?, outcome = ? WHERE task_id = ? AND decision = ?",
        position, actor, body["verdict"], body["task"], body["decision"],
    )  # fmt: skip
