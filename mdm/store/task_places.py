"""What the place of a task in the queue follows from: what hangs on its golden records, and when it was opened."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from mdm.store import bulk
from mdm.store.database import Transaction

COUNTED = 1_023
"""What refers to one golden record, or holds one value, is counted up to here; more adds nothing to a priority."""


class PlacedTask(NamedTuple):
    """An open task: what it is about, when it was opened, and the place it has as yet."""

    id: str
    kind: str
    entity_type: str
    left_id: int | None
    right_id: int | None
    weight: int | None
    about: str | None
    opened_at: str
    priority: int
    place: int


def read(transaction: Transaction, ids: Collection[str]) -> list[PlacedTask]:
    """Those of these tasks that are open."""
    rows = transaction.rows(
        "SELECT task.id, task.kind, task.entity_type, left_id, right_id, weight, about, recorded_at, priority, place"
        " FROM task JOIN log ON log.position = task.opened WHERE task.id {in} AND status = 'open' ORDER BY task.id",
        list(ids),
    )
    return [PlacedTask(*row) for row in rows]


def about_referred(transaction: Transaction, entity_types: Collection[str], tokens: Collection[int]) -> set[str]:
    """The open tasks of these types about golden records that hold a record with one of these key tokens."""
    listed = list(tokens)
    one = "SELECT 1 FROM task WHERE status = 'open' AND entity_type {in} LIMIT 1"
    if not listed or transaction.one(one, list(entity_types)) is None:
        return set()
    members = (
        "SELECT member.id FROM source_record AS named JOIN source_record AS member ON member.golden = named.golden"
        " WHERE named.key_token {in}"
    )
    rows = transaction.rows(
        f"SELECT id FROM task WHERE status = 'open' AND left_id IN ({members})"
        f" UNION SELECT id FROM task WHERE status = 'open' AND right_id IN ({members})",
        listed, listed,
    )  # fmt: skip
    return {row[0] for row in rows}


def goldens(transaction: Transaction, ids: Collection[int]) -> dict[int, int]:
    """The golden number of each of these records that bears one."""
    if not ids:
        return {}
    rows = transaction.rows("SELECT id, golden FROM source_record WHERE id {in} AND golden IS NOT NULL", list(ids))
    return dict(rows)


def members(transaction: Transaction, numbers: Collection[int]) -> list[tuple[int, str, int]]:
    """(golden number, source, how many living records) of these golden records."""
    return transaction.rows(
        "SELECT golden, source, count(*) FROM source_record WHERE golden {in} AND NOT deleted GROUP BY golden, source",
        list(numbers),
    )


def referring(transaction: Transaction, numbers: Collection[int]) -> dict[int, int]:
    """How many living records refer to each of these golden records, as far as they are counted."""
    counted = (
        "SELECT 1 FROM source_record AS named JOIN reference_link ON target_token = named.key_token"
        " JOIN source_record AS other ON other.id = record_id"
        f" WHERE named.golden = concerned.golden AND NOT other.deleted LIMIT {COUNTED}"
    )
    rows = transaction.rows(
        f"SELECT golden, (SELECT count(*) FROM ({counted}) AS counted)"
        " FROM (SELECT DISTINCT golden FROM source_record WHERE golden {in}) AS concerned",
        list(numbers),
    )
    return dict(rows)


def place(transaction: Transaction, rows: Sequence[tuple[str, int, int, str]]) -> None:
    """Give tasks (id, priority, place, due) their place in the queue."""
    bulk.update(transaction, "task", ("id", "priority", "place", "due"), rows, keys=1)
