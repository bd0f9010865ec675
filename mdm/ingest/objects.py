"""Takes apart rows of typed values: an object of attributes, or a whole source record with `attributes`."""

from collections.abc import Mapping
from typing import Any

from mdm.entity_types import EntityType, check, hint
from mdm.ingest.columns import (
    CHANGED,
    DELETED,
    ENTITY_TYPE,
    EVENT_TIME,
    ID_COLUMNS,
    MARKS,
    PARTIAL,
    SOURCE,
    VERSION,
    Columns,
)
from mdm.ingest.flags import flag, only_changed
from mdm.ingest.rows import Draft, RefusalError

MEMBERS = (SOURCE, ENTITY_TYPE, "source_id", "attributes", VERSION, EVENT_TIME, DELETED, PARTIAL, CHANGED, *MARKS)


def draft_of(values: Mapping[str, object], entity_type: EntityType, columns: Columns) -> Draft:
    """Take apart one object.

    Raises:
        RefusalError: it cannot be taken.
    """
    whole = "attributes" not in entity_type.attributes and isinstance(values.get("attributes"), Mapping)
    if whole and (unknown := next((name for name in values if name not in MEMBERS), None)):
        detail = f"{unknown!r} is no member of a source record{hint(unknown, MEMBERS)}"
        raise RefusalError(unknown, None, "unknown_member", detail)
    own = () if whole else entity_type.attributes
    ident = _id(values, columns, whole=whole)
    version = columns.version or (None if VERSION in own else VERSION)
    event_time = columns.event_time or (None if EVENT_TIME in own else EVENT_TIME)
    deleted = DELETED not in own and flag(DELETED, values.get(DELETED))
    changed = CHANGED not in own and flag(CHANGED, values.get(CHANGED))
    marks = {name: values.get(name) for name in MARKS if name not in own}
    special = {ident, version, event_time, DELETED, CHANGED, *marks, SOURCE, ENTITY_TYPE}
    partial = whole and flag(PARTIAL, values.get(PARTIAL))
    sent: Any = (
        values["attributes"]
        if whole
        else {name: value for name, value in values.items() if name in own or name not in special}
    )
    if changed:
        only_changed(CHANGED, more=deleted or partial or any(value is not None for value in sent.values()))
    return Draft(
        (ident, values.get(ident)),
        (version, values.get(version or "")),
        (event_time, values.get(event_time or "")),
        {} if deleted or changed else _checked(sent, entity_type, partial=partial),
        deleted,
        marks,
        partial=partial,
        changed=changed,
    )


def _id(values: Mapping[str, object], columns: Columns, *, whole: bool) -> str:
    if whole:
        return "source_id"
    return columns.id or next((name for name in ID_COLUMNS if name in values), ID_COLUMNS[0])


def with_objects(sent: Mapping[str, object], entity_type: EntityType) -> Mapping[str, object]:
    """Put `address.city` and its like, as columns of tables are named, into objects."""
    if not any("." in name for name in sent):
        return sent
    found: dict[str, object] = {}
    for name, value in sent.items():
        attribute, dot, field = name.partition(".")
        if not dot or attribute not in entity_type.attributes or field not in entity_type.fields(attribute):
            found[name] = value
            continue
        inside = found.setdefault(attribute, {})
        if attribute in sent or not isinstance(inside, dict):
            raise RefusalError(name, value, "filled_twice", f"{attribute!r} is given both as a whole and by its fields")
        inside[field] = value
    return found


def _checked(sent: object, entity_type: EntityType, *, partial: bool) -> dict[str, object]:
    given = with_objects(sent, entity_type) if isinstance(sent, dict) else {}
    attributes, faults = check(entity_type, given, partial=partial)
    for fault in faults:
        column = fault.pointer.removeprefix("/attributes/").replace("/", ".")
        raise RefusalError(column, fault.value, fault.rule, fault.detail)
    return attributes
