"""Which values a steward may set: what the attribute's kind, its rules and its code list take."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from matching.kinds import KINDS
from matching.kinds.lines import VALID_FROM, VALID_TO, end_day, first_day
from mdm.entity_types import VALUE, EntityType, check_value, days_of, judge, slices, truth_of
from mdm.errors import Fault, InvalidInput
from mdm.log import Key, canonical, key_token
from mdm.resolution.work import Work
from mdm.store import records as stored_records


def checked(work: Work, attribute: str, value: object) -> Any:
    """The value as the fact will hold it: cleaned, a code in its canonical form; None for nothing.

    Raises:
        InvalidInput: there is no such attribute, it holds dated lines, or it cannot have the value; says why.
    """
    entity_type = work.entity_type
    if attribute in entity_type.lines:
        detail = f"{attribute} holds dated lines, which come from sources alone: it cannot be overridden"
        raise InvalidInput(detail, faults=[Fault("/path/attribute", detail, "lines", attribute)])
    cleaned, faults = _cleaned(entity_type, attribute, value)
    if faults:
        raise InvalidInput(faults[0].detail, faults=[_moved(fault, attribute) for fault in faults])
    if cleaned in (None, []):
        return _nothing(entity_type, attribute)
    if not isinstance(cleaned, list):
        return _one(work, attribute, cleaned)
    _ensure_room(entity_type, attribute, cleaned)
    return [_one(work, attribute, one) for one in cleaned]


def _cleaned(entity_type: EntityType, attribute: str, value: object) -> tuple[Any, list[Fault]]:
    """The value in shape, and what is wrong with it; of a dated attribute the one value, without its days."""
    if attribute not in entity_type.dated:
        return check_value(entity_type, attribute, value)
    listed, faults = check_value(entity_type, attribute, {VALUE: value})
    return next((one.value for one in slices(listed)), None), faults


def checked_days(
    entity_type: EntityType, attribute: str, given: Mapping[str, str | None]
) -> tuple[str | None, str | None]:
    """The days on which a value is to hold, half-open; open where none are given.

    given: `valid_from`, `valid_to` and `valid_through`, the last day.

    Raises:
        InvalidInput: these are no days, or the attribute has none.
    """
    said = {field: value for field, value in given.items() if value is not None}
    if said and attribute not in entity_type.dated:
        field = next(iter(said))
        detail = f"{attribute} is not dated: its values have no {field}"
        raise InvalidInput(detail, faults=[Fault(f"/{field}", detail, "not_dated", said[field])])
    days, faults = days_of(attribute, said)
    if faults:
        moved = [replace(one, pointer=one.pointer.replace(f"/attributes/{attribute}", "", 1)) for one in faults]
        raise InvalidInput(faults[0].detail, faults=moved)
    return first_day(days.get(VALID_FROM)), end_day(days.get(VALID_TO))


def agree(entity_type: EntityType, attribute: str, one: Any, other: Any) -> bool:
    """Whether two values of an attribute are the same, in whatever spelling and order."""
    return sorted(_forms(entity_type, attribute, one)) == sorted(_forms(entity_type, attribute, other))


def _forms(entity_type: EntityType, attribute: str, value: Any) -> Iterator[str]:
    kind = KINDS[entity_type.attributes[attribute].kind]
    for one in value if isinstance(value, list) else [] if value is None else [value]:
        yield kind.standardise(one) or canonical(one).decode()


def _nothing(entity_type: EntityType, attribute: str) -> None:
    if entity_type.attributes[attribute].must_be_there:
        raise _refused(f"{attribute} is required and cannot be set to nothing", "required", None)


def _ensure_room(entity_type: EntityType, attribute: str, values: list[Any]) -> None:
    strategy = entity_type.survivorship.steps(attribute)[0].strategy
    if len(values) > 1 and strategy != "union":
        raise _refused(f"{attribute} keeps one value (strategy {strategy}), not {len(values)}", "one_value", None)


def _one(work: Work, attribute: str, value: Any) -> Any:
    if attribute in work.entity_type.code_lists:
        return _code(work, attribute, value)
    if attribute in work.entity_type.references:
        return _reference(work, attribute, value)
    kind, rules = KINDS[work.entity_type.attributes[attribute].kind], work.entity_type.validity.get(attribute, ())
    standard = kind.standardise(value)
    if standard is None or not truth_of(kind)(standard):
        raise _refused(f"{attribute} cannot be {value!r}: that is no valid {kind.name}", kind.name, value)
    judged = judge(kind, rules, value, standard, exists=True)
    if not judged.valid:
        raise _refused(f"{attribute} cannot be {value!r}: that breaks {', '.join(judged.broken)}", "valid", value)
    return value


def _code(work: Work, attribute: str, value: Any) -> str:
    list_ = work.entity_type.code_lists[attribute]
    code = work.codes.canonical(list_, "", value)
    if code is None:
        raise _refused(f"{attribute} cannot be {value!r}: the code list {list_} has no such code", "code", value)
    return code


def _reference(work: Work, attribute: str, value: Any) -> str:
    of = work.entity_type.references[attribute]
    try:
        key = Key.parse(str(value))
    except ValueError:
        key = None
    if key is None or key.entity_type != of:
        raise _refused(f"{attribute} takes the key of a {of}, source:{of}:id, not {value!r}", "reference", value)
    if not stored_records.lead_to_living(work.reader, [key_token(work.salt, str(key))]):
        raise _refused(
            f"{attribute} cannot be {value!r}: there is no such record, or it is deleted", "reference", value
        )
    return str(key)


def _refused(detail: str, rule: str, value: object) -> InvalidInput:
    return InvalidInput(detail, faults=[Fault("/value", detail, rule, value)])


def _moved(fault: Fault, attribute: str) -> Fault:
    """A fault as the request has it: the value stands alone there, and the attribute in the path."""
    if fault.rule == "unknown_attribute":
        return replace(fault, pointer="/path/attribute")
    place = fault.pointer.removeprefix(f"/attributes/{attribute}").removeprefix(f"/{VALUE}")
    return replace(fault, pointer=f"/{VALUE}{place}")
