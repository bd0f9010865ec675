"""Questions that come at the same moment, answered from one read: whose a key is, which golden record it is.

Each of them would cost a transaction of its own, and most of the time of a look-up is that. What is read is what holds
when the read begins, which is after each of them was asked: a key that was revoked before is no longer let in.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from mdm.entity_types import EntityType
from mdm.services.hub import Hub
from mdm.store import crosswalks, keys, resolution
from mdm.store.crosswalks import Found
from mdm.store.keys import Bearer


@dataclass(frozen=True, slots=True)
class Question:
    """Of whom a key is, by its id, and what source keys bear, by their tokens."""

    key_id: str
    tokens: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """One state of the hub: the keys that were asked for, the entity types, and what source keys bear.

    used_again: those of the source keys whose source used the id again, so that there is more to say of them.
    """

    bearers: Mapping[str, Bearer]
    entity_types: Mapping[str, EntityType] = field(default_factory=dict)
    found: Mapping[int, Found] = field(default_factory=dict)
    used_again: Collection[int] = ()


def read(hub: Hub, questions: Collection[Question]) -> Reading:
    """Answer all of them from one state."""
    tokens = {token for one in questions for token in one.tokens}
    with hub.database.read() as reader:
        bearers = keys.bearers(reader, {one.key_id for one in questions})
        if not tokens:
            return Reading(bearers)
        versions = resolution.in_force(reader)
        found = crosswalks.of_tokens(reader, tokens)
        used_again = crosswalks.used_again(reader, tokens)
    return Reading(bearers, {name: hub.rules(version) for name, version in versions.items()}, found, used_again)
