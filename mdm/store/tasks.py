"""Steward tasks for readers: one by its id, and pages of them, as they stand or as they stood."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from mdm.store.database import Transaction
from mdm.store.xref import NOW

COLUMNS = ", ".join(
    f"task.{name}"
    for name in (
        "id", "entity_type", "kind", "left_id", "right_id", "weight", "status", "opened", "closed", "about",
        "priority", "place", "due",
    )
)  # fmt: skip
PROPOSED = (
    "EXISTS (SELECT 1 FROM proposed_task JOIN proposal ON proposal.position = proposed_task.position"
    " WHERE proposed_task.task_id = task.id AND proposal.status = 'open')"
)
DECIDED = (
    "SELECT count(DISTINCT task.id) AS many FROM proposal CROSS JOIN proposed_task CROSS JOIN task"
    " WHERE proposal.status = 'open' AND proposed_task.position = proposal.position"
    " AND task.id = proposed_task.task_id AND task.status = 'open'"
)
"""Counts the open tasks about which a decision waits; SQLite begins with the proposals, which are few."""
NEVER, UNWEIGHED = "9999", 10**9
ORDERS: dict[str, str] = {
    "urgent": "task.place",
    "due": f"coalesce(task.due, '{NEVER}')",
    "newest": "(-task.opened)",
    "likeliest": f"(-coalesce(task.weight, {-UNWEIGHED}))",
    "doubtful": f"abs(coalesce(task.weight, {UNWEIGHED}))",
}
"""What a list of tasks can be in the order of, and the expression that says so; the smallest comes first.

Each is in an index after the status, so that a page costs the same however long the queue is.
"""


@dataclass(frozen=True, slots=True)
class StoredTask:
    """One row of `task`; weight in thousandths of a bit, `about` as JSON, `due` an ISO date."""

    id: str
    entity_type: str
    kind: str
    left_id: int | None
    right_id: int | None
    weight: int | None
    status: str
    opened: int
    closed: int | None
    about: str | None = None
    priority: int = 0
    place: int = 0
    due: str | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which tasks are wanted; None takes all. Whether a claim or a sleep has run out is judged by `now`."""

    entity_type: str | None = None
    kind: str | None = None
    status: str | None = "open"
    assigned_to: str | None = None
    escalated_to: str | None = None
    claimed_by: str | None = None
    snoozed: bool | None = None
    proposed: bool | None = None
    now: str = ""
    least: float | None = None
    most: float | None = None
    due_before: str | None = None

    @property
    def today(self) -> str:
        """The day of `now`."""
        return self.now[:10]


def by_id(transaction: Transaction, task_id: str, *, position: int = NOW) -> StoredTask | None:
    """The task with this id, as it stood at a position; one not yet opened then is absent."""
    source, places = _standing(position)
    row = transaction.one(f"SELECT {COLUMNS} FROM {source} WHERE id = ?", *places, task_id)
    return StoredTask(*row) if row else None


def by_ids(transaction: Transaction, ids: Collection[str]) -> list[StoredTask]:
    """Those of these tasks that there are."""
    rows = transaction.rows(f"SELECT {COLUMNS} FROM task WHERE id {{in}}", list(ids))
    return [StoredTask(*row) for row in rows]


def page(
    transaction: Transaction, wanted: Filter, *, after: StoredTask | None, limit: int, position: int = NOW,
    order: str = "urgent",
) -> list[StoredTask]:  # fmt: skip
    """The next tasks after one of them, in one of ORDERS, as they stood at a position."""
    statement, values = _page(wanted, after=after, limit=limit, position=position, order=order)
    return [StoredTask(*row) for row in transaction.rows(statement, *values)]


def several(
    transaction: Transaction, lists: Sequence[tuple[Filter, str]], ids: Collection[str], *, limit: int
) -> tuple[list[list[StoredTask]], list[StoredTask]]:
    """The first tasks of several lists, each with what is wanted and in which order, and these tasks; one statement."""
    pages = [_page(wanted, after=None, limit=limit, position=NOW, order=order) for wanted, order in lists]
    parts = [f"SELECT {place} AS list, page.* FROM ({statement}) AS page" for place, (statement, _) in enumerate(pages)]
    rows = transaction.rows(
        " UNION ALL ".join([*parts, f"SELECT {len(lists)}, {COLUMNS} FROM task WHERE id {{in}}"]),
        *(value for _, values in pages for value in values), list(ids),
    )  # fmt: skip
    found: list[list[StoredTask]] = [[] for _ in range(len(lists) + 1)]
    for place, *row in rows:
        found[place].append(StoredTask(*row))
    for some, (_, order) in zip(found, lists, strict=False):
        some.sort(key=lambda task, order=order: (_place(task, order), task.id))  # type: ignore[misc]
    return found[:-1], found[-1]


def _page(
    wanted: Filter, *, after: StoredTask | None, limit: int, position: int, order: str
) -> tuple[str, list[object]]:
    """The statement for a page, and the values it takes."""
    asked, values = conditions(wanted, after, order=order)
    source, places = _standing(position)
    statement = (
        f"SELECT {COLUMNS} FROM {beginning(wanted, source)}"
        " LEFT JOIN task_work ON task_work.task_id = task.id AND task_work.opened = task.opened"
        f" WHERE {asked} ORDER BY {ORDERS[order]}, task.id LIMIT ?"
    )
    return statement, [*places, *beginning_values(wanted), *values, limit]


_WORKED = {
    "assigned_to": "assigned_to = ?", "escalated_to": "escalated_to = ?", "claimed_by": "claimed_by = ?",
    "snoozed": "snoozed_until > ?",
}  # fmt: skip
_PROPOSED_IDS = (
    "SELECT DISTINCT task_id FROM proposal CROSS JOIN proposed_task"
    " WHERE proposal.status = 'open' AND proposed_task.position = proposal.position"
)


