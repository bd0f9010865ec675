"""Reads what a parquet file says of its columns: pyarrow ends the process where some of that is malformed.

Source: the Thrift compact protocol, and the structures of parquet.thrift of Apache Parquet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

MAGIC = b"PAR1"
DEEPEST = 32
BYTE_ARRAY, DELTA_BYTE_ARRAY = 6, 7
_STOP, _TRUE, _FALSE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 0, 1, 2, 7, 8, 9, 10, 11, 12
_INTEGERS = frozenset({4, 5, 6})

Structure = dict[int, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """What the schema says of a column: its path, and the highest levels of definition and repetition."""

    path: str
    definition: int
    repetition: int


@dataclass(frozen=True, slots=True)
class ColumnChunk:
    """One column of a row group: its path, what it holds and how, how many values and bytes."""

    path: str
    is_text: bool
    is_delta: bool
    has_dictionary: bool
    values: int
    size: int


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Rows that stand together in the file."""

    size: int
    columns: tuple[ColumnChunk, ...]


def row_groups(stream: BinaryIO, schema: Sequence[Column]) -> list[RowGroup]:
    """Read the footer of a seekable stream, and check that its row groups have the columns of the schema.

    Raises:
        ValueError: it is malformed, in words that follow the name of the file.
    """
    stream.seek(-8, 2)
    length = int.from_bytes(stream.read(4), "little")
    stream.seek(-8 - length, 2)
    try:
        found = [_row_group(group, schema) for group in _Compact(stream.read(length)).structure()[4]]
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise ValueError(f"the footer is malformed: {error}") from None
    return found


def _row_group(group: Structure, schema: Sequence[Column]) -> RowGroup:
    chunks = [chunk[3] for chunk in group[1]]
    columns = tuple(map(_column, chunks))
    if [column.path for column in columns] != [column.path for column in schema]:
        raise ValueError("a row group has other columns than the schema")
    for chunk, column in zip(chunks, schema, strict=True):
        _levels(chunk.get(16, {}), column)
    return RowGroup(int(group[2]), columns)


def _levels(statistics: Structure, column: Column) -> None:
    for field, highest in ((2, column.repetition), (3, column.definition)):
        counted = statistics.get(field)
        if counted and len(counted) != highest + 1:
            raise ValueError("the counts of levels do not fit the schema")


def _column(column: Structure) -> ColumnChunk:
    return ColumnChunk(
        path=".".join(part.decode() for part in column[3]),
        is_text=column[1] == BYTE_ARRAY,
        is_delta=DELTA_BYTE_ARRAY in column[2],
        has_dictionary=11 in column,
        values=int(column[5]),
        size=int(column[6]),
    )


class _Compact:
    """Takes values off the bytes of the compact protocol, each by its type."""

    def __init__(self, data: bytes) -> None:
        self.data, self.place, self.depth = data, 0, 0

    def structure(self) -> Structure:
        """Read the fields of a structure by their numbers."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise ValueError("the footer is nested too deeply")
        fields: Structure = {}
        number = 0
        while (head := self._byte()) & 15:
            number = number + (head >> 4) if head >> 4 else self._integer()
            kind = head & 15
            fields[number] = kind == _TRUE if kind in {_TRUE, _FALSE} else self._value(kind)
        self.depth -= 1
        return fields

    def _value(self, kind: int) -> Any:
        if kind in _INTEGERS:
            return self._integer()
        if kind in {_TRUE, _FALSE, 3}:  # in lists a boolean is a byte of its own
            return self._byte()
        if kind == _DOUBLE:
            return self._bytes(8)
        if kind == _BINARY:
            return self._bytes(self._unsigned())
        if kind in {_LIST, _SET}:
            head = self._byte()
            count = head >> 4 if head >> 4 != 15 else self._unsigned()
            return [self._value(head & 15) for _ in range(count)]
        if kind == _STRUCT:
            return self.structure()
        raise ValueError(f"the footer holds a value of an unknown type ({kind})")

    def _byte(self) -> int:
        self.place += 1
        return self.data[self.place - 1]

    def _bytes(self, length: int) -> bytes:
        self.place += length
        if self.place > len(self.data):
            raise ValueError("the footer is cut off")
        return self.data[self.place - length : self.place]

    def _unsigned(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
            if shift > 63:
                raise ValueError("the footer holds a number of over 64 bits")

    def _integer(self) -> int:
        value = self._unsigned()
        return (value >> 1) ^ -(value & 1)
