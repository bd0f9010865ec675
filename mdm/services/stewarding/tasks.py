"""What stewards should look at, or should have then: pages of tasks, one with its evidence, and deciding it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from golden_records.identity import golden_id
from matching.explain import Evidence
from mdm.code_lists import CodeLists
from mdm.entity_types import EntityType
from mdm.errors import Fault, InvalidInput, NotFound, Stale
from mdm.log import Author, Key, canonical
from mdm.resolution import code_tasks, conflict_tasks, constraint_tasks, hierarchy
from mdm.resolution.codes import token_of
from mdm.services import as_then
from mdm.services.as_then import rules_then
from mdm.services.deciding import conflicts, decisions, sample
from mdm.services.deciding.decisions import Decided, Verdict
from mdm.services.hub import Hub
from mdm.services.positions import AsOf, position
from mdm.services.reading.explain import evidence_of, seen_by_matching
from mdm.services.rulebook import code_lists
from mdm.services.stewarding import task_states
from mdm.services.stewarding.choosing import Order
from mdm.services.stewarding.cycles import abouts as cycles_of
from mdm.services.stewarding.task_kinds import ensure_kind
from mdm.services.stewarding.task_states import end_claim, ensure_free, lock_of
from mdm.settings import now
from mdm.store import code_lists as stored_code_lists
from mdm.store import golden as stored_golden
from mdm.store import tasks as stored_tasks
from mdm.store.database import Transaction
from mdm.store.golden import StoredGolden
from mdm.store.records import StoredRecord
from mdm.store.task_reading import Said
from mdm.store.tasks import Filter, StoredTask
from mdm.store.xref import NOW

Document = dict[str, Any]
# How many of the records that hold an unmapped value a task shows, and how many a decision names.
SHOWN, TOUCHED = 5, 100


@dataclass(frozen=True, slots=True)
class Held:
    """What has been read of a task: its records, where references lead, code lists, and how people stand to it."""

    records: Sequence[StoredRecord]
    smallest: Mapping[str, str]
    codes: CodeLists
    said: Sequence[Said]


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
        items = _documents(hub, transaction, entity_types, found[:limit], at=at, moment=moment)
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
        return _documents(hub, transaction, entity_types, [task], at=at, moment=moment)[0]


def document(  # noqa: PLR0913  when, and what of it has been read
    hub: Hub, transaction: Transaction, entity_types: Mapping[str, EntityType], task: StoredTask, *,
    at: int = NOW, moment: str | None = None, held: Held | None = None,
) -> Document:  # fmt: skip
    """A task as `get` gives it, read in a transaction that is open already; held: what has been read of it before."""
    return _documents(hub, transaction, entity_types, [task], at=at, moment=moment, held=held)[0]


def entity_type_of(hub: Hub, task_id: str) -> str:
    """The entity type that a task is of; NotFound when no such task was ever open."""
    with hub.database.read() as transaction:
        return stored(transaction, task_id).entity_type


def etags(hub: Hub, transaction: Transaction, tasks: Sequence[StoredTask]) -> dict[str, str]:
    """The etag of each task: another one as soon as anything that it shows of records has changed."""
    records, goldens = _concerned(hub, transaction, tasks, NOW)
    return {task.id: _etag(task, *_shown(task, records, goldens)) for task in tasks}


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
            asks = sample.asks(hub, task["entity_type"], [(task_id, task["kind"], _weight(task))])
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


def _documents(  # noqa: PLR0913  what a task is told by, and what of it has been read
    hub: Hub, transaction: Transaction, entity_types: Mapping[str, EntityType], tasks: Sequence[StoredTask], *, at: int,
    moment: str | None = None, held: Held | None = None,
) -> list[Document]:  # fmt: skip
    if at != NOW:
        types = sorted({task.entity_type for task in tasks})
        entity_types = {name: rules_then(transaction, entity_types[name], at=at) for name in types}
    records, goldens = _concerned(hub, transaction, tasks, at, held)
    values: dict[int, Document] = {}
    for name in {record.entity_type for record in records.values()}:
        of = [record for record in records.values() if record.entity_type == name]
        values |= seen_by_matching(
            hub,
            transaction,
            entity_types[name],
            of,
            at=at,
            smallest=None if held is None else held.smallest,
            codes=None if held is None else held.codes,
        )
    read = None if held is None else held.said
    states = task_states.told(hub, transaction, tasks, moment=moment, at=at, read=read)
    evidence = _evidence(entity_types, tasks, records, values)
    documents = [
        {
            **_document(task, entity_types[task.entity_type], records, evidence=evidence.get(task.id), goldens=goldens),
            **states[task.id],
        }
        for task in tasks
    ]
    told = list(zip(tasks, documents, strict=True))
    for task, document in told:
        if task.kind == constraint_tasks.KIND:
            both = [values[id_] for id_ in (task.left_id, task.right_id) if id_ is not None]
            document["about"] = {"constraints": constraint_tasks.told(task.about or "[]", both)}
    _add_about(hub, transaction, [(task, one) for task, one in told if task.kind == code_tasks.KIND], at)
    for name in {task.entity_type for task in tasks}:
        those = [(task, one) for task, one in told if (task.entity_type, task.kind) == (name, conflict_tasks.KIND)]
        founders = [(task, records[task.left_id or 0]) for task, _ in those]
        if at == NOW and those:
            abouts = conflicts.abouts(hub, transaction, entity_types[name], founders)
        else:
            abouts = [conflicts.about_then(entity_types[name], *one) for one in founders]
        _add_candidates(name, [one for _, one in those], abouts)
        cycles = [(task, one) for task, one in told if (task.entity_type, task.kind) == (name, hierarchy.KIND)]
        ends = [(task, records[task.left_id or 0]) for task, _ in cycles]
        found = cycles_of(hub, transaction, entity_types[name], ends, at=at) if cycles else []
        for (_, document), about in zip(cycles, found, strict=True):
            document["about"] = about
    return documents


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


def _concerned(
    hub: Hub, transaction: Transaction, tasks: Sequence[StoredTask], at: int, held: Held | None = None
) -> tuple[dict[int, StoredRecord], dict[int, StoredGolden]]:
    """The records that tasks are about by id, and their golden records by number, as they stood at a position."""
    ends = {id_ for task in tasks for id_ in (task.left_id, task.right_id) if id_ is not None}
    found = held.records if held is not None else as_then.records(hub, transaction, ends, at=at) if ends else ()
    records = {record.id: record for record in found}
    numbers = {record.golden for record in records.values() if record.golden is not None}
    return records, stored_golden.at(transaction, numbers, position=at) if numbers else {}


def _shown(
    task: StoredTask, records: Mapping[int, StoredRecord], goldens: Mapping[int, StoredGolden]
) -> tuple[list[StoredRecord], list[StoredGolden | None]]:
    pair = [records[id_] for id_ in (task.left_id, task.right_id) if id_ is not None]
    return pair, [goldens.get(record.golden or 0) for record in pair]


def _add_candidates(entity_type: str, documents: Sequence[Document], abouts: Sequence[Document]) -> None:
    """Say which values are in conflict, and who holds them."""
    for document, found in zip(documents, abouts, strict=True):
        document["about"] = found
        keys = [Key(one["source"], entity_type, one["source_id"]) for one in found["candidates"] or ()]
        document["records"] = list(dict.fromkeys(map(str, keys)))


def _add_about(hub: Hub, transaction: Transaction, told: Sequence[tuple[StoredTask, Document]], at: int) -> None:
    """Say what tasks about unmapped values are about: the value, who holds it, and the codes nearest to it."""
    if not told:
        return
    abouts = [orjson.loads(task.about or "{}") for task, _ in told]
    tokens = [token_of(hub.salt, about) for about in abouts]
    held = set(tokens) if at == NOW else set[int]()
    counted = stored_code_lists.counted(transaction, held)
    keys = stored_code_lists.some_keys(transaction, held, each=SHOWN)
    codes = hub.code_lists(transaction, upto=at)
    for (task, document), about, token in zip(told, abouts, tokens, strict=True):
        place = (token, task.entity_type, about["source"])
        near = code_lists.suggestions(codes, about["list"], about["value"])
        document["records"] = keys.get(place, [])
        document["about"] = {**about, "records": counted.get(place, 0) if held else None, "suggestions": near}


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
