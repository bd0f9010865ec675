"""Several values in one cell of a file: where one ends and the next begins."""

import re
from functools import lru_cache


def parted(text: str, between: str) -> list[str]:
    """Part a text at any of these characters; what is blank between them is left out."""
    return [value for one in _pattern(between).split(text) if (value := one.strip())]


@lru_cache(maxsize=16)
def _pattern(between: str) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(between)}]")
