"""Many tasks about pairs decided at once: one fact, one decision ID, taken back by one undo."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from matching.score import probability
from mdm.errors import Fault, InvalidInput, Stale
from mdm.log import Author, Key, canonical
from mdm.services.deciding import decisions, sample
from mdm.services.deciding.decisions import Decided, decision_id
from mdm.services.deciding.foreseen import Foreseen, foresee
from mdm.services.deciding.joined import joined
from mdm.services.deciding.planning import Keys, Plan, Ruling, Verdict, met, plan
from mdm.services.hub import Hub
from mdm.services.resolving import resolve_arrived
from mdm.services.stewarding import queue, task_documents, task_states
from mdm.store import proposals as stored_proposals
from mdm.store import records as stored_records
from mdm.store import tasks as stored_tasks
from mdm.store.database import Transaction
from mdm.store.records import StoredRecord
from mdm.store.tasks import Filter, StoredTask

Document = dict[str, Any]
MOST, PAGE = 10_000, 1_000
WORST, SAMPLE = 5, 20


class Chosen(NamedTuple):
    """A task, and the etag it was read with."""

    id: str
    etag: str


@dataclass(frozen=True, slots=True)
class Matching:
    """Which open tasks are meant: of an entity type and a kind, from one match probability to another."""

    entity_type: str
    kind: str = "review"
    min_probability: float | None = None
    max_probability: float | None = None


class Listed(NamedTuple):
    """The tasks of a list that are decided together, and how many of it are not.

    in_hand: those that whoever decides looks at by themselves.  decided: those decided, but not in force yet.
    """

    chosen: list[Chosen]
    in_hand: int
    decided: int


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of many tasks, by whom and why; supersede: also where a decision in force says the opposite."""

    chosen: Sequence[Chosen]
    verdict: Verdict
    reason: str
    author: Author
    supersede: bool


@dataclass(frozen=True, slots=True)
class Many:
    """Tasks about pairs that are decided together, by id, with the keys of each; and why others are left out."""

    tasks: dict[str, StoredTask]
    keys: dict[str, Keys]
    left_out: list[Document]


class MoreThanAtOnce(InvalidInput):
    """A list holds more tasks than one decision takes."""


@dataclass(frozen=True, slots=True)
class DecidedMany(Decided):
    """A bulk decision: how many tasks it decided, and those it left out, each `{"id", "because"}`."""

    tasks: int
    left_out: list[Document]


def choose(hub: Hub, wanted: Matching, *, author: Author) -> list[Chosen]:
    """The open tasks that are meant, as they stand now, of those that `choose_listed` takes; raises as it does."""
    hub.entity_type(wanted.entity_type)
    least, most = queue.weight(wanted.min_probability), queue.weight(wanted.max_probability)
    return choose_listed(hub, Filter(wanted.entity_type, wanted.kind, least=least, most=most), author=author).chosen


def choose_listed(hub: Hub, asked: Filter, *, author: Author) -> Listed:
    """The tasks about pairs in a list, as they stand now, but for those that are dealt with one by one.

    Nobody who decides a list means the task that they have in hand elsewhere, nor one that they have just decided: of
    these only a list is taken that holds nothing else. What others hold is left out when it is decided, and listed.

    Raises:
        MoreThanAtOnce: they are more than may be decided at once.
        InvalidInput: there is none.
    """
    with hub.database.read() as reader:
        found, in_hand, decided = _free(reader, list(_matching(reader, asked)), asked, author)
        if len(found) > MOST or not found:
            detail = f"{'more than ' if found else ''}{min(len(found), MOST):,} open tasks are meant"
            raise (MoreThanAtOnce if found else InvalidInput)(
                f"{detail}; from 1 to {MOST:,} can be decided at once", faults=[Fault("/filter", detail, "limit")]
            )
        etags = task_documents.etags(hub, reader, found)
    return Listed([Chosen(task.id, etags[task.id]) for task in found], in_hand, decided)


def _free(
    reader: Transaction, listed: list[StoredTask], asked: Filter, author: Author
) -> tuple[list[StoredTask], int, int]:
    """Those of a list that nobody has decided and the author does not hold, and how many there are of either."""
    ids = [task.id for task in listed]
    claims = task_states.claims(reader, ids, moment=author.recorded_at) if asked.claimed_by is None else {}
    in_hand = {id_ for id_, claim in claims.items() if claim["by"] == author.actor}
    decided = set() if asked.proposed else stored_proposals.of_tasks(reader, ids).keys() - in_hand
    left = in_hand | decided
    return [task for task in listed if task.id not in left], len(in_hand), len(decided)


