"""Source records in: one, a batch or a file; each accepted once, rejected ones kept in quarantine."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal, NamedTuple, cast

from golden_records.identity import golden_id
from mdm.errors import Fault, InvalidInput
from mdm.ingest import Incoming, Rejected
from mdm.ingest.parts import Parts, written
from mdm.log import Author, Sealed, canonical, key_token, key_tokens
from mdm.services.hub import Hub
from mdm.services.resolving import resolve
from mdm.store import batches, log, records, versions
from mdm.store.batches import Origin, RejectedRow
from mdm.store.database import Transaction

Status = Literal["accepted", "unchanged", "quarantined"]
Body = dict[str, Any]
Said = tuple[object, object, object, object]
"""What a version says: its version, event time, mode and attributes."""


class Outcome(NamedTuple):
    """What became of one item: where it stands in the log, or what was wrong with it."""

    status: Status
    position: int | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """Items of one batch, and of each the fact that it will be if it is accepted (of rejected ones an empty one)."""

    items: Sequence[Incoming | Rejected]
    facts: Sealed
    batch: Origin


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


def prepare(hub: Hub, items: Sequence[Incoming | Rejected], batch: Origin) -> Prepared:
    """Work out all that needs no database: it may be done while the items before are being written."""
    keys = (
        f"{item.source}:{item.entity_type}:{item.source_id}" if isinstance(item, Incoming) else "" for item in items
    )
    bodies = [canonical(_body(item, batch.id)) if isinstance(item, Incoming) else b"" for item in items]
    return Prepared(items, log.sealed(key_tokens(hub.salt, keys), bodies), batch)


def take_in(
    hub: Hub, writer: Transaction, items: Sequence[Incoming | Rejected], *, author: Author, batch: Origin
) -> tuple[list[Outcome], list[RejectedRow]]:
    """Take in many records within a transaction of the caller's; also gives what quarantine should keep."""
    return take_in_prepared(writer, prepare(hub, items, batch), author=author)


def take_in_prepared(
    writer: Transaction, prepared: Prepared, *, author: Author
) -> tuple[list[Outcome], list[RejectedRow]]:
    """Take in what `prepare` made ready within a transaction of the caller's, as `take_in` does."""
    writer.lock_log()
    intake = _Intake(writer, prepared)
    outcomes = intake.take()
    if intake.accepted:
        first = _append(writer, prepared, intake.accepted, author=author)
        outcomes = [_placed(outcome, first) for outcome in outcomes]
    return outcomes, intake.rejected


def _append(writer: Transaction, prepared: Prepared, accepted: Sequence[int], *, author: Author) -> int:
    """Append the facts of accepted items; returns the position of the first."""
    items = cast("Sequence[Incoming]", prepared.items)
    firsts = []
    for entity_type, some in groupby(accepted, key=lambda place: items[place].entity_type):
        places = list(some)
        facts = prepared.facts if len(places) == len(items) else prepared.facts.only(places)
        firsts.append(log.append_sealed(writer, facts, kind="record", entity_type=entity_type, author=author))
    return firsts[0]


def _placed(outcome: Outcome, first: int) -> Outcome:
    """Positions are counted from 0 until the log says where they start."""
    if outcome.position is None or outcome.position > 0:
        return outcome
    return Outcome(outcome.status, first - outcome.position)


class _Intake:
    """Decides for each item whether it is new, there already, or refused, against the log and the items before it."""

    def __init__(self, writer: Transaction, prepared: Prepared) -> None:
        self.writer, self.prepared = writer, prepared
        self.accepted: list[int] = []
        self.rejected: list[RejectedRow] = []
        self.known: dict[int, list[tuple[int, Said]]] = {}
        self.sorts: dict[tuple[str, str], str] = {}

    def take(self) -> list[Outcome]:
        items = self.prepared.items
        tokens = cast("Sequence[int]", self.prepared.facts.tokens)
        wanted = {token for token, item in zip(tokens, items, strict=True) if isinstance(item, Incoming)}
        for token, position, body in log.versions(self.writer, sorted(wanted)):
            self.known.setdefault(token, []).append((position, _said_by(body)))
        pairs = {item[:2] for item in items if isinstance(item, Incoming)}  # its source and entity type
        self.sorts = versions.sorts(self.writer, pairs)
        before = dict(self.sorts)
        outcomes = [self._one(*one) for one in zip(range(len(items)), items, tokens, strict=True)]
        versions.add_sorts(self.writer, {pair: sort for pair, sort in self.sorts.items() if pair not in before})
        return outcomes

    def _one(self, place: int, item: Incoming | Rejected, token: int) -> Outcome:
        if isinstance(item, Rejected):
            return self._reject(item, self.prepared.batch.source, self.prepared.batch.entity_type)
        said = item.version, item.event_time, item.mode, item.attributes
        if token in self.known:
            found = self._among_known(item, said, self.known[token])
            if found is not None:
                return found
        wrong = self._version_sort(item)
        if wrong is not None:
            return self._reject(wrong, item.source, item.entity_type)
        position = -len(self.accepted)
        self.known.setdefault(token, []).append((position, said))
        self.accepted.append(place)
        return Outcome("accepted", position)

    def _among_known(self, item: Incoming, said: Said, known: Sequence[tuple[int, Said]]) -> Outcome | None:
        """Say that the version is there already, or contradicts one that is; None where it is new."""
        same = [(position, one) for position, one in known if one[:2] == said[:2]]
        for position, one in same if item.version is not None or item.event_time is not None else same[-1:]:
            if one == said:
                return Outcome("unchanged", position)
        if not same or item.version is None:
            return None
        detail = f"version {item.version} of {item.source_id!r} is there already with other content"
        return self._reject(_refused(item, "version_conflict", detail), item.source, item.entity_type)

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
        "attributes": item.attributes, "batch": batch, "event_time": item.event_time, "line": item.line,
        "mode": item.mode, "source": item.source, "source_id": item.source_id, "version": item.version,
    }  # fmt: skip


def _said_by(body: Body) -> Said:
    return body["version"], body["event_time"], body["mode"], body["attributes"]


def _refused(item: Incoming, rule: str, detail: str) -> Rejected:
    value = None if item.version is None else str(item.version)
    # Its row is not at hand any more, so it is kept as the whole source record that was made of it.
    members = {name: getattr(item, name) for name in ("source_id", "attributes", "version", "event_time")}
    parts = Parts({**members, "deleted": item.mode == "delete"}, typed=True)
    raw = item.raw or canonical(parts.values).decode()  # a row of parquet has no text of its own
    return Rejected("", item.line, "version", value, rule, detail, raw, parts)


def _where(hub: Hub, incoming: Incoming, outcome: Outcome) -> Put:
    written = f"{incoming.source}:{incoming.entity_type}:{incoming.source_id}"
    with hub.database.read() as reader:
        record = records.by_column(reader, "key_token", [key_token(hub.salt, written)])[0]
        others = len(records.by_column(reader, "golden", [record.golden or 0])) > 1
        doubtful = records.has_open_task(reader, record.id)
    prefix = hub.entity_type(incoming.entity_type).id_prefix
    resolution: Literal["created", "matched", "review"] = "review" if doubtful else "matched" if others else "created"
    return Put(outcome.position or 0, outcome.status, golden_id(prefix, record.golden or 0), resolution)
