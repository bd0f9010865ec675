"""Blind second opinions: what somebody else decided, shown as it was before, without the answer or who gave it."""

from collections.abc import Mapping
from typing import Any

from mdm.entity_types import EntityType
from mdm.errors import Conflict, Forbidden, NotFound
from mdm.log import Author, Fact, Key, key_token
from mdm.resolution.fold import values_of
from mdm.resolution.work import layers_of
from mdm.services import as_then
from mdm.services.as_then import rules_then
from mdm.services.deciding.decisions import Verdict
from mdm.services.hub import Hub
from mdm.services.reading.explain import seen_by_matching
from mdm.services.row_order import in_order
from mdm.services.stewarding import tasks
from mdm.services.stewarding.comparison import RULED, state_of
from mdm.services.stewarding.task_states import NOTHING, lock_of
from mdm.store import second_opinions as stored
from mdm.store.database import Transaction
from mdm.store.records import StoredRecord
from mdm.store.second_opinions import Opinion

Document = dict[str, Any]
OF_A_TASK = ("id", "kind", "entity_type", "records")


def waiting(
    hub: Hub, who: str, *, entity_type: str | None = None, cursor: str | None = None, limit: int = 50
) -> Document:
    """Decided tasks on which a person may give a second opinion: `{"items", "next"}`, in no order that tells anything.

    An item is `{"id", "kind", "entity_type", "records"}`. Nobody is asked about a decision of their own, nor about one
    that was taken back.
    """
    if entity_type is not None:
        hub.entity_type(entity_type)
    with hub.database.read() as reader:
        found = stored.waiting(reader, entity_type, other_than=who, after=cursor or "", limit=limit + 1)
    items = [{name: one[name] for name in OF_A_TASK} for one in (_task(hub, each) for each in found[:limit])]
    return {"items": items, "next": items[-1]["id"] if len(found) > limit else None}


def count(hub: Hub, who: str, *, entity_type: str | None = None) -> int:
    """How many second opinions wait for a person."""
    with hub.database.read() as reader:
        return stored.count_waiting(reader, entity_type, other_than=who)


def look(hub: Hub, task_id: str, *, who: str) -> Document:
    """A decided task as it was before it was decided, side by side, as `comparison.compare` tells of an open one.

    What would tell the answer or who gave it is left out: golden records, comments and how people stood to it.

    Raises:
        NotFound: no second opinion is asked for on such a task.
        Forbidden: the decision is the person's own.
        Conflict: somebody has given it, or the decision was taken back.
    """
    with hub.database.read() as reader:
        opinion = _ensure_wanted(reader, task_id, who)
    return as_it_was(hub, opinion)


def as_it_was(hub: Hub, opinion: Opinion) -> Document:
    """The records of a decided task side by side as they were before it was decided, without who did and how."""
    task = {**_task(hub, opinion), **NOTHING, "comments": [], "status": "open", "preview": None}
    at = opinion.decision - 1
    with hub.database.read() as reader:
        entity_type = rules_then(reader, hub.entity_type(opinion.entity_type), at=at)
        ids = tasks.stored(reader, opinion.task_id, at)
        ends = [one for one in (ids.left_id, ids.right_id) if one is not None]
        by_id = {record.id: record for record in as_then.records(hub, reader, ends, at=at)}
        pair = [by_id[one] for one in ends]
        cells = seen_by_matching(hub, reader, entity_type, pair, at=at)
    lines = {one["attribute"]: one for one in task["evidence"]["comparisons"]} if task["evidence"] else {}
    return {
        "task": task,
        "records": [_record(record, side) for record, side in zip(pair, ("left", "right"), strict=True)],
        "attributes": in_order(_rows(entity_type, pair, [cells[one] for one in ends], lines)),
        "rest": [one for one in lines.values() if one["level"] in RULED],
        "same": None,
        "decided": [],
    }


def give(hub: Hub, task_id: str, verdict: Verdict, *, reason: str, author: Author) -> Document:
    """Answer as if nobody had: `{"id", "verdict", "agrees", "seq"}`; it changes nothing but what is known of agreement.

    Where it disagrees, the two answers stand side by side in `agreement.disagreements` until a third person settles it.

    Raises what `look` does.
    """
    with hub.database.locked(lock_of(tasks.entity_type_of(hub, task_id))), hub.database.write() as writer:
        opinion = _ensure_wanted(writer, task_id, author.actor)
        body = {"task": task_id, "decision": opinion.decision, "verdict": verdict, "reason": reason}
        fact = Fact("second_opinion", opinion.entity_type, body, key_token(hub.salt, task_id))
        at = stored.give(writer, fact, author=author)
    return {"id": task_id, "verdict": verdict, "agrees": verdict == opinion.verdict, "seq": at}


def _ensure_wanted(reader: Transaction, task_id: str, who: str) -> Opinion:
    found = stored.latest(reader, task_id)
    if found is None:
        raise NotFound(f"no second opinion is asked for on {task_id!r}")
    opinion, in_force = found
    if opinion.first == who:
        raise Forbidden(f"you decided {task_id} yourself: somebody else is asked for a second opinion")
    if opinion.position is not None:
        raise Conflict(f"a second opinion on {task_id} was given already")
    if not in_force:
        raise Conflict(f"what was decided of {task_id} has been taken back; no second opinion is needed")
    return opinion


def _task(hub: Hub, opinion: Opinion) -> Document:
    return tasks.get(hub, opinion.task_id, as_of=str(opinion.decision - 1))


def _record(record: StoredRecord, side: str) -> Document:
    """What is told of a record: nothing of the golden record that it is in now."""
    key = Key.parse(record.key)
    times = [layer["event_time"] for layer in layers_of(record) if layer["event_time"]]
    return {
        "key": record.key, "source": key.source, "source_id": key.source_id, "side": side, "named": True,
        "golden_id": None, "deleted": not record.living, "event_time": max(times, default=None),
        "received_at": None, "trust": None,
    }  # fmt: skip


def _rows(
    entity_type: EntityType, pair: list[StoredRecord], cells: list[Document], lines: Mapping[str, Document]
) -> list[Document]:
    said = [values_of(layers_of(record)) for record in pair]
    names = [name for name in entity_type.attributes if any(one.get(name) not in (None, [], "", {}) for one in said)]
    return [_row(entity_type, name, said, cells, lines.get(name)) for name in names]


def _row(
    entity_type: EntityType, name: str, said: list[Document], cells: list[Document], line: Document | None
) -> Document:
    attribute = entity_type.attributes[name]
    values, written = [one.get(name) for one in said], [one.get(name) for one in cells]
    line = None if line is None or line["level"] in RULED else line
    return {
        "attribute": name, "kind": attribute.kind, "label": attribute.label,
        "state": state_of(entity_type.matching, line, values, written),
        "level": line and line["level"], "weight": line["weight"] if line else 0.0,
        "words": line["words"] if line else None, "values": values, "standardised": [None, None], "picked": None,
        "dated": True, "winners": [], "carriers": [None, None], "others": 0,
    }  # fmt: skip
