"""Tasks as they were: each row of `task` that a commit changes is kept from then until the next change."""

from collections.abc import Sequence

from mdm.store.database import Transaction

_SAME = "id, entity_type, kind, left_id, right_id, weight, status, opened, closed, about, priority, place, due"
TOLD = ("id", "since", "until", "weight", "status", "opened", "closed", "about", "priority", "place", "due")
"""What does not follow from the id."""


def keep(transaction: Transaction, ids: Sequence[str], *, position: int) -> None:
    """Keep how these tasks stand from a position on, which ends how they stood before."""
    if not ids:
        return
    listed = list(ids)
    transaction.run("UPDATE task_version SET until = ? WHERE id {in} AND until IS NULL", position, listed)
    transaction.run(
        f"INSERT INTO task_version ({_SAME}, since) SELECT {_SAME}, ? FROM task WHERE id {{in}}", position, listed
    )
