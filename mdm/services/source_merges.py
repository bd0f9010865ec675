"""A source says that it merged two of its own records: each such word becomes a must-link (rule 6)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from golden_records.identity import golden_id
from mdm.errors import Fault, InvalidInput
from mdm.ingest import Incoming
from mdm.log import Author, Fact, Key, key_token
from mdm.resolution.fold import order
from mdm.services.hub import Hub
from mdm.services.resolving import resolve
from mdm.store import log, records
from mdm.store.batches import Origin
from mdm.store.database import Transaction

Body = dict[str, Any]
Known = defaultdict[int, list[tuple[int, Body]]]
"""What was said of each loser so far: (position, body) by its key token."""


class Saying(NamedTuple):
    """A record whose source says into which other it was merged, and its key token."""

    token: int
    item: Incoming


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
    if loser.source_id == into:
        detail = f"{loser} cannot be merged into itself"
        raise InvalidInput(detail, faults=[Fault("/into", detail, "itself", into)])
    token = key_token(hub.salt, str(loser))
    said = Incoming(loser.source, loser.entity_type, loser.source_id, {}, None, None, "patch", merged_into=into)
    with hub.database.write() as writer:
        writer.lock_log()
        fact = facts_of(writer, {0: Saying(token, said)}, batch=Origin()).get(0)
        if fact is None:
            found = Merged(max(_known(writer, [token])[token], key=order)[0], "unchanged")
        else:
            found = Merged(log.append(writer, [fact], author=author), "accepted")
    return _resolved(hub, loser, found, author) if wait else found


def facts_of(writer: Transaction, merging: Mapping[int, Saying], *, batch: Origin) -> dict[int, Fact]:
    """The merges that these records speak of and the log does not yet, by the number of the record; the log is locked.

    One without version and event time takes those of the merge that holds, so that the latest word does.
    """
    known = _known(writer, sorted({token for token, _ in merging.values()}))
    found: dict[int, Fact] = {}
    for number, (token, item) in merging.items():
        body = _body(item, known[token], batch.id)
        if body is not None:
            found[number] = Fact("source_merge", item.entity_type, body, token)
            known[token].append((_AFTER_ALL + number, body))
    return found


# Where facts stand that are not in the log yet: after all that are.
_AFTER_ALL = 2**62


def _body(item: Incoming, known: list[tuple[int, Body]], batch: str) -> Body | None:
    version, event_time = item.version, item.event_time
    if version is None and event_time is None:
        holds = max(known, key=order)[1] if known else None
        told = holds is not None and holds["into"] == item.merged_into
        if holds is not None:
            version, event_time = holds["version"], holds["event_time"]
    else:
        same = [body["into"] for _, body in known if (body["version"], body["event_time"]) == (version, event_time)]
        told = item.merged_into in same[-1:]
    if told:
        return None
    return {
        "source": item.source, "source_id": item.source_id, "into": item.merged_into, "version": version,
        "event_time": event_time, "batch": batch, "line": item.line,
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
