"""Writes a table as parquet, piece by piece."""

import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from mdm.publish.sheets import Document, Sheet
from mdm.publish.typed import DECIMALS, DIGITS, Many, Scalar, Type

ROWS_OF_A_GROUP = 10_000


class _Passing(io.RawIOBase):
    """Where parquet is written to; what has been written is taken away as it goes."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []
        self.written = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.written

    def write(self, part: Any) -> int:
        self.waiting.append(bytes(part))
        self.written += len(part)
        return len(part)

    def taken(self) -> bytes:
        told, self.waiting = b"".join(self.waiting), []
        return told


def parquet(sheet: Sheet, documents: Iterable[Document]) -> Iterator[bytes]:
    """The bytes of a parquet file, one group of rows after another.

    Dates, numbers and yes or no have types, which the kinds of the attributes decide and not the values, so that each
    file of the same rules has the same columns; all other values are text, absent ones null. An attribute with `many`
    is a list, dated lines and the crosswalk are lists of objects.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([pa.field(name, _arrow(of)) for name, of in sheet.typed.items()])
    remaining, out = iter(documents), _Passing()
    with pq.ParquetWriter(pa.PythonFile(out, mode="w"), schema) as writer:
        while group := list(islice(remaining, ROWS_OF_A_GROUP)):
            writer.write_table(pa.Table.from_pylist([sheet.values(one) for one in group], schema=schema))
            yield out.taken()
    yield out.taken()


def _arrow(of: Type) -> Any:
    import pyarrow as pa

    if not isinstance(of, Many):
        return _scalar(of)
    if isinstance(of.of, str):
        return pa.list_(_scalar(of.of))
    return pa.list_(pa.struct([(field, _scalar(one)) for field, one in of.of.items()]))


def _scalar(of: Scalar) -> Any:
    import pyarrow as pa

    types = {
        "text": pa.string(), "integer": pa.int64(), "date": pa.date32(), "boolean": pa.bool_(),
        "decimal": pa.decimal128(DIGITS, DECIMALS),
    }  # fmt: skip
    return types[of]
