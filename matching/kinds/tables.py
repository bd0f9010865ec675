"""Read the small data tables that lie beside the kinds."""

from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=32)
def rows(table: str, package: str = "matching.kinds") -> tuple[tuple[str, ...], ...]:
    """Give the rows of a table: one a line, fields between bars, # starts a comment line."""
    text = files(package).joinpath(f"{table}.txt").read_text(encoding="utf-8")
    lines = (line.strip() for line in text.splitlines())
    return tuple(tuple(line.split("|")) for line in lines if line and not line.startswith("#"))


def words(table: str) -> frozenset[str]:
    """Give all the words of a table, whatever row they stand in."""
    return frozenset(word for row in rows(table) for word in row)
