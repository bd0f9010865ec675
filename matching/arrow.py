"""What Arrow does for many texts at once, of which no string is made for each.

It is slow to load, and a command that looks at few values does without. Numbers go to it and come from it as bytes:
it loads pandas to see whether what numpy has is of that.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from matching.columns import numbered

if TYPE_CHECKING:
    import pyarrow as pa

Numbers = npt.NDArray[np.int64]
_FEW = 1_000
"""So few texts are sooner put together one by one."""


def binaries(text: bytes, bounds: Numbers) -> "pa.LargeBinaryArray":
    """Take the pieces of a text: piece `i` is `text[bounds[i]:bounds[i + 1]]`."""
    import pyarrow as pa

    return pa.Array.from_buffers(pa.large_binary(), len(bounds) - 1, [None, pa.py_buffer(bounds), pa.py_buffer(text)])


def picked(pieces: "pa.LargeBinaryArray", places: Numbers) -> "pa.LargeBinaryArray":
    """Give the pieces at these places, one behind the other."""
    import pyarrow as pa

    return pieces.take(pa.Array.from_buffers(pa.int64(), len(places), [None, pa.py_buffer(places)]))


def told_apart(pieces: "pa.LargeBinaryArray") -> tuple[Numbers, "pa.LargeBinaryArray"]:
    """Number the distinct pieces in the order in which they are first seen; gives with them the number of each."""
    coded = pieces.dictionary_encode()
    numbers = np.frombuffer(coded.indices.buffers()[1], dtype=np.int32)[: len(pieces)]
    return numbers.astype(np.int64), coded.dictionary


def put_together(texts: Sequence[str], chosen: Numbers, ends: Numbers) -> tuple[Numbers, list[str]]:
    """Put the chosen texts together, each time up to the next of these ends, and number what comes out, "" as -1."""
    if len(ends) <= _FEW:
        places = pairwise([0, *ends.tolist()])
        return numbered(["".join(map(texts.__getitem__, chosen[start:end])) for start, end in places], missing="")
    pieces = [text.encode("utf-8", "surrogatepass") for text in texts]
    every = binaries(b"".join(pieces), np.cumsum([0, *map(len, pieces)]))
    text, bounds = text_and_bounds(picked(every, chosen))
    numbers, distinct = told_apart(binaries(text, bounds[np.append(0, ends)]))
    found = _decoded(distinct)
    if "" not in found:
        return numbers, found
    empty = found.index("")
    del found[empty]
    return np.where(numbers == empty, -1, numbers - (numbers > empty)), found


def text_and_bounds(pieces: "pa.LargeBinaryArray") -> tuple[bytes, Numbers]:
    """Give the text that pieces make, and their bounds in it."""
    _, starts, text = pieces.buffers()
    bounds = np.frombuffer(starts, dtype=np.int64)[: len(pieces) + 1]
    return bytes(memoryview(text)[: bounds[-1]]), bounds


def _decoded(pieces: "pa.LargeBinaryArray") -> list[str]:
    """Give the texts of pieces."""
    text, bounds = text_and_bounds(pieces)
    return [text[start:end].decode("utf-8", "surrogatepass") for start, end in pairwise(bounds.tolist())]
