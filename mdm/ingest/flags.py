"""Reads the flags that mark a record: as deleted, or as changed and no more."""

from mdm.ingest.rows import RefusalError

_TRUE = frozenset({"true", "1", "yes"})
FALSE = frozenset({"", "false", "0", "no"})
ONLY_CHANGED = "what only says that it changed brings no values, and is neither deleted nor partial"


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


def only_changed(column: str, *, more: bool) -> None:
    """Refuse a record that says only that it changed, and says more: whatever that is would be lost."""
    if more:
        raise RefusalError(column, None, "changed", ONLY_CHANGED)
