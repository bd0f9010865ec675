"""Ingest a file: acknowledged chunk by chunk, then resolved; safe to repeat after any interruption."""

import hashlib
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from mdm.errors import UnreadableFile
from mdm.ingest import each_item
from mdm.ingest.key_parts import ensure_source
from mdm.ingest.mapping import Mapping, parse_mapping
from mdm.ingest.reading import Found
from mdm.log import Author
from mdm.services.hub import Hub
from mdm.services.intake.accepting import accept
from mdm.services.intake.prepared import Prepared
from mdm.services.intake.preparing import File, Item, Work, items_of, reading_of
from mdm.services.intake.preparing_apart import prepared_beside
from mdm.services.resolving import resolve_all
from mdm.services.uncollected import uncollected
from mdm.store import batches, mappings
from mdm.store.batches import Origin

Rows = Callable[[int], None]
Progress = Callable[[int, float | None], None]
"""Told the rows taken so far, and the share of the file that is read where its size is known."""
HANDOVER = 0.001
"""Seconds after which one thread hands the interpreter to another that waits for it."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of one file, and what was found out about it.

    `older`: how many of those accepted are older than what there is of their record, by version and event time, so
    that they change nothing that it says. `same`: every row was there already, those in quarantine too, so that
    nothing changed.
    """

    batch: str
    file: str
    rows: int
    accepted: int
    unchanged: int
    quarantined: int
    older: int
    seconds: float
    same: bool
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    header_line: int | None


class Counted(NamedTuple):
    """How many rows have which outcome, and how many of those accepted are older than what there was."""

    counts: Counter[str]
    older: int


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a file as they would be taken in; `more`: the file goes on."""

    file: str
    items: tuple[Item, ...]
    more: bool
    found: Found


def mapping_file(hub: Hub, path: str, entity_type: str) -> Mapping:
    """Read a mapping file for records of an entity type.

    Raises:
        InvalidRules: it is not valid; names the place and the nearest valid word.
        UnreadableFile: it is not there, or is not UTF-8.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{path}: byte {error.start + 1} is not UTF-8; save the mapping as UTF-8") from None
    return parse_mapping(text, hub.entity_type(entity_type), file=path)


def preview(hub: Hub, file: File, *, rows: int) -> Preview:
    """Show the first rows of a file as they would be stored, or why they would be rejected; writes nothing."""
    ensure_source(file.source)
    entity_type = hub.entity_type(file.entity_type)
    reading = reading_of(file, entity_type)
    items = list(islice(each_item(items_of(file, entity_type, reading)), rows + 1))
    return Preview(file.name, tuple(items[:rows]), len(items) > rows, reading.found)


def ingest_file(
    hub: Hub, file: File, *, author: Author, resolve: bool = True, progress: Progress | None = None
) -> Summary:
    """Take in one file of one source and entity type, then resolve; `progress` gets the rows taken so far.

    Without `resolve` its records are acknowledged and wait for the worker.

    Raises:
        InvalidInput: no source can be called so.
        UnreadableFile: the file cannot be read.
    """
    ensure_source(file.source)
    started = time.perf_counter()
    entity_type = hub.entity_type(file.entity_type)
    name = file.name
    identity = f"{author.recorded_at}:{file.source}:{file.entity_type}:{name}"
    batch = hashlib.blake2b(identity.encode(), digest_size=8).hexdigest()
    origin = Origin(batch, name, file.source, file.entity_type, file.snapshot)
    reading = reading_of(file, entity_type)
    work = Work(file, entity_type, reading, hub.salt, batch, hub.settings.ingest_chunk)
    with _set_for_a_load():
        told = None if progress is None else shared(progress, reading.found)
        counts, older = _take_in(hub, work, origin, author=author, progress=told)
        if resolve:
            resolve_all(hub, author=author)
    return summary_of(hub, origin, counts, reading.found, older=older, seconds=time.perf_counter() - started)


def shared(progress: Progress, found: Found) -> Rows:
    """Tell progress by rows and by the share of the file that is read."""
    return lambda rows: progress(rows, None if found.share is None else found.share())


def summary_of(
    hub: Hub, origin: Origin, counts: Counter[str], found: Found, *, seconds: float, older: int = 0
) -> Summary:
    """Say what became of a file."""
    same = bool(counts) and not counts["accepted"]
    if same and counts["quarantined"]:
        with hub.database.read() as reader:
            same = not batches.brought_rejected(reader, origin.id)
    return Summary(
        origin.id, origin.file, counts.total(), counts["accepted"], counts["unchanged"], counts["quarantined"], older,
        round(seconds, 3), same, found.encoding, found.delimiter, found.sheet, found.header_line,
    )  # fmt: skip


def _take_in(hub: Hub, work: Work, origin: Origin, *, author: Author, progress: Rows | None) -> Counted:
    """Take in chunk by chunk, in order: while one is being written, the next is read."""
    counts: Counter[str] = Counter()
    older = 0
    writing: Future[Counted] | None = None
    with prepared_beside(work) as chunks, ThreadPoolExecutor(1, thread_name_prefix="ingest") as writer:
        for prepared in chunks:
            if writing is None:
                _start(hub, origin, work.file.mapping, author)
            else:
                older += _written(writing, counts, progress)
            writing = writer.submit(_write, hub, prepared, origin, author)
        if writing is not None:
            older += _written(writing, counts, progress)
    if counts:
        with hub.database.write() as last:
            batches.finish(last, origin.id, at=author.recorded_at)
    return Counted(counts, older)


def _written(writing: "Future[Counted]", counts: Counter[str], progress: Rows | None) -> int:
    """Wait until a chunk is acknowledged, and count it; gives how many of it are older than what there was."""
    found = writing.result()
    counts.update(found.counts)
    if progress is not None:
        progress(counts.total())
    return found.older


def _write(hub: Hub, prepared: Prepared, origin: Origin, author: Author) -> Counted:
    """Acknowledge one chunk: its records, what of it goes to quarantine, and the count are one transaction."""
    with hub.database.write(load=True) as writer:
        counted, _, rejected, older = accept(hub, writer, prepared, batch=origin, author=author)
        batches.quarantine(writer, origin, rejected, recorded_at=author.recorded_at)
        batches.count(
            writer, origin.id, accepted=counted["accepted"], unchanged=counted["unchanged"],
            quarantined=counted["quarantined"],
        )  # fmt: skip
    return Counted(counted, older)


@contextmanager
def _set_for_a_load() -> Iterator[None]:
    """Set the interpreter for millions of objects and two threads, one of which mostly waits for the database.

    A load makes no cycles of objects: looking for them took a quarter of its time. And the thread that writes has
    to get the interpreter back soon after each statement, rather than in the usual five milliseconds.
    """
    interval = sys.getswitchinterval()
    sys.setswitchinterval(HANDOVER)
    try:
        with uncollected():
            yield
    finally:
        sys.setswitchinterval(interval)


def _start(hub: Hub, origin: Origin, mapping: Mapping | None, author: Author) -> None:
    with hub.database.write() as writer:
        if mapping is not None:
            mappings.keep(writer, mapping.version, mapping.document)
        batches.start(writer, origin, actor=author.actor, at=author.recorded_at)
