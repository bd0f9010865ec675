"""The answers to most look-ups, as the text that is sent: what `lookup` gives, put together from one narrow read.

Keys of which there is more to say are left to `lookup`: those that are spelled otherwise, not resolved yet, deleted,
used again by their source, or of an environment of their own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import orjson

from golden_records.identity import golden_id
from mdm.log import Key, key_tokens
from mdm.services.hub import Hub
from mdm.services.reading import lookup
from mdm.services.reading.reading_together import Reading
from mdm.store import crosswalks, resolution

Written = Sequence[str]
"""A key as it came: source, entity type, source id."""


def tokens(hub: Hub, keys: Sequence[Written]) -> list[int]:
    """The tokens that keys are read by."""
    return key_tokens(hub.salt, [f"{source}:{of}:{source_id}" for source, of, source_id in keys])


def answers(reading: Reading, keys: Sequence[Written], of_keys: Sequence[int]) -> list[str | None]:
    """The JSON of each key's cross-reference, in their order; None for those that are left to `lookup`."""
    ways = {(source, of): _way(reading, source, of) for source, of in {(one[0], one[1]) for one in keys}}
    told = list[str | None]()
    for (source, of, source_id), token in zip(keys, of_keys, strict=True):
        found, way = reading.found.get(token), ways[source, of]
        if found is None or way is None or token in reading.used_again or way.spelled_otherwise(source_id):
            told.append(None)
            continue
        golden, since, members, seq = found
        # What bears the token is this very key, and living, if it stands among the members as it would be there.
        told.append(
            f'{{"golden_id":"{golden_id(way.prefix, golden)}","status":"active","since":{since},"entity_type":"{of}",'
            f'"crosswalk":{members},"seq":{seq}}}'
            if way.member(source_id) in members
            else None
        )
    return told


def many(hub: Hub, keys: Sequence[Written], known: Callable[[int], Key]) -> list[str]:
    """The JSON of each key's cross-reference, in their order, all from one state; `null` for what never arrived.

    known: gives the key at a place, or raises InvalidInput, for those that are not plainly there.
    """
    of_keys = tokens(hub, keys)
    with hub.database.read() as reader:
        versions = resolution.in_force(reader)
        types = {name: hub.rules(version) for name, version in versions.items()}
        reading = Reading({}, types, crosswalks.of_tokens(reader, of_keys))
        found = answers(reading, keys, of_keys)
        left = [place for place, one in enumerate(found) if one is None]
        if left:
            rest = lookup.within(hub, reader, [known(place) for place in left], types)
            for place, one in zip(left, rest, strict=True):
                found[place] = orjson.dumps(one).decode()
    return [one for one in found if one is not None]


@dataclass(frozen=True, slots=True)
class _Way:
    """How the keys of one source and entity type are told: the prefix of golden IDs, and how ids are spelled."""

    prefix: str
    source: str
    canonical: Callable[[str], str] | None

    def spelled_otherwise(self, source_id: str) -> bool:
        """Whether the record is kept under another spelling of this id."""
        return self.canonical is not None and self.canonical(source_id) != source_id

    def member(self, source_id: str) -> str:
        """An id as it stands in a crosswalk."""
        if '"' in source_id or '"' in self.source:
            return orjson.dumps({"source": self.source, "source_id": source_id}).decode()
        # The same for nearly all there are, in a third of the time; where it is not, the id is not found by it.
        return f'{{"source":"{self.source}","source_id":"{source_id}"}}'


def _way(reading: Reading, source: str, of: str) -> _Way | None:
    """None where all keys are left to `lookup`."""
    entity_type = reading.entity_types.get(of)
    if entity_type is None or entity_type.apart:
        return None
    canonical = partial(entity_type.canonical_id, source) if entity_type.sources else None
    return _Way(entity_type.id_prefix, source, canonical)
