"""What a decision about pairs would do to golden IDs, worked out as its resolver commit would, from what is read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from golden_records.identity import golden_id
from mdm.code_lists import NONE
from mdm.errors import NotFound
from mdm.resolution import clusters
from mdm.resolution.graph import Graph
from mdm.resolution.links import Links
from mdm.resolution.verdicts import Verdicts
from mdm.resolution.work import Work
from mdm.services.deciding.planning import Plan
from mdm.services.deciding.standing import in_hand
from mdm.services.hub import Hub
from mdm.store import log, resolution
from mdm.store.database import Transaction
from mdm.store.log import StoredFact


@dataclass(frozen=True, slots=True)
class Effect:
    """What a decision does: the golden records concerned after it, and old IDs that redirect."""

    golden_ids: list[str]
    redirects: dict[str, str]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A decision that is not made: what it would say in the log, what it would do, why it needs a second person."""

    entity_type: str | None
    body: Mapping[str, Any]
    effect: Effect
    needs: tuple[str, ...]


def heirs(before: Mapping[str, int], after: Mapping[str, int]) -> dict[int, set[int]]:
    """Where the keys that bore each golden number have gone."""
    found: dict[int, set[int]] = {}
    for key in before.keys() & after.keys():
        found.setdefault(before[key], set()).add(after[key])
    return found


def effect(prefix: str, *, heirs: Mapping[int, set[int]], after: Iterable[int], active: set[int]) -> Effect:
    """Tell it in golden IDs; after: the numbers that the keys bear now, active: those of them, old or new, that are.

    An ID redirects to what lives only: where all that bore it is deleted it leads nowhere, and least of all to itself.
    """
    gone = {old: min(new) for old, new in heirs.items() if old not in active and len(new) == 1 and new <= active}
    return Effect(
        [golden_id(prefix, number) for number in sorted(set(after))],
        {golden_id(prefix, old): golden_id(prefix, new) for old, new in sorted(gone.items())},
    )


def foresee(hub: Hub, reader: Transaction, plan: Plan) -> Foreseen:
    """Work out what a plan does to the hub as its last resolver commit left it; facts that came since do not count.

    It takes the steps of `pipeline.work_out` that a verdict has work for, up to the clusters: values are not asked for.
    """
    work = _work(hub, reader, plan)
    facts = [StoredFact(work.upto, plan.fact.kind, plan.fact.entity_type, dict(plan.fact.body))]
    verdicts = Verdicts(work, facts)
    graph = Graph(work, verdicts, Links(work, facts, verdicts))
    formed = clusters.form(work, graph, {end for pair in verdicts.changed for end in pair})
    numbers: dict[int, int | None] = {}
    active: set[int] = set()
    for members in formed.finals.values():
        if members:
            number = min(work.records[id_].first_position or 0 for id_ in members)
            numbers |= dict.fromkeys(members, number)
            active |= {number} if work.living(members) else set()
    bears = {record.key: numbers.get(id_, record.golden) for id_, record in work.records.items()}
    after = {key: borne for key in plan.keys if (borne := bears.get(key)) is not None}
    prefix = plan.entity_type.id_prefix
    told = effect(prefix, heirs=heirs(plan.before, after), after=after.values(), active=active)
    return Foreseen(plan.fact.entity_type, plan.fact.body, told, plan.needs)


def _work(hub: Hub, reader: Transaction, plan: Plan) -> Work:
    """A resolver commit of the entity type, for one fact after all that are in the log."""
    name = plan.entity_type.entity_type
    row = resolution.state(reader, name)
    if row is None:
        raise NotFound(f"nothing of {name} is resolved yet")
    work = in_hand(hub, reader, hub.rules(row.rules_version, seen_by=reader), row, NONE)
    work.upto = log.head(reader) + 1
    return work
