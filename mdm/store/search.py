"""The words of golden records: written by the resolver, asked for by how they begin."""

from collections.abc import Collection, Sequence

from mdm.store import bulk
from mdm.store.database import Transaction

# Words are of digits and lower-case letters, of which every collation puts z last.
LAST = "z" * 40


SearchWord = tuple[str, str, int, str]
"""(entity type, word, golden number, attribute); plain, as a large load writes many millions of them."""
_COLUMNS = ("entity_type", "word", "golden", "attribute")


def change(transaction: Transaction, *, gone: Sequence[SearchWord], come: Sequence[SearchWord]) -> None:
    """Drop words, and add others that are not there yet."""
    bulk.delete(transaction, "search_word", _COLUMNS, gone)
    bulk.insert(transaction, "search_word", _COLUMNS, come)


def beginning(
    transaction: Transaction, entity_type: str, start: str, *, without: Collection[str], limit: int
) -> list[SearchWord]:
    """The first words of a type's golden records that begin so, by word and golden number; `without` attributes."""
    return _between(transaction, entity_type, start, start + LAST, without, limit)


def holding(
    transaction: Transaction, entity_type: str, word: str, *, without: Collection[str], limit: int
) -> list[SearchWord]:
    """The first of a type's golden records that hold a word."""
    return _between(transaction, entity_type, word, word, without, limit)


def _between(
    transaction: Transaction, entity_type: str, first: str, last: str, without: Collection[str], limit: int
) -> list[SearchWord]:
    barred, values = _barred(without)
    return transaction.rows(
        f"SELECT {', '.join(_COLUMNS)} FROM search_word"
        f" WHERE entity_type = ? AND word >= ? AND word <= ?{barred} ORDER BY word, golden, attribute LIMIT ?",
        entity_type, first, last, *values, limit,
    )  # fmt: skip


def vocabulary(transaction: Transaction, entity_type: str, start: str, *, without: Collection[str]) -> list[str]:
    """Every word of a type that begins so."""
    barred, values = _barred(without)
    rows = transaction.rows(
        f"SELECT DISTINCT word FROM search_word WHERE entity_type = ? AND word >= ? AND word <= ?{barred}"
        " ORDER BY word",
        entity_type, start, start + LAST, *values,
    )  # fmt: skip
    return [row[0] for row in rows]


def _barred(without: Collection[str]) -> tuple[str, list[object]]:
    return (" AND NOT attribute {in}", [sorted(without)]) if without else ("", [])
