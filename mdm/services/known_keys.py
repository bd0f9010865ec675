"""Source keys as people and systems write them, read as the hub knows them: spellings of one id lead to one record."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mdm.entity_types import EntityType
from mdm.log import Key, key_token
from mdm.services.hub import Hub
from mdm.store import xref


def known(hub: Hub, keys: Sequence[Key], types: Mapping[str, EntityType] | None = None) -> list[Key]:
    """Each key with its id in the form of its source, as the rules in force declare it.

    A record that arrived before the form was declared is still found under the id it came with. Not for use within a
    transaction; `types` are the entity types of now, where the caller has them.
    """
    types = hub.entity_types() if types is None else types
    written = [
        replace(key, source_id=types[key.entity_type].canonical_id(key.source, key.source_id))
        if key.entity_type in types
        else key
        for key in keys
    ]
    doubtful = {key for key, form in zip(keys, written, strict=True) if key != form}
    if not doubtful:
        return list(keys)
    asked = {key: key_token(hub.salt, str(key)) for key in [*doubtful, *written]}
    with hub.database.read() as reader:
        there = xref.acknowledged(reader, set(asked.values()))
    return [
        key if key in doubtful and asked[key] in there and asked[form] not in there else form
        for key, form in zip(keys, written, strict=True)
    ]
