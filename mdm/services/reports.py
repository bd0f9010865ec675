"""What the views for reports show of an entity type: the values that the role `reader` may see."""

import orjson

from mdm.auth import SEES, Principal, hidden
from mdm.entity_types import Attribute, EntityType
from mdm.services.hub import Hub
from mdm.store import resolution

READER = Principal("reports", "reader")


def shown(entity_type: EntityType) -> str:
    """A JSON document that is kept beside the rules, from the moment at which they are in force.

    `{"prefix", "attributes": {name: {"kind", "parts"}}}`. What is not named is not shown: `parts` lists the fields of
    dated lines that are, null where all of a value is.
    """
    barred = hidden(READER, entity_type)
    attributes = {
        name: {"kind": attribute.kind, "parts": _parts(attribute)}
        for name, attribute in entity_type.attributes.items()
        if name not in barred
    }
    return orjson.dumps({"prefix": entity_type.id_prefix, "attributes": attributes}).decode()


def fill(hub: Hub) -> None:
    """Say it of rules that were applied before there were views."""
    with hub.database.write() as writer:
        for version in resolution.in_force(writer).values():
            resolution.show(writer, version, shown(hub.rules(version, seen_by=writer)))


def _parts(attribute: Attribute) -> list[str] | None:
    if not attribute.of:
        return None
    fields = attribute.line_fields.items()
    return [name for name, field in fields if (field.privacy or attribute.privacy) in SEES[READER.role]]
