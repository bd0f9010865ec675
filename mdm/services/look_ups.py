"""The answers to most look-ups, as the bytes that are sent: what `lookup` gives, put together from one narrow read.

Keys of which there is more to say are left to `lookup`: those that are spelled otherwise, not resolved yet, deleted,
used again by their source, or of an environment of their own.
"""

from collections.abc import Callable, Sequence

import orjson

from golden_records.identity import golden_id
from mdm.log import Key, key_tokens
from mdm.services import lookup
from mdm.services.hub import Hub
from mdm.services.reading_together import Reading
from mdm.store import crosswalks, resolution

Written = Sequence[str]
"""A key as it came: source, entity type, source id."""


def tokens(hub: Hub, keys: Sequence[Written]) -> list[int]:
    """The tokens that keys are read by."""
    return key_tokens(hub.salt, [f"{source}:{of}:{source_id}" for source, of, source_id in keys])


def answers(reading: Reading, keys: Sequence[Written], of_keys: Sequence[int]) -> list[bytes | None]:
    """The JSON of each key's cross-reference, in their order; None for those that are left to `lookup`."""
    return [_answer(reading, key, token) for key, token in zip(keys, of_keys, strict=True)]


def many(hub: Hub, keys: Sequence[Written], known: Callable[[int], Key]) -> list[bytes]:
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
                found[place] = orjson.dumps(one)
    return [one for one in found if one is not None]


def _answer(reading: Reading, key: Written, token: int) -> bytes | None:
    found = reading.found.get(token)
    source, of, source_id = key
    entity_type = reading.entity_types.get(of)
    if found is None or entity_type is None or entity_type.apart or token in reading.used_again:
        return None
    if entity_type.sources and entity_type.canonical_id(source, source_id) != source_id:
        return None
    golden, since, members, seq = found
    # What bears the token is this very key, and living, if it stands among the members as it would be written there.
    if orjson.dumps({"source": source, "source_id": source_id}).decode() not in members:
        return None
    number = golden_id(entity_type.id_prefix, golden)
    return (
        f'{{"golden_id":"{number}","status":"active","since":{since},"entity_type":"{of}",'
        f'"crosswalk":{members},"seq":{seq}}}'
    ).encode()
