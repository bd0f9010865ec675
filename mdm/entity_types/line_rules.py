"""Checks what an entity type says of dated lines: their fields, their key, and what decides them."""

from collections.abc import Iterator

from matching.kinds import KINDS
from matching.kinds.lines import VALID_FROM, VALID_TO
from mdm.entity_types.attribute import Attribute
from mdm.entity_types.entity_type import EntityType
from mdm.entity_types.faults import pointer
from mdm.entity_types.nearest import hint
from mdm.errors import Fault

DATES = (VALID_FROM, VALID_TO)
# They compare sizes, or keep everything; a line has no size, and two lines cannot both hold on one day.
NOT_FOR_LINES = frozenset({"longest", "shortest", "min", "max", "union"})


def line_faults(entity_type: EntityType) -> Iterator[Fault]:
    """List what is wrong with each attribute that holds lines."""
    for name, attribute in entity_type.lines.items():
        yield from _fields(name, attribute)
        yield from _key(name, attribute)
        yield from _decided(name, entity_type, "lines")
    for name in sorted(entity_type.dated):
        yield from _decided(name, entity_type, "dated values")


def _fields(name: str, attribute: Attribute) -> Iterator[Fault]:
    for field, described in attribute.of.items():
        place = pointer(("attributes", name, "of", field, "kind"))
        if described.kind not in KINDS:
            detail = f"{described.kind!r} is not a known kind{hint(described.kind, KINDS)}"
            yield Fault(place, detail, "unknown_word", described.kind)
        elif field in DATES and described.kind != "date":
            detail = f"{field} is a day of every line, so its kind is date, not {described.kind}"
            yield Fault(place, detail, "reserved_field", described.kind)


def _key(name: str, attribute: Attribute) -> Iterator[Fault]:
    usable = [field for field in attribute.of if field not in DATES]
    for number, field in enumerate(attribute.key):
        place = pointer(("attributes", name, "key", number))
        if field in DATES:
            yield Fault(place, f"{field} says when a line holds and cannot tell lines apart", "reserved_field", field)
        elif field not in usable:
            yield Fault(place, f"{field!r} is no field of the lines{hint(field, usable)}", "unknown_field", field)
        elif field in attribute.key[:number]:
            yield Fault(place, f"{field!r} is named twice", "twice", field)


def _decided(name: str, entity_type: EntityType, what: str) -> Iterator[Fault]:
    rules = entity_type.survive
    path = ("attributes", name) if name in rules.attributes else ("default",)
    for strategy in [step.strategy for step in rules.steps(name) if step.strategy in NOT_FOR_LINES][:1]:
        detail = f"{strategy} cannot decide the {what} of {name!r}; the nearest that can is 'most_trusted'"
        yield Fault(pointer(("survive", *path)), detail, "survive", strategy)
    for number, group in enumerate(rules.groups):
        if name in group:
            place = pointer(("survive", "groups", number, group.index(name)))
            yield Fault(
                place, f"{name!r} holds {what}, which are decided day by day and join no group", "survive", name
            )
    if name in rules.conflicts:
        place = pointer(("survive", "conflicts", rules.conflicts.index(name)))
        yield Fault(place, f"{name!r} holds {what}, decided day by day: they are in no conflict", "survive", name)
    if name in rules.looked_at:
        detail = f"a condition asks for {name!r}, which holds {what}: `has` and `equals` ask for plain attributes"
        yield Fault(pointer(("survive", "attributes")), detail, "survive", name)
