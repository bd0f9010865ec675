"""The answers to most look-ups, as the text that is sent: what `lookup` gives, put together from one narrow read.

Keys of which there is more to say are left to `lookup`: those that are spelled otherwise, not resolved yet, deleted,
used again by their source, or of an environment of their own.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from operator import itemgetter
from typing import NamedTuple

import orjson

from golden_records.identity import digits, digits_of_all
from mdm.entity_types import EntityType
from mdm.log import Key, key_token, key_tokens
from mdm.services.hub import Hub
from mdm.services.reading import lookup
from mdm.services.reading.reading_together import Reading
from mdm.store import crosswalks, resolution
from mdm.store.crosswalks import Found
from mdm.store.standing import ReadsAtOnce

Written = Sequence[str]
"""A key as it came: source, entity type, source id."""
IN_THE_LOOP = 1_000
"""To write the answer to more keys would hold up everybody else for too long."""
_PLACE: Callable[[Written], tuple[str, str]] = itemgetter(0, 1)


def tokens(hub: Hub, keys: Sequence[Written]) -> list[int]:
    """The tokens that keys are read by."""
    return key_tokens(hub.salt, [f"{source}:{of}:{source_id}" for source, of, source_id in keys])


def token(hub: Hub, key: Written) -> int:
    """The same of one key."""
    return key_token(hub.salt, f"{key[0]}:{key[1]}:{key[2]}")


def places(keys: Iterable[Written]) -> set[tuple[str, str]]:
    """The source and the entity type of each key."""
    return set(map(_PLACE, keys))


def one(reading: Reading, key: Written, token: int) -> str | None:
    """The JSON of a key's cross-reference; None where that is left to `lookup`."""
    found = reading.found.get(token)
    if found is None or found[5]:  # of an id that was used again there is more to say
        return None
    way = _way(reading.entity_types, key[0], key[1])
    return None if way is None else way.told(key[2], digits(found[1]), *found[2:5])


async def many_now(hub: Hub, reads: ReadsAtOnce, reading: Reading, keys: Sequence[Written]) -> list[str] | None:
    """What `many` gives, from one statement that is waited for in the event loop; None where that is left to `many`.

    That is so where there is more to say of any key, or rules have changed, or the database is no server to wait for.
    """
    if not reads.postgresql or len(keys) > IN_THE_LOOP:
        return None
    found = await crosswalks.of_tokens_now(reads, tokens(hub, keys))
    told = [] if found.rules_at != reading.rules_at else _told(reading.entity_types, keys, found)
    plain = [one for one in told if one is not None]
    return plain if len(plain) == len(keys) else None


def many(hub: Hub, keys: Sequence[Written], known: Callable[[int], Key]) -> list[str]:
    """The JSON of each key's cross-reference, in their order, all from one state; `null` for what never arrived.

    known: gives the key at a place, or raises InvalidInput, for those that are not plainly there.
    """
    with hub.database.read() as reader:
        types = {name: hub.rules(version, seen_by=reader) for name, version in resolution.in_force(reader).items()}
        told = _told(types, keys, crosswalks.of_tokens(reader, tokens(hub, keys)))
        left = [place for place, one in enumerate(told) if one is None]
        if left:
            rest = lookup.within(hub, reader, [known(place) for place in left], types)
            for place, document in zip(left, rest, strict=True):
                told[place] = orjson.dumps(document).decode()
    return [one for one in told if one is not None]


def _told(types: Mapping[str, EntityType], keys: Sequence[Written], found: Found) -> list[str | None]:
    ways = {place: _way(types, *place) for place in places(keys)}
    told: list[str | None] = [None] * len(keys)
    borne = zip(digits_of_all(found.goldens), found.since, found.members, found.seqs, strict=True)
    for place, (golden, since, members, seq) in zip(found.places, borne, strict=True):
        source, of, source_id = keys[place]
        way = ways[source, of]
        told[place] = None if way is None else way.told(source_id, golden, since, members, seq)
    return told


class _Way(NamedTuple):
    """How the keys of one source and entity type are told: what stands in all of their answers, and in all members."""

    source: str
    begin: str
    middle: str
    member: str
    canonical: Callable[[str], str] | None

    def told(self, source_id: str, golden: str, since: object, members: str, seq: object) -> str | None:
        """The JSON of what was found under the token of a key, its golden number as digits; None if more is to say."""
        source, begin, middle, member, canonical = self
        if canonical is not None and canonical(source_id) != source_id:
            return None  # the record is kept under another spelling of this id
        # What bears the token is this very key, and living, if it stands among the members as it would be there. Most
        # ids stand there as they came, which is seen in a third of the time; where one does not, it is not found so.
        if '"' in source_id or f'{member}{source_id}"}}' not in members:
            spelled = orjson.dumps({"source": source, "source_id": source_id}).decode()
            if spelled not in members:
                return None
        return f'{begin}{golden}","status":"active","since":{since}{middle}{members},"seq":{seq}}}'


def _way(entity_types: Mapping[str, EntityType], source: str, of: str) -> _Way | None:
    """None where all keys are left to `lookup`."""
    entity_type = entity_types.get(of)
    if entity_type is None or entity_type.apart:
        return None
    canonical = partial(entity_type.canonical_id, source) if entity_type.sources else None
    return _Way(source, *_around(source, of, entity_type.id_prefix), canonical)


@lru_cache(maxsize=1_000)
def _around(source: str, of: str, id_prefix: str) -> tuple[str, str, str]:
    """What stands in the answers to keys of one source and entity type: to begin with, after it, and in each member."""
    member = orjson.dumps({"source": source, "source_id": ""}).decode().removesuffix('"}')
    return f'{{"golden_id":"{id_prefix}_', f',"entity_type":"{of}","crosswalk":', member
