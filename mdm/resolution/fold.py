"""The current record is the fold of its versions, whatever order they arrived in (rule 3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

Body = dict[str, Any]
Layer = dict[str, Any]
NOTHING: Mapping[str, str] = MappingProxyType({})
"""No attribute has had another name."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A record as it stands: the layers its values come from, oldest position first, and whether it is deleted."""

    layers: list[Layer]
    deleted: bool
    first_position: int


def fold(versions: Iterable[tuple[int, Body]], renamed: Mapping[str, str] = NOTHING) -> Folded:
    """Fold (position, body) of all versions of one record; `renamed` leads former names of attributes to those of now.

    A put replaces everything, a patch lies on top and takes away what it sets to null, a tombstone
    leaves what stood before underneath. Each value keeps the position and event time of the version that set it.
    """
    values: dict[str, tuple[Any, int]] = {}
    times: dict[int, str | None] = {}
    deleted = False
    ordered = sorted(versions, key=order)
    for position, body in ordered:
        deleted = body["mode"] == "delete"
        if deleted:
            continue
        times[position] = body["event_time"]
        if body["mode"] == "put":
            values = {}
        for attribute, value in under_new_names(body["attributes"], renamed).items():
            values.pop(attribute, None)
            if value is not None:
                values[attribute] = (value, position)
    return Folded(_layers(values, times), deleted, min(position for position, _ in ordered))


def under_new_names(attributes: Mapping[str, Any], renamed: Mapping[str, str]) -> Mapping[str, Any]:
    """What was sent, by the names that attributes have now; of two names of one attribute the later one counts."""
    if renamed.keys().isdisjoint(attributes):
        return attributes
    found = {name: value for name, value in attributes.items() if name not in renamed}
    for former, name in renamed.items():  # the latest of an attribute's former names comes first
        if former in attributes:
            found.setdefault(name, attributes[former])
    return found


def order(version: tuple[int, Body]) -> tuple[bool, Any, str, int]:
    """What (position, body) of the versions of one record are ordered by."""
    position, body = version
    given = body["version"] is not None
    return given, body["version"] if given else 0, body["event_time"] or "", position


def _layers(values: dict[str, tuple[Any, int]], times: dict[int, str | None]) -> list[Layer]:
    by_position: dict[int, dict[str, Any]] = {}
    for attribute, (value, position) in values.items():
        by_position.setdefault(position, {})[attribute] = value
    return [
        {"position": position, "event_time": times[position], "attributes": attributes}
        for position, attributes in sorted(by_position.items())
    ]


def values_of(layers: list[Layer]) -> dict[str, Any]:
    """The attribute values of a folded record."""
    return {attribute: value for layer in layers for attribute, value in layer["attributes"].items()}
