"""What has become of the golden records of an entity type since a moment: clusters, IDs, values, and the queue."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from golden_records.identity import golden_id
from matching.score import probability
from mdm.entity_types import EntityType
from mdm.store import golden as stored_golden
from mdm.store import log, records, task_writing, xref
from mdm.store import rules as stored_rules
from mdm.store.database import Transaction
from mdm.store.task_writing import OpenTask
from mdm.store.xref import NOW, Borne

Document = dict[str, Any]
PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Picture:
    """How an entity type stood: the position of the log, how many golden records were active, and the open tasks."""

    position: int
    golden_records: int
    tasks: dict[str, OpenTask]


def picture(transaction: Transaction, entity_type: str) -> Picture:
    """Remember how an entity type stands, to be told later what has become of it."""
    tasks = {task.id: task for task in task_writing.open_of_type(transaction, entity_type)}
    return Picture(log.head(transaction), stored_rules.active(transaction, entity_type), tasks)


def changes(transaction: Transaction, entity_type: EntityType, before: Picture, *, limit: int) -> Document:
    """Everything that differs from a picture; of each sort all are counted, and at most `limit` listed, worst first.

    `{"golden_records", "merges", "splits", "ids", "values", "tasks", "elsewhere"}`: a merge is a golden ID whose living
    records bore several, a split one whose living records bear several now. `ids` are those that were active and are
    not (`redirected`, `split`, `retired`), and those that are now and were not (`activated`). `values` compares the
    golden records that were active then and are now. `elsewhere` counts those of other types that changed with them.
    """
    name = entity_type.entity_type
    now = picture(transaction, name)
    elsewhere = stored_rules.changed_by_type(transaction, since=before.position)
    return {
        "golden_records": {"before": before.golden_records, "after": now.golden_records},
        **_clusters(transaction, entity_type, before.position, limit),
        "values": _values(transaction, entity_type, before.position, limit),
        "tasks": _tasks(transaction, before.tasks, now.tasks, limit),
        "elsewhere": {other: count for other, count in elsewhere.items() if other != name},
    }


def listed(items: Collection[Document], limit: int) -> Document:
    """How many there are, and the first of them."""
    return {"count": len(items), "items": list(items)[:limit]}


def _clusters(transaction: Transaction, entity_type: EntityType, since: int, limit: int) -> Document:
    """Only golden numbers that a record left or came to can have changed their members."""
    moved = stored_rules.moved(transaction, entity_type.entity_type, since=since)
    numbers, prefix = {number for one in moved for number in (one.was, one.now)}, entity_type.id_prefix
    was = xref.crosswalks(transaction, numbers, at=since)
    now = xref.crosswalks(transaction, numbers, at=NOW)
    bears = _numbers(now)
    active_then = stored_golden.living(transaction, numbers, position=since)
    active_now = stored_golden.living(transaction, numbers)
    ended = _ended(prefix, {number: was[number] for number in sorted(active_then - active_now)}, bears, active_now)
    activated = [{"golden_id": golden_id(prefix, number)} for number in sorted(active_now - active_then)]
    return {
        "merges": listed(_several(prefix, now, _numbers(was), "from", limit), limit),
        "splits": listed(_several(prefix, was, bears, "into", limit), limit),
        "ids": {word: listed(items, limit) for word, items in {**ended, "activated": activated}.items()},
    }


def _numbers(borne: Mapping[int, list[Borne]]) -> dict[int, int]:
    """The golden number that each record bears."""
    return {one.record_id: number for number, those in borne.items() for one in those}


def _several(
    prefix: str, those: Mapping[int, list[Borne]], others: Mapping[int, int], word: str, limit: int
) -> list[Document]:  # fmt: skip
    """The golden records whose living records bear several IDs on the other side; those of most come first."""
    found = [
        (number, parts, living)
        for number, borne in those.items()
        if (living := [one for one in borne if not one.deleted])
        and len(parts := sorted({others[one.record_id] for one in living if one.record_id in others})) > 1
    ]
    found.sort(key=lambda each: (-len(each[1]), -len(each[2]), each[0]))
    return [
        {
            "golden_id": golden_id(prefix, number), word: [golden_id(prefix, part) for part in parts],
            "records": len(living), "keys": [one.key for one in living[:limit]],
        }
        for number, parts, living in found
    ]  # fmt: skip


def _ended(
    prefix: str, those: Mapping[int, list[Borne]], bears: Mapping[int, int], active: Collection[int]
) -> dict[str, list[Document]]:
    """What became of IDs that are no longer active, by the IDs that their records bear now."""
    ended: dict[str, list[Document]] = {"redirected": [], "split": [], "retired": []}
    for number, borne in those.items():
        told = {"golden_id": golden_id(prefix, number)}
        to = [golden_id(prefix, one) for one in sorted({bears[one.record_id] for one in borne} & set(active))]
        if len(to) == 1:
            ended["redirected"].append({**told, "current_id": to[0]})
        elif to:
            ended["split"].append({**told, "successors": to})
        else:
            ended["retired"].append(told)
    return ended


def _values(transaction: Transaction, entity_type: EntityType, since: int, limit: int) -> Document:
    """Counts by attribute of values that are new, gone or others; golden records of which most changed come first."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    sizes: list[tuple[int, int]] = []
    of, after = entity_type.entity_type, 0
    while page := stored_rules.rewritten(transaction, of, since=since, after=after, limit=PAGE):
        after = page[-1].golden
        for one in page:
            found = _differing(one)
            sizes.append((-len(found), one.golden))
            for attribute, (was, now) in found.items():
                counts[attribute]["gained" if was is None else "lost" if now is None else "changed"] += 1
    worst = [golden for _, golden in sorted(sizes)[:limit]]
    shown = {
        one.golden: _differing(one)
        for one in stored_rules.rewritten(transaction, of, since=since, after=0, limit=limit, among=worst)
        if worst
    }
    return {
        "golden_records": len(sizes),
        "attributes": {
            attribute: {word: counts[attribute][word] for word in ("gained", "lost", "changed")}
            for attribute in sorted(counts)
        },
        "items": [
            {
                "golden_id": golden_id(entity_type.id_prefix, golden),
                "changes": {name: {"before": was, "after": now} for name, (was, now) in shown[golden].items()},
            }
            for golden in worst
        ],
    }  # fmt: skip