def choose_named(hub: Hub, ids: Sequence[str]) -> list[Chosen]:
    """These tasks, as they stand now; those that there are not are left out."""
    with hub.database.read() as reader:
        found = stored_tasks.by_ids(reader, sorted(set(ids)))
        etags = task_documents.etags(hub, reader, found)
    return [Chosen(task.id, etags[task.id]) for task in sorted(found, key=lambda task: task.id)]


def _matching(reader: Transaction, asked: Filter) -> Iterator[StoredTask]:
    after: StoredTask | None = None
    count = 0
    while count <= MOST and (page := stored_tasks.page(reader, asked, after=after, limit=PAGE)):
        pairs = [task for task in page if task.left_id is not None and task.right_id is not None]
        yield from pairs
        after, count = page[-1], count + len(pairs)


def decide_many(
    hub: Hub, chosen: Sequence[Chosen], verdict: Verdict, *, reason: str, author: Author, supersede: bool = False
) -> DecidedMany:
    """Say of the two records of each of many tasks that they are the `same`, `distinct` or `related`.

    What has changed since it was read, or is held by somebody else, is left out, and said; so is what contradicts a
    decision, unless `supersede`.

    Raises:
        InvalidInput: there are too many tasks, they are of several entity types, or too many records would be tied.
        Stale: none of the tasks is as it was read.
    """
    said = Said(chosen, verdict, reason, author, supersede)
    name = _one_type(hub, chosen)
    # As `tasks.decide` does, so that nobody decides one of them at the same moment.
    with hub.database.locked(task_states.lock_of(name)):
        many, done = decisions.make(
            hub, hub.entity_type(name), lambda reader: _planned(hub, reader, name, said), author=author,
            supersede=supersede,
        )  # fmt: skip
    return DecidedMany(
        done.decision_id, done.golden_ids, done.redirects, done.position, len(many.tasks), many.left_out
    )  # fmt: skip


def foresee_many(
    hub: Hub, chosen: Sequence[Chosen], verdict: Verdict, *, reason: str, author: Author, supersede: bool = False
) -> tuple[Many, Foreseen]:
    """What `decide_many` would decide, leave out and do as things stand; raises as it does.

    Nothing is written, and nobody waits: it is planned as a decision is, and worked out from what is read at one
    moment. What has arrived is resolved before that, as it would be anyway.
    """
    said = Said(chosen, verdict, reason, author, supersede)
    name = _one_type(hub, chosen)
    resolve_arrived(hub, author=author)
    with hub.database.read() as reader:
        made, many = _planned(hub, reader, name, said)
        return many, foresee(hub, reader, made)


def _planned(hub: Hub, reader: Transaction, name: str, said: Said) -> tuple[Plan, Many]:
    """The decision that is made of tasks of one entity type, by one reading of what stands."""
    entity_type = hub.entity_type(name, seen_by=reader)
    found, records = _as_read(hub, reader, said)
    ruling = Ruling(entity_type, said.verdict, "bulk", said.reason, pairs=tuple(found.keys.values()))
    meets = met(hub, reader, ruling, known={record.key: record for record in records.values()})
    against = {} if said.supersede else meets.contradicted(ruling)
    left_out = [*found.left_out, *_contradicting(found.keys, against)]
    keys = {id_: named for id_, named in found.keys.items() if named not in against}
    if not keys:
        raise Stale("none of these tasks is as it was read; read them again", extra={"left_out": left_out[:SAMPLE]})
    kept = {id_: found.tasks[id_] for id_ in keys}
    if said.verdict == "same":
        _ensure_small(reader, list(kept.values()), records, entity_type.match.piece_limit)
    asks = sample.asks(hub, entity_type, [(task.id, task.kind, task.weight) for task in kept.values()])
    ruling = replace(ruling, pairs=tuple(dict.fromkeys(keys.values())), asks=asks)
    return plan(hub, reader, ruling, meets), Many(kept, keys, left_out)


def _contradicting(keys: Mapping[str, Keys], against: Mapping[Keys, int]) -> Iterator[Document]:
    for id_, named in keys.items():
        if named in against:
            yield {"id": id_, "because": f"contradicts {decision_id(against[named])}"}


def seal(chosen: Sequence[Chosen]) -> str:
    """A digest of tasks as they were read: another one as soon as one of them is another, or has changed."""
    return hashlib.blake2b(canonical(sorted([*one] for one in chosen)), digest_size=12).hexdigest()


def types_of(hub: Hub, chosen: Sequence[Chosen]) -> list[str]:
    """The entity types that these tasks are about."""
    with hub.database.read() as reader:
        return sorted({task.entity_type for task in stored_tasks.by_ids(reader, [one.id for one in chosen])})


