"""Must-links from outside that are in force: crosswalk rows and merges inside a source."""

from collections.abc import Collection, Iterable
from typing import Literal, NamedTuple

from mdm.store import bulk
from mdm.store.database import Transaction

LinkKind = Literal["crosswalk", "source_merge"]


class Slot(NamedTuple):
    """What can hold one link at a time: a record, and for a crosswalk the old master (empty for a merge)."""

    record_id: int
    kind: LinkKind
    master: str


class StoredLink(NamedTuple):
    """One link in force: its slot, the record it leads to, and the fact that says so."""

    record_id: int
    kind: LinkKind
    master: str
    other_id: int
    position: int

    @property
    def slot(self) -> Slot:
        """What holds it."""
        return Slot(self.record_id, self.kind, self.master)


COLUMNS = StoredLink._fields


def of(transaction: Transaction, ids: Collection[int]) -> list[StoredLink]:
    """All links with an end among these records."""
    names, listed = ", ".join(COLUMNS), list(ids)
    rows = transaction.rows(
        f"SELECT {names} FROM source_link WHERE record_id {{in}}"
        f" UNION SELECT {names} FROM source_link WHERE other_id {{in}}",
        listed, listed,
    )  # fmt: skip
    return [StoredLink(*row) for row in rows]


def change(transaction: Transaction, *, gone: Iterable[Slot], kept: Iterable[StoredLink]) -> None:
    """Empty some slots, and put links into others in place of what they held."""
    bulk.delete(transaction, "source_link", Slot._fields, sorted(gone))
    bulk.upsert(transaction, "source_link", COLUMNS, sorted(kept), keys=3)
