"""What people decided about some records, and what they took back, for the reader of a history."""

from collections.abc import Collection

from mdm.store.database import Transaction


def decisions_about(transaction: Transaction, record_ids: Collection[int]) -> dict[int, tuple[str, bool]]:
    """By position: (kind, in force) of each decision that names one of these records, or that voids such a one."""
    ids = list(record_ids)
    rows = transaction.rows(
        "SELECT position FROM decision_pair WHERE left_id {in}"
        " UNION SELECT position FROM decision_pair WHERE right_id {in}"
        " UNION SELECT position FROM decision WHERE record_id {in}",
        ids, ids, ids,
    )  # fmt: skip
    positions = {row[0] for row in rows}
    reached = positions
    while reached:  # an undo can be undone
        rows = transaction.rows("SELECT position FROM decision_void WHERE voided {in}", sorted(reached))
        reached = {row[0] for row in rows} - positions
        positions |= reached
    states = transaction.rows("SELECT position, kind, in_force FROM decision WHERE position {in}", sorted(positions))
    return {position: (kind, bool(in_force)) for position, kind, in_force in states}
