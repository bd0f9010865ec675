"""Questions that come at the same moment, answered from few statements: whose a key is, which golden record it is.

What is told is what holds when it is read, which is after each of them was asked: a key that was revoked before is no
longer let in. Rules that were read before are only used where the database says that none were applied since.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mdm.entity_types import EntityType
from mdm.services.hub import Hub
from mdm.store import crosswalks
from mdm.store.crosswalks import FoundNow
from mdm.store.keys import Bearer
from mdm.store.standing import ReadsAtOnce, StandingReads


class Question(NamedTuple):
    """Of whom a key is, by its id, and what source keys bear, by their tokens."""

    key_id: str
    tokens: Sequence[int] = ()


class Reading(NamedTuple):
    """The keys that were asked for, the entity types, and what source keys bear, by their tokens.

    `rules_at` is where rules were applied last, as far as the entity types tell.
    """

    bearers: Mapping[str, Bearer]
    entity_types: Mapping[str, EntityType]
    rules_at: int | None
    found: Mapping[int, FoundNow]


class ReadingTogether:
    """Reads one after the other, on a connection of their own; beside it are those `at_once`, for many keys."""

    def __init__(self, hub: Hub) -> None:
        """Read from this hub."""
        self.hub = hub
        self._reads, self.at_once = StandingReads(hub.database), ReadsAtOnce(hub.database)
        self._types: dict[str, EntityType] = {}
        self._rules_at: int | None = None

    async def read(self, questions: Sequence[Question]) -> Reading:
        """Answer all of them; raises Unavailable."""
        key_ids = {one.key_id for one in questions}
        tokens = [token for one in questions for token in one.tokens]
        bearers, found, rules_at = await crosswalks.now(self._reads, key_ids, tokens)
        if rules_at not in {None, self._rules_at}:
            self._types, self._rules_at = await asyncio.to_thread(self.hub.entity_types), rules_at
        return Reading(bearers, self._types, self._rules_at, found)

    def close(self) -> None:
        """Give the connections back."""
        self._reads.close()
        self.at_once.close()
