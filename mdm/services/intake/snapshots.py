"""Snapshot files hold every record of their source and entity type: what is absent from two in a row is deleted."""

import hashlib
import time
from array import array
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, BinaryIO

import numpy as np

from matching.sets import among, sorted_set
from mdm.errors import Conflict
from mdm.ingest import read
from mdm.ingest.presence import Expected, ids_of
from mdm.ingest.twice import kept
from mdm.log import Author, Fact, key_token
from mdm.services.hub import Hub
from mdm.services.intake.absences import NONE, Tokens, last_absent, pair_token, tombstones
from mdm.services.intake.incarnations import whose_ids
from mdm.services.intake.ingest import Progress, Summary, ingest_file
from mdm.services.intake.preparing import File, reading_of
from mdm.services.resolving import resolve, resolve_all
from mdm.store import batches, log, records

CHUNK = 50_000
NO_RECORD = "have no id that can be read, or come from another instance"


@dataclass(frozen=True, slots=True)
class SnapshotSummary(Summary):
    """What became of one snapshot file.

    `absent`: records that it is the first not to hold; `deleted`: those that the one before did not hold either;
    `unreadable`: rows whose id cannot be read, or that come from another instance, for which any absent record may
    stand: then none is counted absent.
    """

    absent: int = 0
    deleted: int = 0
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class _Held:
    """What a file holds: the key tokens of its records, sorted, and how many rows name none that can be read."""

    tokens: Tokens
    unreadable: int

    @property
    def digest(self) -> str:
        return hashlib.blake2b(self.tokens.tobytes(), digest_size=16).hexdigest()


def ingest_snapshot(
    hub: Hub, file: File, *, author: Author, allow_short: bool = False, progress: Progress | None = None
) -> SnapshotSummary:
    """Take in a file that holds every record of its source and entity type, and delete what two in a row did not.

    Each completed run counts as one snapshot; an interrupted one that is run again counts once.

    Raises:
        Conflict: the file is suddenly short, and `allow_short` is not set; nothing was written then.
        InvalidInput, UnreadableFile: as for any file.
    """
    started = time.perf_counter()
    with hub.database.locked(f"snapshot-{file.entity_type}"), kept(file.path) as stream:
        held = _held(hub, file, stream)
        resolve(hub, file.entity_type, author=author)
        _ensure_not_short(hub, file, held, allow_short=allow_short)
        summary = ingest_file(hub, replace(file, stream=stream(), snapshot=True), author=author, progress=progress)
        absent, deleted = _conclude(hub, file, held, summary.batch, author)
        resolve_all(hub, author=author)
        with hub.database.write() as writer:
            batches.finish(writer, summary.batch, at=author.recorded_at)
    told = {**asdict(summary), "seconds": round(time.perf_counter() - started, 3)}
    return SnapshotSummary(**told, absent=absent, deleted=deleted, unreadable=held.unreadable)


def _held(hub: Hub, file: File, stream: Callable[[], BinaryIO | None]) -> _Held:
    """Read which records a file holds, eight bytes each."""
    tokens, unreadable = array("q"), 0
    entity_type = hub.entity_type(file.entity_type)
    reading = reading_of(file, entity_type)
    rows = read(file.path, stream=stream(), reading=reading)
    whose = Expected(entity_type, file.source)
    for source_id in ids_of(rows, whose, columns=file.columns, mapping=file.mapping, file=file.name):
        if source_id is None:
            unreadable += 1
        else:
            written = entity_type.canonical_id(file.source, source_id)
            tokens.append(key_token(hub.salt, f"{file.source}:{file.entity_type}:{written}"))
    return _Held(sorted_set(np.array(tokens, dtype=np.int64)), unreadable)


def _living(hub: Hub, file: File) -> tuple[Tokens, int]:
    """The key tokens of the living records of the file's source and type, sorted, and the log's end at that time."""
    parts, after = [NONE], None
    with hub.database.read() as reader:
        head = log.head(reader)
        while page := records.living(reader, file.source, file.entity_type, after=after, limit=CHUNK):
            parts.append(np.array([token for _, token in page], dtype=np.int64))
            after = page[-1][0]
    return sorted_set(np.concatenate(parts)), head


