"""Writes a table as parquet, piece by piece."""

import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from mdm.publish.sheets import NUMBER, TEXT, TEXTS, Document, Sheet, Type

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

    Values are text, absent ones null; an attribute with `many` is a list, dated lines and the crosswalk are lists
    of objects.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([pa.field(name, _kind(of)) for name, of in sheet.columns.items()])
    remaining, out = iter(documents), _Passing()
    with pq.ParquetWriter(pa.PythonFile(out, mode="w"), schema) as writer:
        while group := list(islice(remaining, ROWS_OF_A_GROUP)):
            writer.write_table(pa.Table.from_pylist([sheet.values(one) for one in group], schema=schema))
            yield out.taken()
    yield out.taken()


def _kind(of: Type) -> Any:
    import pyarrow as pa

    text = pa.string()
    plain = {TEXT: text, NUMBER: pa.int64(), TEXTS: pa.list_(text)}
    return plain[of] if of in plain else pa.list_(pa.struct([(field, text) for field in of[1:]]))
