"""What a kind of value is: how it is cleaned, keyed and compared."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.columns import PART, SEPARATOR

Outcomes = npt.NDArray[np.int8]

_NO_SEPARATORS = {ord(SEPARATOR): " ", ord(PART): " "}


@dataclass(frozen=True, slots=True)
class Level:
    """One outcome of a comparison.

    `m` and `u` are the probabilities of this outcome between two records of the same thing and
    between two records of different things that share a blocking key; log2(m/u) is the match weight.
    """

    name: str
    words: str
    m: float
    u: float


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value.

    `standardise` takes one source value and gives None where nothing usable is in it. `valid` says
    whether a standardised value may decide on its own. `parts` are what blocking keys may use; ""
    is the whole value. `compare` takes aligned, distinct pairs of single standardised values and
    gives the number of the level of each, 1 being the best. `accepts` says why a source value
    cannot be taken at all, or None. `fields` are the fields of a value that may be an object.
    """

    name: str
    help: str
    standardise: Callable[[object], str | None]
    valid: Callable[[str], bool]
    parts: Mapping[str, Callable[[str], Sequence[str]]]
    levels: tuple[Level, ...]
    compare: Callable[[Sequence[str], Sequence[str]], Outcomes]
    accepts: Callable[[object], str | None]
    fields: tuple[str, ...] = ()


def whole(value: str) -> Sequence[str]:
    """Give the standardised value itself as a blocking part."""
    return (value,)


def always_valid(_value: str) -> bool:
    """Hold every standardised value for one that may decide."""
    return True


def same_or_different(left: Sequence[str], right: Sequence[str]) -> Outcomes:
    """Compare for equality: level 1 where both are the same, 2 elsewhere."""
    return np.fromiter(
        (1 if one == other else 2 for one, other in zip(left, right, strict=True)),
        dtype=np.int8,
        count=len(left),
    )


def each_pair(judge: Callable[[str, str], int]) -> Callable[[Sequence[str], Sequence[str]], Outcomes]:
    """Make a column comparison out of one that judges a single pair."""

    def compare(left: Sequence[str], right: Sequence[str]) -> Outcomes:
        return np.fromiter(map(judge, left, right), dtype=np.int8, count=len(left))

    return compare


def takes_text(value: object) -> str | None:
    """Take text and numbers; refuse objects, lists and booleans."""
    if value is None or (isinstance(value, str | int | float) and not isinstance(value, bool)):
        return None
    return f"expected text, not {type(value).__name__}: {value!r}"


def as_text(value: object) -> str:
    """Give the text of a source value; a whole number that came as a float loses its `.0`.

    The characters that separate values and parts in a cell become spaces.
    """
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).translate(_NO_SEPARATORS).strip()
