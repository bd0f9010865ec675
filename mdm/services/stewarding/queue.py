"""The queue as a list: which tasks there are, by the names of what they are about, in any order and chosen by facets.

A row tells what one chooses by. What a decision rests on, its evidence and both golden records, is told by `tasks.get`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from golden_records.identity import golden_id
from matching.rules import Constraint, weight_of
from matching.score import probability
from mdm.entity_types import EntityType
from mdm.log import Key
from mdm.resolution import code_tasks, constraint_tasks
from mdm.services.hub import Hub
from mdm.services.stewarding import task_states, tasks
from mdm.services.stewarding.choosing import Order, View
from mdm.store import saved_filters as stored_filters
from mdm.store import task_rows as stored
from mdm.store import tasks as stored_tasks
from mdm.store.database import Transaction
from mdm.store.saved_filters import StoredFilter
from mdm.store.task_rows import End
from mdm.store.tasks import Filter, StoredTask

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which tasks somebody looks at: of an entity type and a kind, how people stand to them, how likely, what first.

    The view `overdue` is in the order of `due`, whatever `order` says; a band of probability is in that of the
    `likeliest` where no other is asked for.
    """

    entity_type: str | None = None
    kind: str | None = None
    view: View = "all"
    order: Order = "urgent"
    min_probability: float | None = None
    max_probability: float | None = None

    @property
    def ordered(self) -> Order:
        """The order that the list is in."""
        if self.view == "overdue":
            return "due"
        banded = self.min_probability is not None or self.max_probability is not None
        return "likeliest" if banded and self.order == "urgent" else self.order


@dataclass(frozen=True, slots=True)
class Looking:
    """Who looks at the queue: the person, the entity types as they are now, the one that alone is for them, and when.

    moment: ISO 8601 UTC, by which claims and sleeps are judged.
    """

    who: str
    entity_types: Mapping[str, EntityType]
    moment: str
    narrowed: str | None = None


def page(hub: Hub, choice: Choice, looking: Looking, *, cursor: str | None = None, limit: int = 30) -> Document:
    """A page of the queue: `{"items", "next", "counts", "filters"}`.

    An item is `{"id", "kind", "entity_type", "status", "priority", "due", "opened", "match_weight",
    "match_probability", "about", "golden_records", ...}`: of each record that the task is about its `key`, `golden_id`
    and `label`, then how people stand to it, as `tasks.get` tells. `counts` are `{"open", "overdue", "due_today", "by",
    "views"}`, the last of them for the person who asks; `filters` are those that the person may see.

    Raises:
        NotFound: no such entity type, or no such task as the cursor.
    """
    if choice.entity_type is not None and choice.entity_type not in looking.entity_types:
        hub.entity_type(choice.entity_type)  # says that there is none
    with hub.database.read() as reader:
        after = None if cursor is None else tasks.stored(reader, cursor)
        found = stored_tasks.page(
            reader,
            wanted(choice, who=looking.who, moment=looking.moment),
            after=after,
            limit=limit + 1,
            order=choice.ordered,
        )
        items = _rows(hub, reader, found[:limit], looking)
        kept = stored_filters.seen_by(reader, looking.who)
        by, views = stored.facets(reader, looking.narrowed, who=looking.who, moment=looking.moment)
    sums = {name: sum(getattr(one, name) for one in by) for name in ("open", "overdue", "due_today")}
    views = {**views, "all": sums["open"], "overdue": sums["overdue"]}
    return {
        "items": items, "next": items[-1]["id"] if len(found) > limit else None,
        "counts": {**sums, "by": [one._asdict() for one in by], "views": views},
        "filters": [saved(one, looking.who) for one in kept],
    }  # fmt: skip


def saved(row: StoredFilter, who: str) -> Document:
    """A saved filter as a person sees it: `{"name", "owner", "own", "shared", "filter"}`."""
    return {
        "name": row.name, "owner": row.owner, "own": row.owner == who, "shared": row.shared,
        "filter": orjson.loads(row.choice),
    }  # fmt: skip


