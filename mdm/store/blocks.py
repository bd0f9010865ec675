"""Blocks: which records stand under which blocking key, and how many."""

from collections.abc import Collection, Mapping, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt

from mdm.store import bulk
from mdm.store.database import Transaction

Pairs = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


def sizes(transaction: Transaction, keys: Sequence[int]) -> dict[int, tuple[int, int]]:
    """(living, deleted) for each of these keys that has a block."""
    rows = transaction.rows("SELECT key, living, deleted FROM block_size WHERE key {in}", list(keys))
    return {key: (living, deleted) for key, living, deleted in rows}


def members(transaction: Transaction, keys: Sequence[int]) -> Pairs:
    """All (key, record id) of these blocks."""
    rows = transaction.rows("SELECT key, record_id FROM block_member WHERE key {in}", list(keys)) if keys else []
    table = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=2 * len(rows)).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def change(
    transaction: Transaction,
    *,
    removed: Collection[tuple[int, int]],
    added: Collection[tuple[int, int]],
    counts: Mapping[int, tuple[int, int]],
) -> None:
    """Move records between blocks; `counts` are what to add to (living, deleted) of each key."""
    bulk.delete(transaction, "block_member", ("key", "record_id"), sorted(removed))
    bulk.insert(transaction, "block_member", ("key", "record_id"), sorted(added))
    rows = [(key, living, deleted) for key, (living, deleted) in sorted(counts.items()) if living or deleted]
    bulk.add(transaction, "block_size", ("key", "living", "deleted"), rows, keys=1)
