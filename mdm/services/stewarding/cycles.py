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
    """For each task and the record it names: `{"attribute", "days", "because", "cycle"}`, as of a position.

    `days` are the stretches on which the edge is set aside, and `cycle` is the way round on the first day of them.

    `cycle` goes from the edge that is set aside upwards until it is round; each has the `golden_id` and `label` that
    it leads from, the record `key` that says so, its `source` and `trust` (null where a person said so), and the
    golden ID that it leads `to`. It is null when the task is closed.
    """
    attributes = [orjson.loads(task.about or "{}")["attribute"] for task, _ in tasks]
    starts = [record if task.status == "open" else None for task, record in tasks]
    places = list(zip(attributes, starts, strict=True))
    edges = {
        name: _edges(transaction, name, [one.golden for of, one in places if one and one.golden and of == name], at=at)
        for name in set(attributes)
    }
    cuts = [_cuts(edges[name], record) for name, record in places]
    rings = [list(_ring(edges[name], cut[0])) if cut else [] for (name, _), cut in zip(places, cuts, strict=True)]
    every = [edge for ring in rings for edge in ring]
    goldens = stored_golden.at(transaction, {edge.golden for edge in every}, position=at)
    ids = {edge.record_id for edge in every}
    records = {one.id: one for one in as_then.records(hub, transaction, ids, at=at)} if ids else {}
    return [
        {
            "attribute": name,
            "days": _days(cut),
            "because": _because(ring) if ring else None,
            "cycle": [_told(edge, entity_type, records, goldens) for edge in ring] or None,
        }
        for name, cut, ring in zip(attributes, cuts, rings, strict=True)
    ]


def _edges(transaction: Transaction, attribute: str, starts: Sequence[int], *, at: int) -> dict[int, list[StoredEdge]]:
    found: dict[int, list[StoredEdge]] = {}
    for one in sorted(stored.upward(transaction, attribute, starts, at=at)):
        found.setdefault(one.golden, []).append(one)
    return found


def _cuts(edges: Mapping[int, Sequence[StoredEdge]], record: StoredRecord | None) -> list[StoredEdge]:
    """The edges that are set aside and rest on a record, by their days."""
    told = () if record is None or record.golden is None else edges.get(record.golden, ())
    return [one for one in told if record is not None and one.set_aside and one.record_id == record.id]


def _days(cuts: Sequence[StoredEdge]) -> list[Document]:
    return [{"valid_from": one.valid_from or None, "valid_to": one.valid_to} for one in cuts]


def _ring(edges: Mapping[int, Sequence[StoredEdge]], start: StoredEdge) -> Iterator[StoredEdge]:
    at: StoredEdge | None = start
    while at is not None:
        yield at
        above = () if at.parent in {None, start.golden} else edges.get(at.parent or 0, ())
        at = next((one for one in above if _holds(one, start.valid_from)), None)


def _holds(one: StoredEdge, on: str) -> bool:
    return one.valid_from <= on and (one.valid_to is None or on < one.valid_to)


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
