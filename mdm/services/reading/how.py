"""How did a golden record come together? The steps by which its cluster formed, and the weakest of them."""

from collections.abc import Sequence
from typing import Any

from golden_records.identity import parse_golden_id
from matching.cluster import Side, Step
from matching.explain import Evidence
from matching.rules import ALWAYS_WEIGHT
from mdm.entity_types import EntityType
from mdm.resolution.clusters import formed
from mdm.resolution.graph import Graph
from mdm.resolution.links import Links
from mdm.resolution.verdicts import Verdicts, pair
from mdm.services.deciding.standing import standing
from mdm.services.hub import Hub
from mdm.services.reading.explain import evidence_of, seen_by_matching
from mdm.services.reading.golden import get
from mdm.store.database import Transaction

Document = dict[str, Any]
STRONGEST = 3


def how(hub: Hub, golden_id: str) -> Document:
    """The steps by which the records of a golden ID became one, strongest tie first; nothing is written.

    `{"golden_id", "entity_type", "status", "current_id"?, "members", "steps", "weakest", "hanging"}`. A step joins
    two sides, each a single `key` or what an earlier `step` had joined, because of `tie`: a record of either side, the
    weight of the pair in bits (None for a decision), and words. `edges` counts the edges between the sides. `weakest`
    is the number of the step whose tie is the weakest, None where only decisions hold. `hanging` are deleted records
    that count for the ID alone.

    Raises:
        NotFound: the ID was never given.
    """
    found = get(hub, golden_id)
    entity_type = hub.entity_type(found["entity_type"])
    head: Document = {
        name: found[name] for name in ("golden_id", "entity_type", "status", "current_id") if name in found
    }
    number = parse_golden_id(found.get("current_id", golden_id))[1]
    with hub.database.read() as transaction:
        graph = _graph(hub, transaction, entity_type)
        return {**head, **_told(hub, graph, number)}


def _graph(hub: Hub, reader: Transaction, entity_type: EntityType) -> Graph:
    """The edges, verdicts and links as the last commit left them."""
    work = standing(hub, reader, entity_type)
    verdicts = Verdicts(work, [])
    return Graph(work, verdicts, Links(work, [], verdicts))


def _told(hub: Hub, graph: Graph, number: int) -> Document:
    work = graph.work
    bearers = work.load("golden", [number])
    clusters = {record.cluster for record in bearers if record.living} or {record.cluster for record in bearers}
    inside = [record.id for record in work.load("cluster", sorted(clusters)) if record.cluster in clusters]
    ids, steps = formed(graph, inside)
    arrived = [id_ for id_ in ids if work.records[id_].first_position is not None]
    hanging = [record for record in bearers if record.cluster not in clusters]
    work.load("id", [record.hangs_on for record in hanging if record.hangs_on is not None])
    weighed = [place for place, step in enumerate(steps, start=1) if step.weight is not None]
    return {
        "members": [work.key(id_) for id_ in arrived],
        "steps": _steps(hub, graph, ids, steps),
        "weakest": weighed[-1] if weighed else None,
        "hanging": [
            {"key": record.key, "on": None if record.hangs_on is None else work.key(record.hangs_on)}
            for record in sorted(hanging, key=lambda record: record.key)
        ],
    }


def _steps(hub: Hub, graph: Graph, ids: Sequence[int], steps: Sequence[Step]) -> list[Document]:
    work = graph.work
    tied = sorted({ids[place] for step in steps if step.weight is not None for place in (step.one, step.other)})
    values = seen_by_matching(hub, work.reader, work.entity_type, [work.records[id_] for id_ in tied])
    ends = [(ids[step.one], ids[step.other]) for step in steps]
    weighed = [(values[one], values[other]) for (one, other), step in zip(ends, steps, strict=True) if _scored(step)]
    evidence = iter(evidence_of(work.entity_type, weighed))
    return [
        {
            "step": number,
            "left": _side(step.left, work.key(ids[step.one])),
            "right": _side(step.right, work.key(ids[step.other])),
            "tie": {
                "left": work.key(ids[step.one]),
                "right": work.key(ids[step.other]),
                "weight": None if step.weight is None else step.weight / 1000,
                "words": _because(next(evidence)) if _scored(step) else _decided(graph, ids[step.one], ids[step.other]),
            },
            "edges": step.edges,
        }
        for number, step in enumerate(steps, start=1)
    ]


def _scored(step: Step) -> bool:
    """Whether an edge joined the two, and no decision."""
    return step.weight is not None


def _side(side: Side, key: str) -> Document:
    return {"records": 1, "key": key} if side.step is None else {"records": side.nodes, "step": side.step + 1}


def _decided(graph: Graph, one: int, other: int) -> str:
    said = graph.verdicts.holds(pair(one, other), new=True)
    return "a steward said: same" if said == "same" else "a crosswalk or the source itself ties them"


def _because(evidence: Evidence) -> str:
    """The strongest words for a match: a rule alone where one decided, otherwise a few attributes."""
    comparisons = sorted(evidence["comparisons"], key=lambda one: -one["weight"])
    if evidence["match_weight"] * 1000 >= ALWAYS_WEIGHT:
        comparisons = [one for one in comparisons if one["level"] == "always"]
        return "; ".join(one["words"] for one in comparisons)
    agreeing = [one for one in comparisons if one["weight"] > 0][:STRONGEST]
    return "; ".join(f"{one['attribute']}: {one['words']} ({one['weight']:+.1f})" for one in agreeing)
