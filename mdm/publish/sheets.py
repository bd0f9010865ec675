"""What is exported as a table: its columns, and how a document becomes a row of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from mdm.entity_types import Attribute, EntityType
from mdm.publish.cells import BETWEEN_VALUES, cell, columns_of
from mdm.publish.typed import Many, Scalar, Type, as_typed, type_of

Document = dict[str, Any]
CROSSWALK: dict[str, Type] = {
    "golden_id": "text",
    "entity_type": "text",
    "source": "text",
    "source_id": "text",
    "since": "integer",
    "status": "text",
}
LINEAGE: dict[str, Type] = {
    "golden_id": "text", "version": "integer", "entity_type": "text", "attribute": "text", "outcome": "text",
    "value": "text", "source": "text", "source_id": "text", "source_version": "text", "event_time": "text",
    "decision_id": "text", "because": "text", "strategy": "text", "rules_version": "text", "file": "text",
    "line": "integer", "status": "text",
}  # fmt: skip
OWN_COLUMNS = ("golden_id", "version", "crosswalk", "status", "untyped")
"""What a table of golden records has beside attributes; one of such a name is `attributes.status` there."""
UNTYPED = OWN_COLUMNS[-1]
"""The column of what is no value of the type of its own: what can be read in two ways, has more digits, is masked."""
_UNTYPED = Many({"column": "text", "place": "integer", "value": "text"})


@dataclass(frozen=True, slots=True)
class Sheet:
    """The columns of a table, and a document's values in their order as cells.

    typed: the columns with their types, where these are kept.  values: a document's values in these.
    """

    columns: list[str]
    cells: Callable[[Document], list[object]]
    typed: dict[str, Type]
    values: Callable[[Document], Document]


def flat(columns: dict[str, Type]) -> Sheet:
    """A table whose documents have a member for each column; what is neither text nor number is written as JSON."""

    def values(document: Document) -> Document:
        return {
            name: document.get(name) if of == "integer" else _plain(document.get(name)) for name, of in columns.items()
        }

    return Sheet(
        list(columns),
        lambda document: ["" if one is None else one for one in values(document).values()],
        columns,
        values,
    )


def golden_records(entity_type: EntityType) -> Sheet:
    """One golden record a row, with a column for each attribute and each field of it.

    As cells, several values stand in one and dated lines are JSON; as typed, they are lists, and what does not fit the
    type of its column stands in `untyped`, which there is where the rules give any column a type.
    """
    of_attributes = columns_of(entity_type)
    typed: dict[str, Type] = {"golden_id": "text", "version": "integer"}
    typed |= {_named(name, part): _type(entity_type.attributes[name], part) for name, part in of_attributes}
    has_types = any(type_of(entity_type.attributes[name].kind, part) != "text" for name, part in of_attributes)
    typed |= {"crosswalk": Many({"source": "text", "source_id": "text"}), "status": "text"}
    columns = list(typed)
    typed |= {UNTYPED: _UNTYPED} if has_types else {}

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

    def row(document: Document) -> Document:
        return _Row(entity_type, document).told(of_attributes)

    return Sheet(columns, cells, typed, row)


def _named(name: str, part: str) -> str:
    column = f"{name}.{part}" if part else name
    return f"attributes.{column}" if column in OWN_COLUMNS else column


def _type(attribute: Attribute, part: str) -> Type:
    if attribute.of:
        return Many(dict.fromkeys(attribute.line_fields, "text"))
    of = type_of(attribute.kind, part)
    return Many(of) if attribute.many else of


class _Row:
    """One golden record as typed values, and what does not fit their types."""

    def __init__(self, entity_type: EntityType, document: Document) -> None:
        self.entity_type, self.document = entity_type, document
        self.untyped: list[Document] = []

    def told(self, columns: list[tuple[str, str]]) -> Document:
        row = {name: self.document.get(name) for name in OWN_COLUMNS[:-1]}
        row |= {_named(name, part): self._values(name, part) for name, part in columns}
        return {**row, UNTYPED: self.untyped}

    def _values(self, name: str, part: str) -> Any:
        attribute, value = self.entity_type.attributes[name], self.document.get("attributes", {}).get(name)
        listed = value if isinstance(value, list) else [value]
        if attribute.of:
            return [{field: _plain(one) for field, one in line.items()} for line in listed if _is_line(line)]
        of, column = type_of(attribute.kind, part), _named(name, part)
        if not attribute.many:
            return self._value(of, column, 0, cell(value, part) or None)
        texts = ((place, cell(one, part)) for place, one in enumerate(listed))
        return [self._value(of, column, place, text) for place, text in texts if text]

    def _value(self, of: Scalar, column: str, place: int, text: str | None) -> Any:
        found = None if text is None else as_typed(of, text)
        if found is None and text is not None:
            self.untyped.append({"column": column, "place": place, "value": text})
        return found


def _is_line(value: object) -> bool:
    return isinstance(value, dict)


def _plain(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()
