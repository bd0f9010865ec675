"""What each source sends as the version of its records: whole numbers, times or nothing, always the same."""

from collections.abc import Collection, Mapping

from mdm.store import bulk
from mdm.store.database import Transaction

Pair = tuple[str, str]


def sorts(transaction: Transaction, pairs: Collection[Pair]) -> dict[Pair, str]:
    """The sort of version known for these (source, entity type)."""
    sources = sorted({source for source, _ in pairs})
    rows = transaction.rows("SELECT source, entity_type, sort FROM version_sort WHERE source {in}", sources)
    return {(source, entity_type): sort for source, entity_type, sort in rows if (source, entity_type) in pairs}


def senders(transaction: Transaction) -> list[Pair]:
    """Every (source, entity type) that has sent a record."""
    return transaction.rows("SELECT source, entity_type FROM version_sort ORDER BY source, entity_type")


def add_sorts(transaction: Transaction, sorts_by_pair: Mapping[Pair, str]) -> None:
    """Keep what a source sent the first time."""
    rows = [(*pair, sort) for pair, sort in sorted(sorts_by_pair.items())]
    bulk.insert(transaction, "version_sort", ("source", "entity_type", "sort"), rows)
