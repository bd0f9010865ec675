"""Code lists and mappings by the position of their facts, and the records that hold a value of them."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import orjson

from mdm.code_lists import fold
from mdm.store import bulk
from mdm.store.database import Transaction

Places = tuple[int, int]


class MappingRow(NamedTuple):
    """What one source means by a value, since a position of the log; without a code it is mapped no longer."""

    code_list: str
    source: str
    folded: str
    position: int
    value: str
    code: str | None


def keep(transaction: Transaction, kind: str, body: Mapping[str, Any], *, position: int) -> None:
    """Keep what a fact of kind `code_list` or `code_mapping` says, so that it is found by list and value."""
    name = body["code_list"]
    if kind == "code_list":
        rows = [(name, position, orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode())]
        bulk.insert(transaction, "code_list", ("code_list", "position", "document"), rows)
    else:
        folded = {fold(value): (value, code) for value, code in body["map"].items()}
        mapped = [MappingRow(name, body["source"], key, position, *said) for key, said in sorted(folded.items())]
        bulk.insert(transaction, "code_mapping", MappingRow._fields, mapped)


def places(transaction: Transaction, upto: int) -> Places:
    """The positions of the last list and the last mapping up to a position of the log: what holds follows from them."""
    row = transaction.one(
        "SELECT (SELECT max(position) FROM code_list WHERE position <= ?),"
        " (SELECT max(position) FROM code_mapping WHERE position <= ?)",
        upto, upto,
    )  # fmt: skip
    return ((row and row[0]) or 0, (row and row[1]) or 0)


def lists_and_mappings(transaction: Transaction, upto: int) -> tuple[dict[str, str], list[MappingRow]]:
    """The document of each list, and the mappings that hold, as of a position; one statement."""
    columns = ", ".join(MappingRow._fields)
    rows = transaction.rows(
        f"SELECT {columns}, NULL AS document FROM code_mapping WHERE position <= ? UNION ALL"
        " SELECT code_list, '', '', position, '', NULL, document FROM code_list WHERE position <= ? ORDER BY position",
        upto, upto,
    )  # fmt: skip
    documents = {row[0]: str(row[-1]) for row in rows if row[-1] is not None}
    latest = {row[:3]: MappingRow(*row[:-1]) for row in rows if row[-1] is None}
    return dict(sorted(documents.items())), [row for _, row in sorted(latest.items()) if row.code is not None]


def mappings(transaction: Transaction, upto: int, code_list: str | None = None) -> list[MappingRow]:
    """The mappings that hold as of a position, of one list or of all, by source and value."""
    return [row for row in said_last(transaction, upto, code_list) if row.code is not None]


def said_last(transaction: Transaction, upto: int, code_list: str | None = None) -> list[MappingRow]:
    """What was said last of each value as of a position, also that it is mapped no longer, by source and value."""
    condition, values = ("AND code_list = ? ", (code_list,)) if code_list is not None else ("", ())
    rows = transaction.rows(
        f"SELECT {', '.join(MappingRow._fields)} FROM code_mapping WHERE position <= ? {condition}ORDER BY position",
        upto, *values,
    )  # fmt: skip
    latest = {row[:3]: MappingRow(*row) for row in rows}
    return [row for _, row in sorted(latest.items())]


def mapped_at(transaction: Transaction, position: int) -> list[MappingRow]:
    """What the mapping at a position of the log says, by value."""
    rows = transaction.rows(
        f"SELECT {', '.join(MappingRow._fields)} FROM code_mapping WHERE position = ? ORDER BY folded", position
    )
    return [MappingRow(*row) for row in rows]


def holding(transaction: Transaction, entity_type: str, tokens: Collection[int], source: str | None) -> list[int]:
    """The records of one type, of one source or of any, that hold a value with one of these tokens, by id."""
    condition, values = ("AND source = ? ", (source,)) if source is not None else ("", ())
    rows = transaction.rows(
        "SELECT DISTINCT record_id FROM reference_link JOIN source_record ON id = record_id"
        f" WHERE target_token {{in}} AND entity_type = ? {condition}ORDER BY record_id",
        list(tokens), entity_type, *values,
    )  # fmt: skip
    return [row[0] for row in rows]


def living_holders(transaction: Transaction, entity_type: str, token: int, source: str, *, limit: int) -> list[int]:
    """Some living records of one type and source that hold a value, at most `limit`."""
    rows = transaction.rows(
        "SELECT record_id FROM reference_link JOIN source_record ON id = record_id"
        " WHERE target_token = ? AND entity_type = ? AND source = ? AND NOT deleted ORDER BY record_id LIMIT ?",
        token, entity_type, source, limit,
    )  # fmt: skip
    return [row[0] for row in rows]


def counted(transaction: Transaction, tokens: Collection[int]) -> dict[tuple[int, str, str], int]:
    """How many living records hold each value, by (token, entity type, source)."""
    rows = transaction.rows(
        "SELECT target_token, entity_type, source, count(*) FROM reference_link JOIN source_record ON id = record_id"
        " WHERE target_token {in} AND NOT deleted GROUP BY target_token, entity_type, source",
        list(tokens),
    )
    return {(token, of, source): count for token, of, source, count in rows}


def some_keys(transaction: Transaction, tokens: Collection[int], *, each: int) -> dict[tuple[int, str, str], list[str]]:
    """The written keys of the oldest living records that hold each value, by (token, entity type, source)."""
    rows = transaction.rows(
        "SELECT target_token, entity_type, source, source_id FROM (SELECT target_token, entity_type, source, source_id,"
        " row_number() OVER (PARTITION BY target_token, entity_type, source ORDER BY id) AS place"
        " FROM reference_link JOIN source_record ON id = record_id WHERE target_token {in} AND NOT deleted) AS ranked"
        " WHERE place <= ? ORDER BY target_token, entity_type, source, place",
        list(tokens), each,
    )  # fmt: skip
    found: dict[tuple[int, str, str], list[str]] = {}
    for token, of, source, source_id in rows:
        found.setdefault((token, of, source), []).append(f"{source}:{of}:{source_id}")
    return found
