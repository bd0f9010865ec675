"""Ingest a file: acknowledged chunk by chunk, then resolved; safe to repeat after any interruption."""

import gc
import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from mdm.ingest import STDIN, Columns, Incoming, Rejected, incoming, read
from mdm.log import Author
from mdm.services.hub import Hub
from mdm.services.records import Outcome, put_many
from mdm.services.resolving import resolve_all
from mdm.store import batches
from mdm.store.batches import Origin

Progress = Callable[[int], None]
Item = Incoming | Rejected


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of one file."""

    batch: str
    file: str
    rows: int
    accepted: int
    unchanged: int
    quarantined: int
    seconds: float


@dataclass(frozen=True, slots=True)
class File:
    """A file of source records, and which of its columns say what."""

    path: str
    source: str
    entity_type: str
    columns: Columns


def ingest_file(hub: Hub, file: File, *, author: Author, progress: Progress | None = None) -> Summary:
    """Take in one file of one source and entity type, then resolve; `progress` gets the rows taken so far."""
    started = time.perf_counter()
    entity_type = hub.entity_type(file.entity_type)
    name = "standard input" if file.path == STDIN else Path(file.path).name
    identity = f"{author.recorded_at}:{file.source}:{file.entity_type}:{name}"
    origin = Origin(hashlib.blake2b(identity.encode(), digest_size=8).hexdigest(), name, file.source, file.entity_type)
    rows = incoming(read(file.path), entity_type, source=file.source, file=name, columns=file.columns)
    with _no_search_for_cycles():
        counts = _take_in(hub, rows, origin, author=author, progress=progress)
        resolve_all(hub, author=author)
    seconds = round(time.perf_counter() - started, 3)
    return Summary(
        origin.id, name, counts.total(), counts["accepted"], counts["unchanged"], counts["quarantined"], seconds
    )


def _take_in(
    hub: Hub, rows: Iterable[Item], origin: Origin, *, author: Author, progress: Progress | None
) -> Counter[str]:
    counts: Counter[str] = Counter()
    for chunk in _chunks(rows, hub.settings.ingest_chunk):
        if not counts:
            _start(hub, origin, author)
        outcomes = put_many(hub, chunk, author=author, batch=origin)
        counts.update(outcome.status for outcome in outcomes)
        _count(hub, origin, outcomes)
        if progress is not None:
            progress(counts.total())
    if counts:
        with hub.database.write() as writer:
            batches.finish(writer, origin.id, at=author.recorded_at)
    return counts


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """A load holds millions of objects and makes no cycles of them: looking for cycles took a quarter of its time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _start(hub: Hub, origin: Origin, author: Author) -> None:
    with hub.database.write() as writer:
        batches.start(writer, origin, actor=author.actor, at=author.recorded_at)


def _count(hub: Hub, origin: Origin, outcomes: list[Outcome]) -> None:
    counted = Counter(outcome.status for outcome in outcomes)
    with hub.database.write() as writer:
        batches.count(
            writer, origin.id, accepted=counted["accepted"], unchanged=counted["unchanged"],
            quarantined=counted["quarantined"],
        )  # fmt: skip
