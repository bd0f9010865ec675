"""Source records in: one, a batch or a file; each accepted once, rejected ones kept in quarantine."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from golden_records.identity import golden_id
from mdm.errors import Fault, InvalidInput
from mdm.ingest import Incoming, Rejected
from mdm.ingest.parts import Parts, written
from mdm.log import Author, Fact, key_token
from mdm.services import absences, source_merges
from mdm.services.hub import Hub
from mdm.services.resolving import resolve
from mdm.store import batches, log, records, versions
from mdm.store.batches import Origin, RejectedRow
from mdm.store.database import Transaction

Status = Literal["accepted", "unchanged", "quarantined"]
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one item: where it stands in the log, or what was wrong with it."""

    status: Status
    position: int | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Put:
    """The answer to one record: acknowledged, and when it was waited for, the golden record it belongs to."""

    position: int
    status: Status
    golden_id: str | None = None
    resolution: Literal["created", "matched", "review"] | None = None


def put(hub: Hub, incoming: Incoming, *, author: Author, wait: bool) -> Put:
    """Take in one record, durably; with `wait` resolve it and say where it went."""
    outcome = put_many(hub, [incoming], author=author, batch=Origin(), keep=False)[0]
    if outcome.status == "quarantined" or outcome.position is None:
        raise InvalidInput(outcome.faults[0].detail, faults=outcome.faults)
    if not wait:
        return Put(outcome.position, outcome.status)
    resolve(hub, incoming.entity_type, author=author, upto=outcome.position)
    return _where(hub, incoming, outcome)


def put_many(
    hub: Hub, items: Sequence[Incoming | Rejected], *, author: Author, batch: Origin, keep: bool = True
) -> list[Outcome]:
    """Take in many records of any types in one transaction; with `keep`, rejected ones go to quarantine."""
    with hub.database.write() as writer:
        outcomes, rejected = take_in(hub, writer, items, author=author, batch=batch)
        if keep:
            batches.quarantine(writer, batch, rejected, recorded_at=author.recorded_at)
    return outcomes


def take_in(
    hub: Hub, writer: Transaction, items: Sequence[Incoming | Rejected], *, author: Author, batch: Origin
) -> tuple[list[Outcome], list[RejectedRow]]:
    """Take in many records within a transaction of the caller's; also gives what quarantine should keep."""
    writer.lock_log()
    intake = _Intake(hub, writer, batch)
    outcomes = intake.take(items)
    taken = {n: item for n, item in enumerate(items) if isinstance(item, Incoming) and outcomes[n].faults == ()}
    for number, fact in source_merges.facts_of(hub, writer, taken, batch=batch).items():
        if outcomes[number].status == "unchanged":
            outcomes[number] = Outcome("accepted", -len(intake.facts))
        intake.facts.append(fact)
    if intake.facts:
        first = log.append(writer, intake.facts, author=author)
        outcomes = [_placed(outcome, first) for outcome in outcomes]
    return outcomes, intake.rejected


def _placed(outcome: Outcome, first: int) -> Outcome:
    """Positions are counted from 0 until the log says where they start."""
    if outcome.status == "quarantined" or outcome.position is None or outcome.position > 0:
        return outcome
    return Outcome(outcome.status, first - outcome.position)


