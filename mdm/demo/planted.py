"""What was put into the files on purpose, so that it can be checked whether the hub saw it."""

from dataclasses import dataclass
from typing import Literal

Way = Literal[
    "together", "deleted", "resolved", "waiting", "overlap", "line", "apart", "agreed", "gap", "expired", "conflict"
]  # fmt: skip
"""How it shows that something was seen.

together: the records have one golden ID.  deleted: the record is known and no longer living.  resolved: the first
record refers to the second, which has arrived.  waiting: the second never arrived.  overlap: the lineage of the
record's golden lines tells of it.  line: a golden line begins on the day.  apart: the records are told as the versions
of one mismatch of a hierarchy.  agreed: they are told in none.  gap,
expired, conflict: such a finding about the golden lines begins or ends on the day; all records have a part in a
conflict.
"""


@dataclass(frozen=True, slots=True)
class Planted:
    """One thing that was planted: what it is called, how it shows, the keys of its records, and a day for a line."""

    what: str
    way: Way
    keys: tuple[str, ...]
    day: str = ""