def _differing(one: stored_rules.Rewritten) -> dict[str, tuple[Any, Any]]:
    was, now = orjson.loads(one.was), orjson.loads(one.now)
    return {
        name: (was.get(name), now.get(name))
        for name in sorted(was.keys() | now.keys())
        if was.get(name) != now.get(name)
    }


def _tasks(transaction: Transaction, was: Mapping[str, OpenTask], now: Mapping[str, OpenTask], limit: int) -> Document:
    """How the queue grows and shrinks by kind; of new tasks those that are likeliest the same thing come first."""
    opened = [now[id_] for id_ in now.keys() - was.keys()]
    closed = [was[id_] for id_ in was.keys() - now.keys()]
    kinds = sorted({task.kind for task in [*was.values(), *now.values()]})
    ranked = sorted(opened, key=lambda task: (task.kind, -(task.weight or 0), task.id))[:limit]
    ends = {id_ for task in ranked for id_ in (task.left_id, task.right_id) if id_ is not None}
    keys = {record.id: record.key for record in records.by_column(transaction, "id", ends)}
    return {
        "before": len(was), "after": len(now), "opened": len(opened), "closed": len(closed),
        "kinds": {kind: {
            "before": _of(kind, was.values()), "after": _of(kind, now.values()), "opened": _of(kind, opened),
            "closed": _of(kind, closed),
        } for kind in kinds},
        "items": [_task(task, keys) for task in ranked],
    }  # fmt: skip


def _of(kind: str, tasks: Iterable[OpenTask]) -> int:
    return sum(task.kind == kind for task in tasks)


def _task(task: OpenTask, keys: Mapping[int, str]) -> Document:
    ends = [keys[id_] for id_ in (task.left_id, task.right_id) if id_ is not None]
    sure = {} if task.weight is None else {"match_probability": round(probability(task.weight), 6)}
    return {"id": task.id, "kind": task.kind, "records": sorted(ends), **sure}
