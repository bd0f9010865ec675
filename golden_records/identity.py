"""Golden IDs: written, read, and what became of one that was handed out."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

Status = Literal["active", "merged", "split", "retired"]

# Crockford's base 32 (https://www.crockford.com/base32.html) has no i, l, o or u, so none is misread.
DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
WIDTH = 7
_LETTERS, _SHIFTS = np.frombuffer(DIGITS.encode(), dtype=np.uint8), np.arange(WIDTH - 1, -1, -1) * 5
_PAIRS = [first + second for first in DIGITS for second in DIGITS]
_TO_PYTHON = str.maketrans(DIGITS, "0123456789abcdefghijklmnopqrstuv")
_SHAPE = re.compile(rf"([a-z][a-z0-9_]*)_([{DIGITS}]{{{WIDTH}}}|[{DIGITS[1:]}][{DIGITS}]{{{WIDTH},}})")


@dataclass(frozen=True, slots=True)
class Identity:
    """What became of a golden ID: where it leads now, and who else holds records that once bore it."""

    status: Status
    current: int | None
    successors: list[int]


def golden_id(prefix: str, position: int) -> str:
    """Return the golden ID of the log position at which its founding record first arrived: "cus_000002a".

    IDs of one prefix sort as their positions do, up to 34 thousand million (32 to the 7th).
    Raises ValueError for a negative position.
    """
    return f"{prefix}_{digits(position)}"


def digits(position: int) -> str:
    """What stands behind the prefix in the golden ID of a log position; raises ValueError for a negative one."""
    if 0 <= position < 32**WIDTH:  # written two digits at a time, as a look-up takes not much longer than this
        pairs = _PAIRS
        last, middle, first = pairs[position & 1023], pairs[position >> 10 & 1023], pairs[position >> 20 & 1023]
        return f"{DIGITS[position >> 30]}{first}{middle}{last}"
    if position < 0:
        raise ValueError(f"a log position is not negative: {position}")
    written = ""
    while position:
        position, digit = divmod(position, 32)
        written = DIGITS[digit] + written
    return written


def digits_of_all(positions: Sequence[int]) -> list[str]:
    """The `digits` of many positions."""
    column = np.asarray(positions, dtype=np.int64)
    if column.size == 0 or column.min() < 0 or column.max() >= 32**WIDTH:
        return [digits(position) for position in positions]
    written = _LETTERS[column[:, None] >> _SHIFTS & 31].tobytes().decode("ascii")
    return [written[start : start + WIDTH] for start in range(0, len(written), WIDTH)]


def parse_golden_id(text: str) -> tuple[str, int]:
    """Return the prefix and log position of a golden ID; only the text that `golden_id` writes is one.

    Raises ValueError for any other text, upper case and unpadded digits included: one ID has one spelling.
    """
    found = _SHAPE.fullmatch(text)
    if found is None:
        raise ValueError(f"not a golden ID: {text!r} (a prefix, '_' and at least {WIDTH} of {DIGITS})")
    return found[1], int(found[2].translate(_TO_PYTHON), 32)


def status(golden: int, *, bearers: Mapping[str, int], living: Collection[int]) -> Identity:
    """Tell what a golden ID means today, whatever merges, splits and deletions came after it.

    bearers: each record key that ever bore the ID, with the golden number that it bears now.
    living: the golden numbers of clusters with a living member (give a set: it is only asked for membership).
    """
    successors = sorted({now for now in bearers.values() if now != golden and now in living})
    if golden in living:
        return Identity("active", golden, successors)
    if len(successors) == 1:
        return Identity("merged", successors[0], successors)
    return Identity("split" if successors else "retired", None, successors)
