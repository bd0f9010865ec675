"""Valid time: of the dated lines and dated values of golden records, those that are in force on one day."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from mdm.entity_types import EntityType
from mdm.errors import Fault, InvalidInput
from mdm.store import resolution
from mdm.store.database import Transaction
from mdm.store.moments import Moment

Document = dict[str, Any]
_PLACES = ("winners", "losers", "overlaps", "gaps")


def day(on: str | None) -> str | None:
    """Read the day that a caller asks about; raises InvalidInput for what is no ISO 8601 date."""
    if on is None:
        return None
    try:
        return date.fromisoformat(on).isoformat()
    except ValueError:
        detail = f"on takes a day, such as 2026-03-01, not {on!r}"
        raise InvalidInput(detail, faults=[Fault("/query/on", detail, "date", on)]) from None


def moment(transaction: Transaction, entity_type: str, *, at: int, on: str | None) -> Moment:
    """What a reader asks about: a position, and a day (as `day` gives it) or the latest that the type had seen pass."""
    return Moment(at, on or resolution.tick(transaction, entity_type, at=at) or "")


def in_force(entity_type: EntityType, document: Document, on: str | None) -> Document:
    """A golden record, and its lineage, as of a day of the world (`on` as `day` gives it).

    Of dated lines those that hold on the day are left; a dated attribute has the value that holds on it, or none, and
    `dated`, its values on all days, is left out. `valid_from` is the first day on which a line or value holds,
    `valid_to` the first on which it does not. Other attributes stay as they are: they have no days. Without a day
    everything stays.
    """
    lines, dated = entity_type.lines, entity_type.dated
    if on is None or not (lines or dated):
        return document
    shown = {name: part for name, part in document.items() if name != "dated"}
    if "attributes" in document:
        plain = {name: value for name, value in document["attributes"].items() if name not in dated}
        plain |= {name: _on(value, on) for name, value in plain.items() if name in lines}
        timelines = document.get("dated", {})
        held = {name: one["value"] for name, timeline in timelines.items() for one in _on(timeline, on)}
        shown["attributes"] = dict(sorted({**plain, **held}.items()))
    if "lineage" in document:
        shown["lineage"] = {
            name: {part: _on(told, on) if part in _PLACES else told for part, told in entry.items()}
            if name in lines or name in dated
            else entry
            for name, entry in document["lineage"].items()
        }
    return shown


def _on(lines: Any, on: str) -> Any:
    if not isinstance(lines, list):
        return lines
    return [line for line in lines if not isinstance(line, Mapping) or _holds(line, on)]


def _holds(line: Mapping[str, Any], on: str) -> bool:
    start, end = line.get("valid_from"), line.get("valid_to")
    return (start is None or start <= on) and (end is None or on < end)
