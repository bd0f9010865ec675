"""The records of a golden record as a graph: what ties them, where they would come apart, and who stands near."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from golden_records.identity import golden_id, parse_golden_id
from matching.bridges import LEAST, MARGIN, bridges
from matching.rules import ALWAYS_WEIGHT
from mdm.entity_types import EntityType
from mdm.resolution.fold import values_of
from mdm.resolution.verdicts import pair
from mdm.resolution.work import layers_of
from mdm.services.deciding.decisions import decision_id
from mdm.services.hub import Hub
from mdm.services.reading.golden import get, head
from mdm.store import decisions as stored_decisions
from mdm.store import edges as stored_edges
from mdm.store import links as stored_links
from mdm.store import records as stored_records
from mdm.store import task_writing
from mdm.store.database import Transaction
from mdm.store.records import StoredRecord

Document = dict[str, Any]
Pair = tuple[int, int]
MOST_EDGES = 2_000
"""Edges that are told; those between the records of a large cluster grow with its square."""
MOST_NEAR = 20


@dataclass(frozen=True, slots=True)
class _Said:
    """What holds records together or apart besides weights: the latest verdict in force on a pair, and links."""

    verdicts: Mapping[Pair, tuple[int, str]]
    links: Mapping[Pair, str]

    def ties(self, ends: Pair) -> str | None:
        """What ties a pair whatever it weighs: `verdict`, `crosswalk` or `source_merge`."""
        decided = self.verdicts.get(ends)
        return "verdict" if decided and decided[1] == "same" else self.links.get(ends)


def cluster(hub: Hub, written: str) -> Document:
    """The records that bear a golden ID now, the ties between them, and golden records that are nearly the same.

    `{"golden_id", "entity_type", "status", "current_id"?, "successors"?, "records", "edges", "edges_left_out", "near",
    "near_left_out"}`. A record is `{"key", "label", "deleted", "founder", "ties"}`; the founder gives the ID. An edge
    joins `left` and `right`: `weight` in bits (None where the two are tied by a decision alone), `outcome` `match` or
    `review`, `ruled` where an `always` rule decided, `tie` what holds them together whatever they weigh (`verdict` with
    its `decision_id`, `crosswalk`, `source_merge`), and `bridge` where nothing else holds the two sides together:
    `{"left": 3, "right": 4, "light": true, "weak": true}`, the living records on the side of either end, light when it
    lies hardly above the match threshold, and a weak bridge when it holds two or more on either side besides. `near`
    are other golden records with an edge or a verdict to one of these: `{"golden_id", "label", "records", "left",
    "right", "weight", "outcome", "ruled", "verdict", "decision_id", "task_id"}`, by their strongest pair; `task_id` is
    the open task about that pair.

    Raises:
        NotFound: the ID was never given.
    """
    found = get(hub, written)
    entity_type = hub.entity_type(found["entity_type"])
    number = parse_golden_id(found.get("current_id", written))[1]
    with hub.database.read() as reader:
        records = {one.id: one for one in stored_records.by_column(reader, "golden", [number])}
        edges = {(left, right): weight for left, right, weight, _ in stored_edges.of(reader, list(records))}
        said = _said(reader, list(records))
        told = _inside(entity_type, records, edges, said)
        near = _near(reader, entity_type, records, edges, said)
    return {**head(found), **told, "near": near[:MOST_NEAR], "near_left_out": max(len(near) - MOST_NEAR, 0)}


def _said(reader: Transaction, ids: Sequence[int]) -> _Said:
    verdicts: dict[Pair, tuple[int, str]] = {}
    for left, right, position, verdict, in_force in stored_decisions.pairs_of(reader, ids):
        if in_force:
            verdicts[left, right] = max(verdicts.get((left, right), (0, "")), (position, verdict))
    return _Said(verdicts, {pair(one.record_id, one.other_id): one.kind for one in stored_links.of(reader, ids)})


def _inside(
    entity_type: EntityType, records: Mapping[int, StoredRecord], edges: Mapping[Pair, int], said: _Said
) -> Document:
    ties = {ends for ends in [*said.verdicts, *said.links] if said.ties(ends)}
    ends = sorted(one for one in {*edges, *ties} if records.keys() >= {*one})
    parting = _parting(entity_type, records, [(one, edges.get(one), one in ties) for one in ends])
    ends.sort(key=lambda one: (one not in parting, -edges.get(one, ALWAYS_WEIGHT), one))
    counts: defaultdict[int, int] = defaultdict(int)
    for one in ends:
        for id_ in one:
            counts[id_] += 1
    oldest = min(records.values(), key=_age, default=None)
    return {
        "records": [
            {"key": one.key, "label": _label(entity_type, one), "deleted": not one.living, "founder": one is oldest,
             "ties": counts[one.id]}
            for one in sorted(records.values(), key=_age)
        ],
        "edges": [
            _edge(entity_type, records, one, edges.get(one), said, parting.get(one)) for one in ends[:MOST_EDGES]
        ],
        "edges_left_out": max(len(ends) - MOST_EDGES, 0),
    }  # fmt: skip


def _age(record: StoredRecord) -> tuple[int, str]:
    return (record.first_position or 0, record.key)


def _label(entity_type: EntityType, record: StoredRecord) -> Any:
    return values_of(layers_of(record)).get(entity_type.label_attribute)


def _parting(
    entity_type: EntityType, records: Mapping[int, StoredRecord], ends: Sequence[tuple[Pair, int | None, bool]]
) -> dict[Pair, Document]:
    """The pairs without which the cluster falls apart, each with the living records on the side of either end."""
    threshold = entity_type.matching.match_weight
    living = {id_ for id_, one in records.items() if one.living}
    holding = [one for one in ends if one[2] or (living >= {*one[0]} and (one[1] or 0) >= threshold)]
    ids = sorted(records)
    place = {id_: at for at, id_ in enumerate(ids)}
    joined = [(place[one], place[other]) for (one, other), _, _ in holding]
    found: dict[Pair, Document] = {}
    for number, node, beside, beyond in bridges([records[id_].living for id_ in ids], joined):
        one, weight, tied = holding[number]
        sides = (beside, beyond) if node == place[one[0]] else (beyond, beside)
        light = not tied and weight is not None and weight < threshold + MARGIN
        found[one] = {
            "left": sides[0], "right": sides[1], "light": light, "weak": light and min(sides) >= LEAST,
        }  # fmt: skip
    return found


def _edge(
    entity_type: EntityType, records: Mapping[int, StoredRecord], ends: Pair, weight: int | None, said: _Said,
    bridge: Document | None,
) -> Document:  # fmt: skip
    tie, decided = said.ties(ends), said.verdicts.get(ends)
    return {
        "left": records[ends[0]].key, "right": records[ends[1]].key, **_weighed(entity_type, weight), "tie": tie,
        "decision_id": decision_id(decided[0]) if decided else None, "bridge": bridge,
    }  # fmt: skip


def _weighed(entity_type: EntityType, weight: int | None) -> Document:
    if weight is None:
        return {"weight": None, "outcome": None, "ruled": False}
    outcome = "match" if weight >= entity_type.matching.match_weight else "review"
    return {"weight": weight / 1000, "outcome": outcome, "ruled": weight >= ALWAYS_WEIGHT}


def _near(
    reader: Transaction, entity_type: EntityType, records: Mapping[int, StoredRecord], edges: Mapping[Pair, int],
    said: _Said,
) -> list[Document]:  # fmt: skip
    """Other golden records by their strongest pair, the strongest first; those only kept apart by a decision last."""
    across = [one for one in {*edges, *said.verdicts} if len(records.keys() & {*one}) == 1]
    outside = {id_ for ends in across for id_ in ends} - records.keys()
    others = {one.id: one for one in stored_records.by_column(reader, "id", outside) if one.living and one.golden}
    strongest: dict[int, Pair] = {}
    for ends in sorted(across, key=lambda one: (one in edges, edges.get(one, 0), one)):
        for id_ in {*ends} & others.keys():
            strongest[others[id_].golden or 0] = ends
    sizes = stored_records.sizes(reader, strongest)
    tasks = {(one.left_id, one.right_id): one.id for one in task_writing.open_about(reader, list(records))}
    told = [
        {**_neighbour(entity_type, records, others, ends, edges.get(ends), said), "records": sizes[number],
         "task_id": tasks.get(ends)}
        for number, ends in strongest.items()
    ]  # fmt: skip
    return sorted(told, key=lambda one: (one["weight"] is None, -(one["weight"] or 0), one["golden_id"]))


def _neighbour(
    entity_type: EntityType, records: Mapping[int, StoredRecord], others: Mapping[int, StoredRecord], ends: Pair,
    weight: int | None, said: _Said,
) -> Document:  # fmt: skip
    inside, outside = ends if ends[0] in records else ends[::-1]
    other, decided = others[outside], said.verdicts.get(ends)
    return {
        "golden_id": golden_id(entity_type.id_prefix, other.golden or 0), "label": _label(entity_type, other),
        "left": records[inside].key, "right": other.key, **_weighed(entity_type, weight),
        "verdict": decided[1] if decided else None, "decision_id": decision_id(decided[0]) if decided else None,
    }  # fmt: skip
