"""Reads files of source records: csv, tsv, jsonl and parquet, from a path or from standard input."""

from mdm.ingest.incoming import (
    Columns,
    Incoming,
    Records,
    each_item,
    incoming_records,
    time_text,
    version_value,
)
from mdm.ingest.read import READERS, STDIN, read, read_chunks
from mdm.ingest.rows import Chunk, Rejected, Row, each_row

__all__ = [
    "READERS",
    "STDIN",
    "Chunk",
    "Columns",
    "Incoming",
    "Records",
    "Rejected",
    "Row",
    "each_item",
    "each_row",
    "incoming_records",
    "read",
    "read_chunks",
    "time_text",
    "version_value",
]
