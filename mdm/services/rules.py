"""Rules documents: check, apply and show what an entity type is."""

from mdm.entity_types import EntityType, hint, order, parse
from mdm.errors import Conflict, InvalidInput
from mdm.log import Author, Fact
from mdm.services.hub import Hub
from mdm.services.resolving import resolve
from mdm.store import log, resolution


def check(text: str, *, file: str) -> EntityType:
    """Read a rules document; InvalidRules names the file, the path and the nearest valid word."""
    return parse(text, file=file)


def apply(hub: Hub, text: str, *, file: str, author: Author) -> EntityType:
    """Install or replace an entity type and resolve its records under the new rules."""
    entity_type = check(text, file=file)
    _for_records_that_arrive(entity_type, file)
    known = hub.entity_types()
    order({**known, entity_type.entity_type: entity_type}.values())
    _own_prefix(known, entity_type)
    name, version = entity_type.entity_type, entity_type.version
    if name in known and known[name].version == version:
        return entity_type
    with hub.database.write() as writer:
        position = log.append(writer, [Fact("rules", name, {"version": version, "document": text})], author=author)
        resolution.add_document(writer, version=version, entity_type=name, document=text, position=position)
    resolve(hub, name, author=author)
    return entity_type


def _for_records_that_arrive(entity_type: EntityType, file: str) -> None:
    """Refuse what needs all records at once: the hub takes them one by one, in any order."""
    rules = entity_type.match
    needs = {
        "match.linkage: average": rules.linkage != "strongest",
        "match.one_per_source": rules.one_per_source,
        "match.nearest": rules.nearest is not None,
        "an attribute of kind wording": any(one.kind == "wording" for one in entity_type.attributes.values()),
    }
    if named := [words for words, there in needs.items() if there]:
        raise InvalidInput(
            f"{file}: {', '.join(named)} needs all records at once, which only mdm dedupe has; the hub takes "
            "records as they arrive: leave it out, and choose thresholds for single edges"
        )


def warnings(hub: Hub, entity_type: EntityType) -> list[str]:
    """What a valid document names that is not there yet: code lists, with the nearest that are."""
    with hub.database.read() as reader:
        known = hub.code_lists(reader).lists
    return [
        f"{name}: there is no code list {list_!r} yet, so its values stay unmapped{hint(list_, known)}"
        for name, list_ in sorted(entity_type.code_lists.items())
        if list_ not in known
    ]


def _own_prefix(known: dict[str, EntityType], entity_type: EntityType) -> None:
    """A golden ID names its entity type by its prefix, for ever."""
    name = entity_type.entity_type
    if name in known and known[name].id_prefix != entity_type.id_prefix:
        raise Conflict(
            f"id_prefix of {name} is {known[name].id_prefix!r} for ever, because golden IDs with it have been given out"
        )
    taken = [
        other.entity_type
        for other in known.values()
        if other.id_prefix == entity_type.id_prefix and other.entity_type != name
    ]
    if taken:
        raise Conflict(f"id_prefix {entity_type.id_prefix!r} belongs to {taken[0]} already")


def show(hub: Hub, name: str) -> str:
    """The rules document in force for an entity type, as it was applied."""
    version = hub.entity_type(name).version
    with hub.database.read() as reader:
        return resolution.document(reader, version)
