"""Steward tasks about constraints: pairs of records for whose sake clusters stay apart that would be joined."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from matching.rules import Constraint
from mdm.log import canonical
from mdm.resolution.clusters import Clusters
from mdm.resolution.verdicts import Pair, pair
from mdm.resolution.work import Work
from mdm.store.task_writing import OpenTask, task_id

KIND = "constraint"


def held_apart(work: Work, clusters: Clusters) -> list[OpenTask]:
    """One for each such pair, about the constraints as the rules say them."""
    rules, of = work.entity_type.match.constraints, work.entity_type.entity_type
    found = []
    for ends, numbers in clusters.held_apart.items():
        said = [rules[number].model_dump(mode="json", exclude_defaults=True) for number in numbers]
        id_ = task_id(KIND, *map(work.key, ends))
        found.append(OpenTask(id_, of, KIND, min(ends), max(ends), None, canonical(said).decode()))
    return found


def explained(clusters: Clusters) -> set[Pair]:
    """The clusters, two by two, that constraints keep apart: what a match edge between them asks is asked already."""
    records = clusters.work.records
    return {pair(records[one].cluster, records[other].cluster) for one, other in clusters.held_apart}


def told(about: str, records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The constraints that such a task is about, as the rules said them, each with the values of these records."""
    constraints = [Constraint(**one) for one in orjson.loads(about)]
    return [
        {
            "different": list(one.attributes),
            "overlapping": list(one.overlapping or ()),
            "of_one_source": one.of_one_source,
            "values": {name: [record.get(name) for record in records] for name in one.named},
        }
        for one in constraints
    ]
