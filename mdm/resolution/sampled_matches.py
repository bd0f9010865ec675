"""Which automatic matches a second person is asked about: a share of them, drawn by the hub's own hashes (rule 11)."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from mdm.log import key_token
from mdm.resolution.clusters import Clusters
from mdm.resolution.work import Work
from mdm.store import sampled_matches as stored
from mdm.store.sampled_matches import SampledMatch
from mdm.store.task_writing import task_id

KIND = "match"
OUT_OF = 2**32


@dataclass(slots=True)
class SampleChanges:
    """Sampled matches that this commit adds or weighs anew, and the ids of those that are none any more."""

    kept: list[SampledMatch] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


def is_drawn(salt: bytes, about: str, share: float) -> bool:
    """Whether a task is among a share of all: always or never the same, and nobody without the salt can tell which."""
    place = (key_token(salt, f"second opinion\x1f{about}") % OUT_OF) / OUT_OF
    return place < share


def draw(work: Work, clusters: Clusters) -> SampleChanges:
    """Redo the sample among the affected records: pairs that their edge joined and no person has spoken of."""
    share, stood = work.entity_type.second_opinion_on_matches, work.stood_under
    if not share and (stood is None or not stood.second_opinion_on_matches):
        return SampleChanges()
    wanted = {one.task_id: one for one in _matches(work, clusters) if is_drawn(work.salt, one.task_id, share)}
    if work.afresh:
        there = stored.of_type(work.reader, work.entity_type.entity_type)
    else:
        there = stored.about(work.reader, sorted(clusters.piece_of))
    before = {one.task_id: one for one in there}
    return SampleChanges(
        kept=[one for id_, one in sorted(wanted.items()) if before.get(id_) != one],
        gone=sorted(before.keys() - wanted.keys()),
    )


def _matches(work: Work, clusters: Clusters) -> Iterator[SampledMatch]:
    """Every match edge between living records of one cluster that no verdict speaks of."""
    graph, records, of = clusters.graph, work.records, work.entity_type
    for id_ in clusters.piece_of:
        for other, (weight, living) in graph.edges(id_, new=True).items():
            joined = living and other > id_ and weight >= of.matching.match_weight and other in clusters.piece_of
            if not joined or records[id_].cluster != records[other].cluster:
                continue
            if graph.verdicts.holds((id_, other), new=True) is None:
                about = task_id(KIND, work.key(id_), work.key(other))
                yield SampledMatch(about, of.entity_type, id_, other, weight)
