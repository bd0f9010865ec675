"""Read what readiness is judged by, of many golden records of one entity type at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from mdm.entity_types import EntityType, Referred
from mdm.resolution.readiness import Facts
from mdm.resolution.readiness_seen import Seen
from mdm.resolution.readiness_ways import read_ways
from mdm.store import readiness as stored

Sources = Iterable[tuple[int, str]]
"""(golden number, source) of living records."""
PAGE = 5_000
"""Golden records in memory at once."""


def read_facts(
    seen: Seen, entity_type: EntityType, goldens: Collection[int], sources: Sources | None = None
) -> dict[int, Facts]:  # fmt: skip
    """What is known, or was then, of those of these golden numbers that are active, by number.

    sources: of the living records of then, which no table keeps; None for now.
    """
    found = {golden: Facts(*said) for golden, said in seen.values(goldens).items()}
    for golden, source in stored.sources(seen.reader, list(found)) if sources is None else sources:
        if golden in found:
            found[golden].sources.add(source)
    wanted = references_of(entity_type)
    for golden, means in (seen.means(entity_type, list(found)) if wanted else {}).items():
        found[golden].means.update({name: led for name, led in means.items() if name in wanted})
    for referred in {one for process in entity_type.readiness.values() for one in process.referring}:
        if referred.fall_back:
            for golden, way in read_ways(seen, entity_type, referred, list(found)).items():
                found[golden].ways[referred.by] = way
        else:
            _read_referring(seen, referred, found)
    return found


def references_of(entity_type: EntityType) -> set[str]:
    """The references of a type that any process of it looks at."""
    named = {name for process in entity_type.readiness.values() for _, name in process.named}
    return named & entity_type.references.keys()


def _read_referring(seen: Seen, referred: Referred, found: Mapping[int, Facts]) -> None:
    """The values of whatever survivingly refers to each, or to what its reference `via` means."""
    targets = {golden: golden if referred.via is None else facts.means.get(referred.via) for golden, facts in
               found.items()}  # fmt: skip
    said: defaultdict[int, set[tuple[int, str]]] = defaultdict(set)
    wanted = sorted({target for target in targets.values() if target is not None})
    by = referred.entity_type, referred.attribute
    for target, written, golden in stored.referring(seen.reader, wanted, *by, at=seen.at):
        said[target].add((golden, written))
    values = seen.values(sorted({golden for ones in said.values() for golden, _ in ones}))
    for golden, leads in targets.items() if said else ():
        those = sorted(
            number for number, written in said.get(leads or 0, ())
            if number in values and values[number].attributes.get(referred.attribute) == written
        )  # fmt: skip
        if those:
            found[golden].referring[referred.by, referred.via] = [values[number].attributes for number in those]
