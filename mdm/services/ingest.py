"""Ingest a file: acknowledged chunk by chunk, then resolved; safe to repeat after any interruption."""

import gc
import hashlib
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from mdm.entity_types import EntityType
from mdm.errors import UnreadableFile
from mdm.ingest import STDIN, Columns, Incoming, Records, Rejected, each_item, read_chunks
from mdm.ingest.mapping import Mapping, parse_mapping
from mdm.ingest.reading import Found, Reading
from mdm.ingest.take import expected, take
from mdm.log import Author
from mdm.services.accepting import Prepared, accept, joined, prepare, prepare_records
from mdm.services.hub import Hub
from mdm.services.resolving import resolve_all
from mdm.store import batches, mappings
from mdm.store.batches import Origin

Rows = Callable[[int], None]
Progress = Callable[[int, float | None], None]
"""Told the rows taken so far, and the share of the file that is read where its size is known."""
Item = Incoming | Rejected
HANDOVER = 0.001
"""Seconds after which one thread hands the interpreter to another that waits for it."""
AT_ONCE = 250
"""Single items that are prepared together."""
LONGEST_CHUNK = 32 << 20
"""Bytes of facts from which a chunk is written before it has all its records."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of one file, and what was found out about it.

    `same`: every row was there already, those in quarantine too, so that nothing changed.
    """

    batch: str
    file: str
    rows: int
    accepted: int
    unchanged: int
    quarantined: int
    seconds: float
    same: bool
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    header_line: int | None


@dataclass(frozen=True, slots=True)
class File:
    """A file of source records, and which of its columns say what; with a mapping, as they are called after it.

    `stream`: what to read in place of standard input; `snapshot`: it holds every record of its source and type. The
    encoding, and the sheet of a workbook, are found where they are not named.
    """

    path: str
    source: str
    entity_type: str
    columns: Columns
    mapping: Mapping | None = None
    stream: BinaryIO | None = None
    snapshot: bool = False
    encoding: str | None = None
    sheet: str | None = None

    @property
    def name(self) -> str:
        """What the file is called in the records of the hub."""
        return "standard input" if self.path == STDIN else batches.storable(Path(self.path).name)


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
    entity_type = hub.entity_type(file.entity_type)
    reading = reading_of(file, entity_type)
    items = list(islice(each_item(_records(file, entity_type, reading)), rows + 1))
    return Preview(file.name, tuple(items[:rows]), len(items) > rows, reading.found)


def ingest_file(
    hub: Hub, file: File, *, author: Author, resolve: bool = True, progress: Progress | None = None
) -> Summary:
    """Take in one file of one source and entity type, then resolve; `progress` gets the rows taken so far.

    Without `resolve` its records are acknowledged and wait for the worker.
    """
    started = time.perf_counter()
    entity_type = hub.entity_type(file.entity_type)
    name = file.name
    identity = f"{author.recorded_at}:{file.source}:{file.entity_type}:{name}"
    batch = hashlib.blake2b(identity.encode(), digest_size=8).hexdigest()
    origin = Origin(batch, name, file.source, file.entity_type, file.snapshot)
    reading = reading_of(file, entity_type)
    rows = _records(file, entity_type, reading)
    with _set_for_a_load():
        told = None if progress is None else shared(progress, reading.found)
        counts = _take_in(hub, rows, origin, mapping=file.mapping, author=author, progress=told)
        if resolve:
            resolve_all(hub, author=author)
    return summary_of(hub, origin, counts, reading.found, seconds=time.perf_counter() - started)


def reading_of(file: File, entity_type: EntityType) -> Reading:
    """How a file is to be read: as the caller says, with the names of columns that its header should have."""
    return Reading(file.encoding, file.sheet, expected(entity_type, file.columns, file.mapping))


def _records(file: File, entity_type: EntityType, reading: Reading) -> Iterator[Records | Item]:
    rows = read_chunks(file.path, stream=file.stream, reading=reading)
    return take(rows, entity_type, source=file.source, file=file.name, columns=file.columns, mapping=file.mapping)


def shared(progress: Progress, found: Found) -> Rows:
    """Tell progress by rows and by the share of the file that is read."""
    return lambda rows: progress(rows, None if found.share is None else found.share())