class _Intake:
    """Decides for each item whether it is new, there already, or refused, against the log and the items before it."""

    def __init__(self, hub: Hub, writer: Transaction, batch: Origin) -> None:
        self.hub, self.writer, self.batch = hub, writer, batch.id
        self.snapshot = batch.snapshot
        self.origin = batch.source, batch.entity_type
        self.facts: list[Fact] = []
        self.rejected: list[RejectedRow] = []
        self.known: defaultdict[int, list[tuple[int, Body]]] = defaultdict(list)
        self.sorts: dict[tuple[str, str], str] = {}

    def take(self, items: Sequence[Incoming | Rejected]) -> list[Outcome]:
        tokens = [
            key_token(self.hub.salt, f"{item.source}:{item.entity_type}:{item.source_id}")
            if isinstance(item, Incoming)
            else 0
            for item in items
        ]
        wanted = {token for token, item in zip(tokens, items, strict=True) if isinstance(item, Incoming)}
        for token, position, body in log.versions(self.writer, sorted(wanted)):
            self.known[token].append((position, body))
        pairs = {(item.source, item.entity_type) for item in items if isinstance(item, Incoming)}
        self.sorts = versions.sorts(self.writer, pairs)
        before = dict(self.sorts)
        outcomes = [self._one(item, token) for item, token in zip(items, tokens, strict=True)]
        versions.add_sorts(self.writer, {pair: sort for pair, sort in self.sorts.items() if pair not in before})
        return outcomes

    def _one(self, item: Incoming | Rejected, token: int) -> Outcome:
        if isinstance(item, Rejected):
            return self._reject(item, *self.origin)
        body = _body(item, self.batch)
        same = [(position, known) for position, known in self.known[token] if _stamp(known) == _stamp(body)]
        for position, known in same if item.version is not None or item.event_time is not None else same[-1:]:
            if _content(known) == _content(body):
                return self._there_again(item, token, known) or Outcome("unchanged", position)
        if same and item.version is not None:
            detail = f"version {item.version} of {item.source_id!r} is there already with other content"
            return self._reject(_refused(item, "version_conflict", detail), item.source, item.entity_type)
        wrong = self._version_sort(item)
        if wrong is not None:
            return self._reject(wrong, item.source, item.entity_type)
        accepted = self._accept(item, token, body)
        return self._there_again(item, token) or accepted

    def _accept(self, item: Incoming, token: int, body: Body) -> Outcome:
        position = -len(self.facts)
        self.known[token].append((-len(self.facts), body))
        self.facts.append(Fact("record", item.entity_type, body, token))
        return Outcome("accepted", position)

    def _there_again(self, item: Incoming, token: int, said: Body | None = None) -> Outcome | None:
        """Revive a record that snapshots did not hold when a file that is one does, or its last version comes again."""
        gone = absences.tombstone_on_top(self.known[token])
        if gone is None or item.mode == "delete":
            return None
        if self.snapshot or (said is not None and _stamp(said) == _stamp(gone)):
            return self._accept(item, token, absences.revival(gone, batch=self.batch, line=item.line))
        return None

    def _version_sort(self, item: Incoming) -> Rejected | None:
        """A source sends integers, times or no version at all, always the same."""
        sort = "none" if item.version is None else "integer" if isinstance(item.version, int) else "time"
        known = self.sorts.setdefault((item.source, item.entity_type), sort)
        if known == sort:
            return None
        detail = f"{item.source} has sent {_WORDS[known]} so far, and this record comes with {_WORDS[sort]}"
        return _refused(item, "version_sort", detail)

    def _reject(self, item: Rejected, source: str, entity_type: str) -> Outcome:
        why = item.line, item.column, item.value, item.rule, item.detail
        self.rejected.append(RejectedRow(source, entity_type, *why, item.raw, written(item.parts)))
        pointer = f"/{item.column}" if item.column else ""
        return Outcome("quarantined", None, (Fault(pointer, item.detail, item.rule, item.value),))


_WORDS = {"none": "no version", "integer": "whole numbers as versions", "time": "times as versions"}


def _body(item: Incoming, batch: str) -> Body:
    return {
        "source": item.source, "source_id": item.source_id, "version": item.version, "event_time": item.event_time,
        "mode": item.mode, "attributes": item.attributes, "batch": batch, "line": item.line,
    }  # fmt: skip


def _stamp(body: Body) -> tuple[object, object]:
    return body["version"], body["event_time"]


def _content(body: Body) -> tuple[object, object]:
    return body["mode"], body["attributes"]


def _refused(item: Incoming, rule: str, detail: str) -> Rejected:
    value = None if item.version is None else str(item.version)
    # Its row is not at hand any more, so it is kept as the whole source record that was made of it.
    members = {
        name: getattr(item, name) for name in ("source_id", "attributes", "version", "event_time", "merged_into")
    }
    parts = Parts({**members, "deleted": item.mode == "delete"}, typed=True)
    return Rejected("", item.line, "version", value, rule, detail, item.raw, parts)


def _where(hub: Hub, incoming: Incoming, outcome: Outcome) -> Put:
    written = f"{incoming.source}:{incoming.entity_type}:{incoming.source_id}"
    with hub.database.read() as reader:
        record = records.by_column(reader, "key_token", [key_token(hub.salt, written)])[0]
        others = len(records.by_column(reader, "golden", [record.golden or 0])) > 1
        doubtful = records.has_open_task(reader, record.id)
    prefix = hub.entity_type(incoming.entity_type).id_prefix
    resolution: Literal["created", "matched", "review"] = "review" if doubtful else "matched" if others else "created"
    return Put(outcome.position or 0, outcome.status, golden_id(prefix, record.golden or 0), resolution)
