"""A column of texts in one piece of memory: what is done to all of them at once needs no object for each."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from mdm.ingest.raws import HALVES

if TYPE_CHECKING:
    import pyarrow as pa


PRINTABLE = bytes(range(ord(" "), ord("~") + 1))


class Texts(Sequence[str]):
    """Texts as Arrow holds them, in which a blank one is null; they can be read one by one like any others.

    `absent` is what a null is read as: of values that have types of their own None.
    """

    def __init__(self, array: "pa.StringArray", absent: str | None = "") -> None:
        self.array, self.absent = array, absent

    def __len__(self) -> int:
        return len(self.array)

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> "Texts": ...
    def __getitem__(self, place: int | slice) -> "str | Texts":
        return Texts(self.array[place], self.absent) if isinstance(place, slice) else self._listed[place]

    @cached_property
    def _listed(self) -> list[str]:
        array = self.array if self.absent is None else self.array.fill_null(self.absent)
        return array.to_pylist()  # type: ignore[no-any-return]

    def __contains__(self, text: object) -> bool:
        return self.array.null_count > 0 if text == self.absent else text in self._listed

    def has(self, letters: str) -> bool:
        """Whether any of some letters of ASCII may stand in a text."""
        data = self.array.buffers()[2]
        return data is not None and any(letter in data.to_pybytes() for letter in letters.encode("ascii"))

    def stripped(self) -> "Texts":
        """Give each without the spaces around it; they are printable, so that there are no other blanks."""
        from pyarrow import compute

        return Texts(_unless_blank(compute.utf8_trim(self.array, characters=" ")))

    def blank(self) -> list[int]:
        """Give the places of those that are blank."""
        return np.flatnonzero(self.array.is_null().to_numpy(zero_copy_only=False)).tolist()

    def longer_than(self, most: int) -> list[int]:
        """Give the places of those that have more than so many letters."""
        from pyarrow import compute

        return np.flatnonzero(compute.utf8_length(self.array).fill_null(0).to_numpy() > most).tolist()


def printable(written: bytes, besides: bytes = b"") -> bool:
    """Whether UTF-8 holds nothing but letters that are printed, and these."""
    # Of ASCII nothing is left but what is not printed, and letters beyond it stand there whole.
    return written.translate(None, PRINTABLE + besides).decode("utf-8", HALVES).isprintable()


def typed_texts(column: Any, *, longest: int) -> Texts | None:
    """Texts with a type of their own; None where any is blank, too long, not printable or no UTF-8, or is no text."""
    import pyarrow as pa
    from pyarrow import compute

    if column.type != pa.string():
        return None
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return None
    shortest = compute.min(compute.binary_length(compute.utf8_trim(column, characters=" "))).as_py()
    if not shortest or compute.max(compute.binary_length(column)).as_py() > longest:
        return None
    if not printable(column.buffers()[2].to_pybytes()):
        return None
    return Texts(column, absent=None)


def encoded(texts: Sequence[str]) -> list[bytes]:
    """Give each text as UTF-8."""
    import pyarrow as pa

    if not isinstance(texts, Texts):
        return [text.encode() for text in texts]
    return texts.array.fill_null("").cast(pa.binary()).to_pylist()  # type: ignore[no-any-return]


def numbers(given: Sequence[int]) -> Texts:
    """Write whole numbers."""
    import pyarrow as pa

    return Texts(pa.array(np.asarray(given, dtype=np.int64)).cast(pa.string()))


def members(texts: Texts, before: str, after: str) -> Texts:
    """Write stripped texts as JSON, with what stands before and after each; blank ones stay blank.

    The texts are printable, so that of all that JSON escapes there are only quotes and backslashes in them, and of
    blanks only spaces.
    """
    from pyarrow import compute

    array = texts.stripped().array
    if texts.has("\\"):
        array = compute.replace_substring(array, pattern="\\", replacement="\\\\")
    if texts.has('"'):
        array = compute.replace_substring(array, pattern='"', replacement='\\"')
    return Texts(compute.binary_join_element_wise(f'{before}"', array, f'"{after}', ""))


def objects(columns: Sequence[Sequence[str]], before: str, after: str, *, blank: bool) -> Texts:
    """Put members, each of which begins with a comma, together into one object a row.

    One without any is `blank`, or has only what stands before and after.
    """
    from pyarrow import compute

    arrays = [column.array if isinstance(column, Texts) else _array(column) for column in columns]
    # With one text that is there: of nothing but nulls Arrow makes no row at all.
    inside = compute.binary_join_element_wise("", *arrays, "", null_handling="skip")
    opened = compute.binary_replace_slice(
        _unless_blank(inside) if blank else inside, start=0, stop=1, replacement=before
    )
    return Texts(compute.binary_join_element_wise(opened, after, ""))


def joined(columns: "Sequence[str | Texts | pa.Array]") -> Texts:
    """Put the texts of each row together, none of them blank; a single text stands alike in all of them."""
    from pyarrow import compute

    arrays = [column.array if isinstance(column, Texts) else column for column in columns]
    return Texts(compute.binary_join_element_wise(*arrays, ""))


def _array(texts: Sequence[str]) -> "pa.StringArray":
    import pyarrow as pa

    return pa.array([text or None for text in texts], pa.string())


def _unless_blank(array: "pa.StringArray") -> "pa.StringArray":
    from pyarrow import compute

    blank = compute.equal(array, "")
    return compute.if_else(blank, None, array) if compute.any(blank).as_py() else array
