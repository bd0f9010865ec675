"""Rules documents: check, apply and show what an entity type is, and was."""

from collections.abc import Collection, Mapping
from typing import Any

from matching.kinds import KINDS
from mdm.entity_types import EntityType, hint, order, parse
from mdm.errors import Conflict, InvalidInput, NotFound
from mdm.log import Author, Fact
from mdm.services import reports
from mdm.services.hub import Hub
from mdm.services.resolving import resolve
from mdm.store import log, resolution
from mdm.store import rules as stored_rules
from mdm.store.resolution import RulesApplied
from mdm.store.rules import Applied

Document = dict[str, Any]


def check(text: str, *, file: str) -> EntityType:
    """Read a rules document; InvalidRules names the file, the path and the nearest valid word."""
    return parse(text, file=file)


def apply(hub: Hub, text: str, *, file: str, author: Author, rolls_back: bool = False) -> EntityType:
    """Install or replace an entity type and resolve its records under the new rules.

    Readers see the old state until all of it is resolved: it is one commit. `rolls_back` says so in the log.
    """
    entity_type = check(text, file=file)
    known = hub.entity_types()
    ensure_applicable(entity_type, known, file=file)
    name, version = entity_type.entity_type, entity_type.version
    if name in known and known[name].version == version:
        return entity_type
    with hub.database.write() as writer:
        body = {"version": version, "document": text, **({"rolled_back": known[name].version} if rolls_back else {})}
        position = log.append(writer, [Fact("rules", name, body)], author=author)
        resolution.add_document(writer, RulesApplied(version, name, text, position, reports.shown(entity_type)))
    resolve(hub, name, author=author)
    return entity_type


def ensure_applicable(entity_type: EntityType, known: Mapping[str, EntityType], *, file: str) -> None:
    """Raise what keeps a valid document out of a hub that has these entity types already.

    Raises:
        InvalidInput: it needs all records at once.
        InvalidRules: with it, references that are evidence lead in a circle.
        Conflict: its prefix is that of another type, or not the one that its golden IDs have.
    """
    _for_records_that_arrive(entity_type, file)
    order({**known, entity_type.entity_type: entity_type}.values())
    _own_prefix(known, entity_type)


def _for_records_that_arrive(entity_type: EntityType, file: str) -> None:
    """Refuse what needs all records at once: the hub takes them one by one, in any order."""
    rules = entity_type.match
    needs = {
        "match.linkage: average": rules.linkage != "strongest",
        "match.one_per_source": rules.one_per_source,
        "match.nearest": rules.nearest is not None,
        "an attribute of kind wording or nearness": any(
            KINDS[one.kind].whole_column for one in entity_type.attributes.values()
        ),
    }
    if named := [words for words, there in needs.items() if there]:
        raise InvalidInput(
            f"{file}: {', '.join(named)} needs all records at once, which only mdm dedupe has; the hub takes "
            "records as they arrive: leave it out, and choose thresholds for single edges"
        )


def warnings(hub: Hub, entity_type: EntityType) -> list[str]:
    """What a valid document names that is not there yet: code lists and entity types, with the nearest that are."""
    with hub.database.read() as reader:
        known = hub.code_lists(reader).lists
    lists = [
        f"{name}: there is no code list {list_!r} yet, so its values stay unmapped{hint(list_, known)}"
        for name, list_ in sorted(entity_type.code_lists.items())
        if list_ not in known
    ]
    types = {*hub.entity_types(), entity_type.entity_type}
    return lists + [
        f"{name}: there is no entity type {to!r} yet, so its references wait{hint(to, types)}"
        for name, to in sorted(entity_type.references.items())
        if to not in types
    ]


def _own_prefix(known: Mapping[str, EntityType], entity_type: EntityType) -> None:
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


def show(hub: Hub, name: str, *, version: str | None = None) -> tuple[EntityType, str]:
    """An entity type with its rules document as it was applied: the one in force, or another version of it."""
    found = hub.entity_type(name) if version is None else at_version(hub, name, version)
    with hub.database.read() as reader:
        return found, resolution.document(reader, found.version)


def entry(entity_type: EntityType) -> dict[str, object]:
    """How an entity type is told in a list, and at the head of what is told about one."""
    return {
        "entity_type": entity_type.entity_type, "label": entity_type.label or entity_type.entity_type,
        "id_prefix": entity_type.id_prefix, "version": entity_type.version, "attributes": list(entity_type.attributes),
    }  # fmt: skip


def at_version(hub: Hub, name: str, version: str) -> EntityType:
    """An entity type as one of its versions describes it; NotFound names those that there are."""
    hub.entity_type(name)
    with hub.database.read() as reader:
        known = stored_rules.versions(reader, name)
    if version not in known:
        raise NotFound(f"{name} never had the rules version {version!r}; it had {', '.join(known)}")
    return hub.rules(version)


def history(hub: Hub, name: str) -> list[Document]:
    """Every time that rules of an entity type were applied, oldest first.

    Each is `{"seq", "version", "action", "actor", "recorded_at", "in_force", "rolled_back"?}`: `action` is `apply` or
    `rollback`, which says with `rolled_back` which version it took the place of.
    """
    hub.entity_type(name)
    return histories(hub, [name])[name]


def histories(hub: Hub, names: Collection[str]) -> dict[str, list[Document]]:
    """The `history` of each of these entity types."""
    with hub.database.read() as reader:
        applied = stored_rules.applied(reader, names)
    return {name: [_applied(one, in_force=one is some[-1]) for one in some] for name, some in applied.items()}


def _applied(one: Applied, *, in_force: bool) -> Document:
    return {
        "seq": one.position, "version": one.version, "action": "apply" if one.rolled_back is None else "rollback",
        "actor": one.actor, "recorded_at": one.recorded_at, "in_force": in_force,
        **({} if one.rolled_back is None else {"rolled_back": one.rolled_back}),
    }  # fmt: skip


def before(hub: Hub, name: str) -> str:
    """The version that a rollback leads to: the one before, and after a rollback the one before that.

    Raises:
        Conflict: there is none.
    """
    stood: list[str] = []
    for one in history(hub, name):
        if one["action"] == "rollback" and one["version"] in stood:
            while stood[-1] != one["version"]:
                stood.pop()
        else:
            stood.append(one["version"])
    if len(stood) < 2:
        raise Conflict(f"{name} has no version of its rules before the one in force")
    return stood[-2]
