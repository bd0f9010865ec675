"""What the references of records that are shown lead to, as people know it: by name, and not by a system's id."""

from collections.abc import Collection, Mapping
from typing import Any

import orjson

from golden_records.identity import golden_id
from mdm.entity_types import EntityType
from mdm.log import key_token
from mdm.resolution.work import Work
from mdm.store import task_reading

Document = dict[str, Any]


def named(work: Work, entity_types: Mapping[str, EntityType], keys: Collection[str]) -> dict[str, Document]:
    """`{"golden_id", "entity_type", "label"}` of what each written key leads to, all read at once.

    What has not arrived, or is of an entity type that there is no longer, is left out. The label is None where nothing
    of it lives.
    """
    tokens = {key_token(work.salt, key): key for key in keys}
    return {
        tokens[token]: _told(entity_types[led.entity_type], led)
        for token, led in task_reading.led_to(work.reader, list(tokens)).items()
        if led.entity_type in entity_types
    }


def _told(entity_type: EntityType, led: task_reading.Led) -> Document:
    label = orjson.loads(led.attributes or b"{}").get(entity_type.label_attribute)
    id_ = golden_id(entity_type.id_prefix, led.golden)
    return {"golden_id": id_, "entity_type": entity_type.entity_type, "label": label}
