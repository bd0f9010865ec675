"""Reads files of source records: csv, tsv and jsonl, from a path or from standard input."""

from mdm.ingest.incoming import Columns, Incoming, incoming, time_text, version_value
from mdm.ingest.read import READERS, STDIN, read
from mdm.ingest.rows import Rejected, Row

__all__ = [
    "READERS",
    "STDIN",
    "Columns",
    "Incoming",
    "Rejected",
    "Row",
    "incoming",
    "read",
    "time_text",
    "version_value",
]
