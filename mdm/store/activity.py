"""What people decided, as the log has it: newest first, by who, kind, entity type and stretch of the log."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from mdm.store.database import Transaction
from mdm.tables import facts

DECIDED = ("verdict", "override", "undo", "code_mapping", "code_list", "rules")
"""The kinds of facts by which people decide."""


class Decided(NamedTuple):
    """One decision as a fact."""

    position: int
    kind: str
    entity_type: str | None
    actor: str
    recorded_at: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which decisions are wanted; None takes all. after and upto: positions, the first left out."""

    actor: str | None = None
    kinds: tuple[str, ...] = DECIDED
    entity_type: str | None = None
    after: int = 0
    upto: int | None = None


def page(transaction: Transaction, wanted: Wanted, *, before: int | None, limit: int) -> list[Decided]:
    """The next decisions before a position, newest first; one whose payload is erased is left out."""
    conditions, values = _conditions(wanted)
    if before is not None:
        conditions.append("log.position < ?")
        values.append(before)
    rows = transaction.rows(
        "SELECT log.position, kind, entity_type, actor, recorded_at, body FROM log"
        f" JOIN payload ON payload.position = log.position WHERE {' AND '.join(conditions)}"
        " ORDER BY log.position DESC LIMIT ?",
        *values, limit,
    )  # fmt: skip
    return [Decided._make((*row[:5], orjson.loads(row[5]))) for row in rows]


def counts(transaction: Transaction, wanted: Wanted) -> list[tuple[str, str, int, int]]:
    """(actor, kind, how many, how many of them no longer hold because somebody took them back) of all decisions."""
    conditions, values = _conditions(wanted)
    rows = transaction.rows(
        "SELECT actor, log.kind, count(*), sum(CASE WHEN decision.in_force THEN 0 WHEN decision.position IS NULL"
        " THEN 0 ELSE 1 END) FROM log LEFT JOIN decision ON decision.position = log.position"
        f" WHERE {' AND '.join(conditions)} GROUP BY actor, log.kind ORDER BY actor, log.kind",
        *values,
    )
    return [(actor, kind, int(count), int(undone or 0)) for actor, kind, count, undone in rows]


def in_force(transaction: Transaction, positions: Collection[int]) -> dict[int, bool]:
    """Whether the decisions at these positions hold, as far as they are resolved."""
    rows = transaction.rows("SELECT position, in_force FROM decision WHERE position {in}", list(positions))
    return {position: bool(holds) for position, holds in rows}


def _conditions(wanted: Wanted) -> tuple[list[str], list[Any]]:
    conditions, values = (
        [*(f"log.{one}" for one in facts.DECIDED), "log.kind {in}", "log.position > ?"],
        [list(wanted.kinds), wanted.after],
    )
    for condition, value in (
        ("actor = ?", wanted.actor), ("log.entity_type = ?", wanted.entity_type), ("log.position <= ?", wanted.upto)
    ):  # fmt: skip
        if value is not None:
            conditions.append(condition)
            values.append(value)
    return conditions, values
