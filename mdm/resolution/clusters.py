"""Which records are one thing: pieces clustered, and the deleted hung on the living (rules 5 and 6)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from matching.cluster import Step, cluster, formation
from matching.constraints import Claim, claims
from matching.score import never_values
from mdm.resolution.edges import table_of
from mdm.resolution.graph import Graph, Piece, neighbours_gone, pieces
from mdm.resolution.merge_judging import Judged, judge
from mdm.resolution.verdicts import Pair, pair
from mdm.resolution.work import Work

Result = TypeVar("Result")
Said = tuple[list[dict[int, frozenset[str]]], list[dict[int, Claim | None]]]


@dataclass(slots=True)
class Clusters:
    """The clusters of a commit.

    `piece_of` holds every affected record. `finals` holds the arrived members, hung deleted ones included,
    of every cluster that may have changed, by the record the cluster is known by. `skipped` are must-links that a
    verdict overruled, `held_apart` the pairs for whose sake constraints (by number) keep clusters apart, and `asked`
    those that nothing but a source's merge would join.
    """

    work: Work
    graph: Graph
    piece_of: dict[int, Piece]
    skipped: list[Pair] = field(default_factory=list)
    held_apart: dict[Pair, list[int]] = field(default_factory=dict)
    asked: set[Pair] = field(default_factory=set)
    finals: dict[int, set[int]] = field(default_factory=dict)
    placed: set[int] = field(default_factory=set)
    known: dict[int, list[int]] = field(default_factory=dict)
    targets: dict[int, int | None] = field(default_factory=dict)

    def members(self, lead: int) -> list[int]:
        """The records of one cluster, those that hang on it not counted."""
        if lead not in self.known:
            self.known[lead] = sorted(
                record.id for record in self.work.load("cluster", [lead]) if record.cluster == lead
            )
        return self.known[lead]


def form(work: Work, graph: Graph, touched: Iterable[int]) -> Clusters:
    """Resolve the old and the new pieces of every touched record again."""
    seeds = set(touched)
    # Under new rules all records are in hand, those not yet arrived included: verdicts may tie them too.
    seeds |= work.records.keys() if work.afresh else pieces(graph, seeds, new=False).keys()
    clusters = Clusters(work, graph, pieces(graph, seeds, new=True))
    work.load("id", clusters.piece_of)
    _cluster_all(clusters)
    dead = _dead_leads(clusters)
    for lead in sorted(dead):
        clusters.targets[lead] = _target(clusters, lead)
    _finish(clusters)
    return clusters


def _cluster_all(clusters: Clusters) -> None:
    work = clusters.work
    distinct = {id(piece): piece for piece in clusters.piece_of.values()}.values()
    several = sorted(id_ for piece in distinct if len(piece.members) > 1 for id_ in piece.members)
    said = _said(work, several)
    for piece in distinct:
        if len(piece.members) > 1:
            _cluster_piece(clusters, piece, said)
        else:
            _place_together(clusters, piece, list(piece.members))


def _cluster_piece(clusters: Clusters, piece: Piece, said: Said) -> None:
    work = clusters.work
    ids = sorted(piece.members, key=work.key)
    judged = _judged(clusters.graph, ids, said)
    found = _among(clusters.graph, ids, cluster, said=said, apart=judged.apart)
    clusters.skipped += [pair(ids[one], ids[other]) for one, other in found.skipped]
    held_apart = {pair(ids[one], ids[other]): by for (one, other), by in found.held_apart.items()}
    clusters.held_apart |= held_apart
    clusters.asked |= judged.asked - held_apart.keys()
    for group in found.clusters:
        _place_together(clusters, piece, sorted(ids[index] for index in group))


def _place_together(clusters: Clusters, piece: Piece, together: list[int]) -> None:
    """Make one cluster of some records of a piece, in order."""
    clusters.known[together[0]] = together
    for id_ in together:
        clusters.work.records[id_].cluster = together[0]
        clusters.work.records[id_].cut = piece.cut


def _judged(graph: Graph, ids: list[int], said: Said) -> Judged:
    """Judge what sources merged of these records on the clusters that stand without those merges."""
    merges = graph.links.merges(ids)
    if not merges:
        return Judged()
    without = _among(graph, ids, cluster, said=said, apart=set(merges)).clusters
    return judge(
        graph.work, merges, {loser: graph.links.into[loser] for loser in graph.links.into.keys() & set(ids)},
        clusters=[[ids[place] for place in group] for group in without], cannot=graph.verdicts.between(ids)[1],
    )  # fmt: skip


def formed(graph: Graph, members: Collection[int]) -> tuple[list[int], list[Step]]:
    """The records of one cluster by key, and the steps by which they came together; the steps count by place.

    What lies outside the cluster cannot have changed them: no step leads there.
    """
    work = graph.work
    work.load("id", members)
    graph.read(members)
    ids = sorted(members, key=work.key)
    return ids, _among(graph, ids, formation, said=_said(work, ids))


def _said(work: Work, ids: list[int]) -> Said:
    """What records say under each `never` rule and each constraint, by id."""
    rules, model = work.entity_type.match, work.entity_type.matching
    if not ids or not (rules.never or rules.constraints):
        return [], []
    table = table_of(work, ids)
    sources = [work.records[id_].source for id_ in ids]
    return (
        [dict(zip(ids, values, strict=True)) for values in never_values(model, table)],
        [dict(zip(ids, claimed, strict=True)) for claimed in claims(model, table, sources)],
    )


def _among(
    graph: Graph, ids: list[int], method: Callable[..., Result], *, said: Said, apart: Collection[Pair] = ()
) -> Result:
    """Let `cluster` or `formation` work on these records, with all that ties them (but `apart`) or keeps them apart."""
    work = graph.work
    never, constraints = said
    place = {id_: index for index, id_ in enumerate(ids)}
    musts, cannot = graph.verdicts.between(ids)
    return method(
        [work.key(id_) for id_ in ids],
        edges_inside(graph, place, work.entity_type.matching.match_weight),
        musts=[
            *((place[one], place[other], True) for one, other in musts),
            *(
                (place[one], place[other], False)
                for one, other in graph.links.between(ids)
                if (one, other) not in apart
            ),
        ],
        cannot={_ordered(place[one], place[other]) for one, other in cannot},
        never=[[values[id_] if work.records[id_].living else frozenset() for id_ in ids] for values in never],
        constraints=[[one[id_] if work.records[id_].living else None for id_ in ids] for one in constraints],
    )


def _ordered(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def edges_inside(graph: Graph, place: dict[int, int], threshold: int) -> list[tuple[int, int, int]]:
    """The edges among living records at or above a threshold, as (place, place, weight); all must have been read."""
    return [
        (index, place[other], weight)
        for id_, index in place.items()
        for other, (weight, living) in graph.edges(id_, new=True).items()
        if living and weight >= threshold and place.get(other, -1) > index
    ]


def _dead_leads(clusters: Clusters) -> set[int]:
    """The clusters without a living member, among the affected and next to them."""
    work = clusters.work
    near = neighbours_gone(clusters.graph, clusters.piece_of)
    work.load("id", near)
    suspects = {work.records[id_].cluster for id_ in near | clusters.piece_of.keys() if work.records[id_].deleted}
    return {lead for lead in suspects if not work.living(clusters.members(lead))}


def _target(clusters: Clusters, lead: int) -> int | None:
    """The living record whose cluster a dead cluster hangs on: the other end of its strongest match edge."""
    work, graph = clusters.work, clusters.graph
    members = clusters.members(lead)
    graph.read(members)
    threshold = work.entity_type.matching.match_weight
    ends = {
        (weight, id_, other)
        for id_ in members
        for other, (weight, _) in graph.edges(id_, new=True).items()
        if weight >= threshold
    }
    work.load("id", {other for _, _, other in ends})
    strongest = sorted(
        (-weight, sorted((work.key(id_), work.key(other))), other)
        for weight, id_, other in ends
        if work.records[other].living
    )
    for _, _, other in strongest:
        if not _kept_apart(clusters, members, clusters.members(work.records[other].cluster)):
            return other
    return None


def _kept_apart(clusters: Clusters, some: list[int], others: list[int]) -> bool:
    verdicts = clusters.graph.verdicts
    verdicts.read(some)
    return any(
        verdicts.holds(pair(one, other), new=True) in {"distinct", "related"} for one in some for other in others
    )


def _finish(clusters: Clusters) -> None:
    """Place every record and collect the final member sets."""
    work = clusters.work
    leads = {work.records[id_].cluster for id_ in clusters.piece_of}
    moved = clusters.piece_of.keys() | {id_ for lead in clusters.targets for id_ in clusters.members(lead)}
    leads |= _leads_of(clusters, (work.before[id_].hangs_on for id_ in moved if id_ in work.before))
    leads |= clusters.targets.keys() | _leads_of(clusters, clusters.targets.values())
    for id_ in moved:
        work.records[id_].hangs_on = None
    hanging: defaultdict[int, set[int]] = defaultdict(set)
    for lead, target in clusters.targets.items():
        if target is not None:
            hanging[work.records[target].cluster].add(lead)
        for id_ in clusters.members(lead):
            work.records[id_].hangs_on = target
    for lead in sorted(leads):
        if clusters.targets.get(lead) is None:
            clusters.finals[lead] = _final(clusters, lead, hanging[lead])
    clusters.placed = set(moved) | {id_ for members in clusters.finals.values() for id_ in members}


def _leads_of(clusters: Clusters, ids: Iterable[int | None]) -> set[int]:
    listed = [id_ for id_ in ids if id_ is not None]
    clusters.work.load("id", listed)
    return {clusters.work.records[id_].cluster for id_ in listed}


def _final(clusters: Clusters, lead: int, hanging: set[int]) -> set[int]:
    work = clusters.work
    members = clusters.members(lead)
    if lead not in clusters.piece_of:
        stored = work.load("hangs_on", members)
        hanging = hanging | {record.cluster for record in stored if record.hangs_on in members}
    everyone = [*members, *(id_ for dead in hanging for id_ in clusters.members(dead))]
    return {id_ for id_ in everyone if work.records[id_].first_position is not None}
