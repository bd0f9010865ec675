"""Prepares the rows of a file for the log, chunk by chunk: memory stays bounded, and no database is needed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from mdm.entity_types import EntityType
from mdm.ingest import STDIN, Columns, Incoming, Records, Rejected, read_chunks
from mdm.ingest.mapping import Mapping
from mdm.ingest.reading import Reading
from mdm.ingest.take import expected, take
from mdm.services.intake.prepared import Prepared, joined, prepare, prepare_records

Item = Incoming | Rejected
AT_ONCE = 250
"""Single items that are prepared together."""
LONGEST_CHUNK = 32 << 20
"""Bytes of facts from which a chunk is written before it has all its records."""


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
        if self.path == STDIN:
            return "standard input"
        return Path(self.path).name.encode("utf-8", "backslashreplace").decode()  # it may be no UTF-8


@dataclass(frozen=True, slots=True)
class Work:
    """A file, and all that preparing it needs of a hub: the type of its records as it is now, and the hub's salt.

    `batch` is the id that the facts name; a chunk has at most `most` records.
    """

    file: File
    entity_type: EntityType
    reading: Reading
    salt: bytes = field(repr=False)
    batch: str
    most: int


def reading_of(file: File, entity_type: EntityType) -> Reading:
    """How a file is to be read: as the caller says, with the names of columns that its header should have."""
    return Reading(file.encoding, file.sheet, expected(entity_type, file.columns, file.mapping))


def items_of(file: File, entity_type: EntityType, reading: Reading) -> Iterator[Records | Item]:
    """Read a file as source records, by column where its rows are as they should be.

    Raises:
        UnreadableFile: it cannot be read, or its columns are not those of such records.
    """
    rows = read_chunks(file.path, stream=file.stream, reading=reading)
    return take(rows, entity_type, source=file.source, file=file.name, columns=file.columns, mapping=file.mapping)


def prepared_chunks(work: Work) -> Iterator[Prepared]:
    """Prepare a file in chunks of at most the size that is set, and smaller ones where rows are long."""
    parts: list[Prepared] = []
    count = length = 0
    for part in _prepared(work):
        if parts and (count + len(part) > work.most or length > LONGEST_CHUNK):
            yield joined(parts)
            parts, count, length = [], 0, 0
        parts.append(part)
        count += len(part)
        length += len(part.facts.bodies)
    if parts:
        yield joined(parts)


def _prepared(work: Work) -> Iterator[Prepared]:
    """Prepare what comes by column as it comes, parted where a chunk is full, and single items a few together."""
    items: list[Item] = []
    taken = 0
    for one in items_of(work.file, work.entity_type, work.reading):
        if not isinstance(one, Records):
            items.append(one)
        if items and (isinstance(one, Records) or len(items) == min(AT_ONCE, work.most)):
            yield prepare(work.salt, items, work.batch)
            items = []
        if isinstance(one, Records):
            for start in range(-(taken % work.most), len(one.ids), work.most):
                yield prepare_records(work.salt, one.part(max(start, 0), start + work.most), work.batch)
        taken += len(one.ids) if isinstance(one, Records) else 1
    if items:
        yield prepare(work.salt, items, work.batch)
