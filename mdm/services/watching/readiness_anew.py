"""Readiness judged anew for a list: what is ready on a day, or was from what the hub knew at a moment."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mdm.entity_types import EntityType
from mdm.resolution.readiness_reach import Standing
from mdm.resolution.readiness_writing import Place, judged
from mdm.services.hub import Hub
from mdm.services.reading.crosswalks import crosswalks
from mdm.store import golden as stored_golden
from mdm.store import resolution
from mdm.store.database import Transaction
from mdm.store.readiness import Filter

LOOKED_AT = 1_000
"""So many golden records are judged for one page; it may be short of its limit and still go on."""


class Judged(NamedTuple):
    """What one golden record lacks for one process, `[]` in JSON for nothing."""

    golden: int
    entity_type: str
    process: str
    missing: str


@dataclass(frozen=True, slots=True)
class Anew:
    """What is asked: a process, at a position of the log under the rules of then, for a day or the latest of then."""

    hub: Hub
    transaction: Transaction
    types: Mapping[str, EntityType]
    process: str
    at: int
    on: str | None

    def page(
        self, of: Collection[str], only: Filter, *, after: int, limit: int
    ) -> tuple[list[Judged], list[Judged], bool]:
        """Those that are meant among the next of these types; the last that was looked at, and whether more are."""
        most = limit if only.ready is None and only.missing is None else LOOKED_AT
        asked = stored_golden.numbers(self.transaction, of, after=after, limit=most + 1, position=self.at)
        said = self._judged(asked[:most])
        found = [one for one in said if only.takes(one.missing)]
        if len(found) > limit:
            return found, found[limit - 1 : limit], True
        return found, said[-1:], len(asked) > most

    def _judged(self, asked: Sequence[tuple[int, str]]) -> list[Judged]:
        lacking: dict[Place, tuple[str, str | None]] = {}
        for name in sorted({of for _, of in asked}):
            numbers = [number for number, of in asked if of == name]
            tick = self.on or resolution.tick(self.transaction, name, at=self.at)
            types = {of: Standing(one, tick) for of, one in self.types.items()}
            walks = crosswalks(self.hub, self.transaction, numbers, at=self.at)
            sources = [(number, one.source) for number, walk in walks.items() for one in walk]
            lacking |= judged(self.transaction, types, name, numbers, at=self.at, sources=sources)
        return [Judged(number, of, self.process, lacking[number, self.process][0]) for number, of in asked]
