"""What hangs together with a golden record only through some of its records, and leaves with them in a split."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from golden_records.identity import parse_golden_id
from mdm.log import Key
from mdm.resolution.verdicts import pair
from mdm.services.deciding import decisions
from mdm.services.hub import Hub
from mdm.store import decisions as stored_decisions
from mdm.store import edges as stored_edges
from mdm.store import links as stored_links
from mdm.store import records as stored_records
from mdm.store.database import Transaction
from mdm.store.records import StoredRecord

Pair = tuple[int, int]
Near = Mapping[int, set[int]]


@dataclass(frozen=True, slots=True)
class Ties:
    """What ties records: pairs by themselves, and what decisions in force say of pairs, by their positions."""

    pairs: set[Pair]
    said: Mapping[Pair, Mapping[int, str]]

    def between(self, some: set[int], others: set[int]) -> set[int]:
        """The decisions that hold records of the two sets together."""
        return {
            position
            for (one, other), decided in self.said.items()
            if (one in some and other in others) or (one in others and other in some)
            for position, verdict in decided.items()
            if verdict == "same"
        }

    def without(self, fallen: set[int]) -> Near:
        """Who is tied to whom when some decisions hold no longer."""
        holds = {ends: decided[max(left)] for ends, decided in self.said.items() if (left := decided.keys() - fallen)}
        same = {ends for ends, verdict in holds.items() if verdict == "same"}
        near: defaultdict[int, set[int]] = defaultdict(set)
        for one, other in (self.pairs - holds.keys()) | same:
            near[one].add(other)
            near[other].add(one)
        return near


def brought(hub: Hub, golden_id: str, keys: Sequence[Key]) -> list[Key]:
    """The records that these have brought into a golden record: without them nothing ties those to its founder.

    Ties are edges at or above the match threshold, stewards' `same`, crosswalks and merges of a source. A merge that
    ties those who leave to the rest counts for nothing here, with all its pairs: who came by it came with them. Where
    the founder is named itself, the oldest of the other records takes its place.
    """
    entity_type, _ = decisions.members_of(hub, [golden_id])
    with hub.database.read() as reader:
        members = stored_records.by_column(reader, "golden", [parse_golden_id(golden_id)[1]])
        ties = _ties(reader, [one.id for one in members], entity_type.matching.match_weight)
    named = {str(key) for key in keys}
    rest = sorted((one for one in members if one.key not in named), key=_age)
    if not rest:
        return []
    everyone = {one.id for one in members}
    together = _reached(ties.without(set()), rest[0].id, everyone)
    leaving = everyone - {one.id for one in rest}
    while True:
        near = ties.without(ties.between(leaving, everyone - leaving))
        more = together - _reached(near, rest[0].id, everyone - leaving) - leaving
        if not more:
            return [Key.parse(one.key) for one in rest if one.id in leaving]
        leaving = leaving | more


def _age(record: StoredRecord) -> tuple[int, str]:
    return (record.first_position or 0, record.key)


def _ties(reader: Transaction, ids: Sequence[int], threshold: int) -> Ties:
    inside = set(ids)
    said: defaultdict[Pair, dict[int, str]] = defaultdict(dict)
    for left, right, position, verdict, in_force in stored_decisions.pairs_of(reader, ids):
        if in_force and {left, right} <= inside:
            said[left, right][position] = verdict
    pairs = {(left, right) for left, right, weight, _ in stored_edges.of(reader, ids) if weight >= threshold}
    pairs |= {pair(one.record_id, one.other_id) for one in stored_links.of(reader, ids)}
    return Ties({ends for ends in pairs if {*ends} <= inside}, said)


def _reached(near: Near, start: int, inside: Collection[int]) -> set[int]:
    found, frontier = {start}, [start]
    while frontier:
        step = {other for one in frontier for other in near.get(one, ()) if other in inside} - found
        found |= step
        frontier = sorted(step)
    return found
