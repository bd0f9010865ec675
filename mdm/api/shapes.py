"""The shape of an answer in JSON Schema, read off its example: what the document holds, and its lists' items."""

from collections.abc import Collection, Mapping
from typing import Any

Shape = dict[str, Any]
# A whole number is a number too, so bool, which Python takes for an int, comes first.
_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}

# What these hold is a value of an attribute or of a rule, and may be of any type.
_ANYTHING = {"before", "after", "from", "to", "value", "result"}


def shape(example: object, *, perhaps: Collection[str] = ()) -> Shape:
    """The shape of a document: every member of the example is there but those `perhaps`, of its type or null.

    Of the items of a list, members are named but need not be there, and nothing is said of what lies deeper: much of
    that is keyed by attributes and entity types, which every hub has of its own.
    """
    if not isinstance(example, Mapping):
        return _typed(example)
    return {
        "type": "object",
        "properties": _members(example, _member),
        "required": [name for name in example if name not in perhaps],
    }


def _member(value: object) -> Shape:
    if not isinstance(value, list) or not value or not isinstance(value[0], dict):
        return _typed(value)
    return {**_typed(value), "items": {"type": ["object", "null"], "properties": _members(value[0], _typed)}}


def _members(example: Mapping[str, object], of: Any) -> dict[str, Shape]:
    return {name: {} if name in _ANYTHING else of(value) for name, value in example.items()}


def _typed(value: object) -> Shape:
    return {} if value is None else {"type": [_TYPES[type(value)], "null"]}
