"""Accepts records into the log: each version once; those that contradict what is there are refused."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, groupby
from typing import Any, Literal, NamedTuple, cast

import orjson

from mdm.errors import Fault
from mdm.ingest import Incoming, Records, Rejected
from mdm.ingest.parts import Parts, written
from mdm.log import Author, Fact, Sealed, canonical, key_tokens
from mdm.services import absences, source_merges
from mdm.services.source_merges import Saying
from mdm.store import log, versions
from mdm.store.batches import Origin, RejectedRow
from mdm.store.database import Transaction

Status = Literal["accepted", "unchanged", "quarantined"]
Body = dict[str, Any]
Owner = tuple[str, str, str]
"""The source and the entity type of a record, and the sort of version that it comes with."""


class Outcome(NamedTuple):
    """What became of one item: where it stands in the log, or what was wrong with it."""

    status: Status
    position: int | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """Items with all that needs no database: the records as facts, and those that are refused by their places.

    Of each record it also has its owner and the text of its row; `merging` are those whose source says that it merged
    them. The items themselves are let go: many of them at once fill the memory and slow down all the rest.
    """

    facts: Sealed
    owners: Sequence[Owner]
    raws: Sequence[str]
    merging: Mapping[int, Saying]
    refused: Mapping[int, Rejected]
    batch: Origin

    def __len__(self) -> int:
        return len(self.raws) + len(self.refused)


def prepare(salt: bytes, items: Sequence[Incoming | Rejected], batch: Origin) -> Prepared:
    """Work out all that needs no database: it may be done while the items before are being written."""
    records = [item for item in items if isinstance(item, Incoming)]
    keys = [f"{item.source}:{item.entity_type}:{item.source_id}" for item in records]
    tokens = key_tokens(salt, keys)
    return Prepared(
        log.sealed(tokens, [canonical(_body(item, batch.id)) for item in records]),
        [_owner(item) for item in records],
        [item.raw for item in records],
        {place: Saying(tokens[place], item) for place, item in enumerate(records) if item.merged_into},
        {place: item for place, item in enumerate(items) if isinstance(item, Rejected)},
        batch,
    )


def prepare_records(salt: bytes, records: Records, batch: Origin) -> Prepared:
    """Work out for records by column what `prepare` works out for items."""
    ids, raws = list(records.ids), list(records.raws) or [""] * len(records.ids)
    for place, item in records.singles.items():
        ids[place] = item.source_id if isinstance(item, Incoming) else ""
    key = f"{records.source}:{records.entity_type}:"
    tokens = key_tokens(salt, [key + ident for ident in ids])
    owners = [(records.source, records.entity_type, _sort(version)) for version in records.versions]
    bodies = _bodies(records, ids, batch.id)
    refused = {}
    for place, item in sorted(records.singles.items(), reverse=True):
        if isinstance(item, Incoming):
            bodies[place], owners[place] = canonical(_body(item, batch.id)), _owner(item)
        else:
            refused[place] = item
            for column in (tokens, bodies, owners, raws):
                del column[place]  # from the last to the first: places stay right
    return Prepared(log.sealed(tokens, bodies), owners, raws, _merging(records, refused, tokens), refused, batch)


def _merging(records: Records, refused: Container[int], tokens: Sequence[int]) -> dict[int, Saying]:
    """The records that their source says it merged; such rows are always taken one by one."""
    kept = (place for place in range(len(records.ids)) if place not in refused)
    taken = ((now, records.singles.get(place)) for now, place in enumerate(kept if records.singles else ()))
    return {now: Saying(tokens[now], item) for now, item in taken if isinstance(item, Incoming) and item.merged_into}


def _bodies(records: Records, ids: Sequence[str], batch: str) -> list[bytes]:
    """Write the bodies of facts as `canonical` writes what `_body` gives."""
    times = {time: canonical(time).decode() for time in set(records.event_times)}
    versions = {version: canonical(version).decode() for version in set(records.versions)}
    before = f',"batch":{canonical(batch).decode()},"event_time":'
    source = f',"mode":"put","source":{canonical(records.source).decode()},"source_id":'
    joined_ids = "".join(ids)
    plain = joined_ids.isprintable() and '"' not in joined_ids and "\\" not in joined_ids
    written = [f'"{ident}"' for ident in ids] if plain else [canonical(ident).decode() for ident in ids]
    rows = zip(records.attributes, records.event_times, records.lines, written, records.versions, strict=True)
    return [
        f'{{"attributes":{attributes}{before}{times[time]},"line":{line}{source}{ident},"version":{versions[version]}}}'.encode()
        for attributes, time, line, ident, version in rows
    ]


def joined(parts: Sequence[Prepared]) -> Prepared:
    """Put parts of one batch together, in their order."""
    refused: dict[int, Rejected] = {}
    for start, part in zip(accumulate(map(len, parts), initial=0), parts, strict=False):
        refused.update((start + place, item) for place, item in part.refused.items())
    merging: dict[int, Saying] = {}
    for start, part in zip(accumulate((len(part.raws) for part in parts), initial=0), parts, strict=False):
        merging.update((start + place, saying) for place, saying in part.merging.items())
    return Prepared(
        Sealed.joined([part.facts for part in parts]),
        list(chain.from_iterable(part.owners for part in parts)),
        list(chain.from_iterable(part.raws for part in parts)),
        merging,
        refused,
        parts[0].batch,
    )


def accept(writer: Transaction, prepared: Prepared, *, author: Author) -> tuple[list[Outcome], list[RejectedRow]]:
    """Append what is new, under the global lock; gives the outcome of each item, and what quarantine should keep."""
    writer.lock_log()
    intake = _Intake(writer, prepared)
    if intake.all_new():
        count = len(prepared.owners)
        first = _append(writer, prepared, range(count), author=author)
        outcomes = [Outcome("accepted", position) for position in range(first, first + count)]
    else:
        outcomes = intake.one_by_one()
        first = _append(writer, prepared, intake.accepted, author=author)
        outcomes = [_placed(outcome, first) for outcome in outcomes]
    intake.keep_sorts()
    if prepared.refused:
        left, batch = iter(outcomes), prepared.batch
        outcomes = [
            intake.reject(prepared.refused[place], batch.source, batch.entity_type)
            if place in prepared.refused
            else next(left)
            for place in range(len(prepared))
        ]
    return outcomes, intake.rejected


def _append(writer: Transaction, prepared: Prepared, accepted: Sequence[int | Fact], *, author: Author) -> int:
    """Append the facts of accepted records, given by their places, and others; returns the position of the first.

    Without any it is 0.
    """
    firsts = []
    for entity_type, some in groupby(
        accepted, key=lambda one: prepared.owners[one][1] if isinstance(one, int) else None
    ):
        if entity_type is None:
            firsts.append(log.append(writer, cast("list[Fact]", list(some)), author=author))
            continue
        places = cast("list[int]", list(some))
        facts = prepared.facts if len(places) == len(prepared.owners) else prepared.facts.only(places)
        firsts.append(log.append_sealed(writer, facts, kind="record", entity_type=entity_type, author=author))
    return firsts[0] if firsts else 0


def _placed(outcome: Outcome, first: int) -> Outcome:
    """Positions are counted from 0 until the log says where they start."""
    if outcome.position is None or outcome.position > 0:
        return outcome
    return Outcome(outcome.status, first - outcome.position)


class _Intake:
    """Decides for each record whether it is new, there already, or refused, against the log and those before it."""

    def __init__(self, writer: Transaction, prepared: Prepared) -> None:
        self.writer, self.prepared = writer, prepared
        self.tokens = cast("Sequence[int]", prepared.facts.tokens)
        self.distinct = set(self.tokens)
        self.owners = set(prepared.owners)
        self.accepted: list[int | Fact] = []
        self.rejected: list[RejectedRow] = []
        self.known: dict[int, list[tuple[int, Body]]] = {}
        for token, position, body in log.versions(writer, sorted(self.distinct)):
            self.known.setdefault(token, []).append((position, body))
        self.before = versions.sorts(writer, {owner[:2] for owner in self.owners})
        self.sorts = dict(self.before)

    def all_new(self) -> bool:
        """Whether all records can be accepted as they are.

        Nothing is known of any, none comes twice or was merged, and each source sends one sort of version.
        """
        sorts = {owner[:2]: owner[2] for owner in self.owners} | self.before
        agreed = all(sorts[owner[:2]] == owner[2] for owner in self.owners)
        if self.known or self.prepared.merging or not agreed or len(self.distinct) < len(self.tokens):
            return False
        self.sorts = sorts
        return True

    def keep_sorts(self) -> None:
        """Remember the sort of version that a source has sent for the first time."""
        versions.add_sorts(self.writer, {pair: sort for pair, sort in self.sorts.items() if pair not in self.before})

    def reject(self, item: Rejected, source: str, entity_type: str) -> Outcome:
        """Set a row apart for quarantine."""
        why = item.line, item.column, item.value, item.rule, item.detail
        self.rejected.append(RejectedRow(source, entity_type, *why, item.raw, written(item.parts)))
        pointer = f"/{item.column}" if item.column else ""
        return Outcome("quarantined", None, (Fault(pointer, item.detail, item.rule, item.value),))

    def one_by_one(self) -> list[Outcome]:
        """Judge each record in turn; positions are counted from 0, as `_placed` says."""
        outcomes = []
        for place, token in enumerate(self.tokens):
            body = orjson.loads(self.prepared.facts.bodies[place])
            outcome = self._known(place, body, self.known.get(token, ())) or self._version_sort(place, body)
            outcome = outcome or self._accept(place, token, body)
            revived = None if outcome.faults else self._revived(place, body, known=outcome.status == "unchanged")
            outcomes.append(outcome if revived is None else self._accept(revived, token, {**revived.body}))
        if self.prepared.merging:
            self._merge(outcomes)
        return outcomes

    def _accept(self, one: int | Fact, token: int, body: Body) -> Outcome:
        outcome = Outcome("accepted", -len(self.accepted))
        self.known.setdefault(token, []).append((-len(self.accepted), body))
        self.accepted.append(one)
        return outcome

    def _merge(self, outcomes: list[Outcome]) -> None:
        """Add the merges that records taken speak of, after all records; one that says nothing else new is accepted."""
        merging = {place: one for place, one in self.prepared.merging.items() if not outcomes[place].faults}
        for place, fact in source_merges.facts_of(self.writer, merging, batch=self.prepared.batch).items():
            if outcomes[place].status == "unchanged":
                outcomes[place] = Outcome("accepted", -len(self.accepted))
            self.accepted.append(fact)

    def _revived(self, place: int, body: Body, *, known: bool) -> Fact | None:
        """Bring back a record that snapshots did not hold: a file that is one does, or its last version comes again."""
        token = cast("int", self.prepared.facts.tokens[place])
        gone = absences.tombstone_on_top(self.known[token])
        if gone is None or body["mode"] == "delete":
            return None
        batch = self.prepared.batch
        if not batch.snapshot and not (known and _stamp(body) == _stamp(gone)):
            return None
        back = absences.revival(gone, batch=batch.id, line=body["line"])
        return Fact("record", self.prepared.owners[place][1], back, token)

    def _known(self, place: int, body: Body, known: Sequence[tuple[int, Body]]) -> Outcome | None:
        """Say that the version is there already, or contradicts one that is; None where it is new."""
        same = [(position, one) for position, one in known if _stamp(one) == _stamp(body)]
        for position, one in same[-1:] if _stamp(body) == (None, None) else same:
            if _content(one) == _content(body):
                return Outcome("unchanged", position)
        if not same or body["version"] is None:
            return None
        detail = f"version {body['version']} of {body['source_id']!r} is there already with other content"
        return self._refuse(place, body, "version_conflict", detail)

    def _version_sort(self, place: int, body: Body) -> Outcome | None:
        """A source sends integers, times or no version at all, always the same."""
        source, entity_type, sort = self.prepared.owners[place]
        known = self.sorts.setdefault((source, entity_type), sort)
        if known == sort:
            return None
        detail = f"{source} has sent {_WORDS[known]} so far, and this record comes with {_WORDS[sort]}"
        return self._refuse(place, body, "version_sort", detail)

    def _refuse(self, place: int, body: Body, rule: str, detail: str) -> Outcome:
        source, entity_type, _ = self.prepared.owners[place]
        if place in self.prepared.merging:
            body = {**body, "merged_into": self.prepared.merging[place].item.merged_into}
        return self.reject(_refused(body, self.prepared.raws[place], rule, detail), source, entity_type)


_WORDS = {"none": "no version", "integer": "whole numbers as versions", "time": "times as versions"}


def _owner(item: Incoming) -> Owner:
    return item.source, item.entity_type, _sort(item.version)


def _sort(version: int | str | None) -> str:
    return "none" if version is None else "integer" if isinstance(version, int) else "time"


def _body(item: Incoming, batch: str) -> Body:
    return {
        "attributes": item.attributes, "batch": batch, "event_time": item.event_time, "line": item.line,
        "mode": item.mode, "source": item.source, "source_id": item.source_id, "version": item.version,
    }  # fmt: skip


def _stamp(body: Body) -> tuple[object, object]:
    return body["version"], body["event_time"]


def _content(body: Body) -> tuple[object, object]:
    return body["mode"], body["attributes"]


def _refused(body: Body, raw: str, rule: str, detail: str) -> Rejected:
    value = None if body["version"] is None else str(body["version"])
    # Its columns are not at hand any more, so it is kept as the whole source record that was made of it.
    named = ("source_id", "attributes", "version", "event_time", "merged_into")
    members = {name: body[name] for name in named if name in body}
    parts = Parts({**members, "deleted": body["mode"] == "delete"}, typed=True)
    raw = raw or canonical(parts.values).decode()  # a row of parquet has no text of its own
    return Rejected("", body["line"], "version", value, rule, detail, raw, parts)
