"""A task as it is told: the two records, why they look alike, and both golden records; its etag."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from golden_records.identity import golden_id
from matching.explain import Evidence
from mdm.code_lists import CodeLists
from mdm.entity_types import EntityType
from mdm.log import canonical
from mdm.services import as_then
from mdm.services.as_then import rules_then
from mdm.services.hub import Hub
from mdm.services.reading.explain import evidence_of, seen_by_matching
from mdm.services.stewarding import task_abouts, task_states
from mdm.store import golden as stored_golden
from mdm.store.database import Transaction
from mdm.store.golden import StoredGolden
from mdm.store.records import StoredRecord
from mdm.store.task_reading import Said
from mdm.store.tasks import StoredTask
from mdm.store.xref import NOW

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Held:
    """What has been read of a task: its records, where references lead, code lists, and how people stand to it."""

    records: Sequence[StoredRecord]
    smallest: Mapping[str, str]
    codes: CodeLists
    said: Sequence[Said]


def documents(  # noqa: PLR0913  what a task is told by, and what of it has been read
    hub: Hub, transaction: Transaction, entity_types: Mapping[str, EntityType], tasks: Sequence[StoredTask], *, at: int,
    moment: str | None = None, held: Held | None = None,
) -> list[Document]:  # fmt: skip
    """Tasks as `tasks.get` gives each, as they stood at a position.

    held: what has been read of a single task before.
    """
    if at != NOW:
        types = sorted({task.entity_type for task in tasks})
        entity_types = {name: rules_then(transaction, entity_types[name], at=at) for name in types}
    records = _records(hub, transaction, tasks, at) if held is None else {record.id: record for record in held.records}
    goldens = _goldens(transaction, records, at)
    values = _values(hub, transaction, entity_types, records, at, held)
    states = task_states.told(hub, transaction, tasks, moment=moment, at=at, read=None if held is None else held.said)
    evidence = _evidence(entity_types, tasks, records, values)
    told = [
        {
            **_document(task, entity_types[task.entity_type], records, evidence=evidence.get(task.id), goldens=goldens),
            **states[task.id],
        }
        for task in tasks
    ]
    task_abouts.add(hub, transaction, entity_types, list(zip(tasks, told, strict=True)), records, values, at=at)
    return told


def etags(
    hub: Hub,
    transaction: Transaction,
    tasks: Sequence[StoredTask],
    *,
    records: Mapping[int, StoredRecord] | None = None,
) -> dict[str, str]:
    """The etag of each task: another one as soon as anything that it shows of records has changed.

    records: those that the tasks are about, by id, where the caller has read them.
    """
    found = _records(hub, transaction, tasks, NOW) if records is None else records
    goldens = _goldens(transaction, found, NOW)
    return {task.id: _etag(task, *_shown(task, found, goldens)) for task in tasks}


def _values(
    hub: Hub, transaction: Transaction, entity_types: Mapping[str, EntityType], records: Mapping[int, StoredRecord],
    at: int, held: Held | None,
) -> dict[int, Document]:  # fmt: skip
    """What matching sees of the records, by their ids."""
    read = (None, None) if held is None else (held.smallest, held.codes)
    values: dict[int, Document] = {}
    for name in {record.entity_type for record in records.values()}:
        of = [record for record in records.values() if record.entity_type == name]
        values |= seen_by_matching(hub, transaction, entity_types[name], of, at=at, smallest=read[0], codes=read[1])
    return values


def _evidence(
    entity_types: Mapping[str, EntityType], tasks: Sequence[StoredTask], records: Mapping[int, StoredRecord],
    values: Mapping[int, Document],
) -> dict[str, Evidence]:  # fmt: skip
    """Why the two records of each task look alike, by task: all of a type at once."""
    found: dict[str, Evidence] = {}
    for name in {task.entity_type for task in tasks}:
        ends = {
            task.id: (values[left], values[right])
            for task in tasks
            if task.entity_type == name
            for left, right in [(task.left_id or 0, task.right_id or 0)]
            if left in records and right in records
        }
        found |= zip(ends, evidence_of(entity_types[name], list(ends.values())), strict=True)
    return found


def _records(
    hub: Hub, transaction: Transaction, tasks: Sequence[StoredTask], at: int
) -> dict[int, StoredRecord]:  # fmt: skip
    """The records that tasks are about by id, as they stood at a position."""
    ends = {id_ for task in tasks for id_ in (task.left_id, task.right_id) if id_ is not None}
    return {record.id: record for record in as_then.records(hub, transaction, ends, at=at)} if ends else {}


def _goldens(
    transaction: Transaction, records: Mapping[int, StoredRecord], at: int
) -> dict[int, StoredGolden]:  # fmt: skip
    """The golden records of these records by number, as they stood at a position."""
    numbers = {record.golden for record in records.values() if record.golden is not None}
    return stored_golden.at(transaction, numbers, position=at) if numbers else {}


def _shown(
    task: StoredTask, records: Mapping[int, StoredRecord], goldens: Mapping[int, StoredGolden]
) -> tuple[list[StoredRecord], list[StoredGolden | None]]:
    pair = [records[id_] for id_ in (task.left_id, task.right_id) if id_ is not None]
    return pair, [goldens.get(record.golden or 0) for record in pair]


def _document(
    task: StoredTask, entity_type: EntityType, records: Mapping[int, StoredRecord], *,
    evidence: Evidence | None, goldens: Mapping[int, StoredGolden],
) -> Document:  # fmt: skip
    pair, shown = _shown(task, records, goldens)
    return {
        "id": task.id,
        "kind": task.kind,
        "entity_type": task.entity_type,
        "status": task.status,
        "priority": task.priority,
        "etag": _etag(task, pair, shown),
        "records": [record.key for record in pair],
        "evidence": evidence,
        "preview": _preview(entity_type.id_prefix, shown),
        "rules_version": entity_type.version,
        "about": None,
        "due": task.due,
        "opened": task.opened,
        "closed": task.closed,
    }


def _etag(task: StoredTask, pair: Sequence[StoredRecord], shown: Sequence[StoredGolden | None]) -> str:
    """Changes when the task, one of its records, or what their golden records say and why does.

    Not with the version of a golden record: a new one is made also when only the day of its next change is another.
    """
    said = [[record.layers.hex(), bool(record.deleted)] for record in pair]
    told = [task.id, task.status, task.weight, task.about, said, [golden and _seen(golden) for golden in shown]]
    return hashlib.blake2b(canonical(told), digest_size=8).hexdigest()


def _seen(golden: StoredGolden) -> list[object]:
    """What a steward sees of a golden record: its values, on all days, and whose they are."""
    parts = (golden.attributes, golden.dated, golden.lineage)
    digests = [part and hashlib.blake2b(part, digest_size=8).hexdigest() for part in parts]
    return [golden.golden, *digests]


def _preview(prefix: str, shown: Sequence[StoredGolden | None]) -> Document | None:
    goldens = [golden for golden in shown if golden is not None]
    if len(goldens) != 2:
        return None
    written = [golden_id(prefix, golden.golden) for golden in goldens]
    stays, goes = _older(goldens, written)
    return {
        "golden_records": [
            {"golden_id": id_, "version": golden.version, "attributes": orjson.loads(golden.attributes or b"{}")}
            for id_, golden in zip(written, goldens, strict=True)
        ],
        "same": {"golden_id": stays, "redirects": {goes: stays} if goes != stays else {}},
    }


def _older(goldens: Sequence[StoredGolden], written: Sequence[str]) -> tuple[str, str]:
    """The ID that stays when the two become one, and the one that leads to it: the older stays (rule 7)."""
    return (written[0], written[1]) if goldens[0].golden <= goldens[1].golden else (written[1], written[0])
