"""All of a golden record that one look at it takes: values with their lineage and trust, references, findings, tasks.

Read in one transaction with few statements, where the use cases that tell each of these alone would read the record
again and again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from golden_records.strategies import UNRATED
from golden_records.trust import day as day_number
from golden_records.trust import trust
from mdm.auth import MAY, Principal
from mdm.entity_types import EntityType
from mdm.services.access import masking, masking_around
from mdm.services.access.shown import Shown
from mdm.services.environments import shown_apart
from mdm.services.hub import Hub, parsed
from mdm.services.positions import AsOf, position
from mdm.services.pricing import rate_masking
from mdm.services.pricing.line_findings import told as told_finding
from mdm.services.reading.golden import answer_at, entity_type_of, missing
from mdm.services.reading.lineage import lineage_of
from mdm.services.reading.relations import Names, refers_to
from mdm.services.reading.valid_time import day, in_force
from mdm.store import golden as stored_golden
from mdm.store import line_findings as stored_findings
from mdm.store import log as stored_log
from mdm.store import relations as stored_relations
from mdm.store import resolution
from mdm.store import tasks as stored_tasks
from mdm.store.database import Transaction
from mdm.store.golden import StoredGolden

Document = dict[str, Any]
Types = Mapping[str, EntityType]


@dataclass(frozen=True, slots=True)
class WholeRecord:
    """A golden record as `golden.get` tells it with its lineage, and what belongs to it.

    refers_to: as `relations.relations` tells it.  findings: of dated lines, as `line_findings.findings` tells them.
    tasks: `{"id", "kind", "priority", "due", "weight"}` of the open tasks about it, None for who may read none.
    trust: of each attribute
    the trust in the value of each `source:source_id`.  recorded_at: when this version came to be.
    """

    document: Document
    refers_to: list[Document]
    findings: list[Document]
    tasks: list[Document] | None
    trust: dict[str, dict[str, int]]
    recorded_at: str | None


def whole_record(
    hub: Hub, types: Types, written: str, *, as_of: AsOf = None, on: str | None = None
) -> WholeRecord:  # fmt: skip
    """Read all of a golden ID, now or as it was.

    types: the entity types of now.

    Raises:
        NotFound: the ID was never given, or not by then.
        InvalidInput: a moment or day is none.
    """
    entity_type, number = entity_type_of(hub, written, types)
    prefixes, on = {name: one.id_prefix for name, one in types.items()}, day(on)
    with hub.database.read() as reader:
        at = position(reader, as_of)
        document, shown = answer_at(hub, reader, prefixes, (written, entity_type, number), at=at)
        rules = _rules(reader, types[entity_type], shown.rules_version)
        document = in_force(
            rules, {**document, **missing(rules, document), "lineage": lineage_of(reader, shown, rules)}, on
        )
        references = stored_relations.outgoing(reader, shown.golden, at=at, on=on) if rules.references else []
        findings = stored_findings.of_golden(reader, shown.golden, at=at) if rules.lines else []
        numbers = {shown.golden, *(one.golden for one in references if one.golden)}
        versions = stored_golden.at(reader, numbers, position=at) if len(numbers) > 1 else {shown.golden: shown}
        recorded = stored_log.moments(reader, [shown.since]).get(shown.since)
        tick = resolution.tick(reader, entity_type, at=at)
        tasks = _tasks(reader, shown, at)
    called = Names(types, prefixes, versions)
    return WholeRecord(
        shown_apart(dict(types), document),
        refers_to(types[entity_type], references, document, on, called),
        [told_finding(one, called) for one in findings if one.attribute in rules.lines],
        tasks,
        trusted(rules, document["lineage"], tick),
        recorded,
    )


def shown(principal: Principal, rules: Shown, found: WholeRecord) -> WholeRecord:
    """The same as a principal may see it."""
    name = found.document["entity_type"]
    barred = {one for of, one in rate_masking.barred_lines(principal, rules.now) if of == name}
    return replace(
        found,
        document=masking.golden(principal, rules, found.document),
        refers_to=masking_around.refers_to(principal, rules, name, found.refers_to),
        findings=[
            rate_masking.finding(principal, rules, one) for one in found.findings if one["attribute"] not in barred
        ],
        tasks=found.tasks if "read tasks" in MAY[principal.role] else None,
    )  # fmt: skip


def trusted(rules: EntityType, lineage: Mapping[str, Document], tick: str | None) -> dict[str, dict[str, int]]:
    """How far the value of each record is trusted on a day, of each attribute, under the rule that decided it."""
    today = None if tick is None else day_number(tick)
    found: dict[str, dict[str, int]] = {}
    for name, entry in lineage.items():
        steps = rules.survivorship.steps(name)
        ratings = steps[min(entry.get("step", 1), len(steps)) - 1].ratings
        found[name] = {
            f"{one['source']}:{one['source_id']}": trust(
                ratings.get(one["source"], UNRATED), one.get("event_time"), today
            )
            for one in _from_sources(entry)
        }
    return found


def _from_sources(entry: Document) -> Iterator[Document]:
    places = [*([entry["winner"]] if "winner" in entry else []), *entry.get("winners", ()), *entry["losers"]]
    return (one for one in places if "source" in one)


def _rules(reader: Transaction, current: EntityType, version: str) -> EntityType:
    return current if current.version == version else parsed(resolution.document(reader, version))


def _tasks(reader: Transaction, shown: StoredGolden, at: int) -> list[Document]:
    return [
        {
            "id": one.id, "kind": one.kind, "priority": one.priority, "due": one.due,
            "weight": None if one.weight is None else one.weight / 1000,
        }
        for one in stored_tasks.about(reader, shown.golden, position=at)
    ]  # fmt: skip
