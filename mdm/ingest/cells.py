"""Takes apart rows of text cells; each distinct text of a column is checked once."""

from collections.abc import Callable, Mapping

from matching.kinds.several import parted
from mdm.entity_types import EntityType, check_value
from mdm.errors import Fault
from mdm.ingest.columns import Layout
from mdm.ingest.flags import flag, only_changed
from mdm.ingest.rows import Draft, RefusalError

REMEMBERED = 50_000
"""Distinct texts of a column whose check is remembered; then it starts afresh: memory stays bounded."""

Taken = tuple[object, Fault | None]


def draft_maker(entity_type: EntityType, layout: Layout) -> Callable[[Mapping[str, str]], Draft]:
    """Make the function that takes apart one row of cells; it raises RefusalError for one it cannot take."""
    taken = _attributes_taker(entity_type, layout)
    valued = [*layout.attributes, *(column for column, _, _ in layout.fields)]

    def draft(cells: Mapping[str, str]) -> Draft:
        deleted, changed = (name is not None and flag(name, cells[name]) for name in (layout.deleted, layout.changed))
        if changed:
            only_changed(str(layout.changed), more=deleted or any(cells[name] for name in valued))
        version = "" if layout.version is None else cells[layout.version]
        event_time = "" if layout.event_time is None else cells[layout.event_time]
        return Draft(
            (layout.id, cells[layout.id]),
            (layout.version, version.strip() or None),
            (layout.event_time, event_time.strip() or None),
            {} if deleted or changed else taken(cells),
            deleted,
            {name: cells[name] for name in layout.marks},
            changed=changed,
        )

    return draft


def _attributes_taker(entity_type: EntityType, layout: Layout) -> Callable[[Mapping[str, str]], dict[str, object]]:
    takers = {name: taker(entity_type, name) for name in layout.attributes}
    required = [name for name, attribute in entity_type.attributes.items() if attribute.must_be_there]

    def taken(cells: Mapping[str, str]) -> dict[str, object]:
        attributes: dict[str, object] = {}
        for name, take in takers.items():
            if cell := cells[name]:
                value, fault = take(cell)
                if fault is not None:
                    raise _refusal(name, cell, fault)
                if value is not None:
                    attributes[name] = value
        if layout.fields:
            _add_objects(attributes, cells, entity_type, layout)
        for name in required:
            if name not in attributes:
                raise RefusalError(name, None, "required", f"{name} is required")
        return attributes

    return taken


def taker(entity_type: EntityType, attribute: str) -> Callable[[str | tuple[str, ...]], Taken]:
    """Make the function that turns a cell into an attribute's value; None for a blank cell.

    The cell of an attribute with `many` is parted as its kind says, unless a mapping has parted it already.
    """
    if attribute in entity_type.lines:
        return lambda lines: _checked(entity_type, attribute, lines)
    between = entity_type.between(attribute)
    known: dict[str | tuple[str, ...], Taken] = {}

    def take(cell: str | tuple[str, ...]) -> Taken:
        if isinstance(cell, list):  # the values of several rows, with their days
            return _checked(entity_type, attribute, cell)
        found = known.get(cell)
        if found is None:
            if len(known) >= REMEMBERED:
                known.clear()
            value: object = [*cell] if isinstance(cell, tuple) else parted(cell, between) if between else cell
            found = known[cell] = _checked(entity_type, attribute, value)
        return found

    return take


def _checked(entity_type: EntityType, attribute: str, value: object) -> Taken:
    cleaned, faults = check_value(entity_type, attribute, value)
    return (None if cleaned == [] else cleaned), (faults[0] if faults else None)


def _refusal(attribute: str, cell: object, fault: Fault) -> RefusalError:
    """Name the place of a fault within an attribute that has parts, and what stands there."""
    column = fault.pointer.removeprefix("/attributes/").replace("/", ".")
    value = cell if column == attribute and isinstance(cell, str) else fault.value
    return RefusalError(column, value, fault.rule, fault.detail)


def objects(cells: Mapping[str, str], layout: Layout) -> dict[str, dict[str, object]]:
    """Put the cells of `address.street` and its like together, by attribute; blank ones are left out."""
    found: dict[str, dict[str, object]] = {}
    for column, name, part in layout.fields:
        if cell := cells[column].strip():
            found.setdefault(name, {})[part] = cell
    return found


def _add_objects(
    attributes: dict[str, object], cells: Mapping[str, str], entity_type: EntityType, layout: Layout
) -> None:
    for name, value in objects(cells, layout).items():
        cleaned, faults = check_value(entity_type, name, value)
        for fault in faults:
            column = fault.pointer.removeprefix("/attributes/").replace("/", ".")
            raise RefusalError(column, cells.get(column), fault.rule, fault.detail)
        attributes[name] = cleaned
