"""Reads parquet: rows from 1 in batches of bounded size, values with their types; what is damaged is refused first."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

from mdm.errors import UnreadableFile
from mdm.ingest.gzip import LARGEST, LARGEST_RATIO, UNSUSPICIOUS
from mdm.ingest.parquet_footer import MAGIC, Column, RowGroup, row_groups
from mdm.ingest.parquet_types import as_cells, as_plain, holds_bytes, readable
from mdm.ingest.parts import Parts
from mdm.ingest.reading import Reading
from mdm.ingest.rows import Chunk, Rejected, Row

if TYPE_CHECKING:
    from pyarrow import Schema
    from pyarrow.parquet import ParquetFile

__all__ = ["MAGIC", "read_parquet"]
AT_ONCE = 5_000
"""Rows that are read together, or fewer where their texts are long."""
IN_MEMORY = 128 << 20
"""Bytes that the texts of one batch may take, and those of the lists in one row group."""
BUFFER = 1 << 20


def read_parquet(stream: BinaryIO, file: str, *, reading: Reading) -> Iterator[Chunk | Row | Rejected]:
    """Read rows in the order of the file; a value that is null is one that the row does not have.

    All of it is decoded once before the first row is given.

    Raises:
        UnreadableFile: it is no parquet, is damaged, would expand beyond the limits, or has a column of a type
            that no attribute can hold, or of bytes that are no text.
    """
    del reading  # the file itself says all that a reader needs
    with _faults_of(file):
        opened = _opened(stream)
        groups = row_groups(stream, _columns(opened))
        _check_size(groups, stream.seek(0, 2), file)
        names = _names(opened.schema_arrow, file)
        sizes = [_rows_at_once(stream, opened, group, number=number, file=file) for number, group in enumerate(groups)]
        # Neither a damaged page nor bytes that are no text must show after the first record is in.
        above = 0
        for batch in _batches(opened, sizes):
            _check_bytes(batch, names, above, file)
            above += batch.num_rows
    above = 0
    for batch in _batches(opened, sizes):
        lines = range(above + 1, above + 1 + batch.num_rows)
        try:
            columns: dict[str, Sequence[object]] = {
                name: as_cells(column) for name, column in zip(names, batch.columns, strict=True)
            }
        except UnicodeDecodeError:
            yield from _rows(batch, names, lines, file)
        else:
            yield Chunk(lines, columns, (), typed=True)
        above += batch.num_rows


@contextmanager
def _faults_of(file: str) -> Iterator[None]:
    from pyarrow import ArrowException

    try:
        yield
    except (ArrowException, OSError, ValueError) as error:
        words = (str(error).splitlines() or ["no reason given"])[0]
        raise UnreadableFile(f"{file}: cannot be read as parquet, or is damaged: {words}") from None


def _opened(stream: BinaryIO, *, read_dictionary: Sequence[str] = ()) -> "ParquetFile":
    from pyarrow.parquet import ParquetFile

    stream.seek(0)
    return ParquetFile(
        stream, read_dictionary=list(read_dictionary), buffer_size=BUFFER, page_checksum_verification=True
    )


def _columns(opened: Any) -> list[Column]:
    columns = [opened.schema.column(place) for place in range(opened.metadata.num_columns)]
    return [Column(column.path, column.max_definition_level, column.max_repetition_level) for column in columns]


def _check_size(groups: Sequence[RowGroup], size: int, file: str) -> None:
    """Refuse what says itself that it expands too far; each value counts as a byte, however often it is repeated."""
    expanded = sum(group.size + sum(column.values for column in group.columns) for group in groups)
    if expanded > LARGEST:
        raise UnreadableFile(f"{file}: expands to more than {LARGEST:,} bytes; part it")
    if expanded > UNSUSPICIOUS and expanded > LARGEST_RATIO * size:
        words = f"expands to more than {LARGEST_RATIO} times its size ({size:,} bytes), as a bomb does"
        raise UnreadableFile(f"{file}: {words}; write it anew if you trust it")


def _names(schema: "Schema", file: str) -> list[str]:
    """Check what the columns are called and what they hold."""
    names = [name.strip() for name in schema.names]
    for number, (name, field) in enumerate(zip(names, schema, strict=True), start=1):
        if not name:
            raise UnreadableFile(f"{file}: column {number} has no name; name it or take it out")
        if name in names[: number - 1]:
            first = names.index(name) + 1
            raise UnreadableFile(
                f"{file}: columns {first} and {number} are both named {name!r}; rename or take out one"
            )
        if not readable(field.type):
            words = "a source record holds text, numbers, dates, booleans, and lists and objects of these"
            raise UnreadableFile(f"{file}: column {name!r} is of type {field.type}; {words}")
    return names


def _check_bytes(batch: Any, names: Sequence[str], above: int, file: str) -> None:
    """Refuse a column of bytes, such as pictures, that are no text in some row."""
    for name, column in zip(names, batch.columns, strict=True):
        if holds_bytes(column.type) and not _is_text(column):
            row = next(place for place in range(len(column)) if not _is_text(column.take([place]))) + above + 1
            words = f"column {name!r} holds bytes, which are no UTF-8 text in row {row:,}"
            raise UnreadableFile(f"{file}: {words}; write them as text, or leave the column out")


def _is_text(column: Any) -> bool:
    from pyarrow import ArrowInvalid

    try:
        as_plain(column)
    except UnicodeDecodeError:  # of a text beside the bytes, which refuses its row alone
        return True
    except ArrowInvalid:
        return False
    return True


def _rows_at_once(stream: BinaryIO, opened: Any, group: RowGroup, *, number: int, file: str) -> int:
    """Decide how many rows of a row group are read together.

    A dictionary holds a long text once that a thousand rows repeat, so its longest text decides; and texts that
    are kept as what differs from the one before may each be as long as all of them.
    """
    longest = _longest_in_dictionaries(stream, group, number)
    flat = 1
    for place, column in enumerate(group.columns):
        length = max(16, longest.get(column.path, 0))
        if column.is_delta:
            length = max(length, column.size)
        if "." not in column.path or opened.schema.column(place).max_repetition_level == 0:
            flat += length
        elif column.values * length > IN_MEMORY:
            words = f"row group {number + 1} has lists of {column.values:,} values in {column.path}"
            raise UnreadableFile(f"{file}: {words}; write it with smaller row groups")
    return int(max(1, min(AT_ONCE, IN_MEMORY // flat)))


def _longest_in_dictionaries(stream: BinaryIO, group: RowGroup, number: int) -> dict[str, int]:
    """Give the length in bytes of the longest text in the dictionary of each column that has one."""
    found: dict[str, int] = {}
    for path in [column.path for column in group.columns if column.has_dictionary and column.is_text]:
        reader = _opened(stream, read_dictionary=[path])
        batch = next(reader.iter_batches(batch_size=1, row_groups=[number], columns=[path], use_threads=False), None)
        found[path] = 0 if batch is None else _longest(batch.column(0))
    return found


def _longest(column: Any) -> int:
    """Look for a dictionary inside lists and objects."""
    from pyarrow import compute, types

    if types.is_dictionary(column.type):
        return compute.max(compute.binary_length(column.dictionary)).as_py() or 0
    if types.is_struct(column.type):
        return max(map(_longest, column.flatten()), default=0)
    return _longest(column.values) if types.is_list(column.type) or types.is_large_list(column.type) else column.nbytes


def _batches(opened: Any, sizes: Sequence[int]) -> Iterator[Any]:
    for group, size in enumerate(sizes):
        yield from opened.iter_batches(batch_size=size, row_groups=[group], use_threads=False)


def _rows(batch: Any, names: Sequence[str], lines: Sequence[int], file: str) -> Iterator[Row | Rejected]:
    """Read a batch row by row, where some text in it is none."""
    for place, line in enumerate(lines):
        values: dict[str, object] = {}
        wrong = None
        for name, column in zip(names, batch.columns, strict=True):
            try:
                values[name] = as_plain(column.slice(place, 1))[0]
            except UnicodeDecodeError:
                wrong = wrong or name
        row = Chunk([line], {name: [value] for name, value in values.items()}, (), typed=True).row(0)
        if wrong is None:
            yield row
        else:
            parts = Parts(row.values, typed=True)
            yield Rejected(file, line, wrong, None, "encoding", f"{wrong} is not UTF-8", row.raw, parts)
