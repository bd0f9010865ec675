"""Working on tasks beside others: claim, release, skip, snooze, escalate, assign, comment and read, each one fact.

A claim is a lease: it ends at the moment that its fact names, or with a decision, whichever comes first. Whether it
is still in force is judged by the time of whoever asks. Claiming again is how a holder stays one.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import cast

from mdm.auth import MAY, Role
from mdm.errors import Conflict, Fault, InvalidInput
from mdm.log import Author
from mdm.services.hub import Hub
from mdm.services.stewarding import task_documents, tasks
from mdm.services.stewarding.choosing import Order
from mdm.services.stewarding.mentions import named
from mdm.services.stewarding.queue import Choice, wanted
from mdm.services.stewarding.task_kinds import attribute_of, ensure_kind
from mdm.services.stewarding.task_states import Document, ensure_free, lock_of, put_down, told
from mdm.settings import later, now
from mdm.store import accounts, keys, mentions
from mdm.store import task_work as stored
from mdm.store.database import Transaction
from mdm.store.tasks import Filter, StoredTask

ALL = Choice()
AT_ONCE = 50
MOST_AT_ONCE = 1_000
"""Tasks in the queue that are looked at together, at first and at last."""
Barred = Collection[tuple[str, str]]
"""Attributes as (entity type, attribute)."""
NOTHING: Barred = frozenset()


def claim(hub: Hub, task_id: str, *, author: Author, seconds: int | None = None) -> Document:
    """Hold a task for a while, so that nobody else decides it; claiming it again holds it longer.

    seconds: how long from now; the setting `lease_seconds` when it is left out.

    Raises:
        NotFound: no such task was ever open.
        Conflict: somebody else holds it, or it is closed; says who and until when.
    """
    return _act(hub, task_id, "claim", lambda _writer, _task: _lease(hub, author, seconds), author=author)


def claim_next(
    hub: Hub, *, author: Author, choice: Choice = ALL, barred: Barred = NOTHING, seconds: int | None = None
) -> Document | None:
    """Claim the first task of a choice that is open and free for the author; None when there is none.

    Free is what nobody else holds, is not snoozed, is neither assigned nor escalated to somebody else, and was not
    skipped by the author as it stands now. A task that the author holds already is free too, so that asking again
    gives it again.

    barred: a task about one of these attributes is left to others, as the author may not see what it asks about.
    """
    line = _line(hub, choice, author, barred)
    while (name := choice.entity_type or _first_type(hub, line, author)) is not None:
        with hub.database.locked(lock_of(name)):
            with hub.database.write() as writer:
                writer.lock_log()
                found = _first_free(hub, writer, line.of(name), author.actor)
                if found is not None:
                    put_down(hub, writer, found, "claim", _lease(hub, author, seconds), author=author)
            if found is not None:
                return tasks.get(hub, found.id, moment=line.wanted.now)
        if name == choice.entity_type:
            return None
    return None


def upcoming(
    hub: Hub,
    *,
    author: Author,
    choice: Choice = ALL,
    barred: Barred = NOTHING,
    after: str | None = None,
    limit: int = 2,
) -> list[str]:
    """The ids of the tasks that `claim_next` would give the author one after the other; nothing is claimed.

    after: those that come after this one in the queue, then those before it; it may be closed, but must have been open.
    """
    line = _line(hub, choice, author, barred)
    with hub.database.read() as reader:
        last = None if after is None else tasks.stored(reader, after)
        found = _free(hub, reader, line, author.actor, after=last, limit=limit)
        if last is not None and len(found) < limit:
            found += _free(hub, reader, line, author.actor, after=None, limit=limit)
    ids = dict.fromkeys(task.id for task in found if task.id != after)
    return list(ids)[:limit]


def release(hub: Hub, task_id: str, *, author: Author) -> Document:
    """Give a task back that one holds; nothing happens when nobody does."""
    return _act(hub, task_id, "release", lambda writer, task: {} if _holds(writer, task, author) else None,
                author=author)  # fmt: skip


def skip(hub: Hub, task_id: str, *, author: Author) -> Document:
    """Pass over a task until what it shows changes, and give it back; others are still given it."""
    return _act(hub, task_id, "skip", lambda writer, task: {"etag": task_documents.etags(hub, writer, [task])[task.id]},
                author=author, alone=False)  # fmt: skip


def snooze(hub: Hub, task_id: str, *, until: str, author: Author) -> Document:
    """Give a task to nobody before a day (ISO date); claiming it by its id wakes it.

    Raises:
        InvalidInput: that is no day, or it has come already.
    """
    try:
        day = date.fromisoformat(until).isoformat()
    except ValueError:
        day = ""
    if day != until or day <= _moment(author)[:10]:
        detail = f"a task is snoozed until a day to come, written 2026-03-31, not {until!r}"
        raise InvalidInput(detail, faults=[Fault("/until", detail, "day", until)])
    return _act(hub, task_id, "snooze", lambda _writer, _task: {"until": day}, author=author)


def escalate(hub: Hub, task_id: str, *, to: str, question: str, author: Author) -> Document:
    """Ask another person about a task: from now on it is offered to nobody else, until it is assigned or closed."""
    if to == author.actor:
        detail = "a task is escalated to somebody else; to keep it, assign it to yourself"
        raise InvalidInput(detail, faults=[Fault("/to", detail, "person", to)])

    def said(writer: Transaction, task: StoredTask) -> Document:
        return {"to": _person(writer, to, task.entity_type), "question": question}

    return _act(hub, task_id, "escalate", said, author=author)


def assign(hub: Hub, task_id: str, *, to: str | None, author: Author) -> Document:
    """Say who should do a task, or (None) that anybody may; that also ends an escalation."""

    def said(writer: Transaction, task: StoredTask) -> Document:
        return {"to": None if to is None else _person(writer, to, task.entity_type)}

    return _act(hub, task_id, "assign", said, author=author, alone=False)


def comment(hub: Hub, task_id: str, *, text: str, author: Author) -> Document:
    """Say something about a task, open or closed.

    `@anna` in it tells the person of that name, if they may work on the task: see `mentions`. The comment says whom it
    names (`mentions`), and which names are nobody's (`unknown_names`).
    """

    def said(writer: Transaction, task: StoredTask) -> Document:
        found = named(text, {one["person"] for one in _people(writer, task.entity_type, now())} - {author.actor})
        names = {"mentions": found.people, "unknown_names": found.unknown}
        return {"text": text, **{name: some for name, some in names.items() if some}}

    return _act(hub, task_id, "comment", said, author=author, alone=False, closed=True)


def read(hub: Hub, task_id: str, *, author: Author) -> Document:
    """Say that one has read what was said to one in the comments on a task, open or closed."""

    def said(writer: Transaction, task: StoredTask) -> Document | None:
        return {} if mentions.any_of(writer, author.actor, task.id) else None

    return _act(hub, task_id, "read", said, author=author, alone=False, closed=True)


def people(hub: Hub, entity_type: str) -> list[dict[str, str]]:
    """Who tasks of an entity type can be given to: `{"person", "role"}`, people by name, then keys."""
    with hub.database.read() as reader:
        return _people(reader, entity_type, now())


def may_be_given(transaction: Transaction, person: str, entity_type: str, *, moment: str | None = None) -> bool:
    """Whether a task of an entity type can be given to somebody: who may decide it, or a user of the command line.

    moment: ISO 8601 UTC, when keys may be over; the present when it is left out.
    """
    sort, _, name = person.partition(":")
    listed = any(one["person"] == person for one in _people(transaction, entity_type, moment or now()))
    return listed or (sort == "cli" and bool(name.strip()))


def _people(transaction: Transaction, entity_type: str, moment: str) -> list[dict[str, str]]:
    named = [(f"user:{one.name}", one.role, one.entity_type, one.disabled_at) for one in accounts.listed(transaction)]
    named += [
        (f"key:{one.id}", one.role, one.entity_type, one.revoked_at)
        for one in keys.listed(transaction)
        if (one.expires_at or "~") > moment
    ]
    return [
        {"person": name, "role": role}
        for name, role, only, ended in named
        if ended is None and "decide" in MAY[cast("Role", role)] and only in {None, entity_type}
    ]


def _act(  # noqa: PLR0913  what acts differ in
    hub: Hub, task_id: str, action: str, said: Callable[[Transaction, StoredTask], Document | None], *,
    author: Author, alone: bool = True, closed: bool = False,
) -> Document:  # fmt: skip
    """Add one fact about a task, unless there is nothing to say; `alone`: not while somebody else holds it."""
    moment = _moment(author)
    with hub.database.locked(lock_of(tasks.entity_type_of(hub, task_id))):
        with hub.database.write() as writer:
            writer.lock_log()
            task = tasks.stored(writer, task_id)
            if task.status != "open" and not closed:
                raise Conflict(f"{task_id} was closed at position {task.closed}", extra={"status": task.status})
            if alone:
                ensure_free(task_id, told(hub, writer, [task], moment=moment)[task_id], author)
            words = said(writer, task)
            if words is not None:
                put_down(hub, writer, task, action, words, author=author)
        return tasks.get(hub, task_id, moment=moment)


@dataclass(frozen=True, slots=True)
class _Line:
    """Which tasks are taken one after the other, in which order, and about which attributes none may be."""

    wanted: Filter
    order: Order
    barred: Barred

    def of(self, entity_type: str) -> "_Line":
        """Those of one entity type."""
        return replace(self, wanted=replace(self.wanted, entity_type=entity_type))

    def is_for(self, task: StoredTask) -> bool:
        """Whether the task is about no attribute, or about one that may be seen."""
        return not self.barred or (task.entity_type, (attribute_of(task) or "").partition(".")[0]) not in self.barred


def _line(hub: Hub, choice: Choice, author: Author, barred: Barred) -> _Line:
    if choice.entity_type is not None:
        hub.entity_type(choice.entity_type)  # says that there is none
    ensure_kind(choice.kind)
    return _Line(wanted(choice, who=author.actor, moment=_moment(author)), choice.ordered, barred)


def _first_type(hub: Hub, line: _Line, author: Author) -> str | None:
    """The entity type of the first free task: its lock is taken next, and the task looked for once more."""
    with hub.database.read() as reader:
        found = _first_free(hub, reader, line, author.actor)
    return None if found is None else found.entity_type


def _first_free(hub: Hub, transaction: Transaction, line: _Line, who: str) -> StoredTask | None:
    return next(iter(_free(hub, transaction, line, who, after=None, limit=1)), None)


def _free(
    hub: Hub, transaction: Transaction, line: _Line, who: str, *, after: StoredTask | None, limit: int
) -> list[StoredTask]:
    """The next tasks in the queue that are free for a person, without those that they skipped as they are."""
    free: list[StoredTask] = []
    many = AT_ONCE
    while len(free) < limit and (
        found := stored.free(transaction, line.wanted, who=who, after=after, limit=many, order=line.order)
    ):
        for_them = [(task, etag) for task, etag in found if line.is_for(task)]
        skipped = [task for task, etag in for_them if etag is not None]
        etags = task_documents.etags(hub, transaction, skipped) if skipped else {}
        free += [task for task, etag in for_them if etag is None or etag != etags[task.id]]
        after, many = found[-1][0], min(2 * many, MOST_AT_ONCE)  # thousands may lie before the first that is free
    return free[:limit]


def _holds(transaction: Transaction, task: StoredTask, author: Author) -> bool:
    work = stored.of_tasks(transaction, [task.id]).get(task.id)
    return work is not None and work.claimed_by == author.actor


def _lease(hub: Hub, author: Author, seconds: int | None) -> Document:
    return {"until": later(_moment(author), seconds=hub.settings.lease_seconds if seconds is None else seconds)}


def _moment(author: Author) -> str:
    """When the author acts, in the one spelling that is compared as text."""
    return datetime.fromisoformat(author.recorded_at).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _person(transaction: Transaction, written: str, entity_type: str) -> str:
    """Somebody who can be given a task: `user:NAME` or `key:ID` of who may decide it, or `cli:USER`."""
    if may_be_given(transaction, written, entity_type):
        return written
    detail = f"a person is user:NAME or key:ID of who may decide tasks of {entity_type}, or cli:USER, not {written!r}"
    raise InvalidInput(detail, faults=[Fault("/to", detail, "person", written)])
