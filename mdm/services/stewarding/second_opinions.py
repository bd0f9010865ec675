"""Blind second opinions: what somebody else or the hub decided, shown as it was before, without who and how.

Whoever answers is not told what the hub makes of the pair either: its weight would give away that it was matched.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from matching.standardise import standardise
from mdm.entity_types import EntityType
from mdm.errors import Conflict, Forbidden, NotFound
from mdm.log import Author, Fact, Key, key_token
from mdm.resolution.fold import values_of
from mdm.resolution.sampled_matches import KIND as MATCH
from mdm.resolution.work import layers_of
from mdm.services import as_then
from mdm.services.as_then import rules_then
from mdm.services.deciding.planning import Verdict
from mdm.services.hub import Hub
from mdm.services.reading.explain import seen_by_matching
from mdm.services.row_order import in_order
from mdm.services.stewarding import task_documents, tasks
from mdm.services.stewarding.comparison import RULED, state_of
from mdm.services.stewarding.task_states import NOTHING, lock_of
from mdm.store import log, sampled_matches
from mdm.store import records as stored_records
from mdm.store import second_opinions as stored
from mdm.store import tasks as stored_tasks
from mdm.store.database import Transaction
from mdm.store.records import StoredRecord
from mdm.store.sampled_matches import SampledMatch
from mdm.store.second_opinions import MATCHED, Opinion
from mdm.store.tasks import StoredTask
from mdm.store.xref import NOW

Document = dict[str, Any]
ASKED = {MATCH: "review"}
"""What is asked of an automatic match is what a task asks, and nobody is told that it is one."""


def waiting(
    hub: Hub, who: str, *, entity_type: str | None = None, cursor: str | None = None, limit: int = 50
) -> Document:
    """Pairs on which a person may give a second opinion: `{"items", "next"}`, in no order that tells anything.

    An item is `{"id", "kind", "entity_type", "records"}`. They are decided tasks, and matches that the hub itself made
    as far as the rules ask about those, told alike as tasks of kind `review`. Nobody is asked about a decision of their
    own, nor about one that was taken back.
    """
    if entity_type is not None:
        hub.entity_type(entity_type)
    with hub.database.read() as reader:
        found = stored.waiting(reader, entity_type, other_than=who, after=cursor or "", limit=limit + 1)
        pairs = _pairs(reader, found[:limit])
        records = stored_records.by_column(reader, "id", {id_ for ends in pairs.values() for id_ in ends})
    keys = {record.id: record.key for record in records}
    items = [
        {
            "id": one.task_id, "kind": ASKED.get(one.kind, one.kind), "entity_type": one.entity_type,
            "records": [keys[id_] for id_ in pairs[one.task_id]],
        }
        for one in found[:limit]
    ]  # fmt: skip
    return {"items": items, "next": items[-1]["id"] if len(found) > limit else None}


def entity_type_of(hub: Hub, task_id: str) -> str:
    """The entity type of what a second opinion was asked for on; raises NotFound where none was."""
    with hub.database.read() as reader:
        return _latest(reader, task_id)[0].entity_type


def look(hub: Hub, task_id: str, *, who: str) -> Document:
    """A pair as it was before it was decided, side by side, as `comparison.compare` tells of an open task.

    What would tell the answer or who gave it is left out: golden records, comments, how people stood to it, and all
    match weights. Of an automatic match the records are told as they are.

    Raises:
        NotFound: no second opinion is asked for on such a task.
        Forbidden: the decision is the person's own.
        Conflict: somebody has given it, or the decision was taken back.
    """
    with hub.database.read() as reader:
        opinion = _ensure_wanted(reader, task_id, who)
    seen = as_it_was(hub, opinion)
    rows = [{**row, "weight": 0.0} for row in seen["attributes"]]
    return {**seen, "task": {**seen["task"], "evidence": None}, "attributes": rows, "rest": []}


def as_it_was(hub: Hub, opinion: Opinion) -> Document:
    """The records of a pair side by side as they were when somebody was asked, without who decided it and how."""
    at = seen_at(opinion)
    with hub.database.read() as reader:
        of = {opinion.entity_type: hub.entity_type(opinion.entity_type, seen_by=reader)}
        entity_type = rules_then(reader, of[opinion.entity_type], at=at) if at != NOW else of[opinion.entity_type]
        about = _asked(hub, reader, opinion, at)
        told = task_documents.documents(hub, reader, of, [about], at=at)[0]
        task = {**told, **NOTHING, "comments": [], "status": "open", "closed": None, "preview": None}
        ends = [one for one in (about.left_id, about.right_id) if one is not None]
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
    with hub.database.locked(lock_of(entity_type_of(hub, task_id))), hub.database.write() as writer:
        opinion = _ensure_wanted(writer, task_id, author.actor)
        body = {"task": task_id, "decision": opinion.decision, "verdict": verdict, "reason": reason}
        if opinion.decision == MATCHED:
            body |= {"weight": opinion.weight, "pair": _keys_of(writer, task_id)}
        fact = Fact("second_opinion", opinion.entity_type, body, key_token(hub.salt, task_id))
        at = stored.give(writer, fact, author=author)
    return {"id": task_id, "verdict": verdict, "agrees": verdict == opinion.verdict, "seq": at}


def seen_at(opinion: Opinion) -> int:
    """The position as of which whoever is asked sees the pair: before the decision, of a match before the answer."""
    if opinion.decision != MATCHED:
        return opinion.decision - 1
    return NOW if opinion.position is None else opinion.position - 1


def pair_of(hub: Hub, opinion: Opinion) -> tuple[Key, Key]:
    """The keys of the two records that an answered second opinion is about."""
    if opinion.decision != MATCHED:
        left, right = tasks.get(hub, opinion.task_id, as_of=str(opinion.decision - 1))["records"]
    else:
        with hub.database.read() as reader:
            left, right = _answered(reader, opinion)
    return Key.parse(left), Key.parse(right)


def _answered(reader: Transaction, opinion: Opinion) -> list[str]:
    at = opinion.position or 0
    said = log.bodies(reader, [at]).get(at)
    if said is None:
        raise NotFound(f"what was answered of {opinion.task_id} has been erased")
    return list(said["pair"])


def _match(reader: Transaction, task_id: str) -> SampledMatch:
    """An automatic match that nobody has answered about; Conflict where it has ceased to be one at this moment."""
    found = sampled_matches.by_ids(reader, [task_id])
    if not found:
        raise Conflict(f"the hub does not ask about {task_id} any more; no second opinion is needed")
    return found[0]


def _keys_of(reader: Transaction, task_id: str) -> list[str]:
    match = _match(reader, task_id)
    return [one.key for one in stored_records.by_column(reader, "id", [match.left_id, match.right_id])]


def _asked(hub: Hub, reader: Transaction, opinion: Opinion, at: int) -> StoredTask:
    """The task that somebody decided, or one that asks of an automatic match what such a task asks."""
    if opinion.decision != MATCHED:
        return tasks.stored(reader, opinion.task_id, at)
    if opinion.position is None:
        match = _match(reader, opinion.task_id)
        left, right = match.left_id, match.right_id
    else:
        tokens = [key_token(hub.salt, key) for key in _answered(reader, opinion)]
        left, right = sorted(record.id for record in stored_records.by_column(reader, "key_token", tokens))
    kind = ASKED[opinion.kind]
    return StoredTask(opinion.task_id, opinion.entity_type, kind, left, right, opinion.weight, "open", 0, None)


def _pairs(reader: Transaction, found: Sequence[Opinion]) -> dict[str, list[int]]:
    """The ids of the two records that each is about."""
    ids = [one.task_id for one in found]
    pairs = {one.id: [id_ for id_ in (one.left_id, one.right_id) if id_ is not None]
             for one in stored_tasks.by_ids(reader, ids)}  # fmt: skip
    return pairs | {one.task_id: [one.left_id, one.right_id] for one in sampled_matches.by_ids(reader, ids)}


def _latest(reader: Transaction, task_id: str) -> tuple[Opinion, bool]:
    found = stored.latest(reader, task_id)
    if found is None:
        raise NotFound(f"no second opinion is asked for on {task_id!r}")
    return found


def _ensure_wanted(reader: Transaction, task_id: str, who: str) -> Opinion:
    opinion, in_force = _latest(reader, task_id)
    if opinion.first == who:
        raise Forbidden(f"you decided {task_id} yourself: somebody else is asked for a second opinion")
    if opinion.position is not None:
        raise Conflict(f"a second opinion on {task_id} was given already")
    if not in_force:
        raise Conflict(f"what was decided of {task_id} has been taken back; no second opinion is needed")
    return opinion


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
    model = entity_type.matching
    table = standardise(model, {name: [one.get(name) for one in cells] for name in model.attributes})
    # Of what a rule speaks of there is no comparison: whether the two are the same is told by their one form.
    forms = {
        name: [column.cells[code] if code >= 0 else None for code in column.codes.tolist()]
        for name, column in table.items()
    }
    return [_row(entity_type, name, said, forms.get(name, [None, None]), lines.get(name)) for name in names]


def _row(
    entity_type: EntityType, name: str, said: list[Document], written: list[str | None], line: Document | None
) -> Document:
    attribute, values = entity_type.attributes[name], [one.get(name) for one in said]
    line = None if line is None or line["level"] in RULED else line
    state = state_of(entity_type.matching, line, values, written)
    return {
        "attribute": name, "kind": attribute.kind, "label": attribute.label, "state": state,
        "level": line and line["level"], "weight": line["weight"] if line else 0.0,
        "words": line["words"] if line else "the same" if state == "same" else None, "values": values,
        "standardised": [None, None], "picked": None,
        "dated": True, "winners": [], "carriers": [None, None], "others": 0,
    }  # fmt: skip
