"""In which order the attributes of records side by side are shown."""

from collections.abc import Sequence
from typing import Any

STATES = ("conflict", "near", "other", "same", "missing")
"""How two records stand to each other in an attribute, what speaks against them first."""


def in_order(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Contradictions first, of each sort those that may be seen, then by what speaks loudest."""
    return sorted(rows, key=lambda row: (STATES.index(row["state"]), row.get("masked", False), -abs(row["weight"])))
