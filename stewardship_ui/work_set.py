"""Which tasks somebody works through: the choice made in the queue, carried along in every address."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query


@dataclass(frozen=True, slots=True)
class Wanted:
    """The entity type and kind that the next task should be of; None takes any."""

    entity_type: str | None = None
    kind: str | None = None

    @property
    def query(self) -> str:
        """As it stands in an address, with its question mark; nothing when all is wanted."""
        parts = [(name, value) for name, value in (("entity_type", self.entity_type), ("kind", self.kind)) if value]
        return f"?{urlencode(parts)}" if parts else ""


def wanted(
    entity_type: Annotated[str, Query(max_length=63)] = "", kind: Annotated[str, Query(max_length=40)] = ""
) -> Wanted:
    """Read the choice from an address."""
    return Wanted(entity_type or None, kind or None)
