"""What records that arrive are: new, there already, echoes, later records of an id, or contradictions to be refused."""

from collections.abc import Sequence
from functools import cached_property
from typing import Literal, NamedTuple, cast

import numpy as np
import orjson

from mdm.errors import Fault
from mdm.ingest import Rejected
from mdm.ingest.columns import MARKS
from mdm.ingest.parts import Parts, written
from mdm.log import Fact, Key, canonical, key_token
from mdm.resolution.fold import order
from mdm.services.hub import Hub
from mdm.services.intake import absences, incarnations, source_merges
from mdm.services.intake.echoes import Echoes
from mdm.services.intake.prepared import Body, Marked, Prepared, Saying
from mdm.services.intake.told_changes import ToldChanges, fact_of
from mdm.store import log, versions
from mdm.store.batches import Origin, RejectedRow
from mdm.store.database import Transaction

Status = Literal["accepted", "unchanged", "quarantined"]


class Age(NamedTuple):
    """How old a version of a record is, by the word of its source."""

    version: int | str | None
    event_time: str | None


class Outcome(NamedTuple):
    """What became of one item: where it stands in the log, or what was wrong with it.

    `older_than`: the newest version of its record, where that is newer than the one that was accepted.
    """

    status: Status
    position: int | None = None
    faults: tuple[Fault, ...] = ()
    older_than: Age | None = None


class Arrivals:
    """Decides for each record whether it is new, there already, or refused, against the log and those before it."""

    def __init__(self, hub: Hub, writer: Transaction, prepared: Prepared, batch: Origin) -> None:
        self.hub, self.writer, self.prepared, self.batch = hub, writer, prepared, batch
        self.tokens = cast("Sequence[int]", prepared.facts.tokens)
        self.distinct: list[int] = np.unique(np.asarray(self.tokens, dtype=np.int64)).tolist()
        self.owners = set(prepared.owners)
        self.accepted: list[int | Fact] = []
        self.rejected: list[RejectedRow] = []
        self.known: dict[int, list[tuple[int, Body]]] = {}
        self.later: dict[int, tuple[int, str]] = {}
        for token, position, body in log.versions(writer, self.distinct):
            self.known.setdefault(token, []).append((position, body))
        self.before = versions.sorts(writer, {owner[:2] for owner in self.owners})
        self.sorts = dict(self.before)

    def all_new(self) -> bool:
        """Whether all records can be accepted as they are.

        Nothing is known of any, none comes twice or was merged, and each source sends one sort of version.
        """
        sorts = {owner[:2]: owner[2] for owner in self.owners} | self.before
        agreed = all(sorts[owner[:2]] == owner[2] for owner in self.owners)
        if self.known or self.prepared.marked or not agreed or len(self.distinct) < len(self.tokens):
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
        for place, (token, written_body) in enumerate(zip(self.tokens, self.prepared.facts.each_body(), strict=True)):
            outcomes.append(self._judge(place, token, orjson.loads(written_body)))
        if self.prepared.marked:
            self._merge(outcomes)
        return outcomes

    def _judge(self, place: int, token: int, body: Body) -> Outcome:
        one: int | Fact = place
        if token in self.reused or "created" in body:
            if "created" not in body:
                return self._refuse(place, body, "incarnation", _used_again(body))
            found = self._incarnation(place, token, body)
            one, token, body = (place, token, body) if found is None else found
        known = self.known.get(token, [])
        if body["mode"] == "changed":
            return self._changed(place, token, body, known)
        outcome = self._known(place, body, known) or self._version_sort(place, body)
        if outcome is None and known and self.echoes is not None:
            outcome = self._echo(place, token, body)
        there = outcome is not None
        outcome = self._accept(one, token, body) if outcome is None else self._fetched(place, token, body, outcome)
        revived = None if outcome.faults else self._revived(place, token, body, known=there)
        return outcome if revived is None else self._accept(revived, token, {**revived.body})

    @cached_property
    def reused(self) -> set[int]:
        """The key tokens of ids that their source has used again."""
        known = sorted({token for token, told in self.known.items() for _, body in told if "created" in body})
        return {token for token, _, _ in log.said_of(self.writer, "incarnation", known)}

    def _incarnation(self, place: int, token: int, body: Body) -> tuple[Fact, int, Body] | None:
        """Another record where one with the id was created at another time: a fact, its key token and its body."""
        first = incarnations.created_of(self.known.get(token, ()))
        if first in {None, body["created"]}:
            return None
        source, entity_type, _ = self.prepared.owners[place]
        plain = Key(source, entity_type, body["source_id"])
        later = incarnations.later_key(plain, body["created"])
        found = key_token(self.hub.salt, str(later))
        if found not in self.known:
            self.known[found] = [(position, one) for _, position, one in log.versions(self.writer, [found])]
            if not self.known[found] and body["mode"] != "changed":
                self.accepted.append(incarnations.fact_of(plain, body["created"], token))
        if body["mode"] != "changed":
            self.reused.add(token)
        self.later[place] = found, later.source_id
        body = {**body, "source_id": later.source_id}
        return Fact("record", entity_type, body, found), found, body

    @cached_property
    def echoes(self) -> Echoes | None:
        """Reads what the hub has published of the records that are known; None where the hub writes to no source."""
        types = self.hub.entity_types(seen_by=self.writer)
        if not any(of in types and types[of].source(source).is_written_to for source, of, _ in self.owners):
            return None
        owners = {token: owner[:2] for token, owner in zip(self.tokens, self.prepared.owners, strict=True)}
        known = {token: owner for token, owner in owners.items() if token in self.known}
        return Echoes(self.writer, types, known)

    def _echo(self, place: int, token: int, body: Body) -> Outcome | None:
        """Say that a version of a known record is what the hub wrote itself; None where it is not."""
        owner, origin = self.prepared.owners[place][:2], body.get("origin")
        if self.echoes is None or not self.echoes.is_one(owner, token, body, origin=origin):
            return None
        return Outcome("unchanged", self.known[token][-1][0])

    @cached_property
    def told_changes(self) -> ToldChanges:
        """The words of sources that a record has changed."""
        return ToldChanges(self.writer, self.distinct)

    def _changed(self, place: int, token: int, body: Body, known: Sequence[tuple[int, Body]]) -> Outcome:
        """Take the word of a source that a record has changed; `unchanged` where that is known, or has come.

        It says nothing of what sort of version the source's records have, but must not contradict it.
        """
        is_known = body["version"] is not None and self.prepared.owners[place][:2] in self.sorts
        if is_known and (wrong := self._version_sort(place, body)) is not None:
            return wrong
        if not self.told_changes.is_news(token, body, known, at=-len(self.accepted)):
            return Outcome("unchanged", self.told_changes.last(token, known))
        return self._add(fact_of("changed", self.prepared.owners[place][1], token, body))

    def _fetched(self, place: int, token: int, body: Body, outcome: Outcome) -> Outcome:
        """Note that a version that is known came again where its source had said that the record changed."""
        known = self.known.get(token, ())
        if outcome.faults or not self.told_changes.is_answer(token, body, known, at=-len(self.accepted)):
            return outcome
        return self._add(fact_of("fetched", self.prepared.owners[place][1], token, body))

    def _add(self, fact: Fact) -> Outcome:
        self.accepted.append(fact)
        return Outcome("accepted", 1 - len(self.accepted))

    def _accept(self, one: int | Fact, token: int, body: Body) -> Outcome:
        known = self.known.setdefault(token, [])
        outcome = Outcome("accepted", -len(self.accepted), older_than=_newer_one(body, known))
        known.append((-len(self.accepted), body))
        self.accepted.append(one)
        return outcome

    def _merge(self, outcomes: list[Outcome]) -> None:
        """Add the merges that records taken speak of, after all records; one that says nothing else new is accepted."""
        said = [
            (place, saying)
            for place, marked in self.prepared.marked.items()
            if not outcomes[place].faults
            for saying in self._sayings(place, marked)
        ]
        for place, fact in source_merges.facts_of(self.writer, said, batch=self.batch):
            if outcomes[place].status == "unchanged":
                outcomes[place] = Outcome("accepted", -len(self.accepted))
            self.accepted.append(fact)

    def _sayings(self, place: int, marked: Marked) -> list[Saying]:
        """The merges that a record speaks of, under the key that it was given where its id was used again."""
        if place not in self.later:
            return list(marked.sayings)
        token, own = self.later[place]
        return [
            one._replace(into=own) if one.by_survivor else one._replace(token=token, loser=own)
            for one in marked.sayings
        ]

    def _revived(self, place: int, token: int, body: Body, *, known: bool) -> Fact | None:
        """Bring back a record that snapshots did not hold: a file that is one does, or its last version comes again."""
        gone = absences.tombstone_on_top(self.known[token])
        if gone is None or body["mode"] == "delete":
            return None
        if not self.batch.snapshot and not (known and _stamp(body) == _stamp(gone)):
            return None
        back = absences.revival(gone, batch=self.batch.id, line=body["line"])
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
        if place in self.prepared.marked:
            item = self.prepared.marked[place].item
            body = {**body, "merged_into": item.merged_into, "merged_from": [*item.merged_from]}
            body |= {"source_id": item.source_id, "created": item.created, "origin": item.origin}
        return self.reject(_refused(body, self.prepared.raws[place], rule, detail), source, entity_type)


