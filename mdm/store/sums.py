"""Sums of what the hub holds and of what came of it, kept by the commits that change it: nobody counts a large hub.

Every commit adds to them under the lock of the log, which it holds in any case, so that they keep no two apart.
"""

from collections import Counter
from typing import NamedTuple

from mdm.store import bulk
from mdm.store.database import Transaction

HELD = ("source_records", "golden_records")
"""Living source records and active golden records; of a day, how many more there were in the end."""
HAPPENED = ("tasks_opened", "tasks_decided", "divergence_opened", "divergence_closed")
"""How often that happened, on a day and on all days."""
TOOK = ("to_decide", "to_all_systems", "to_ready")
"""How many reached something on a day, by the seconds it had taken: a task its decision, a golden record all systems
that the processes of its type name, or that it is ready for a process for the first time."""
ANSWERED = ("concerned", "ready", "lacking")
"""Golden records that a process concerns, that are ready for it, and that lack something: `[process, code, about]`."""

_OF_ALL_DAYS = {*HELD, *HAPPENED}


class Sum(NamedTuple):
    """What is summed up: of which entity type, about which process, on which day (UTC), after how many seconds.

    What a sum does not tell apart is "" or 0: without a day it is of all days.
    """

    what: str
    entity_type: str
    about: str = ""
    day: str = ""
    seconds: int = 0


Sums = Counter[Sum]


def add(transaction: Transaction, sums: Sums) -> None:
    """Add to what is kept, what was held or happened on a day to that of all days, too.

    The caller holds the lock of the log.
    """
    whole = Sums()
    for of, count in sums.items():
        if of.what in _OF_ALL_DAYS:
            whole[of._replace(day="")] += count
    rows = [(*of, count) for of, count in sorted([*sums.items(), *whole.items()]) if count]
    bulk.add(transaction, "kept_sum", (*Sum._fields, "count"), rows, keys=len(Sum._fields))


def totals(transaction: Transaction) -> list[tuple[str, str, str, int]]:
    """(what, entity type, about what, how many) of everything that is summed up for all days."""
    return transaction.rows(
        "SELECT what, entity_type, about, count FROM kept_sum WHERE what {in} AND day = '' AND count <> 0",
        [*HELD, *HAPPENED, *ANSWERED],
    )


def by_day(transaction: Transaction, *, since: str) -> list[tuple[str, str, str, int]]:
    """(what, entity type, day, how many) of what came and went on each day from one on."""
    return transaction.rows(
        "SELECT what, entity_type, day, count FROM kept_sum WHERE what {in} AND day >= ? AND count <> 0",
        [*HELD, *HAPPENED], since,
    )  # fmt: skip


def times(transaction: Transaction, *, since: str) -> list[tuple[str, str, str, int, int]]:
    """(what, entity type, about what, seconds, how many) of what was reached from a day on."""
    return transaction.rows(
        "SELECT what, entity_type, about, seconds, sum(count) FROM kept_sum WHERE what {in} AND day >= ?"
        " GROUP BY what, entity_type, about, seconds",
        list(TOOK), since,
    )  # fmt: skip


def times_by_day(transaction: Transaction, what: str, *, since: str) -> list[tuple[str, str, int, int]]:
    """(entity type, day, seconds, how many) of what was reached on each day from one on."""
    return transaction.rows(
        "SELECT entity_type, day, seconds, count FROM kept_sum WHERE what = ? AND day >= ? AND count > 0", what, since
    )
