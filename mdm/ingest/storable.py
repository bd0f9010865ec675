"""Refuses rows of cells with a text that neither database could keep."""

from mdm.entity_types import LONGEST_TEXT
from mdm.ingest.parts import Parts
from mdm.ingest.rows import Rejected, Row


def storable(row: Row, file: str) -> Row | Rejected:
    """Give the row back, or say which cell holds a NUL byte or is too long."""
    for column, cell in row.values.items():
        text = str(cell)
        if "\0" in text:
            return Rejected(file, row.line, column, None, "nul_byte", "holds a NUL byte", row.raw, Parts(row.values))
        if len(text) > LONGEST_TEXT:
            detail = f"has {len(text):,} characters; at most {LONGEST_TEXT:,} are taken"
            return Rejected(file, row.line, column, None, "text_too_long", detail, row.raw, Parts(row.values))
    return row
