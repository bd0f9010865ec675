"""A telephone number, however it is written: +49 30 1234567, 0049301234567, 030/1234567, (312) 555-0142.

Where the country is not said, the digits without the leading zero are compared; a local number
without its area code is compared by its end. A firm's switchboard is shared, so the same number is
good evidence and no proof.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import phonenumbers

from matching.columns import PART
from matching.fields import fields_of
from matching.kinds.identifier import keystroke_pairs
from matching.kinds.kind import Kind, Level, as_text, takes_text
from matching.kinds.pairs import (
    Codes,
    Flags,
    Outcomes,
    PairComparison,
    both_known,
    each_distinct,
    first_level,
    only_where,
    same,
)
from matching.kinds.strings import field

_EXTENSION = re.compile(r"(?:\s*(?:ext|extension|x|dw|durchwahl|poste|#)[.:]?\s*\d{1,6})\s*$", re.IGNORECASE)
_LETTERS = re.compile(r"[a-z]{5,}", re.IGNORECASE)
_SIGNS = b" +-()./"
"""What usually stands between the digits."""
_CALLING_CODES = frozenset(map(str, phonenumbers.COUNTRY_CODE_TO_REGION_CODE))


def _calling_code(digits: str) -> str:
    for length in (1, 2, 3):
        if digits[:length] in _CALLING_CODES:
            return digits[:length]
    return ""


def _digits(text: str) -> str:
    """Give the digits of a number without its extension, none where letters say that it is something else."""
    if text.isascii() and (bare := text.encode("ascii").translate(None, _SIGNS)).isdigit():
        return bare.decode("ascii")
    text = _EXTENSION.sub("", text)
    return "" if _LETTERS.search(text) else re.sub(r"\D", "", text)


def _standardise(value: object) -> str | None:
    """Give calling code (empty where it is not known) and national number as the two parts."""
    text = as_text(value).replace("(0)", "")
    digits = _digits(text)
    if not 6 <= len(digits) <= 17:
        return None
    code = ""
    if text.lstrip(" (").startswith("+") or digits.startswith("00"):
        digits = digits[2:] if digits.startswith("00") else digits
        code = _calling_code(digits)
        digits = digits[len(code) :]
    elif len(digits) == 11 and digits[0] == "1":
        code, digits = "1", digits[1:]
    digits = digits.lstrip("0")
    made_up = len(set(digits)) <= 1 or digits in "12345678901234567890" or digits in "9876543210"
    return None if made_up or len(digits) < 6 else f"{code}{PART}{digits}"


@lru_cache(maxsize=100_000)
def _valid(value: str) -> bool:
    code, national = value.split(PART)
    if not code:
        return len(national) >= 8
    number = phonenumbers.PhoneNumber(country_code=int(code), national_number=int(national))
    return bool(phonenumbers.is_possible_number(number))


def _prepare(values: Sequence[str]) -> PairComparison:
    codes, numbers = fields_of(values, 2)
    code, number = codes.known, numbers.codes
    end = numbers.of_each(lambda text: text[-7:] if len(text) >= 7 else "")
    keystroke = keystroke_pairs(numbers.texts)

    def local(left: Codes, right: Codes) -> Flags:
        return each_distinct(_one_ends_other, numbers.texts, number[left], number[right]).astype(bool)

    def compare(left: Codes, right: Codes) -> Outcomes:
        elsewhere = both_known(code, left, right) & (code[left] != code[right])
        equal = same(number, left, right)
        ends = only_where(same(end, left, right) & ~equal & ~elsewhere, local, left, right)
        long = (end[left] >= 0) & (end[right] >= 0)
        slip = only_where(long & ~equal & ~elsewhere, keystroke, number[left], number[right])
        return first_level((left == right, elsewhere, equal, ends, slip), (1, 4, 1, 2, 3), otherwise=4)

    return compare


def _one_ends_other(one: str, other: str) -> bool:
    return one.endswith(other) or other.endswith(one)


KIND = Kind(
    name="phone",
    help=__doc__ or "",
    standardise=_standardise,
    valid=_valid,
    parts={
        "": lambda value: (value.split(PART)[1],),
        "national": lambda value: (value.split(PART)[1],),
    },
    in_bulk={"": field(1, of=2), "national": field(1, of=2)},
    levels=(
        Level("same", "the same telephone number", 0.6, 0.01),
        Level("local", "the same local number", 0.04, 0.002),
        Level("one_keystroke", "telephone numbers one keystroke apart", 0.04, 0.005),
        Level("different", "different telephone numbers", 0.32, 0.983),
    ),
    prepare=_prepare,
    accepts=takes_text,
    between=";|,\n",
)
