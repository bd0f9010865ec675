"""What groups of a hierarchy have in number, as the resolver keeps it: of what stands now, on the latest day."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from mdm.store import bulk
from mdm.store.database import Transaction
from mdm.store.moments import HOLDS, THEN, Moment
from mdm.store.xref import NOW

PLACE = ("entity_type", "attribute", "golden")


class StoredGroup(NamedTuple):
    """One row of `hierarchy_group`: what stands above, and how much there is of what, in JSON."""

    entity_type: str
    attribute: str
    golden: int
    parent: int | None
    total: str


class Hierarchy(NamedTuple):
    """An entity type and the attribute that leads to what is above."""

    entity_type: str
    attribute: str


class Pair(NamedTuple):
    """That a golden record refers to another."""

    entity_type: str
    attribute: str
    golden: int
    target: int


_COLUMNS = ", ".join(StoredGroup._fields)
_STANDS = f"edge.attribute = ? AND NOT edge.set_aside AND edge.parent IS NOT NULL AND {HOLDS.format('edge')}"
_REFERS = (
    "SELECT DISTINCT told.entity_type, told.attribute, bears.golden, told.golden FROM {0} WHERE {1} {{in}}"
    f" AND told.golden IS NOT NULL AND {HOLDS.format('told')} AND {THEN.format('bears')}"
)


def kept(transaction: Transaction, of: Hierarchy, goldens: Collection[int]) -> dict[int, StoredGroup]:
    """What is kept of these golden numbers; nothing of one that has nothing above and nothing below."""
    if not goldens:
        return {}
    rows = transaction.rows(
        f"SELECT {_COLUMNS} FROM hierarchy_group WHERE entity_type = ? AND attribute = ? AND golden {{in}}",
        *of, list(goldens),
    )  # fmt: skip
    return {row[2]: StoredGroup(*row) for row in rows}


def any_kept(transaction: Transaction, hierarchies: Sequence[Hierarchy]) -> set[Hierarchy]:
    """Those of these hierarchies of which anything is kept."""
    if not hierarchies:
        return set()
    one = "SELECT * FROM (SELECT entity_type, attribute FROM hierarchy_group WHERE entity_type = ? AND attribute = ?"
    rows = transaction.rows(
        " UNION ALL ".join([f"{one} LIMIT 1) AS first"] * len(hierarchies)),
        *(word for of in hierarchies for word in of),
    )
    return {Hierarchy(*row) for row in rows}


def clear(transaction: Transaction, entity_type: str) -> None:
    """Keep nothing of the hierarchies of a type."""
    transaction.run("DELETE FROM hierarchy_group WHERE entity_type = ?", entity_type)


def change(transaction: Transaction, *, gone: Sequence[StoredGroup], now: Sequence[StoredGroup]) -> None:
    """Keep some no longer, and others as they are now."""
    bulk.delete(transaction, "hierarchy_group", PLACE, [one[: len(PLACE)] for one in gone])
    bulk.upsert(transaction, "hierarchy_group", StoredGroup._fields, now, keys=len(PLACE))


def parents(transaction: Transaction, attribute: str, goldens: Collection[int], *, on: str) -> dict[int, int]:
    """What stands directly above each of these golden numbers on a day."""
    return dict(transaction.rows(
        f"SELECT golden, parent FROM hierarchy_edge AS edge WHERE golden {{in}} AND {_STANDS}",
        list(goldens), attribute, *Moment(NOW, on).both,
    ))  # fmt: skip


def all_parents(transaction: Transaction, of: Hierarchy, *, on: str) -> dict[int, int]:
    """What stands directly above each golden number of a type on a day."""
    return dict(transaction.rows(
        f"SELECT golden, parent FROM hierarchy_edge AS edge WHERE entity_type = ? AND {_STANDS}",
        *of, *Moment(NOW, on).both,
    ))  # fmt: skip


def having_below(transaction: Transaction, attribute: str, goldens: Collection[int], *, on: str) -> set[int]:
    """Those of these golden numbers that have anything below on a day."""
    rows = transaction.rows(
        "SELECT golden FROM golden_version AS told WHERE golden {in} AND until IS NULL"  # nobody counts all below
        f" AND EXISTS (SELECT 1 FROM hierarchy_edge AS edge WHERE edge.parent = told.golden AND {_STANDS})",
        list(goldens), attribute, *Moment(NOW, on).both,
    )  # fmt: skip
    return {row[0] for row in rows}


def turned(transaction: Transaction, of: Hierarchy, *, after: str, until: str) -> set[int]:
    """The golden numbers of which an edge begins or ends to hold after one day and until another."""
    rows = transaction.rows(
        "SELECT golden FROM hierarchy_edge WHERE entity_type = ? AND attribute = ? AND until IS NULL"
        " AND (valid_from > ? AND valid_from <= ? OR valid_to > ? AND valid_to <= ?)",
        *of, after, until, after, until,
    )  # fmt: skip
    return {row[0] for row in rows}


def turned_references(transaction: Transaction, *, after: str, until: str) -> set[int]:
    """The records of which a reference begins or ends to hold after one day and until another."""
    rows = transaction.rows(
        "SELECT record_id FROM reference WHERE until IS NULL AND valid_from <> ''"
        " AND valid_from > ? AND valid_from <= ?"
        " UNION SELECT record_id FROM reference WHERE until IS NULL AND valid_to IS NOT NULL"
        " AND valid_to > ? AND valid_to <= ?",
        after, until, after, until,
    )  # fmt: skip
    return {row[0] for row in rows}


def bearing(transaction: Transaction, records: Collection[int], *, position: int) -> set[int]:
    """The golden numbers that these records bear, or bore before the commit at a position."""
    rows = transaction.rows(
        "SELECT golden FROM xref WHERE record_id {in} AND (until IS NULL OR until = ?)", list(records), position
    )
    return {row[0] for row in rows}


def sources(transaction: Transaction, goldens: Collection[int], *, at: int) -> list[tuple[int, str, int]]:
    """(golden number, source, how many cross-references) at a position, those of deleted records included."""
    return transaction.rows(
        "SELECT xref.golden, source, count(*) FROM xref JOIN source_record ON source_record.id = xref.record_id"
        f" WHERE xref.golden {{in}} AND {THEN.format('xref')} GROUP BY xref.golden, source",
        list(goldens), at, at,
    )  # fmt: skip


def references_of(transaction: Transaction, goldens: Collection[int], when: Moment) -> list[Pair]:
    """What these golden records refer to at a moment."""
    joined = "xref AS bears JOIN reference AS told ON told.record_id = bears.record_id"
    rows = transaction.rows(_REFERS.format(joined, "bears.golden"), list(goldens), *when.both, when.at, when.at)
    return [Pair(*row) for row in rows]


def references_to(transaction: Transaction, goldens: Collection[int], when: Moment) -> list[Pair]:
    """What refers to these golden records at a moment."""
    joined = "reference AS told JOIN xref AS bears ON bears.record_id = told.record_id"
    rows = transaction.rows(_REFERS.format(joined, "told.golden"), list(goldens), *when.both, when.at, when.at)
    return [Pair(*row) for row in rows]
