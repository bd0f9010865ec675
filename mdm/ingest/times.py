"""Reads the two things that order a record's versions: times and version numbers."""

import re
from datetime import UTC, datetime
from functools import lru_cache

_LARGEST = 2**63 - 1
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")


def time_text(value: object) -> str:
    """Write any ISO 8601 date or time as `2024-03-01T00:00:00.000000Z`; without a zone it is UTC.

    Raises:
        ValueError: it is none, in words that follow the name of a column.
    """
    if not isinstance(value, str):
        words = f"is not a time (write it as text, such as 2024-03-01T09:30:00Z): {value!r}"
        raise ValueError(words)  # noqa: TRY004  the caller sends any JSON value; each wrong one is a wrong value
    return _in_utc(value)


@lru_cache(maxsize=10_000)  # the times of a file are few
def _in_utc(text: str) -> str:
    try:
        # Digits of other scripts are no ISO 8601; encoding refuses them with a ValueError of its own.
        read = datetime.fromisoformat(text.strip().encode("ascii").decode())
        moment = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        words = f"is not an ISO 8601 date or time (such as 2024-03-01 or 2024-03-01T09:30:00Z): {text[:80]!r}"
        raise ValueError(words) from None
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def version_value(value: object) -> int | str:
    """Read a version: a whole number (also as text), or a time as `time_text` writes it.

    Raises:
        ValueError: it is neither, in words that follow the name of a column.
    """
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) > _LARGEST:
            raise ValueError(f"is larger than a 64-bit number: {value}")
        return value
    try:
        return time_text(value)
    except ValueError:
        shown = value[:80] if isinstance(value, str) else value
        raise ValueError(f"is neither a whole number nor an ISO 8601 time: {shown!r}") from None
