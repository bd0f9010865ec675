"""The words of golden records: written by the resolver, asked for by how they begin."""

from collections.abc import Collection, Mapping, Sequence

from mdm.store import bulk
from mdm.store.database import Transaction

# Words are of digits and lower-case letters, of which every collation puts z last.
LAST = "z" * 40


SearchWord = tuple[str, str, int, str]
"""(entity type, word, golden number, attribute); plain, as a large load writes many millions of them."""
_COLUMNS = ("entity_type", "word", "golden", "attribute")
Types = Mapping[str, Collection[str]]
"""Entity types, each with the attributes of it that are not looked at."""


def change(transaction: Transaction, *, gone: Sequence[SearchWord], come: Sequence[SearchWord]) -> None:
    """Drop words, and add others that are not there yet."""
    bulk.delete(transaction, "search_word", _COLUMNS, gone)
    bulk.insert(transaction, "search_word", _COLUMNS, come)


def beginning(transaction: Transaction, types: Types, start: str, *, limit: int) -> dict[str, list[SearchWord]]:
    """The first words of each type's golden records that begin so, by word and golden number."""
    return _between(transaction, types, start, start + LAST, limit)


def holding(transaction: Transaction, types: Types, word: str, *, limit: int) -> dict[str, list[SearchWord]]:
    """The first of each type's golden records that hold a word."""
    return _between(transaction, types, word, word, limit)


def _between(
    transaction: Transaction, types: Types, first: str, last: str, limit: int
) -> dict[str, list[SearchWord]]:  # fmt: skip
    some, values = list[str](), list[object]()
    for entity_type, without in types.items():
        barred, names = _barred(without)
        some.append(
            f"SELECT * FROM (SELECT {', '.join(_COLUMNS)} FROM search_word WHERE entity_type = ? AND word >= ?"
            f" AND word <= ?{barred} ORDER BY word, golden, attribute LIMIT ?) AS of_{len(some)}"
        )
        values += [entity_type, first, last, *names, limit]
    found: dict[str, list[SearchWord]] = {entity_type: [] for entity_type in types}
    for row in transaction.rows(" UNION ALL ".join(some), *values) if some else ():
        found[row[0]].append(row)
    return found


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
