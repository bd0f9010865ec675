"""What the columns and indexes of all tables are made of."""

from typing import Any

from sqlalchemy import BigInteger, Index, Integer, text

# SQLite's fast row number is an `INTEGER PRIMARY KEY` and nothing else.
RowNumber: Any = BigInteger().with_variant(Integer(), "sqlite")
CLUSTERED = {"sqlite_with_rowid": False}


def partial(name: str, *columns: str, where: str) -> Index:
    """An index of only those rows of which the condition holds."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))