def _first(wanted: Filter) -> tuple[str, str] | None:
    """What is known of few tasks only, and its value: the list begins with these, and not with all of the queue."""
    for name in _WORKED:
        value = getattr(wanted, name)
        if value is not None and value is not False:
            return name, wanted.today if value is True else value
    return None


def beginning(wanted: Filter, source: str) -> str:
    """What a list is read from; SQLite takes a CROSS JOIN from left to right, where it would begin with the order."""
    if first := _first(wanted):
        return f"(SELECT task_id FROM task_work WHERE {_WORKED[first[0]]}) AS begun CROSS JOIN {source}"
    return f"({_PROPOSED_IDS}) AS begun CROSS JOIN {source}" if wanted.proposed else source


def beginning_values(wanted: Filter) -> list[Any]:
    """What `beginning` takes."""
    first = _first(wanted)
    return [first[1]] if first else []


def _standing(position: int) -> tuple[str, list[Any]]:
    """The tasks as they stood at a position, to select from, and the values that this takes."""
    if position == NOW:
        return "task", []
    then = "SELECT * FROM task_version WHERE since <= ? AND (until IS NULL OR until > ?)"
    return f"({then}) AS task", [position, position]


def conditions(wanted: Filter, after: StoredTask | None, *, order: str = "urgent") -> tuple[str, list[Any]]:
    """What a statement over `task`, with its `task_work`, asks for, and the values it takes."""
    by = ORDERS[order]
    # As part of an expression the two choose no index: in any other order SQLite would sort all of a type instead.
    plain = "" if order == "urgent" else " || ''"
    begun = _first(wanted) or wanted.proposed
    asked: dict[str, list[Any]] = {
        "task.id = begun.task_id": [True if begun else None],
        "status = ?": [wanted.status],
        f"entity_type{plain} = ?": [wanted.entity_type],
        f"kind{plain} = ?": [wanted.kind],
        "assigned_to = ?": [wanted.assigned_to],
        "escalated_to = ?": [wanted.escalated_to],
        "claimed_by = ? AND claimed_until > ?": [wanted.claimed_by, wanted.now],
        "coalesce(snoozed_until, '') > ?": [wanted.today if wanted.snoozed is True else None],
        "coalesce(snoozed_until, '') <= ?": [wanted.today if wanted.snoozed is False else None],
        f"{PROPOSED} = ?": [wanted.proposed],
        # Once for what it means, once for the index of the likeliest.
        f"weight >= ? AND {ORDERS['likeliest']} <= ?": [wanted.least, wanted.least and -wanted.least],
        f"weight <= ? AND {ORDERS['likeliest']} >= ?": [wanted.most, wanted.most and -wanted.most],
        f"{ORDERS['due']} < ?": [wanted.due_before],
        # The first of the two by itself is what an index on an expression is searched by.
        f"{by} >= ? AND ({by}, task.id) > (?, ?)": [after and _place(after, order)] * 2 + [after and after.id],
    }
    given = {condition: values for condition, values in asked.items() if values[0] is not None}
    taken = [value for condition, values in given.items() if "?" in condition for value in values]
    return " AND ".join(["1 = 1", *given]), taken


def _place(task: StoredTask, order: str) -> int | str:
    """What ORDERS says of a task."""
    weight = task.weight
    places: dict[str, int | str] = {
        "urgent": task.place, "due": task.due or NEVER, "newest": -task.opened,
        "likeliest": -(weight if weight is not None else -UNWEIGHED),
        "doubtful": abs(weight if weight is not None else UNWEIGHED),
    }  # fmt: skip
    return places[order]


def about(transaction: Transaction, golden: int, *, position: int = NOW) -> list[StoredTask]:
    """The tasks, open at a position, of which a record that bore a golden number is an end; the most urgent first."""
    source, places = _standing(position)
    bore = "IN (SELECT record_id FROM xref WHERE golden = ? AND since <= ? AND (until IS NULL OR until > ?))"
    rows = transaction.rows(
        f"SELECT {COLUMNS} FROM {source} WHERE status = 'open' AND (left_id {bore} OR right_id {bore})"
        " ORDER BY place, id",
        *places, *(golden, position, position) * 2,
    )  # fmt: skip
    return [StoredTask(*row) for row in rows]


def reviews_between(
    transaction: Transaction, goldens: Collection[int], *, position: int = NOW
) -> list[tuple[str, int, int]]:
    """(id, golden, golden) of the tasks, open at a position, that ask whether two of these golden records are one."""
    source, places = _standing(position)
    bears = "{0}.golden {{in}} AND {0}.since <= ? AND ({0}.until IS NULL OR {0}.until > ?)"
    rows = transaction.rows(
        f"SELECT task.id, one.golden, other.golden FROM xref AS one JOIN {source} ON task.left_id = one.record_id"
        " JOIN xref AS other ON other.record_id = task.right_id WHERE kind = 'review' AND status = 'open'"
        f" AND {bears.format('one')} AND {bears.format('other')} ORDER BY task.id",
        *places, list(goldens), position, position, list(goldens), position, position,
    )  # fmt: skip
    return [(id_, one, other) for id_, one, other in rows if one != other]


def open_abouts(transaction: Transaction, kind: str) -> list[tuple[str, str]]:
    """(entity type, what it is about as JSON) of all open tasks of one kind, by id."""
    return transaction.rows(
        "SELECT entity_type, about FROM task WHERE kind = ? AND status = 'open' AND about IS NOT NULL ORDER BY id", kind
    )
