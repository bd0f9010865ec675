"""Reads the flag that marks a record as deleted."""

from mdm.ingest.rows import RefusalError

_TRUE = frozenset({"true", "1", "yes"})
FALSE = frozenset({"", "false", "0", "no"})


def flag(column: str, value: object) -> bool:
    """Read true, 1 or yes, and false, 0, no or nothing; anything else is refused."""
    if value is None or isinstance(value, bool):
        return bool(value)
    word = str(value).strip().lower()
    if word in _TRUE:
        return True
    if word in FALSE:
        return False
    raise RefusalError(column, value, "flag", f"{column} is neither true nor false: {str(value)[:80]!r}")
