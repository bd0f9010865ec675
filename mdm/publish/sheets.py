"""What is exported as a table: its columns, and how a document becomes a row of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from mdm.entity_types import EntityType
from mdm.publish.cells import BETWEEN_VALUES, cell, columns_of

Document = dict[str, Any]
Type = tuple[str, ...]
"""`text` or `number`, `list of text`, or `list of` and the fields of its objects."""
TEXT: Type = ("text",)
NUMBER: Type = ("number",)
TEXTS: Type = ("list of text",)
CROSSWALK: dict[str, Type] = {
    "golden_id": TEXT,
    "entity_type": TEXT,
    "source": TEXT,
    "source_id": TEXT,
    "since": NUMBER,
    "status": TEXT,
}
LINEAGE: dict[str, Type] = {
    "golden_id": TEXT, "version": NUMBER, "entity_type": TEXT, "attribute": TEXT, "outcome": TEXT, "value": TEXT,
    "source": TEXT, "source_id": TEXT, "source_version": TEXT, "event_time": TEXT, "decision_id": TEXT,
    "because": TEXT, "strategy": TEXT, "rules_version": TEXT, "file": TEXT, "line": NUMBER, "status": TEXT,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """The columns of a table with their types, and a document's values in their order: as cells, and as typed."""

    columns: dict[str, Type]
    cells: Callable[[Document], list[object]]
    values: Callable[[Document], Document]


def flat(columns: dict[str, Type]) -> Sheet:
    """A table whose documents have a member for each column; what is neither text nor number is written as JSON."""

    def values(document: Document) -> Document:
        return {name: _plain(document.get(name), of) for name, of in columns.items()}

    return Sheet(columns, lambda document: ["" if one is None else one for one in values(document).values()], values)


def golden_records(entity_type: EntityType) -> Sheet:
    """One golden record a row, with a column for each attribute and each field of it.

    As cells, several values stand in one and dated lines are JSON; as typed, they are lists.
    """
    of_attributes = columns_of(entity_type)
    columns = {"golden_id": TEXT, "version": NUMBER}
    for name, part in of_attributes:
        attribute = entity_type.attributes[name]
        kind = TEXTS if attribute.many else TEXT
        columns[_named(name, part)] = ("list of", *attribute.line_fields) if attribute.of else kind
    columns |= {"crosswalk": ("list of", "source", "source_id"), "status": TEXT}

    def cells(document: Document) -> list[object]:
        values = document.get("attributes", {})
        crosswalk = BETWEEN_VALUES.join(f"{one['source']}:{one['source_id']}" for one in document.get("crosswalk", ()))
        told = [
            orjson.dumps(values[name]).decode()
            if name in entity_type.lines and name in values
            else cell(values.get(name), part)
            for name, part in of_attributes
        ]
        return [document["golden_id"], document["version"], *told, crosswalk, document["status"]]

    def typed(document: Document) -> Document:
        return _typed(entity_type, of_attributes, document)

    return Sheet(columns, cells, typed)


def _named(name: str, part: str) -> str:
    return f"{name}.{part}" if part else name


def _typed(entity_type: EntityType, columns: list[tuple[str, str]], document: Document) -> Document:
    values = document.get("attributes", {})
    row = {name: document.get(name) for name in ("golden_id", "version", "crosswalk", "status")}
    for name, part in columns:
        attribute, value = entity_type.attributes[name], values.get(name)
        listed = value if isinstance(value, list) else [value]
        if attribute.of:
            told: Any = [{field: _plain(one, TEXT) for field, one in line.items()} for line in listed if _is_line(line)]
        elif attribute.many:
            told = [text for text in (cell(one, part) for one in listed) if text]
        else:
            told = cell(value, part) or None
        row[_named(name, part)] = told
    return row


def _is_line(value: object) -> bool:
    return isinstance(value, dict)


def _plain(value: object, of: Type) -> object:
    if value is None or isinstance(value, str) or of == NUMBER:
        return value
    return orjson.dumps(value).decode()
