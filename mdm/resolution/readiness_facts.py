"""Read what readiness is judged by, of many golden records of one entity type at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import orjson

from mdm.entity_types import EntityType, Referred
from mdm.resolution.readiness import Facts
from mdm.resolution.readiness_ways import Seen, read_ways
from mdm.store import readiness as stored
from mdm.store.database import Transaction

Sources = Iterable[tuple[int, str]]
"""(golden number, source) of living records."""
PAGE = 5_000
"""Golden records in memory at once."""


def read_facts(
    reader: Transaction, seen: Seen, entity_type: EntityType, goldens: Collection[int], sources: Sources | None = None
) -> dict[int, Facts]:  # fmt: skip
    """What is known, or was then, of those of these golden numbers that are active, by number.

    sources: of the living records of then, which no table keeps; None for now.
    """
    at = seen.at
    found = {
        golden: Facts(orjson.loads(attributes), {} if dated is None else orjson.loads(dated))
        for golden, attributes, dated in stored.values(reader, goldens, at=at)
    }
    for golden, source in stored.sources(reader, list(found)) if sources is None else sources:
        if golden in found:
            found[golden].sources.add(source)
    _read_references(reader, entity_type, found, at=at)
    for referred in {one for process in entity_type.readiness.values() for one in process.referring}:
        if referred.fall_back:
            for golden, way in read_ways(reader, seen, entity_type, referred, list(found)).items():
                found[golden].ways[referred.by] = way
        else:
            _read_referring(reader, referred, found, at=at)
    return found


def references_of(entity_type: EntityType) -> set[str]:
    """The references of a type that any process of it looks at."""
    named = {name for process in entity_type.readiness.values() for _, name in process.named}
    return named & entity_type.references.keys()


def _read_references(reader: Transaction, entity_type: EntityType, found: Mapping[int, Facts], *, at: int) -> None:
    """What the surviving references mean, those included that a person set."""
    wanted = references_of(entity_type)
    if not wanted:
        return
    for golden, attribute, written, means in stored.meant(reader, list(found), wanted, at=at):
        if found[golden].attributes.get(attribute) == written:
            found[golden].means[attribute] = means


def _read_referring(reader: Transaction, referred: Referred, found: Mapping[int, Facts], *, at: int) -> None:
    """The values of whatever survivingly refers to each, or to what its reference `via` means."""
    targets = {golden: golden if referred.via is None else facts.means.get(referred.via) for golden, facts in
               found.items()}  # fmt: skip
    said: defaultdict[int, set[tuple[int, str]]] = defaultdict(set)
    wanted = sorted({target for target in targets.values() if target is not None})
    for target, written, golden in stored.referring(reader, wanted, referred.entity_type, referred.attribute, at=at):
        said[target].add((golden, written))
    numbers = sorted({golden for ones in said.values() for golden, _ in ones})
    values: dict[int, dict[str, Any]] = {
        golden: orjson.loads(attributes) for golden, attributes, _ in stored.values(reader, numbers, at=at)
    }
    for golden, leads in targets.items() if said else ():
        those = sorted(
            number for number, written in said.get(leads or 0, ())
            if number in values and values[number].get(referred.attribute) == written
        )  # fmt: skip
        if those:
            found[golden].referring[referred.by, referred.via] = [values[number] for number in those]
