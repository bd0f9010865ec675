"""A number or code that a system or register gave: a customer number, a registration number.

Spaces, dots, dashes and case do not count, nor do zeros before a number: many systems pad theirs. Some put letters
before it, too: `E0166125` and `166125` are the same number. Two identifiers that differ by one keystroke are told
apart from two that have nothing in common.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from string import ascii_uppercase

import numpy as np

from matching.kinds.folding import is_junk, plain_words
from matching.kinds.kind import Kind, Level, as_text, takes_text, whole
from matching.kinds.letters import letters_of, slips_between
from matching.kinds.pairs import (
    Codes,
    Flags,
    Outcomes,
    PairComparison,
    coded,
    first_level,
    once_each,
    only_where,
    same,
)
from matching.kinds.strings import as_they_are

_SHORTEST = 5
"""In shorter texts one keystroke may make all the difference."""

_LETTERS_AND_NUMBER = re.compile(r"[A-Z]{1,4}0*([1-9]\d{4,})")
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


@lru_cache(maxsize=200_000)
def number_of(value: str) -> str:
    """Give the number of a standardised identifier without the letters and zeros before it, if it is a long one."""
    found = _LETTERS_AND_NUMBER.fullmatch(value)
    return found[1] if found else value


def may_be_mod_97(letters: str) -> bool:
    """Say whether the check digits of ISO 7064 Mod 97-10 may be right: a quick look before the whole check."""
    return len(letters) > _LONG or int(letters.translate(_BASE_10) or "0") % 97 == 1


def keystroke_pairs(values: Sequence[str]) -> Callable[[Codes, Codes], Flags]:
    """Prepare to say of pairs of the values, by their places, which differ by one keystroke at most.

    That is one character typed wrong, left out, added or swapped with the next, in five or more.
    """
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
    keystroke, number = keystroke_pairs(values), coded([number_of(value) for value in values])
    bare = np.fromiter(map(str.isdigit, values), dtype=bool, count=len(values))

    def compare(left: Codes, right: Codes) -> Outcomes:
        same_number = same(number, left, right) & (bare[left] != bare[right])
        return first_level((left == right, same_number, keystroke(left, right)), (1, 2, 3), otherwise=4)

    return compare


def _valid(value: str) -> bool:
    return len(value) >= 4 and len(set(value)) > 1


KIND = Kind(
    name="identifier",
    help=__doc__ or "",
    standardise=_standardise,
    valid=_valid,
    parts={"": whole, "number": lambda value: (number_of(value),)},
    in_bulk={"": as_they_are},
    levels=(
        Level("same", "the same identifier", 0.83, 0.0008),
        Level("same_number", "the same number, one of them behind letters", 0.02, 0.0001),
        Level("one_keystroke", "identifiers one keystroke apart", 0.04, 0.004),
        Level("different", "different identifiers", 0.11, 0.9951),
    ),
    prepare=_prepare,
    accepts=takes_text,
)
