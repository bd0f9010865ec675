"""What stewards should look at, or should have then: pages of tasks, one of them, and deciding it."""

from collections.abc import Mapping
from typing import Any

from mdm.entity_types import EntityType
from mdm.errors import Fault, InvalidInput, NotFound, Stale
from mdm.log import Author, Key
from mdm.resolution import code_tasks, conflict_tasks
from mdm.resolution.codes import token_of
from mdm.services.deciding import conflicts, decisions, sample
from mdm.services.deciding.decisions import Decided
from mdm.services.deciding.planning import Verdict
from mdm.services.hub import Hub
from mdm.services.positions import AsOf, position
from mdm.services.rulebook import code_lists
from mdm.services.stewarding.choosing import Order
from mdm.services.stewarding.task_documents import documents
from mdm.services.stewarding.task_kinds import ensure_kind
from mdm.services.stewarding.task_states import end_claim, ensure_free, lock_of
from mdm.settings import now
from mdm.store import code_lists as stored_code_lists
from mdm.store import tasks as stored_tasks
from mdm.store.database import Transaction
from mdm.store.tasks import Filter, StoredTask
from mdm.store.xref import NOW

Document = dict[str, Any]
TOUCHED = 100
"""How many of the records that hold an unmapped value a decision names."""


def page(  # noqa: PLR0913  what can be asked for
    hub: Hub, *, entity_type: str | None = None, kind: str | None = None, status: str | None = "open",
    assigned_to: str | None = None, escalated_to: str | None = None, claimed_by: str | None = None,
    snoozed: bool | None = None, proposed: bool | None = None, cursor: str | None = None, limit: int = 50,
    as_of: AsOf = None, moment: str | None = None, order: Order = "urgent",
) -> Document:  # fmt: skip
    """Tasks by priority and age, the likeliest matches first: `{"items", "next"}`; each as `get` gives it.

    order: `urgent` is that; `due`, the `newest`, the `likeliest` or the most `doubtful` first instead, over all pages.

    proposed: only those that an open proposal would decide, or only those that none would.
    as_of: those that were open then, or closed by then, as they were.
    moment: as for `get`.

    Raises:
        NotFound: there is no such entity type.
        InvalidInput: there is no such kind, or those of the past cannot be chosen by who worked on them.
    """
    ensure_kind(kind)
    people = {"assigned_to": assigned_to, "escalated_to": escalated_to, "claimed_by": claimed_by, "snoozed": snoozed}
    _ensure_present(as_of, **people, proposed=proposed)
    wanted = Filter(
        entity_type, kind, status, assigned_to, escalated_to, claimed_by, snoozed, proposed, moment or now()
    )
    if entity_type is not None:
        hub.entity_type(entity_type)
    entity_types = hub.entity_types()
    with hub.database.read() as transaction:
        at = position(transaction, as_of)
        after = None if cursor is None else stored(transaction, cursor, at)
        found = stored_tasks.page(transaction, wanted, after=after, limit=limit + 1, position=at, order=order)
        items = documents(hub, transaction, entity_types, found[:limit], at=at, moment=moment)
    return {"items": items, "next": items[-1]["id"] if len(found) > limit else None}


def get(
    hub: Hub, task_id: str, *, as_of: AsOf = None, moment: str | None = None,
    entity_types: Mapping[str, EntityType] | None = None,
) -> Document:  # fmt: skip
    """One task: `{"id", "kind", "etag", "status", "priority", "records", "evidence", "preview", "due", ...}`.

    `evidence` is why the pair looks alike; `preview` shows both golden records, and which ID would stay after `same`.
    `about` is what a task of kind `unmapped_code` is about: attribute, list, source, value, how many records hold it,
    and the nearest codes; `records` are some of them. Of kind `conflict` it tells the golden record, the attribute
    and the candidates, of which `records` are the keys; of kind `constraint` the constraints that keep the golden
    records of the two apart, each with the values of both. `rules_version` are the rules that the evidence rests on.
    `claim`, `assigned_to`, `escalated`, `snoozed_until`, `proposed` and `comments` say how people stand to it.

    as_of: the task as it was then, with the records, evidence and golden records of then. Which records held a value
    without a code, and which values were in conflict, is not kept: of the past, `about` has None for these, and
    `records` nothing.
    moment: when a claim is in force or not (ISO 8601 UTC); the present, or that of `as_of`, when it is left out.
    entity_types: as they are now, where the caller has them.

    Raises:
        NotFound: no such task was ever open, or by then.
    """
    entity_types = hub.entity_types() if entity_types is None else entity_types
    with hub.database.read() as transaction:
        at = position(transaction, as_of)
        task = stored(transaction, task_id, at)
        return documents(hub, transaction, entity_types, [task], at=at, moment=moment)[0]