def _one_type(hub: Hub, chosen: Sequence[Chosen]) -> str:
    if not 0 < len(chosen) <= MOST:
        detail = f"from 1 to {MOST:,} tasks can be decided at once, not {len(chosen):,}"
        raise InvalidInput(detail, faults=[Fault("/tasks", detail, "limit")])
    types = types_of(hub, chosen)
    if len(types) > 1:
        detail = f"tasks of different entity types cannot be decided at once: {', '.join(types)}"
        raise InvalidInput(detail, faults=[Fault("/tasks", detail, "entity_type")])
    if not types:
        raise Stale("there is none of these tasks", extra={"left_out": [one.id for one in chosen[:SAMPLE]]})
    return types[0]


def _as_read(hub: Hub, reader: Transaction, said: Said) -> tuple[Many, dict[int, StoredRecord]]:
    """Those that are as they were read and that nobody else holds, and the records they are about, by id."""
    read = dict(said.chosen)
    stored = {task.id: task for task in stored_tasks.by_ids(reader, list(read))}
    ends = {id_ for task in stored.values() for id_ in (task.left_id, task.right_id) if id_ is not None}
    records = {record.id: record for record in stored_records.by_column(reader, "id", ends)}
    now = task_documents.etags(hub, reader, list(stored.values()), records=records)
    claims = task_states.claims(reader, list(stored), moment=said.author.recorded_at)
    wrong = {id_: because for id_ in read if (because := _because(stored.get(id_), read[id_], now.get(id_)))}
    wrong |= {
        id_: f"{claim['by']} holds it until {claim['until']}"
        for id_, claim in claims.items()
        if id_ not in wrong and claim["by"] != said.author.actor
    }
    kept = {id_: task for id_, task in sorted(stored.items()) if id_ not in wrong}
    keys = {
        id_: (records[task.left_id or 0].key, records[task.right_id or 0].key) for id_, task in kept.items()
    }  # fmt: skip
    return Many(kept, keys, [{"id": id_, "because": because} for id_, because in sorted(wrong.items())]), records


def _because(task: StoredTask | None, read: str, now: str | None) -> str | None:
    """Why a task is left out, None where it is not."""
    if task is None:
        return "there is no such task"
    if task.left_id is None or task.right_id is None:
        return f"a task of kind {task.kind} is not about a pair"
    if task.status != "open":
        return f"it was closed at position {task.closed}"
    return None if read == now else "its records or their golden records have changed since it was read"


def _ensure_small(
    reader: Transaction, kept: Sequence[StoredTask], records: Mapping[int, StoredRecord], limit: int
) -> None:
    """A decision that would tie more records than may hang together is refused (rule 5)."""
    # What has not arrived yet is in no golden record: it counts by itself, and ties others all the same.
    of = {id_: id_ if record.golden is None else record.golden for id_, record in records.items()}
    groups = joined((of[task.left_id or 0], of[task.right_id or 0]) for task in kept)
    sizes = stored_records.sizes(reader, {number for group in groups for number in group})
    largest = max((sum(sizes.get(number, 1) for number in group) for group in groups), default=0)
    if largest > limit:
        raise InvalidInput(f"that would tie {largest} records together; at most {limit} are allowed")


def preview_many(
    hub: Hub, chosen: Sequence[Chosen], verdict: Verdict, *, reason: str, author: Author, supersede: bool = False
) -> Document:
    """What a bulk decision would do, in totals.

    `{"golden_ids", "redirects", "needs", "totals", "left_out", "worst", "sample"}`. worst: the five pairs that speak
    most against the verdict.  sample: twenty, evenly spread by weight.
    """
    many, done = foresee_many(hub, chosen, verdict, reason=reason, author=author, supersede=supersede)
    told = done.effect
    ordered = sorted(many.tasks.values(), key=lambda task: (task.weight or 0, task.id))
    worst = ordered[:WORST] if verdict == "same" else ordered[::-1][:WORST]
    count = min(SAMPLE, len(ordered))
    return {
        "golden_ids": told.golden_ids, "redirects": told.redirects, "needs": list(done.needs),
        "totals": {
            "tasks": len(ordered), "left_out": len(many.left_out), "redirects": len(told.redirects),
            "golden_records": len(told.golden_ids),
        },
        "left_out": many.left_out,
        "worst": [_shown(task, many) for task in worst],
        "sample": [_shown(task, many) for task in (ordered[place * len(ordered) // count] for place in range(count))],
    }  # fmt: skip


def _shown(task: StoredTask, found: Many) -> Document:
    left, right = (Key.parse(key) for key in found.keys[task.id])
    weight = task.weight
    return {
        "id": task.id, "records": [str(left), str(right)],
        "match_weight": None if weight is None else weight / 1000,
        "match_probability": None if weight is None else probability(weight),
    }  # fmt: skip