def waiting(
    hub: Hub, views: tuple[View, ...], looking: Looking, *, limit: int = 5, ids: Collection[str] = ()
) -> tuple[dict[View, list[Document]], dict[str, Document]]:
    """The first rows of several views of a person, and by id those of these tasks, open or closed; told at once."""
    choices = [Choice(looking.narrowed, view=view) for view in views]
    lists = [(wanted(one, who=looking.who, moment=looking.moment), one.ordered) for one in choices]
    with hub.database.read() as reader:
        found, named = stored_tasks.several(reader, lists, sorted(ids), limit=limit)
        every = {task.id: task for some in [*found, named] for task in some}
        rows = {one["id"]: one for one in _rows(hub, reader, list(every.values()), looking)}
    shown = {view: [rows[task.id] for task in some] for view, some in zip(views, found, strict=True)}
    return shown, {task.id: rows[task.id] for task in named}


def named(hub: Hub, ids: Collection[str], looking: Looking) -> dict[str, Document]:
    """The rows of these tasks, open or closed, by id."""
    return waiting(hub, (), looking, ids=ids)[1]


def wanted(choice: Choice, *, who: str, moment: str) -> Filter:
    """What the store is asked for."""
    of_person = {"mine": "assigned_to", "held": "claimed_by", "asked": "escalated_to"}
    people = {of_person[choice.view]: who} if choice.view in of_person else {}
    # What is decided and not yet in force is out of the hands of whom it was for.
    decided = {"proposed": True, **dict.fromkeys(of_person, False)}
    return Filter(
        choice.entity_type, choice.kind, status="closed" if choice.view == "closed" else "open", **people,
        snoozed=True if choice.view == "snoozed" else None, proposed=decided.get(choice.view),
        now=moment, least=weight(choice.min_probability), most=weight(choice.max_probability),
        due_before=moment[:10] if choice.view == "overdue" else None,
    )  # fmt: skip


def weight(likely: float | None) -> float | None:
    """The match weight, in thousandths of a bit, of a probability."""
    if likely is None or 0 < likely < 1:
        return None if likely is None else weight_of(likely)
    return float("-inf") if likely <= 0 else float("inf")


def _rows(hub: Hub, reader: Transaction, found: list[StoredTask], looking: Looking) -> list[Document]:
    ids = {id_ for task in found for id_ in (task.left_id, task.right_id) if id_ is not None}
    ends = stored.ends(reader, ids) if ids else {}
    states = task_states.told(hub, reader, found, moment=looking.moment) if found else {}
    return [
        {**_row(task, ends=ends, entity_type=looking.entity_types[task.entity_type]), **_standing(states[task.id])}
        for task in found
    ]


def _standing(state: Document) -> Document:
    """How people stand to a task, without what they said."""
    asked = state["escalated"] and {name: state["escalated"][name] for name in ("to", "by", "at")}
    return {**{name: state[name] for name in task_states.NOTHING}, "escalated": asked}


def _row(task: StoredTask, *, ends: Mapping[int, End], entity_type: EntityType) -> Document:
    both = [ends[id_] for id_ in (task.left_id, task.right_id) if id_ is not None]
    return {
        "id": task.id, "kind": task.kind, "entity_type": task.entity_type, "status": task.status,
        "priority": task.priority, "due": task.due, "opened": task.opened, "closed": task.closed,
        "match_weight": None if task.weight is None else task.weight / 1000,
        "match_probability": None if task.weight is None else probability(task.weight),
        "about": _about(task),
        "golden_records": [_golden(end, entity_type) for end in both],
    }  # fmt: skip


def _about(task: StoredTask) -> Document | None:
    """What a task is about that is about no pair, or about more: no values but one without a code."""
    if task.about is None:
        return None
    said = orjson.loads(task.about)
    if task.kind == constraint_tasks.KIND:
        names = [name for one in said for name in Constraint(**one).named]
        return {"attributes": list(dict.fromkeys(names))}
    if task.kind == code_tasks.KIND:
        return {name: said[name] for name in ("attribute", "list", "source", "value")}
    return {"attribute": said["attribute"]} if "attribute" in said else None


def _golden(end: End, entity_type: EntityType) -> Document:
    label = orjson.loads(end.attributes).get(entity_type.label_attribute) if end.attributes else None
    return {
        "key": str(Key(end.source, end.entity_type, end.source_id)),
        "golden_id": None if end.golden is None else golden_id(entity_type.id_prefix, end.golden),
        "label": label,
    }  # fmt: skip