def entity_type_of(hub: Hub, task_id: str) -> str:
    """The entity type that a task is of; NotFound when no such task was ever open."""
    with hub.database.read() as transaction:
        return stored(transaction, task_id).entity_type


def decide(  # noqa: PLR0913  a decision has these parts
    hub: Hub, task_id: str, *, verdict: Verdict | None = None, code: str | None = None,
    picks: Mapping[str, str] | None = None, reason: str, etag: str, author: Author, supersede: bool = False,
) -> Decided:  # fmt: skip
    """Say whether the two records of a task are the `same`, `distinct` or `related`, or which code a value means.

    picks: of a task about values in conflict, the attribute and the source key whose value is true.

    etag: the one the task was read with, so that nobody decides on evidence that is no longer so.

    Raises:
        Stale: the task is closed, or what it shows has changed since it was read; says what.
        Conflict: somebody else holds the task; says who and until when.
        InvalidInput: the task is about something else.
    """
    # One at a time for each entity type, so that of two stewards with the same task one decides and one is told.
    with hub.database.locked(lock_of(entity_type_of(hub, task_id))):
        task = get(hub, task_id, moment=author.recorded_at)
        _ensure_current(task, etag)
        ensure_free(task_id, task, author)
        if task["kind"] == code_tasks.KIND:
            decided = _map(hub, task, code, reason=reason, author=author)
        elif task["kind"] == conflict_tasks.KIND:
            decided = conflicts.pick(hub, task, picks, reason=reason, author=author)
        else:
            pair = _pair(task, verdict)
            asks = sample.asks(hub, hub.entity_type(task["entity_type"]), [(task_id, task["kind"], _weight(task))])
            decided = decisions.verdict(hub, *pair, reason=reason, author=author, supersede=supersede, asks=asks)
        end_claim(hub, task_id, author=author)
    return decided


def _pair(task: Document, verdict: Verdict | None) -> tuple[Key, Key, Verdict]:
    if verdict is None or len(task["records"]) != 2:
        about = "not about a pair; it closes when its cause is gone" if verdict else "decided by a verdict"
        detail = f"a task of kind {task['kind']} is {about}"
        raise InvalidInput(detail, faults=[Fault("/verdict", detail, "pair")])
    left, right = (Key.parse(key) for key in task["records"])
    return left, right, verdict


def _weight(task: Document) -> int | None:
    """The match weight of the pair as the log writes it, in thousandths of a bit."""
    return None if task["evidence"] is None else round(1000 * task["evidence"]["match_weight"])


def _map(hub: Hub, task: Document, code: str | None, *, reason: str, author: Author) -> Decided:
    if code is None:
        detail = f"a task of kind {task['kind']} is decided by a code of the list {task['about']['list']}"
        raise InvalidInput(detail, faults=[Fault("/code", detail, "code")])
    name, source, value = (task["about"][part] for part in ("list", "source", "value"))
    entity_type, token = hub.entity_type(task["entity_type"]), token_of(hub.salt, task["about"])
    with hub.database.read() as transaction:
        found = stored_code_lists.some_keys(transaction, [token], each=TOUCHED)
    keys = found.get((token, entity_type.entity_type, source), [])
    before = decisions.goldens(hub, keys)
    done = code_lists.change(hub, name, source, {value: code}, reason=reason, author=author)
    return decisions.outcome(hub, entity_type, done.position, concerned=keys, before=before, author=author)


def _ensure_current(task: Document, etag: str) -> None:
    shown = {"status": task["status"], "etag": task["etag"]}
    if task["status"] != "open":
        raise Stale(f"the task was closed at position {task['closed']}; read it again", extra=shown)
    if task["etag"] != etag:
        raise Stale("its records or their golden records have changed since it was read; read it again", extra=shown)


def _ensure_present(as_of: AsOf, **filters: object) -> None:
    """Refuse to choose tasks of the past by what was done about them, of which only the present is in order."""
    given = [name for name, value in filters.items() if value is not None]
    if as_of is not None and given:
        detail = f"{given[0]} chooses among the tasks of now: leave it or as_of out"
        raise InvalidInput(detail, faults=[Fault(f"/query/{given[0]}", detail, "as_of")])


def stored(transaction: Transaction, task_id: str, at: int = NOW) -> StoredTask:
    """The task with this id, as it stood at a position; NotFound when no such task was ever open by then."""
    task = stored_tasks.by_id(transaction, task_id, position=at)
    if task is None:
        raise NotFound(f"there is no task {task_id!r}" if at == NOW else f"there was no task {task_id!r} by then")
    return task
