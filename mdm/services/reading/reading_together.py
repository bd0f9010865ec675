"""Questions that come at the same moment, answered from few statements: whose a key is, which golden record it is.

What is told is what holds when it is read, which is after each of them was asked: a key that was revoked before is no
longer let in. What is kept from one read to the next is only used where the database says that it still holds.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

from mdm.entity_types import EntityType
from mdm.services.hub import Hub
from mdm.store import crosswalks, keys, resolution
from mdm.store.crosswalks import FoundNow
from mdm.store.database import Transaction
from mdm.store.keys import Bearer
from mdm.store.standing import StandingReads


class Question(NamedTuple):
    """Of whom a key is, by its id, and what source keys bear, by their tokens."""

    key_id: str
    tokens: Sequence[int] = ()


class Reading(NamedTuple):
    """The keys that were asked for, the entity types, and what source keys bear, by their tokens."""

    bearers: Mapping[str, Bearer]
    entity_types: Mapping[str, EntityType]
    found: Mapping[int, FoundNow]


class ReadingTogether:
    """Reads of one thread, one after the other, on a connection of their own."""

    def __init__(self, hub: Hub) -> None:
        """Read from this hub."""
        self.hub = hub
        self._reads = StandingReads(hub.database)
        self._bearers: dict[str, Bearer] = {}
        self._types: dict[str, EntityType] = {}
        self._rules_at: int | None = None

    def read(self, questions: Sequence[Question]) -> Reading:
        """Answer all of them; raises Unavailable."""
        return self._reads.read(partial(self._read, questions))

    def close(self) -> None:
        """Give the connection back."""
        self._reads.close()

    def _read(self, questions: Sequence[Question], reader: Transaction) -> Reading:
        self._know(reader, {one.key_id for one in questions})
        tokens = [token for one in questions for token in one.tokens]
        found = crosswalks.now(reader, tokens) if tokens else {}
        for one in found.values():
            if one[-1] != self._rules_at:
                versions = resolution.in_force(reader)
                self._types = {name: self.hub.rules(version, seen_by=reader) for name, version in versions.items()}
                self._rules_at = one[-1]
            break  # all rows say the same
        return Reading(self._bearers, self._types, found)

    def _know(self, reader: Transaction, key_ids: set[str]) -> None:
        """Read keys of the API, except those that were read before if nothing was committed since."""
        if not self._reads.unchanged(reader):
            self._bearers = {}
        lacking = key_ids - self._bearers.keys()
        if lacking:
            self._bearers = {**self._bearers, **keys.bearers(reader, lacking)}
