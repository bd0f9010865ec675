"""Mends a rejected row, column by column, and reads it again as its file was read."""

import dataclasses
import re
from collections.abc import Mapping

from matching.kinds.several import parted
from mdm.entity_types import EntityType, hint
from mdm.errors import Fault, InvalidInput, UnreadableFile
from mdm.ingest import several
from mdm.ingest.columns import CHANGED, DELETED, EVENT_TIME, ID_COLUMNS, MARKS, VERSION
from mdm.ingest.incoming import Incoming, each_item
from mdm.ingest.mapping import Mapping as FileMapping
from mdm.ingest.objects import MEMBERS
from mdm.ingest.parts import Parts
from mdm.ingest.rows import Rejected, Row
from mdm.ingest.take import take

_SURPLUS = re.compile("cell [0-9]+(@[0-9]+)?")


def mended(parts: Parts, given: Mapping[str, object], entity_type: EntityType) -> Parts:
    """Put values into columns; an empty one (blank or None) takes the value away.

    Raises:
        InvalidInput: neither the row nor the entity type has such a column, or a value cannot stand in it.
    """
    values = dict(parts.values)
    for column, value in given.items():
        values = several.split(values, column, parts.lines) or values
        parts = parts._replace(values=values)
        _check(column, value, parts, entity_type)
        place, name = _place(values, column, parts, entity_type)
        if value not in (None, ""):
            place[name] = _typed(name, value, entity_type) if parts.typed else str(value)
        elif parts.typed or _SURPLUS.fullmatch(column) or (not parts.mapping and _is_attribute(column, entity_type)):
            place.pop(name, None)
        else:
            place[name] = ""
    return parts._replace(values=values)


def read_again(
    parts: Parts, entity_type: EntityType, *, source: str, file: str, line: int, mapping: FileMapping | None = None
) -> Incoming | Rejected:
    """Make a source record of the row, by the mapping it came with, or say why it still cannot be one."""
    wrong = _not_whole(parts, entity_type)
    if wrong is not None:
        return Rejected(file, line, wrong[0], None, wrong[1], wrong[2], "")
    apart = several.parted(parts) if parts.lines else [(line, parts.values)]
    rows = [Row(number, values, "", parts.typed) for number, values in apart]
    try:
        found = list(
            each_item(take(rows, entity_type, source=source, file=file, columns=parts.columns, mapping=mapping))
        )
    except UnreadableFile as error:
        return Rejected(file, line, None, None, "columns", error.detail.removeprefix(f"{file}: "), "")
    rejected = next((one for one in found if isinstance(one, Rejected)), None)
    if rejected is None and len(found) > 1:
        return Rejected(file, line, None, None, "differs", "the rows are not of one record: they have several ids", "")
    return rejected or found[0]


def _not_whole(parts: Parts, entity_type: EntityType) -> tuple[str | None, str, str] | None:
    if not parts.values:
        return None, "malformed_row", "cannot be taken apart into columns; set the value of each"
    if parts.typed:
        return None
    surplus = [name for name in parts.values if _SURPLUS.fullmatch(name) and not _is_attribute(name, entity_type)]
    left = [name for name in surplus if parts.values[name] is not None]
    missing = [name for name, value in parts.values.items() if value is None and name not in surplus]
    if missing:
        return missing[0], "ragged_row", f"no cell for {', '.join(missing)}; set the value of each"
    if left:
        return left[0], "ragged_row", f"cells left over: {', '.join(left)}; put each column right and empty these"
    return None


def _check(column: str, value: object, parts: Parts, entity_type: EntityType) -> None:
    own = list[str](entity_type.attributes)
    own += [f"{name}.{field}" for name in entity_type.attributes for field in entity_type.column_fields(name)]
    own += [VERSION, EVENT_TIME, DELETED, CHANGED, *MARKS]
    own += [*ID_COLUMNS, *MEMBERS] if parts.typed else []
    # A row that came with a mapping has the columns of its file, and those alone.
    own = [] if parts.mapping else [*own, *filter(None, dataclasses.astuple(parts.columns))]
    known = dict.fromkeys([*parts.values, *own])
    wrong = None
    if column not in parts.values and (cells := several.of_each(column, parts.values)):
        wrong = f"the rows of this record have each their own {column}; set one of {', '.join(cells)}"
    elif column not in known and not _inside(parts, column):
        wrong = f"the row has no column {column!r}{hint(column, known)}"
    elif not parts.typed and (isinstance(value, bool) or not isinstance(value, str | int | None)):
        wrong = f"the cell of column {column!r} is text, not {value!r}"
    if wrong is not None:
        raise InvalidInput(wrong, faults=[Fault(f"/set/{column}", wrong, "column", value)])


def _inside(parts: Parts, column: str) -> bool:
    """Whether the row is a whole source record with such an attribute, known to its entity type or not."""
    attributes = parts.values.get("attributes")
    return parts.typed and isinstance(attributes, dict) and column in attributes


def _is_attribute(column: str, entity_type: EntityType) -> bool:
    name, _, field = column.partition(".")
    return column in entity_type.attributes or (
        name in entity_type.attributes and field in entity_type.column_fields(name)
    )


def _place(
    values: dict[str, object], column: str, parts: Parts, entity_type: EntityType
) -> tuple[dict[str, object], str]:
    """The object that holds a column's value, copied so that the row itself stays as it is, and its name there."""
    place, name = values, column
    if not parts.typed:
        return place, name
    attributes = values.get("attributes")
    if isinstance(attributes, dict) and "attributes" not in entity_type.attributes and column not in MEMBERS:
        place = values["attributes"] = dict(attributes)
    attribute, dot, field = column.partition(".")
    if dot and column not in place and _is_attribute(column, entity_type):
        held = place.get(attribute)
        place[attribute] = inner = dict(held) if isinstance(held, dict) else {}
        return inner, field
    return place, name


def _typed(name: str, value: object, entity_type: EntityType) -> object:
    between = entity_type.between(name) if name in entity_type.attributes else ""
    return parted(value, between) if between and isinstance(value, str) else value
