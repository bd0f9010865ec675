"""What the columns of an exported table are, and how a value is written as one cell."""

import re
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from mdm.entity_types import EntityType

BETWEEN_VALUES = "; "
_MONEY = re.compile(r"(?P<amount>-?[0-9]+(?:\.[0-9]+)?)(?: (?P<currency>[A-Z]{3}))?")
"""Money as golden records spell it."""


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
    if value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return part_of_text(text, part) if part else text


def part_of_text(text: str, part: str) -> str:
    """The amount or the currency of money that stands as one text; of other texts no field is known."""
    found = _MONEY.fullmatch(text) if part in _MONEY.groupindex else None
    return "" if found is None else found[part] or ""


def spreadsheet_safe(text: str) -> str:
    """Write a text so that no spreadsheet takes it for a formula: an apostrophe goes before what would begin one."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
