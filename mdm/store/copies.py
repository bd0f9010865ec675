"""Copy whole tables from one database to another: the log into a scratch database, derived state back."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Boolean, Table
from sqlmodel import SQLModel

from mdm.store import bulk
from mdm.store.database import Transaction

FACTS = ("hub", "log", "payload", "latest_fact", "rules_document", "code_list", "code_mapping")
DERIVED = (
    "resolution", "source_record", "block_member", "block_size", "edge", "decision", "decision_void", "decision_pair",
    "sampled_match", "source_link", "golden_version", "xref", "crosswalk", "change", "task", "task_version",
    "task_work", "task_skip", "task_comment", "mention", "reference_link", "reference", "hierarchy_edge",
    "hierarchy_group", "hierarchy_mismatch", "refetch", "divergence", "readiness", "line_finding", "line_holder",
    "search_word", "dirty_record", "kept_sum",
)  # fmt: skip
GROWING = ("log", "payload")
"""Of the facts, the tables that only ever grow, by position."""
CHUNK = 50_000


def copy(reader: Transaction, writer: Transaction, tables: Sequence[str]) -> None:
    """Replace these tables of one database by those of another."""
    for name in tables:
        table = SQLModel.metadata.tables[name]
        writer.run(f"DELETE FROM {name}")
        columns = [column.name for column in table.columns]
        for rows in _chunks(reader, table, columns):
            bulk.insert(writer, name, columns, rows)


def follow(reader: Transaction, writer: Transaction, *, after: int) -> None:
    """Bring the facts of one database up to those of another that was copied when its log reached a position."""
    copy(reader, writer, [name for name in FACTS if name not in GROWING])
    for name in GROWING:
        table = SQLModel.metadata.tables[name]
        columns = [column.name for column in table.columns]
        for rows in _chunks(reader, table, columns, after=after):
            bulk.insert(writer, name, columns, rows)


def _chunks(
    reader: Transaction, table: Table, columns: list[str], *, after: int | None = None
) -> Iterator[list[tuple[Any, ...]]]:
    """All rows by primary key; `after` leaves out those up to a position of the log."""
    names = ", ".join(f'"{name}"' for name in columns)
    order = ", ".join(f'"{column.name}"' for column in table.primary_key)
    # SQLite keeps truth as 0 and 1, which PostgreSQL does not take.
    truths = [index for index, column in enumerate(table.columns) if isinstance(column.type, Boolean)]
    only, values = ("", []) if after is None else ("WHERE position > ?", [after])
    offset = 0
    while rows := reader.rows(
        f"SELECT {names} FROM {table.name} {only} ORDER BY {order} LIMIT ? OFFSET ?", *values, CHUNK, offset
    ):
        yield [_with_truths(row, truths) for row in rows] if truths else rows
        offset += CHUNK


def _with_truths(row: tuple[Any, ...], truths: list[int]) -> tuple[Any, ...]:
    values = list(row)
    for index in truths:
        values[index] = bool(values[index])
    return tuple(values)
