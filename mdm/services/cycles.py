"""What a task about a cycle in a hierarchy shows: the way round, and which edge of it was set aside."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from golden_records.identity import golden_id
from mdm.entity_types import EntityType
from mdm.resolution.hierarchy import BY_PEOPLE
from mdm.services import as_then
from mdm.services.hub import Hub
from mdm.store import golden as stored_golden
from mdm.store import hierarchy as stored
from mdm.store.database import Transaction
from mdm.store.golden import StoredGolden
from mdm.store.hierarchy import StoredEdge
from mdm.store.records import StoredRecord
from mdm.store.tasks import StoredTask

Document = dict[str, Any]
LEAST_TRUSTED, SMALLEST_KEY = "trusted least", "trusted no more than another, and its record key is the smallest"
"""Why an edge was the one to be set aside."""


def abouts(
    hub: Hub, transaction: Transaction, entity_type: EntityType, tasks: Sequence[tuple[StoredTask, StoredRecord]], *,
    at: int,
) -> list[Document]:  # fmt: skip
    """For each task and the record it names: `{"attribute", "because", "cycle"}`, as things stood at a position.

    `cycle` goes from the edge that is set aside upwards until it is round; each has the `golden_id` and `label` that
    it leads from, the record `key` that says so, its `source` and `trust` (null where a person said so), and the
    golden ID that it leads `to`. It is null when the task is closed.
    """
    attributes = [orjson.loads(task.about or "{}")["attribute"] for task, _ in tasks]
    starts = [record.golden if task.status == "open" else None for task, record in tasks]
    places = list(zip(attributes, starts, strict=True))
    edges = {name: _edges(transaction, name, [start for of, start in places if start and of == name], at=at)
             for name in set(attributes)}  # fmt: skip
    rings = [list(_ring(edges[name], start)) for name, start in places]
    every = [edge for ring in rings for edge in ring]
    goldens = stored_golden.at(transaction, {edge.golden for edge in every}, position=at)
    ids = {edge.record_id for edge in every}
    records = {one.id: one for one in as_then.records(hub, transaction, ids, at=at)} if ids else {}
    return [
        {
            "attribute": name,
            "because": _because(ring) if ring else None,
            "cycle": [_told(edge, entity_type, records, goldens) for edge in ring] or None,
        }
        for name, ring in zip(attributes, rings, strict=True)
    ]


def _edges(transaction: Transaction, attribute: str, starts: Sequence[int], *, at: int) -> dict[int, StoredEdge]:
    return {one.golden: one for one in stored.upward(transaction, attribute, starts, at=at)}


def _ring(edges: Mapping[int, StoredEdge], start: int | None) -> Iterator[StoredEdge]:
    at = start
    while at is not None and at in edges:
        yield edges[at]
        at = edges[at].parent if edges[at].parent != start else None


def _because(ring: Sequence[StoredEdge]) -> str:
    trusts = [edge.trust for edge in ring]
    return LEAST_TRUSTED if trusts.count(min(trusts)) == 1 else SMALLEST_KEY


def _told(
    edge: StoredEdge, entity_type: EntityType, records: Mapping[int, StoredRecord], goldens: Mapping[int, StoredGolden]
) -> Document:
    by_person, record = edge.trust == BY_PEOPLE, records[edge.record_id]
    said = orjson.loads(goldens[edge.golden].attributes or b"{}") if edge.golden in goldens else {}
    return {
        "golden_id": golden_id(entity_type.id_prefix, edge.golden),
        "label": said.get(entity_type.label_attribute),
        "key": record.key,
        "source": None if by_person else record.source,
        "trust": None if by_person else edge.trust,
        "to": None if edge.parent is None else golden_id(entity_type.id_prefix, edge.parent),
        "set_aside": edge.set_aside,
    }
