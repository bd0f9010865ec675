"""A source says that it merged two of its own records: each such word becomes a must-link (rule 6)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from golden_records.identity import golden_id
from mdm.errors import Fault, InvalidInput
from mdm.log import Author, Fact, Key, key_token
from mdm.resolution.fold import order
from mdm.services.hub import Hub
from mdm.services.intake.prepared import Saying
from mdm.services.known_keys import known
from mdm.services.resolving import resolve
from mdm.store import log, records
from mdm.store.batches import Origin
from mdm.store.database import Transaction

Body = dict[str, Any]
Known = defaultdict[int, list[tuple[int, Body]]]
"""What was said of each loser so far: (position, body) by its key token."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The answer to one merge: acknowledged, and when it was waited for, the golden record the loser belongs to."""

    position: int
    status: Literal["accepted", "unchanged"]
    golden_id: str | None = None


def merge(hub: Hub, loser: Key, into: str, *, author: Author, wait: bool) -> Merged:
    """Say that a source merged one of its records into another; neither needs to have arrived.

    The latest word on a loser holds. It is a must-link and no order: a verdict that says otherwise stands above it.

    Raises:
        InvalidInput: a record is merged into itself.
    """
    loser, survivor = known(hub, [loser, replace(loser, source_id=into)])
    into = survivor.source_id
    if loser == survivor:
        detail = f"{loser} cannot be merged into itself"
        raise InvalidInput(detail, faults=[Fault("/into", detail, "itself", into)])
    token = key_token(hub.salt, str(loser))
    said = Saying(token, loser.source, loser.entity_type, loser.source_id, into, None, None, 0)
    with hub.database.write() as writer:
        writer.lock_log()
        facts = [fact for _, fact in facts_of(writer, [(0, said)], batch=Origin())]
        if facts:
            found = Merged(log.append(writer, facts, author=author), "accepted")
        else:
            found = Merged(max(_known(writer, [token])[token], key=order)[0], "unchanged")
    return _resolved(hub, loser, found, author) if wait else found


def facts_of(writer: Transaction, said: Sequence[tuple[int, Saying]], *, batch: Origin) -> list[tuple[int, Fact]]:
    """The merges that these records speak of and the log does not yet, by the number of the record; the log is locked.

    One without version and event time takes those of the merge that holds, so that the latest word does; not so where
    a survivor lists its losers, which it may do for ever: their own words stand above that.
    """
    known = _known(writer, sorted({one.token for _, one in said}))
    found: list[tuple[int, Fact]] = []
    for number, one in said:
        body = _body(one, known[one.token], batch.id)
        if body is not None:
            known[one.token].append((_AFTER_ALL + len(found), body))
            found.append((number, Fact("source_merge", one.entity_type, body, one.token)))
    return found


# Where facts stand that are not in the log yet: after all that are.
_AFTER_ALL = 2**62


def _body(said: Saying, known: list[tuple[int, Body]], batch: str) -> Body | None:
    version, event_time = said.version, said.event_time
    if version is None and event_time is None and not said.by_survivor:
        holds = max(known, key=order)[1] if known else None
        told = holds is not None and holds["into"] == said.into
        if holds is not None:
            version, event_time = holds["version"], holds["event_time"]
    else:
        same = [body["into"] for _, body in known if (body["version"], body["event_time"]) == (version, event_time)]
        told = said.into in same[-1:]
    if told:
        return None
    return {
        "source": said.source, "source_id": said.loser, "into": said.into, "version": version,
        "event_time": event_time, "batch": batch, "line": said.line,
    }  # fmt: skip


def _known(writer: Transaction, tokens: Sequence[int]) -> Known:
    known: Known = defaultdict(list)
    for token, position, body in log.said_of(writer, "source_merge", tokens):
        known[token].append((position, body))
    return known


def _resolved(hub: Hub, loser: Key, found: Merged, author: Author) -> Merged:
    resolve(hub, loser.entity_type, author=author, upto=found.position)
    with hub.database.read() as reader:
        stored = records.by_column(reader, "key_token", [key_token(hub.salt, str(loser))])
    if not stored or stored[0].golden is None:
        return found
    prefix = hub.entity_type(loser.entity_type).id_prefix
    return Merged(found.position, found.status, golden_id(prefix, stored[0].golden))
