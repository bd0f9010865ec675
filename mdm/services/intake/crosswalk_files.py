"""Bring the crosswalk of an old master along: its ids become source records, and each row a must-link."""

import hashlib
import time
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from mdm.ingest import STDIN, Rejected, read
from mdm.ingest.crosswalk import COLUMNS, CrosswalkRow, crosswalk_rows
from mdm.ingest.key_parts import ensure_source
from mdm.ingest.parts import written
from mdm.ingest.reading import Reading
from mdm.ingest.twice import kept
from mdm.log import Author, Fact, Key, key_token
from mdm.services.hub import Hub
from mdm.services.intake.ingest import Progress, Rows, Summary, shared, summary_of
from mdm.services.intake.records import Outcome
from mdm.services.resolving import resolve_all
from mdm.store import batches, log, xref
from mdm.store.batches import Origin, RejectedRow
from mdm.store.database import Transaction

MASTER = "master"
"""The source that an old master's ids belong to, unless another is named."""

Item = CrosswalkRow | Rejected


def ingest_crosswalk(
    hub: Hub, path: str, *, master: str = MASTER, author: Author, progress: Progress | None = None
) -> Summary:
    """Take in one crosswalk file, then resolve; the same file again changes nothing.

    Where a file names a key more than once, its last row holds. Rows that cannot be taken go to quarantine.

    Raises:
        InvalidInput: no source can be called so.
        UnreadableFile: it cannot be read, or has not just the columns of a crosswalk; nothing is taken then.
    """
    ensure_source(master)
    started = time.perf_counter()
    name = "standard input" if path == STDIN else Path(path).name
    identity = f"{author.recorded_at}:{master}:crosswalk:{name}"
    origin = Origin(hashlib.blake2b(identity.encode(), digest_size=8).hexdigest(), name, master)
    types, reading = hub.entity_types(), Reading(expected=COLUMNS)
    told = None if progress is None else shared(progress, reading.found)
    with kept(path) as stream:

        def items() -> Iterator[Item]:
            rows = read(path, stream=stream(), reading=reading)
            return crosswalk_rows(rows, entity_types=types, master=master, file=name)

        last = _last_of_each(hub, items())
        counts = _take_all(hub, zip(items(), last, strict=False), origin, author=author, progress=told)
    resolve_all(hub, author=author)
    return summary_of(hub, origin, counts, reading.found, seconds=time.perf_counter() - started)


def take_in(
    hub: Hub, writer: Transaction, items: Sequence[Item], *, author: Author, batch: Origin
) -> tuple[list[Outcome], list[RejectedRow]]:
    """Take in crosswalk rows within a transaction of the caller's; also gives what quarantine should keep."""
    writer.lock_log()
    rows = [item for item in items if isinstance(item, CrosswalkRow)]
    said = _said(hub, writer, rows, batch.source)
    there = _there(hub, writer, rows, batch.source)
    facts: list[Fact] = []
    outcomes: list[Outcome] = []
    for item in items:
        if isinstance(item, Rejected):
            outcomes.append(Outcome("quarantined"))
        elif said.get(item.key, (0, None))[1] == item.master_id:
            outcomes.append(Outcome("unchanged", said.get(item.key, (None, None))[0]))
        else:
            facts += _facts(hub, item, there, batch)
            said[item.key] = (0, item.master_id)
            outcomes.append(Outcome("accepted", len(facts) - 1))
    first = log.append(writer, facts, author=author) if facts else 0
    placed = [Outcome(one.status, first + (one.position or 0)) if one.status == "accepted" else one for one in outcomes]
    return placed, [_rejected(item, batch) for item in items if isinstance(item, Rejected)]


def _last_of_each(hub: Hub, items: Iterator[Item]) -> Iterable[bool]:
    """For each row whether it is the last of its key: what holds must not depend on how often a file is sent."""
    # Eight bytes a row: a file may have millions. A rejected row has a number of its own, which no token is like to be.
    tokens = array("q", (
        key_token(hub.salt, str(item.key)) if isinstance(item, CrosswalkRow) else number
        for number, item in enumerate(items)
    ))  # fmt: skip
    _, from_the_end = np.unique(np.array(tokens, dtype=np.int64)[::-1], return_index=True)
    last = np.zeros(len(tokens), dtype=bool)
    last[len(tokens) - 1 - from_the_end] = True
    return last.tolist()


def _take_all(
    hub: Hub, items: Iterator[tuple[Item, bool]], origin: Origin, *, author: Author, progress: Rows | None
) -> Counter[str]:
    """Take the rows in chunk by chunk; each is acknowledged, counted and kept in one transaction."""
    counts: Counter[str] = Counter()
    while chunk := list(islice(items, hub.settings.ingest_chunk)):
        with hub.database.write() as writer:
            if not counts:
                batches.start(writer, origin, actor=author.actor, at=author.recorded_at)
            held = [item for item, is_last in chunk if is_last]
            outcomes, rejected = take_in(hub, writer, held, author=author, batch=origin)
            batches.quarantine(writer, origin, rejected, recorded_at=author.recorded_at)
            found = Counter[str](outcome.status for outcome in outcomes)
            found["unchanged"] += len(chunk) - len(held)
            accepted, unchanged, quarantined = (found[word] for word in ("accepted", "unchanged", "quarantined"))
            batches.count(writer, origin.id, accepted=accepted, unchanged=unchanged, quarantined=quarantined)
        counts += found
        if progress is not None:
            progress(counts.total())
    if counts:
        with hub.database.write() as writer:
            batches.finish(writer, origin.id, at=author.recorded_at)
    return counts


def _said(
    hub: Hub, writer: Transaction, rows: Sequence[CrosswalkRow], master: str
) -> dict[Key, tuple[int, str | None]]:
    """What the log says of these keys and this master: the position of the latest row and its old id."""
    tokens = {key_token(hub.salt, str(row.key)): row.key for row in rows}
    return {
        tokens[token]: (position, body["master_id"])
        for token, position, body in log.said_of(writer, "crosswalk", sorted(tokens))
        if body["master"] == master
    }


def _there(hub: Hub, writer: Transaction, rows: Sequence[CrosswalkRow], master: str) -> set[int]:
    """The tokens of those old ids that are source records already."""
    return xref.acknowledged(writer, {_master_token(hub, row, master) for row in rows})


def _master_token(hub: Hub, row: CrosswalkRow, master: str) -> int:
    return key_token(hub.salt, str(Key(master, row.key.entity_type, row.master_id or "")))


def _facts(hub: Hub, row: CrosswalkRow, there: set[int], batch: Origin) -> Iterator[Fact]:
    """The old id as a source record, unless it is one, and the row itself."""
    token, of = _master_token(hub, row, batch.source), row.key.entity_type
    mark = {"version": None, "event_time": None, "batch": batch.id, "line": row.line}
    if row.master_id is not None and token not in there:
        there.add(token)
        old: dict[str, object] = {
            "source": batch.source,
            "source_id": row.master_id,
            "mode": "put",
            "attributes": {},
            **mark,
        }
        yield Fact("record", of, old, token)
    body = {
        "source": row.key.source, "source_id": row.key.source_id, "master": batch.source, "master_id": row.master_id,
        **mark,
    }  # fmt: skip
    yield Fact("crosswalk", of, body, key_token(hub.salt, str(row.key)))


def _rejected(item: Rejected, batch: Origin) -> RejectedRow:
    why = item.line, item.column, item.value, item.rule, item.detail
    return RejectedRow(batch.source, batch.entity_type, *why, item.raw, written(item.parts))
