"""Where the values of a record that belong to code lists stand."""

from collections.abc import Iterator, Mapping
from typing import Any


def held(places: Mapping[str, str], values: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """(place, list, value as sent) of everything a record says that belongs to a code list.

    places: the list of each attribute, or of a field of its dated lines, written `lines.role`.
    """
    for place, list_ in places.items():
        attribute, _, field = place.partition(".")
        value = values.get(attribute)
        for one in value if isinstance(value, list) else (value,):
            raw = _field(one, field) if field else one
            if raw is not None and not isinstance(raw, dict | list):
                yield place, list_, raw


def _field(line: object, field: str) -> object:
    return line.get(field) if isinstance(line, dict) else None
