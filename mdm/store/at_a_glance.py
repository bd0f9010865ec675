"""All that a first page tells of a hub, in one statement."""

from typing import NamedTuple

from mdm.store import second_opinions
from mdm.store.database import Transaction
from mdm.store.golden import COUNTED, COUNTS, by_type
from mdm.store.tasks import DECIDED, ORDERS

RECENT = 10_000
"""Positions of the log that are looked at for what waits and came last."""


class Glance(NamedTuple):
    """What there is of each entity type, how far log and feed reach, how many open tasks press, and what else waits.

    pending, last_record_at: how many record versions of the last RECENT positions are not yet resolved, and when the
    last of them came; decided: how many open tasks are decided and not yet in force; opinions: how many second opinions
    wait for a person, counted as far as was asked.
    """

    entity_types: dict[str, dict[str, int]]
    log: int
    feed: int
    pending: int
    last_record_at: str | None
    overdue: int
    due_today: int
    decided: int
    opinions: int


def read(transaction: Transaction, entity_type: str | None, *, who: str, today: str, most: int) -> Glance:
    """What a person is told; entity_type: the one whose tasks and opinions alone are theirs, most: opinions counted."""
    of, values = ("", []) if entity_type is None else (" AND task.entity_type = ?", [entity_type])
    pressing = f"FROM task WHERE status = 'open' AND {ORDERS['due']}"
    opinions, asked = second_opinions.counting(entity_type, other_than=who, most=most)
    rows = transaction.rows(
        f"SELECT counted, entity_type, many, NULL AS said FROM ({COUNTS}) AS counts"
        " UNION ALL SELECT 'log', '', coalesce(max(position), 0), NULL FROM log"
        " UNION ALL SELECT 'feed', '', coalesce(max(sequence), 0), NULL FROM change"
        " UNION ALL SELECT 'pending', '', count(CASE WHEN log.position > coalesce(upto, 0) THEN 1 END),"
        " max(recorded_at) FROM log LEFT JOIN resolution ON resolution.entity_type = log.entity_type"
        " WHERE kind = 'record' AND log.position > (SELECT max(position) FROM log) - ?"
        f" UNION ALL SELECT 'overdue', '', count(*), NULL {pressing} < ?{of}"
        # A range of one day: for a single value SQLite would look at all that is open.
        f" UNION ALL SELECT 'due_today', '', count(*), NULL {pressing} BETWEEN ? AND ?{of}"
        f" UNION ALL SELECT 'decided', '', many, NULL FROM ({DECIDED}{of}) AS decided"
        f" UNION ALL SELECT 'opinions', '', many, NULL FROM ({opinions}) AS opinions",
        RECENT, today, *values, today, today, *values, *values, *asked,
    )  # fmt: skip
    one = {name: many for name, _, many, _ in rows if name not in COUNTED}
    last = next(said for name, _, _, said in rows if name == "pending")
    return Glance(by_type(row[:3] for row in rows if row[0] in COUNTED), last_record_at=last, **one)
