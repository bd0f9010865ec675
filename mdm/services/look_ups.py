"""The answers to most look-ups, as the bytes that are sent: what `lookup` gives, put together from one narrow read.

Keys of which there is more to say are left to `lookup`: those that are spelled otherwise, not resolved yet, deleted,
used again by their source, or of an environment of their own.
"""

from collections.abc import Sequence

import orjson

from golden_records.identity import golden_id
from mdm.entity_types import EntityType
from mdm.log import key_tokens
from mdm.services.hub import Hub
from mdm.services.reading_together import Reading

Written = Sequence[str]
"""A key as it came: source, entity type, source id."""


def tokens(hub: Hub, keys: Sequence[Written]) -> list[int]:
    """The tokens that keys are read by."""
    return key_tokens(hub.salt, [f"{source}:{of}:{source_id}" for source, of, source_id in keys])


def answers(reading: Reading, keys: Sequence[Written], of_keys: Sequence[int]) -> list[bytes | None]:
    """The JSON of each key's cross-reference, in their order; None for those that are left to `lookup`."""
    types = {name: _plain(one) for name, one in reading.entity_types.items()}
    return [
        _answer(reading, key, token, types[key[1]]) if key[1] in types else None
        for key, token in zip(keys, of_keys, strict=True)
    ]


def _plain(entity_type: EntityType) -> tuple[str, frozenset[str]] | None:
    """The prefix of golden IDs and the sources that have a form of ids; None for a type with environments."""
    formed = frozenset(name for name, one in entity_type.sources.items() if one.ids is not None)
    return None if entity_type.apart else (entity_type.id_prefix, formed)


def _answer(reading: Reading, key: Written, token: int, plain: tuple[str, frozenset[str]] | None) -> bytes | None:
    found = reading.found.get(token)
    source, of, source_id = key
    if found is None or plain is None or source in plain[1] or token in reading.used_again:
        return None
    golden, since, members, seq = found
    # What bears the token is this very key, and living, if it stands among the members as it would be written there.
    if orjson.dumps({"source": source, "source_id": source_id}).decode() not in members:
        return None
    return (
        f'{{"golden_id":"{golden_id(plain[0], golden)}","status":"active","since":{since},"entity_type":"{of}",'
        f'"crosswalk":{members},"seq":{seq}}}'
    ).encode()
