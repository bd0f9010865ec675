"""A number or code that a system or register gave: a customer number, a registration number.

Spaces, dots, dashes and case do not count, nor do zeros before a number: many systems pad theirs. Two identifiers
that differ by one keystroke are told apart from two that have nothing in common.
"""

from collections.abc import Callable, Sequence
from string import ascii_uppercase

import numpy as np

from matching.kinds.folding import is_junk, plain_words
from matching.kinds.kind import Kind, Level, as_text, takes_text, whole
from matching.kinds.letters import letters_of, slips_between
from matching.kinds.pairs import Codes, Flags, Outcomes, PairComparison, once_each, only_where
from matching.kinds.strings import as_they_are

_SHORTEST = 5
"""In shorter texts one keystroke may make all the difference."""

_LONG = 100
_BASE_10 = {ord(letter): str(int(letter, 36)) for letter in ascii_uppercase}


def compact(value: object) -> str | None:
    """Give the letters and digits of an identifier in upper case, None for a placeholder."""
    text = as_text(value)
    if not text or is_junk(text):
        return None
    letters = "".join(plain_words(text)).upper()
    return None if not letters.strip("0") or is_junk(letters) else letters


def _standardise(value: object) -> str | None:
    letters = compact(value)
    return letters.lstrip("0") if letters and letters.isdigit() else letters


def may_be_mod_97(letters: str) -> bool:
    """Say whether the check digits of ISO 7064 Mod 97-10 may be right: a quick look before the whole check."""
    return len(letters) > _LONG or int(letters.translate(_BASE_10) or "0") % 97 == 1


def one_keystroke(one: str, other: str) -> bool:
    """Say whether two texts differ by one character typed wrong, left out, added or swapped."""
    if abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < _SHORTEST:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, other_rest = one[start:], other[start:]
    return (
        rest[1:] == other_rest[1:]
        or rest[1:] == other_rest
        or rest == other_rest[1:]
        or (rest[:2] == other_rest[1::-1] and len(rest) > 1 and rest[2:] == other_rest[2:])
    )


def keystroke_pairs(values: Sequence[str]) -> Callable[[Codes, Codes], Flags]:
    """Prepare `one_keystroke` for any pairs of the values, by their places."""
    letters, texts = letters_of(values), np.array(values, dtype=object)
    long = letters.lengths >= _SHORTEST

    def one_slip(left: Codes, right: Codes) -> Flags:
        found: Flags = slips_between(texts[left], texts[right], most=1) <= 1
        return found

    def pair(left: Codes, right: Codes) -> Flags:
        both, equal = long[left] & long[right], left == right
        maybe = only_where(both & ~equal, letters.maybe_one_slip, left, right)
        found: Flags = both & equal
        found |= only_where(maybe, lambda left, right: once_each(one_slip, left, right), left, right)
        return found

    return pair


def _prepare(values: Sequence[str]) -> PairComparison:
    keystroke = keystroke_pairs(values)

    def compare(left: Codes, right: Codes) -> Outcomes:
        levels = np.where(keystroke(left, right), np.int8(2), np.int8(3))
        levels[left == right] = 1
        return levels

    return compare


def _valid(value: str) -> bool:
    return len(value) >= 4 and len(set(value)) > 1


KIND = Kind(
    name="identifier",
    help=__doc__ or "",
    standardise=_standardise,
    valid=_valid,
    parts={"": whole},
    in_bulk={"": as_they_are},
    levels=(
        Level("same", "the same identifier", 0.85, 0.0008),
        Level("one_keystroke", "identifiers one keystroke apart", 0.04, 0.004),
        Level("different", "different identifiers", 0.11, 0.9952),
    ),
    prepare=_prepare,
    accepts=takes_text,
)
