"""Dated values: what a source sends of an attribute that is `dated`, checked, cleaned and read."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from matching.kinds.lines import VALID_FROM, VALID_TO, end_day, first_day
from mdm.entity_types.attribute import OF_A_DATED_VALUE, VALID_THROUGH, VALUE, Attribute
from mdm.entity_types.entity_type import EntityType
from mdm.entity_types.line_values import MOST_FAULTS, MOST_LINES, end_after, interval_faults, line_fault
from mdm.entity_types.nearest import hint
from mdm.errors import Fault

CheckValue = Callable[[str, Attribute, object], tuple[object, list[Fault]]]


class Slice(NamedTuple):
    """One value with its days: the first is in, the end is out, None is open. `holds`: whether these are days."""

    value: Any
    start: str | None
    end: str | None
    holds: bool


def check_dated(name: str, attribute: Attribute, value: object, check: CheckValue) -> tuple[object, list[Fault]]:
    """Clean the values of one dated attribute, and list what is wrong with them.

    A value without days stands for one that always holds. `valid_through`, the last day, becomes `valid_to`, the day
    after it. check: cleans one value, given its place, what is said of it, and the value.
    """
    if value is None:
        return None, []
    listed = value if isinstance(value, list) else [value]
    if len(listed) > MOST_LINES:
        detail = f"has {len(listed):,} values; at most {MOST_LINES:,} are taken"
        return None, [line_fault(name, detail, "too_many", None)]
    cleaned: list[dict[str, object]] = []
    faults: list[Fault] = []
    for number, one in enumerate(listed):
        kept, found = _slice(f"{name}/{number}" if isinstance(value, list) else name, attribute, one, check)
        faults += found
        cleaned += [kept] if kept else []
        if len(faults) >= MOST_FAULTS:
            break
    return cleaned, faults


def _slice(place: str, attribute: Attribute, one: object, check: CheckValue) -> tuple[dict[str, object], list[Fault]]:
    if one == {}:  # a row of a file that says nothing of it
        return {}, []
    if not (isinstance(one, dict) and not one.keys().isdisjoint(OF_A_DATED_VALUE)):
        value, faults = check(place, attribute, one)
        return ({} if value is None else {VALUE: value}), faults
    unknown = [str(field) for field in one if field not in OF_A_DATED_VALUE]
    if unknown:
        words = f"is no field of a dated value{hint(unknown[0], OF_A_DATED_VALUE)}"
        return {}, [line_fault(f"{place}/{unknown[0]}", words, "unknown_field", unknown[0])]
    value, faults = check(f"{place}/{VALUE}", attribute, one.get(VALUE))
    if value is None or faults:
        return {}, faults
    days, faults = days_of(place, one)
    return {VALUE: value, **days}, faults


def days_of(place: str, one: Mapping[str, object]) -> tuple[dict[str, object], list[Fault]]:
    """Read the days of one value: `valid_from`, `valid_to`, and `valid_through` made the end; and what is wrong."""
    days = {field: one[field] for field in (VALID_FROM, VALID_TO) if one.get(field) is not None}
    faults = end_after(place, one.get(VALID_THROUGH), days)
    return days, faults or interval_faults(place, days)


def slices(value: Any) -> Iterator[Slice]:
    """Read what was sent; what is kept from rules under which the attribute was not dated always holds."""
    for one in value if isinstance(value, list) else [value]:
        if not (isinstance(one, dict) and VALUE in one):
            yield Slice(one, None, None, holds=True)
            continue
        try:
            start, end = first_day(one.get(VALID_FROM)), end_day(one.get(VALID_TO))
        except ValueError:
            yield Slice(one[VALUE], None, None, holds=False)
        else:
            yield Slice(one[VALUE], start, end, holds=start is None or end is None or start < end)


def of_all_days(entity_type: EntityType, values: dict[str, Any]) -> dict[str, Any]:
    """Put in place of each dated attribute the list of its values, whenever they hold: what matching goes by."""
    if entity_type.dated.isdisjoint(values):
        return values
    return {
        name: [one.value for one in slices(value)] if name in entity_type.dated else value
        for name, value in values.items()
    }
