"""How work on tasks stands: who holds a task and until when, who it is meant for, what was said of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from mdm import settings
from mdm.errors import Conflict
from mdm.log import Author, Fact, key_token
from mdm.services.entering import proposal_id
from mdm.services.hub import Hub
from mdm.store import log, proposals, task_reading
from mdm.store import task_work as stored
from mdm.store import tasks as stored_tasks
from mdm.store.database import Transaction
from mdm.store.task_reading import Said
from mdm.store.task_work import Work
from mdm.store.tasks import StoredTask
from mdm.store.xref import NOW

Document = dict[str, Any]
NOTHING: Document = {
    "claim": None, "assigned_to": None, "escalated": None, "snoozed_until": None, "proposed": None, "overtaken": None,
}  # fmt: skip


def lock_of(entity_type: str) -> str:
    """The lock under which the tasks of one entity type are decided and worked on, one act at a time."""
    return f"decide-{entity_type}"


def told(
    hub: Hub, transaction: Transaction, tasks: Sequence[StoredTask], *, moment: str | None = None, at: int = NOW,
    read: Sequence[Said] | None = None,
) -> dict[str, Document]:  # fmt: skip
    """How people stand to each task.

    `{"claim", "assigned_to", "escalated", "snoozed_until", "proposed", "overtaken", "comments"}`: `claim` is `{"by",
    "until"}`, `escalated` is `{"to", "question", "by", "at"}`, a comment `{"author", "at", "text",
    "mentions", "unknown_names"}`. `proposed` is the
    open proposal that would decide it: `{"proposal_id", "by", "at", "due"}`, `due` None while it waits for a second
    person. `overtaken` is the last proposal since the task was opened, if it was overtaken: `{"proposal_id", "by",
    "at", "changed", "overtaken_by"}`, as a proposal tells of it; `at` is when it was.
    A claim or a sleep that has run out by the moment is not told; an erased text is None.

    moment: ISO 8601 UTC; the present, or when the fact at the position was recorded, when it is left out.
    at: the position as of which it is told.
    read: what stands of them now, where the caller has read it.
    """
    ids = [task.id for task in tasks]
    if at == NOW:
        return _now(task_reading.said(transaction, ids) if read is None else read, ids, moment or settings.now())
    works, comments = _works(hub, transaction, tasks, at), stored.comments(transaction, ids, at=at)
    proposed, overtaken = proposals.of_tasks(transaction, ids, at=at), proposals.overtaken(transaction, tasks, at=at)
    now = moment or log.moments(transaction, [at]).get(at, settings.now())
    positions = [position for some in comments.values() for position in some]
    positions += [one.position for one in proposed.values()] + [one.settled or 0 for one in overtaken.values()]
    positions += [work.escalation for work in works.values() if work.escalation is not None]
    bodies, authors = log.said(transaction, positions)

    def said(position: int, member: str, by: str) -> Document:
        return {
            by: authors[position][0], "at": authors[position][1], member: bodies.get(position, {}).get(member)
        }  # fmt: skip

    found: dict[str, Document] = {}
    for id_ in ids:
        told = [{**said(at, "text", "author"), **_names(bodies.get(at, {}))} for at in comments.get(id_, ())]
        found[id_] = {**NOTHING, "comments": told}
        if one := proposed.get(id_):
            found[id_]["proposed"] = {
                "proposal_id": proposal_id(one.position), "by": one.proposer, "at": authors[one.position][1],
                "due": one.due,
            }  # fmt: skip
        if one := overtaken.get(id_):
            settled = one.settled or 0
            found[id_]["overtaken"] = _overtaken(one.position, one.proposer, authors[settled][1], bodies.get(settled))
        if work := works.get(id_):
            found[id_] |= _standing(work, now)
            if work.escalation is not None:
                found[id_]["escalated"] = {"to": work.escalated_to, **said(work.escalation, "question", "by")}
    return found


def _now(said: Sequence[Said], ids: Sequence[str], moment: str) -> dict[str, Document]:
    """What stands of tasks at present, by what one statement has read."""
    found: dict[str, Document] = {id_: {**NOTHING, "comments": []} for id_ in ids}
    for one in said:
        of = found[one.task_id]
        body = orjson.loads(one.body) if one.body is not None else {}
        if one.what == "comment":
            of["comments"].append(
                {"author": one.actor, "at": one.recorded_at, "text": body.get("text"), **_names(body)}
            )
        elif one.what == "proposal":
            of["proposed"] = {
                "proposal_id": proposal_id(one.position or 0), "by": one.by, "at": one.recorded_at, "due": one.until
            }  # fmt: skip
        elif one.what == "overtaken":
            of["overtaken"] = _overtaken(int(one.until or 0), one.by, one.recorded_at, body)
        else:
            work = Work(one.task_id, 0, one.by, one.until, one.assigned_to, one.escalated_to, one.position,
                        one.snoozed_until)  # fmt: skip
            of |= _standing(work, moment)
            if one.position is not None:
                of["escalated"] = {
                    "to": one.escalated_to, "by": one.actor, "at": one.recorded_at, "question": body.get("question")
                }  # fmt: skip
    return found


def _names(body: Mapping[str, Any]) -> Document:
    """Whom a comment names."""
    return {name: body.get(name, []) for name in ("mentions", "unknown_names")}


def _overtaken(position: int, by: str | None, at: str | None, body: Mapping[str, Any] | None) -> Document:
    said = body or {}
    return {
        "proposal_id": proposal_id(position), "by": by, "at": at, "changed": said.get("changed"),
        "overtaken_by": said.get("overtaken_by"),
    }  # fmt: skip


def _works(hub: Hub, transaction: Transaction, tasks: Sequence[StoredTask], at: int) -> dict[str, Work]:
    """What was done about each task since it was opened; nothing for closed ones."""
    found = stored.then(transaction, [key_token(hub.salt, task.id) for task in tasks], at=at)
    return {
        task.id: found[task.id]
        for task in tasks
        if task.id in found and task.status == "open" and found[task.id].opened == task.opened
    }


def claims(transaction: Transaction, ids: Sequence[str], *, moment: str) -> dict[str, Document]:
    """Those of these tasks that somebody holds at a moment (ISO 8601 UTC): `{"by", "until"}`."""
    works = stored.of_tasks(transaction, ids)
    return {id_: claim for id_, work in works.items() if (claim := _claim(work, moment)) is not None}


def _claim(work: Work, now: str) -> Document | None:
    held = work.claimed_until is not None and work.claimed_until > now
    return {"by": work.claimed_by, "until": work.claimed_until} if held else None


def _standing(work: Work, now: str) -> Document:
    asleep = work.snoozed_until is not None and work.snoozed_until > now[:10]
    return {
        "claim": _claim(work, now),
        "assigned_to": work.assigned_to,
        "snoozed_until": work.snoozed_until if asleep else None,
    }


def ensure_free(task_id: str, state: Mapping[str, Any], author: Author) -> None:
    """Raise Conflict, saying who and until when, while somebody else holds a task."""
    claim = state["claim"]
    if claim is not None and claim["by"] != author.actor:
        raise Conflict(f"{claim['by']} holds {task_id} until {claim['until']}", extra={"claim": claim})


def put_down(hub: Hub, writer: Transaction, task: StoredTask, action: str, said: Document, *, author: Author) -> int:
    """Add one fact about a task and what it leaves; the caller holds the task's lock. Returns its position."""
    body = {"action": action, "task": task.id, "opened": task.opened, **said}
    fact = Fact("task_work", task.entity_type, body, key_token(hub.salt, task.id))
    position = log.append(writer, [fact], author=author)
    stored.keep(writer, body, position=position, actor=author.actor)
    return position


def end_claim(hub: Hub, task_id: str, *, author: Author) -> None:
    """Release a task that is still open though its holder has decided it; the caller holds the task's lock."""
    with hub.database.read() as reader:
        task, work = stored_tasks.by_id(reader, task_id), stored.of_tasks(reader, [task_id]).get(task_id)
    if task is not None and work is not None and work.claimed_by == author.actor:
        with hub.database.write() as writer:
            put_down(hub, writer, task, "release", {}, author=author)


def derive(hub: Hub, *, after: int, batch: int) -> int:
    """Derive again what the facts about work on tasks leave, those after a position; returns the last of them."""
    while True:
        with hub.database.write() as writer:
            facts = stored.facts(writer, after=after, limit=batch)
            for position, actor, body in facts:
                stored.keep(writer, body, position=position, actor=actor)
        if not facts:
            return after
        after = facts[-1][0]