def summary_of(hub: Hub, origin: Origin, counts: Counter[str], found: Found, *, seconds: float) -> Summary:
    """Say what became of a file."""
    same = bool(counts) and not counts["accepted"]
    if same and counts["quarantined"]:
        with hub.database.read() as reader:
            same = not batches.brought_rejected(reader, origin.id)
    return Summary(
        origin.id, origin.file, counts.total(), counts["accepted"], counts["unchanged"], counts["quarantined"],
        round(seconds, 3), same, found.encoding, found.delimiter, found.sheet, found.header_line,
    )  # fmt: skip


def _take_in(
    hub: Hub, rows: Iterable[Records | Item], origin: Origin, *, mapping: Mapping | None, author: Author,
    progress: Rows | None,
) -> Counter[str]:  # fmt: skip
    """Take in chunk by chunk, in order: while one is being written, the next is read."""
    counts: Counter[str] = Counter()
    writing: Future[Counter[str]] | None = None
    with ThreadPoolExecutor(1, thread_name_prefix="ingest") as writer:
        for prepared in _chunks(hub, rows, origin):
            if writing is None:
                _start(hub, origin, mapping, author)
            else:
                _written(writing, counts, progress)
            writing = writer.submit(_write, hub, prepared, author)
        if writing is not None:
            _written(writing, counts, progress)
    if counts:
        with hub.database.write() as last:
            batches.finish(last, origin.id, at=author.recorded_at)
    return counts


def _chunks(hub: Hub, rows: Iterable[Records | Item], origin: Origin) -> Iterator[Prepared]:
    """Prepare chunks of at most the size that is set, and smaller ones where rows are long: memory stays bounded."""
    size = hub.settings.ingest_chunk
    parts: list[Prepared] = []
    count = length = 0
    for part in _prepared(hub.salt, rows, origin, most=size):
        if parts and (count + len(part) > size or length > LONGEST_CHUNK):
            yield joined(parts)
            parts, count, length = [], 0, 0
        parts.append(part)
        count += len(part)
        length += sum(map(len, part.facts.bodies))
    if parts:
        yield joined(parts)


def _prepared(salt: bytes, rows: Iterable[Records | Item], origin: Origin, *, most: int) -> Iterator[Prepared]:
    """Prepare what comes by column as it comes, and single items a few together."""
    items: list[Item] = []
    for one in rows:
        if not isinstance(one, Records):
            items.append(one)
        if items and (isinstance(one, Records) or len(items) == min(AT_ONCE, most)):
            yield prepare(salt, items, origin)
            items = []
        if isinstance(one, Records):
            for start in range(0, len(one.ids), most):
                yield prepare_records(salt, one.part(start, start + most), origin)
    if items:
        yield prepare(salt, items, origin)


def _written(writing: "Future[Counter[str]]", counts: Counter[str], progress: Rows | None) -> None:
    """Wait until a chunk is acknowledged, and count it."""
    counts.update(writing.result())
    if progress is not None:
        progress(counts.total())


def _write(hub: Hub, prepared: Prepared, author: Author) -> Counter[str]:
    """Acknowledge one chunk: its records, what of it goes to quarantine, and the count are one transaction."""
    origin = prepared.batch
    with hub.database.write() as writer:
        outcomes, rejected = accept(writer, prepared, author=author)
        counted = Counter(outcome.status for outcome in outcomes)
        batches.quarantine(writer, origin, rejected, recorded_at=author.recorded_at)
        batches.count(
            writer, origin.id, accepted=counted["accepted"], unchanged=counted["unchanged"],
            quarantined=counted["quarantined"],
        )  # fmt: skip
    return Counter(counted)


@contextmanager
def _set_for_a_load() -> Iterator[None]:
    """Set the interpreter for millions of objects and two threads, one of which mostly waits for the database.

    A load makes no cycles of objects: looking for them took a quarter of its time. And the thread that writes has
    to get the interpreter back soon after each statement, rather than in the usual five milliseconds.
    """
    collecting, interval = gc.isenabled(), sys.getswitchinterval()
    gc.disable()
    sys.setswitchinterval(HANDOVER)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        if collecting:
            gc.enable()


def _start(hub: Hub, origin: Origin, mapping: Mapping | None, author: Author) -> None:
    with hub.database.write() as writer:
        if mapping is not None:
            mappings.keep(writer, mapping.version, mapping.document)
        batches.start(writer, origin, actor=author.actor, at=author.recorded_at)
