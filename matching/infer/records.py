"""Records: which of very many are looked at, chosen by what they say, so that their order does not matter."""

from collections.abc import Mapping, Sequence
from zlib import crc32

import numpy as np

SAMPLE = 20_000
"""So many records are looked at; of more, those whose checksums are lowest."""

Cells = Mapping[str, Sequence[object]]


def looked_at(cells: Cells) -> Cells:
    """Give the cells of the records to look at, in the order of the records."""
    if max(map(len, cells.values()), default=0) <= SAMPLE:
        return cells
    sums = np.fromiter(map(_checksum, zip(*cells.values(), strict=True)), dtype=np.int64)
    chosen = np.sort(np.argsort(sums, kind="stable")[:SAMPLE]).tolist()
    return {column: [values[row] for row in chosen] for column, values in cells.items()}


def _checksum(record: tuple[object, ...]) -> int:
    return crc32(repr(record).encode("utf-8", "surrogatepass"))
