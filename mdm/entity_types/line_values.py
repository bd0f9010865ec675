"""Checks the dated lines that a source record brings, and cleans their shape."""

from collections.abc import Callable
from datetime import date, timedelta

from matching.kinds.lines import VALID_FROM, VALID_TO, end_day, first_day
from mdm.entity_types.attribute import VALID_THROUGH, Attribute, LineField
from mdm.entity_types.nearest import hint
from mdm.errors import Fault

MOST_LINES = 10_000
# Enough to see what is wrong with a list of lines; an answer need not say it ten thousand times.
MOST_FAULTS = 100

CheckField = Callable[[str, LineField, object], tuple[object, list[Fault]]]


def check_lines(name: str, attribute: Attribute, value: object, check_field: CheckField) -> tuple[object, list[Fault]]:
    """Clean the lines of one attribute, and list what is wrong with them, each fault at its line and field.

    One object stands for a list of one; lines and fields that say nothing are left out. `valid_through`, the last day,
    becomes `valid_to`, the day after it, unless the lines have a field of that name.
    check_field: cleans the value of one field, given its place, what is said of it, and the value.
    """
    if value is None:
        return None, []
    lines = [value] if isinstance(value, dict) else value
    if not isinstance(lines, list):
        return None, [line_fault(name, "takes a list of lines, each an object of its fields", "shape", value)]
    if len(lines) > MOST_LINES:
        return None, [line_fault(name, f"has {len(lines):,} lines; at most {MOST_LINES:,} are taken", "too_many", None)]
    cleaned: list[dict[str, object]] = []
    faults: list[Fault] = []
    for number, line in enumerate(lines):
        kept, found = _line(f"{name}/{number}", attribute, line, check_field)
        faults += found
        if kept:
            cleaned.append(kept)
        if len(faults) >= MOST_FAULTS:
            break
    return cleaned, faults


def _line(
    place: str, attribute: Attribute, line: object, check_field: CheckField
) -> tuple[dict[str, object], list[Fault]]:
    if line is None:
        return {}, []
    if not isinstance(line, dict):
        return {}, [line_fault(place, f"is an object of the line's fields, not a {type(line).__name__}", "shape", None)]
    fields = attribute.line_fields
    cleaned: dict[str, object] = {}
    faults: list[Fault] = []
    for field, value in line.items():
        at = f"{place}/{field}"
        if field == VALID_THROUGH and field not in fields:
            continue
        if field not in fields:
            near = hint(str(field), (*fields, VALID_THROUGH))
            faults.append(line_fault(at, f"is no field of it{near}", "unknown_field", field))
            continue
        kept, found = check_field(at, fields[field], value)
        faults += found
        if kept is not None:
            cleaned[field] = kept
    if VALID_THROUGH in line and VALID_THROUGH not in fields:
        last, found = check_field(f"{place}/{VALID_THROUGH}", fields[VALID_TO], line[VALID_THROUGH])
        faults += found or end_after(place, last, cleaned)
    if cleaned and not faults:
        faults = _required(place, fields, cleaned) + interval_faults(place, cleaned)
    return cleaned, faults


def _required(place: str, fields: dict[str, LineField], cleaned: dict[str, object]) -> list[Fault]:
    missing = [name for name, field in fields.items() if field.required and name not in cleaned]
    return [line_fault(f"{place}/{name}", "is required", "required", None) for name in missing]


def end_after(place: str, last: object, days: dict[str, object]) -> list[Fault]:
    """Add the day after the last one as the end; where none is said, or it is open, there is none."""
    place = f"{place}/{VALID_THROUGH}"
    if last is not None and VALID_TO in days:
        return [line_fault(place, f"says what {VALID_TO} says: send one of them", "twice", last)]
    try:
        day = end_day(last)
        if day is not None:
            days[VALID_TO] = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    except (ValueError, OverflowError) as error:
        return [line_fault(place, str(error), "date", last)]
    return []


def interval_faults(place: str, cleaned: dict[str, object]) -> list[Fault]:
    """Find days that are none, and a line that would end before it holds."""
    days: dict[str, str | None] = {}
    faults: list[Fault] = []
    for field, read in ((VALID_FROM, first_day), (VALID_TO, end_day)):
        try:
            days[field] = read(cleaned.get(field))
        except ValueError as error:
            faults.append(line_fault(f"{place}/{field}", str(error), "date", cleaned[field]))
    start, end = days.get(VALID_FROM), days.get(VALID_TO)
    if start is not None and end is not None and start >= end:
        words = f"is the first day on which the line no longer holds, so it must be after {VALID_FROM} {start}: {end}"
        faults.append(line_fault(f"{place}/{VALID_TO}", words, "interval", cleaned[VALID_TO]))
    return faults


def line_fault(place: str, words: str, rule: str, value: object) -> Fault:
    """Say what is wrong at a place of an attribute (`lines/3/role`), in words that begin with it."""
    return Fault(f"/attributes/{place}", f"{place.replace('/', '.')} {words}", rule, value)
