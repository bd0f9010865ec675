"""Automatic matches that a second person is asked about."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from mdm.store import bulk
from mdm.store.database import Transaction


class SampledMatch(NamedTuple):
    """One row of `sampled_match`; the weight in thousandths of a bit."""

    task_id: str
    entity_type: str
    left_id: int
    right_id: int
    weight: int


_COLUMNS = ", ".join(SampledMatch._fields)


def about(transaction: Transaction, ids: Collection[int]) -> list[SampledMatch]:
    """Those with an end among these records."""
    listed = list(ids)
    rows = transaction.rows(
        f"SELECT {_COLUMNS} FROM sampled_match WHERE left_id {{in}}"
        f" UNION SELECT {_COLUMNS} FROM sampled_match WHERE right_id {{in}}",
        listed, listed,
    )  # fmt: skip
    return [SampledMatch(*row) for row in rows]


def of_type(transaction: Transaction, entity_type: str) -> list[SampledMatch]:
    """All of one entity type."""
    rows = transaction.rows(f"SELECT {_COLUMNS} FROM sampled_match WHERE entity_type = ?", entity_type)
    return [SampledMatch(*row) for row in rows]


def by_ids(transaction: Transaction, ids: Collection[str]) -> list[SampledMatch]:
    """Those with these ids that are in the sample."""
    rows = transaction.rows(f"SELECT {_COLUMNS} FROM sampled_match WHERE task_id {{in}}", list(ids))
    return [SampledMatch(*row) for row in rows]


def change(transaction: Transaction, *, kept: Sequence[SampledMatch], gone: Sequence[str]) -> None:
    """Add some or give them another weight, and remove others."""
    bulk.delete(transaction, "sampled_match", ("task_id",), [(one,) for one in gone])
    bulk.upsert(transaction, "sampled_match", SampledMatch._fields, kept, keys=1)
