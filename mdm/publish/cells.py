"""What the columns of an exported table are, and how a value is written as one cell."""

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from mdm.entity_types import EntityType

BETWEEN_VALUES = "; "


def columns_of(entity_type: "EntityType") -> list[tuple[str, str]]:
    """The columns of an entity type: attribute and field, "" for the value itself; dated lines are one column."""
    return [
        (name, part)
        for name in entity_type.attributes
        for part in ("", *(() if name in entity_type.lines else entity_type.fields(name)))
    ]


def cell(value: object, part: str) -> str:
    """Write a value, or one field of it, as text; several values stand in one cell."""
    if isinstance(value, list):
        return BETWEEN_VALUES.join(cell(one, part) for one in value)
    if isinstance(value, dict):
        return str(cast("dict[str, Any]", value).get(part) or "") if part else ""
    return "" if value is None or part else str(value)


def spreadsheet_safe(text: str) -> str:
    """Write a text so that no spreadsheet takes it for a formula: an apostrophe goes before what would begin one."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
