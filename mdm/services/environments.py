"""Environments: records of a sandbox and of production are never one thing, and are shown apart."""

from collections.abc import Iterable, Mapping
from typing import Any

from mdm.entity_types import EntityType
from mdm.errors import Fault, InvalidInput
from mdm.log import Key


def ensure_one(entity_type: EntityType, keys: Iterable[str]) -> None:
    """Refuse to link records of sources that are declared to be of different environments."""
    if not entity_type.apart:
        return
    sources = sorted({Key.parse(key).source for key in keys})
    found = {source: entity_type.source(source).environment for source in sources}
    if len(set(found.values())) > 1:
        told = ", ".join(f"{source} is {environment}" for source, environment in found.items())
        detail = f"records of different environments are never linked: {told}"
        raise InvalidInput(detail, faults=[Fault("", detail, "environment")])


def shown_apart(entity_types: Mapping[str, EntityType], document: dict[str, Any]) -> dict[str, Any]:
    """Name the environment of what has a crosswalk, where that is not production."""
    apart = entity_types[document["entity_type"]].apart
    found = next((apart[one["source"]] for one in document["crosswalk"] if one["source"] in apart), None)
    return document if found is None else {**document, "environment": found}
