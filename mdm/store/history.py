"""What people decided about some records, and what they took back, for the reader of a history."""

from collections.abc import Collection

from mdm.store.database import Transaction


def decisions_about(transaction: Transaction, record_ids: Collection[int]) -> dict[int, tuple[str, bool]]:
    """By position: (kind, in force) of each decision that names one of these records, or that voids such a one."""
    positions = _about(transaction, record_ids)
    positions |= {voiding for _, voiding in voids_of(transaction, positions)}
    states = transaction.rows("SELECT position, kind, in_force FROM decision WHERE position {in}", sorted(positions))
    return {position: (kind, bool(in_force)) for position, kind, in_force in states}


def voids_of(transaction: Transaction, positions: Collection[int]) -> set[tuple[int, int]]:
    """(voided, voiding) of these decisions, of those that void them, and so on: an undo can be undone."""
    found, reached = set[tuple[int, int]](), set(positions)
    while reached:
        rows = transaction.rows("SELECT voided, position FROM decision_void WHERE voided {in}", sorted(reached))
        reached = {voiding for _, voiding in rows} - {voiding for _, voiding in found}
        found |= set(rows)
    return found


def _about(transaction: Transaction, record_ids: Collection[int]) -> set[int]:
    ids = list(record_ids)
    rows = transaction.rows(
        "SELECT position FROM decision_pair WHERE left_id {in}"
        " UNION SELECT position FROM decision_pair WHERE right_id {in}"
        " UNION SELECT position FROM decision WHERE record_id {in}",
        ids, ids, ids,
    )  # fmt: skip
    return {row[0] for row in rows}
