"""What people decided about some records, and what they took back, for the reader of a history."""

from collections.abc import Collection

from mdm.store.database import Transaction

_ABOUT = """
WITH RECURSIVE about(position, record_id) AS (
  SELECT position, left_id FROM decision_pair WHERE left_id {in}
  UNION SELECT position, right_id FROM decision_pair WHERE right_id {in}
  UNION SELECT position, record_id FROM decision WHERE record_id {in}
  UNION SELECT decision_void.position, record_id FROM about JOIN decision_void ON voided = about.position
)"""
"""The decisions about records, which are to be given three times, and those that void such a one, and so on."""


def decisions_about(
    transaction: Transaction, record_ids: Collection[int], *, entity_type: str
) -> tuple[dict[int, tuple[str, bool]], str | None]:
    """By position: (kind, in force) of each decision that names one of these records, or that voids such a one.

    And the latest day that their type has seen pass, None before the first, by which it is told what has ended.
    """
    ids = list(record_ids)
    rows = transaction.rows(
        f"{_ABOUT} SELECT position, kind, in_force, (SELECT tick FROM resolution WHERE entity_type = ?)"
        " FROM decision WHERE position IN (SELECT position FROM about)",
        ids, ids, ids, entity_type,
    )  # fmt: skip
    states = {position: (kind, bool(in_force)) for position, kind, in_force, _ in rows}
    return states, rows[0][3] if rows else None


def decided_of(transaction: Transaction, record_ids: Collection[int]) -> dict[int, set[int]]:
    """The positions of those decisions, each with those of the records that it is about."""
    if not record_ids:
        return {}
    ids, found = list(record_ids), dict[int, set[int]]()
    for position, record_id in transaction.rows(f"{_ABOUT} SELECT position, record_id FROM about", ids, ids, ids):
        found.setdefault(position, set()).add(record_id)
    return found


def voided_by(transaction: Transaction, positions: Collection[int]) -> dict[int, int]:
    """Of these decisions, those that are not in force because of another, with the latest that stands against each."""
    rows = transaction.rows(
        "SELECT voided, max(decision_void.position) FROM decision_void"
        " JOIN decision ON decision.position = decision_void.position AND decision.in_force"
        " WHERE voided {in} GROUP BY voided",
        list(positions),
    )
    return dict(rows)


def voids_of(transaction: Transaction, positions: Collection[int]) -> set[tuple[int, int]]:
    """(voided, voiding) of these decisions, of those that void them, and so on: an undo can be undone."""
    found, reached = set[tuple[int, int]](), set(positions)
    while reached:
        rows = transaction.rows("SELECT voided, position FROM decision_void WHERE voided {in}", sorted(reached))
        reached = {voiding for _, voiding in rows} - {voiding for _, voiding in found}
        found |= set(rows)
    return found
