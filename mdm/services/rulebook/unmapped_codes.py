"""What no code stands for yet, of all entity types together: one entry for each value that one mapping would settle."""

from dataclasses import dataclass, field

import orjson

from mdm.code_lists import Value, fold
from mdm.resolution import code_tasks
from mdm.resolution.codes import token_of
from mdm.services import known_sources
from mdm.services.hub import Hub
from mdm.services.rulebook.code_lists import Answer, known, suggestions
from mdm.store import code_lists as stored
from mdm.store import tasks as stored_tasks


@dataclass(slots=True)
class _Found:
    """One unmapped value: as it is shown, where it stands, and how many records hold it."""

    written: str
    token: int
    places: set[str] = field(default_factory=set)
    records: int = 0


def listed(hub: Hub, *, code_list: str | None = None, source: str | None = None, limit: int = 50) -> list[Answer]:
    """Unmapped values, those that most records hold first.

    Each is `{"code_list", "source", "value", "places", "records", "suggestions"}`; a place is `worker.role`.

    Raises NotFound for a source that nobody knows, and for a code list that is not there and that no rules name.
    """
    with hub.database.read() as reader:
        types = hub.entity_types(seen_by=reader).values()
        known_sources.ensure_known(reader, types, source)
        abouts = [(of, orjson.loads(about)) for of, about in stored_tasks.open_abouts(reader, code_tasks.KIND)]
        wanted = [
            (of, about)
            for of, about in abouts
            if code_list in {None, about["list"]} and source in {None, about["source"]}
        ]
        counts = stored.counted(reader, {token_of(hub.salt, about) for _, about in wanted})
        codes = hub.code_lists(reader)
        if code_list is not None and not any(code_list in one.code_lists.values() for one in types):
            known(codes, code_list)
    found: dict[Value, _Found] = {}
    for of, about in wanted:
        value = Value(about["list"], about["source"], fold(about["value"]))
        one = found.setdefault(value, _Found(about["value"], token_of(hub.salt, about)))
        one.written = min(one.written, about["value"])
        one.places.add(f"{of}.{about['attribute']}")
        one.records += counts.get((one.token, of, about["source"]), 0)
    ranked = sorted(found.items(), key=lambda each: (-each[1].records, each[0]))[:limit]
    return [
        {
            "code_list": value.code_list, "source": value.source, "value": one.written, "places": sorted(one.places),
            "records": one.records, "suggestions": suggestions(codes, value.code_list, one.written),
        }
        for value, one in ranked
    ]  # fmt: skip