def _used_again(body: Body) -> str:
    return f"the id {body['source_id']!r} was used again; say with `created` which of its records is meant"


_WORDS = {"none": "no version", "integer": "whole numbers as versions", "time": "times as versions"}


def _newer_one(body: Body, known: Sequence[tuple[int, Body]]) -> Age | None:
    """The newest version of a record, where it is newer than this one, which then changes nothing that it says."""
    ages = [Age(one["version"], one["event_time"]) for _, one in known if order((0, one)) > order((0, body))]
    return max(ages, key=lambda age: order((0, age._asdict())), default=None)


def _stamp(body: Body) -> tuple[object, object]:
    return body["version"], body["event_time"]


def _content(body: Body) -> tuple[object, object]:
    return body["mode"], body["attributes"]


def _refused(body: Body, raw: str, rule: str, detail: str) -> Rejected:
    value = None if body["version"] is None else str(body["version"])
    # Its columns are not at hand any more, so it is kept as the whole source record that was made of it.
    named = ("source_id", "attributes", "version", "event_time", *MARKS)
    members = {name: body[name] for name in named if name in body}
    said = {"deleted": body["mode"] == "delete", "partial": body["mode"] == "patch"}
    if body["mode"] == "changed":
        said, members = {"changed": True}, {name: value for name, value in members.items() if name != "attributes"}
    parts = Parts({**members, **said}, typed=True)
    raw = raw or canonical(parts.values).decode()  # a row of parquet has no text of its own
    return Rejected("", body["line"], "version", value, rule, detail, raw, parts)
