"""Work on steward tasks: what its facts leave, and the tasks that are free for one person."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import orjson

from mdm.store import bulk, log, mentions
from mdm.store.database import Transaction
from mdm.store.tasks import COLUMNS, ORDERS, PROPOSED, Filter, StoredTask, beginning, beginning_values, conditions
from mdm.store.xref import NOW

Body = Mapping[str, Any]


_SAID = {"comment", "read"}
"""What leaves the work on a task as it was."""


class Work(NamedTuple):
    """One row of `task_work`: what was done about a task since its opening at a position."""

    task_id: str
    opened: int
    claimed_by: str | None = None
    claimed_until: str | None = None
    assigned_to: str | None = None
    escalated_to: str | None = None
    escalation: int | None = None
    snoozed_until: str | None = None

    def unclaimed(self) -> "Work":
        """The same without a claim."""
        return self._replace(claimed_by=None, claimed_until=None)


def of_tasks(transaction: Transaction, ids: Collection[str]) -> dict[str, Work]:
    """What was done about these tasks since they were opened; nothing for closed ones."""
    rows = transaction.rows(
        # Joined, SQLite would begin with all open tasks.
        f"SELECT {', '.join(Work._fields)} FROM task_work WHERE task_id {{in}}"
        " AND opened = (SELECT task.opened FROM task WHERE task.id = task_id AND closed IS NULL)",
        list(ids),
    )
    return {row[0]: Work(*row) for row in rows}


def given_to(transaction: Transaction, person: str) -> list[tuple[str, str]]:
    """(id, entity type) of the open tasks that somebody has claimed, or that were assigned or escalated to them."""
    return transaction.rows(
        "SELECT task.id, task.entity_type FROM task_work"
        " JOIN task ON task.id = task_work.task_id AND task.opened = task_work.opened AND task.closed IS NULL"
        " WHERE ? IN (claimed_by, assigned_to, escalated_to) ORDER BY task.id",
        person,
    )


def given_to_expired_keys(transaction: Transaction, *, moment: str) -> list[str]:
    """The ids of the keys that are over by a moment and to which an open task is still given, as `given_to` finds."""
    given = " UNION ".join(  # by the index of each; it is asked again and again
        f"SELECT api_key.id AS key_id, task_id, opened FROM api_key JOIN task_work ON {column} = 'key:' || api_key.id"
        " WHERE expires_at <= ? AND revoked_at IS NULL"
        for column in ("claimed_by", "assigned_to", "escalated_to")
    )
    rows = transaction.rows(
        f"SELECT DISTINCT key_id FROM ({given}) AS given"
        " JOIN task ON task.id = task_id AND task.opened = given.opened AND task.closed IS NULL ORDER BY key_id",
        moment, moment, moment,
    )  # fmt: skip
    return [key_id for (key_id,) in rows]


def then(transaction: Transaction, tokens: Collection[int], *, at: int) -> dict[str, Work]:
    """What had been done by a position about the tasks with these tokens, told from its facts."""
    said = log.said_of(transaction, "task_work", list(tokens), upto=at)
    actors = log.authors(transaction, [position for _, position, _ in said])
    found: dict[str, Work] = {}
    for _, position, body in said:
        if body["action"] not in _SAID:
            before = found.get(body["task"])
            if before is None or before.opened != body["opened"]:
                before = Work(body["task"], body["opened"])
            found[body["task"]] = _after(before, body, position, actors[position][0])
    return found


def keep(transaction: Transaction, body: Body, *, position: int, actor: str) -> None:
    """Keep what a fact of kind `task_work` leaves."""
    task_id, action = body["task"], body["action"]
    mentions.end(transaction, task_id, actor)
    if action == "comment":
        bulk.insert(transaction, "task_comment", ("task_id", "position"), [(task_id, position)])
        mentions.keep(transaction, task_id, position, body.get("mentions", ()))
    if action in _SAID:
        return
    if action == "skip":
        skipped = [(actor, task_id, body["etag"])]
        bulk.upsert(transaction, "task_skip", ("actor", "task_id", "etag"), skipped, keys=2)
    row = transaction.one(f"SELECT {', '.join(Work._fields)} FROM task_work WHERE task_id = ?", task_id)
    before = Work(*row) if row is not None and row[1] == body["opened"] else Work(task_id, body["opened"])
    bulk.upsert(transaction, "task_work", Work._fields, [_after(before, body, position, actor)], keys=1)


def _after(work: Work, body: Body, position: int, actor: str) -> Work:
    match body["action"]:
        case "claim":
            return work._replace(claimed_by=actor, claimed_until=body["until"], snoozed_until=None)
        case "release":
            return work.unclaimed()
        case "skip":
            return work.unclaimed() if work.claimed_by == actor else work
        case "snooze":
            return work.unclaimed()._replace(snoozed_until=body["until"])
        case "escalate":
            return work.unclaimed()._replace(escalated_to=body["to"], escalation=position)
        case "assign":
            return work._replace(assigned_to=body["to"], escalated_to=None, escalation=None)
        case action:
            raise ValueError(f"a fact of kind task_work cannot say {action!r}")


def facts(transaction: Transaction, *, after: int, limit: int) -> list[tuple[int, str, dict[str, Any]]]:
    """(position, actor, body) of the facts about work on tasks, in order, for a rebuild."""
    rows = transaction.rows(
        "SELECT log.position, actor, body FROM log JOIN payload ON payload.position = log.position"
        " WHERE log.position > ? AND kind = 'task_work' ORDER BY log.position LIMIT ?",
        after, limit,
    )  # fmt: skip
    return [(position, actor, orjson.loads(body)) for position, actor, body in rows]


def comments(transaction: Transaction, ids: Collection[str], *, at: int = NOW) -> dict[str, list[int]]:
    """The positions of the comments on each of these tasks by a position, oldest first."""
    rows = transaction.rows(
        "SELECT task_id, position FROM task_comment WHERE task_id {in} AND position <= ? ORDER BY position",
        list(ids), at,
    )  # fmt: skip
    found: defaultdict[str, list[int]] = defaultdict(list)
    for task_id, position in rows:
        found[task_id].append(position)
    return found


def free(
    transaction: Transaction, wanted: Filter, *, who: str, after: StoredTask | None, limit: int, order: str = "urgent"
) -> list[tuple[StoredTask, str | None]]:
    """The next open tasks, in one of ORDERS, that are free for a person at a moment (`wanted.now`).

    Nobody else holds them, they are awake, meant for nobody else, and no open proposal decides them. With each comes
    the etag at which the person skipped it, if ever.
    """
    asked, values = conditions(wanted, after, order=order)
    rows = transaction.rows(
        f"SELECT {COLUMNS}, task_skip.etag FROM {beginning(wanted, 'task')}"
        " LEFT JOIN task_work ON task_work.task_id = task.id AND task_work.opened = task.opened"
        " LEFT JOIN task_skip ON task_skip.task_id = task.id AND task_skip.actor = ?"
        f" WHERE {asked} AND status = 'open'"
        " AND (claimed_until IS NULL OR claimed_until <= ? OR claimed_by = ?)"
        " AND (snoozed_until IS NULL OR snoozed_until <= ?)"
        " AND coalesce(escalated_to, assigned_to, ?) = ?"
        f" AND NOT {PROPOSED}"
        f" ORDER BY {ORDERS[order]}, task.id LIMIT ?",
        *beginning_values(wanted), who, *values, wanted.now, who, wanted.today, who, who, limit,
    )  # fmt: skip
    return [(StoredTask(*row[:-1]), row[-1]) for row in rows]
