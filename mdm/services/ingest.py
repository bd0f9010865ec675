"""Ingest a file: acknowledged chunk by chunk, then resolved; safe to repeat after any interruption."""

import gc
import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from mdm.entity_types import EntityType
from mdm.errors import UnreadableFile
from mdm.ingest import STDIN, Columns, Incoming, Records, Rejected, each_item, each_row, incoming_records, read_chunks
from mdm.ingest.mapped import mapped, named_as_in_file
from mdm.ingest.mapping import Mapping, parse_mapping
from mdm.log import Author
from mdm.services.accepting import Prepared, accept, joined, prepare, prepare_records
from mdm.services.hub import Hub
from mdm.services.resolving import resolve_all
from mdm.store import batches
from mdm.store.batches import Origin

Progress = Callable[[int], None]
Item = Incoming | Rejected
AT_ONCE = 250
"""Single items that are prepared together."""
LONGEST_CHUNK = 32 << 20
"""Bytes of facts from which a chunk is written before it has all its records."""


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
    """A file of source records, and which of its columns say what; with a mapping, as they are called after it."""

    path: str
    source: str
    entity_type: str
    columns: Columns
    mapping: Mapping | None = None

    @property
    def name(self) -> str:
        """What the file is called in the records of the hub."""
        return "standard input" if self.path == STDIN else Path(self.path).name


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a file as they would be taken in; `more`: the file goes on."""

    file: str
    items: tuple[Item, ...]
    more: bool


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
    items = list(islice(each_item(_records(file, hub.entity_type(file.entity_type))), rows + 1))
    return Preview(file.name, tuple(items[:rows]), len(items) > rows)


def ingest_file(hub: Hub, file: File, *, author: Author, progress: Progress | None = None) -> Summary:
    """Take in one file of one source and entity type, then resolve; `progress` gets the rows taken so far."""
    started = time.perf_counter()
    entity_type = hub.entity_type(file.entity_type)
    name = file.name
    identity = f"{author.recorded_at}:{file.source}:{file.entity_type}:{name}"
    origin = Origin(hashlib.blake2b(identity.encode(), digest_size=8).hexdigest(), name, file.source, file.entity_type)
    rows = _records(file, entity_type)
    with _no_search_for_cycles():
        counts = _take_in(hub, rows, origin, author=author, progress=progress)
        resolve_all(hub, author=author)
    seconds = round(time.perf_counter() - started, 3)
    return Summary(
        origin.id, name, counts.total(), counts["accepted"], counts["unchanged"], counts["quarantined"], seconds
    )


def _records(file: File, entity_type: EntityType) -> Iterator[Records | Item]:
    rows = read_chunks(file.path)
    if file.mapping is not None:
        rows = mapped(each_row(rows), file.mapping, file=file.name)
    for one in incoming_records(rows, entity_type, source=file.source, file=file.name, columns=file.columns):
        if isinstance(one, Rejected) and file.mapping is not None:
            yield named_as_in_file(one, file.mapping)
        else:
            yield one


def _take_in(
    hub: Hub, rows: Iterable[Records | Item], origin: Origin, *, author: Author, progress: Progress | None
) -> Counter[str]:
    """Take in chunk by chunk, in order: while one is being written, the next is read."""
    counts: Counter[str] = Counter()
    writing: Future[Counter[str]] | None = None
    with ThreadPoolExecutor(1, thread_name_prefix="ingest") as writer:
        for prepared in _chunks(hub, rows, origin):
            if writing is None:
                _start(hub, origin, author)
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


def _written(writing: "Future[Counter[str]]", counts: Counter[str], progress: Progress | None) -> None:
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
def _no_search_for_cycles() -> Iterator[None]:
    """A load holds millions of objects and makes no cycles of them: looking for cycles took a quarter of its time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _start(hub: Hub, origin: Origin, author: Author) -> None:
    with hub.database.write() as writer:
        batches.start(writer, origin, actor=author.actor, at=author.recorded_at)