def _ensure_not_short(hub: Hub, file: File, held: _Held, *, allow_short: bool) -> None:
    """A file that lacks much of what is known is rather a broken export than a thinned-out system."""
    living, _ = _living(hub, file)
    known, there = len(living), int(among(living, held.tokens).sum())
    share = hub.settings.snapshot_share
    others = f"; {held.unreadable:,} rows {NO_RECORD}" if held.unreadable else ""
    if allow_short or known < hub.settings.snapshot_few or there * 100 >= known * share:
        return
    raise Conflict(
        f"{file.name} holds {there:,} of the {known:,} living records of {file.source} {file.entity_type}"
        f" ({100 * there // known} %; at least {share} % are expected{others}): nothing was written."
        " Is the export whole? If so, --allow-short takes it",
        extra={"known": known, "held": there, "expected_share": share},
    )


def _conclude(hub: Hub, file: File, held: _Held, batch: str, author: Author) -> tuple[int, int]:
    """Write down what is absent and delete what was absent before too; how many those are."""
    pair = pair_token(hub.salt, file.source, file.entity_type)
    with hub.database.read() as reader:
        last = log.latest(reader, "snapshot", pair)
        interrupted = last is not None and not batches.finished(reader, last.body["batch"])
        before = last_absent(reader, last)
    if last is not None and interrupted and last.body["digest"] == held.digest:
        with hub.database.write() as writer:
            batches.finish(writer, last.body["batch"], at=author.recorded_at)
        return last.body["absent"], last.body["deleted"]
    living, since = _living(hub, file)
    missing = _unheld(hub, living[~among(living, held.tokens)], held)
    absent, gone = _judged(missing, before, evidence=held.unreadable == 0)
    deleted = _write(hub, gone, author, lambda writer, tokens: list(
        tombstones(writer, file.entity_type, tokens, since=since, batch=batch)
    ))  # fmt: skip
    _write(hub, absent, author, lambda _, tokens: [
        Fact("absence", file.entity_type, {"batch": batch}, token) for token in tokens
    ])  # fmt: skip
    counted = 0 if held.unreadable else len(absent)
    body = {
        "source": file.source, "file": file.name, "batch": batch, "held": len(held.tokens), "digest": held.digest,
        "unreadable": held.unreadable, "first": since + 1, "absent": counted, "deleted": deleted,
    }  # fmt: skip
    with hub.database.write() as writer:
        # Not finished until all of it is resolved: a run that is cut off in between and repeated must not count twice.
        batches.reopen(writer, batch)
        log.append(writer, [Fact("snapshot", file.entity_type, body, pair)], author=author)
    return counted, deleted


def _unheld(hub: Hub, missing: Tokens, held: _Held) -> Tokens:
    """Leave out later records of an id: a file that holds the id holds one of them, and does not say which."""
    later: list[int] = []
    listed = missing.tolist()
    for start in range(0, len(listed), CHUNK):
        with hub.database.read() as reader:
            plain = whose_ids(reader, listed[start : start + CHUNK], hub.salt)
        there = among(np.array([*plain.values()], dtype=np.int64), held.tokens)
        later += [token for token, held_too in zip(plain, there.tolist(), strict=True) if held_too]
    return missing[~among(missing, sorted_set(np.array(later, dtype=np.int64)))]


def _judged(missing: Tokens, before: Tokens, *, evidence: bool) -> tuple[Tokens, Tokens]:
    """Of the missing records those that are absent from now on, and those that are to be deleted.

    Without evidence none is deleted or newly absent; what was absent before and still is missing remains so.
    """
    known = among(missing, before)
    return (missing[~known], missing[known]) if evidence else (missing[known], NONE)


def _write(hub: Hub, tokens: Tokens, author: Author, facts_of: Callable[[Any, list[int]], list[Fact]]) -> int:
    """Append the facts about these records chunk by chunk; how many they are."""
    written, listed = 0, tokens.tolist()
    for start in range(0, len(listed), hub.settings.ingest_chunk):
        with hub.database.write() as writer:
            writer.lock_log()
            facts = facts_of(writer, listed[start : start + hub.settings.ingest_chunk])
            if facts:
                log.append(writer, facts, author=author)
        written += len(facts)
    return written
