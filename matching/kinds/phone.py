"""A telephone number, however it is written: +49 30 1234567, 0049301234567, 030/1234567, (312) 555-0142.

Where the country is not said, the digits without the leading zero are compared; a local number
without its area code is compared by its end. A firm's switchboard is shared, so the same number is
good evidence and no proof.
"""

import re
from functools import lru_cache

import phonenumbers

from matching.columns import PART
from matching.kinds.identifier import one_keystroke
from matching.kinds.kind import Kind, Level, as_text, each_pair, takes_text

_EXTENSION = re.compile(r"(?:\s*(?:ext|extension|x|dw|durchwahl|poste|#)[.:]?\s*\d{1,6})\s*$", re.IGNORECASE)
_LETTERS = re.compile(r"[a-z]{5,}", re.IGNORECASE)
_CALLING_CODES = frozenset(map(str, phonenumbers.COUNTRY_CODE_TO_REGION_CODE))


def _calling_code(digits: str) -> str:
    for length in (1, 2, 3):
        if digits[:length] in _CALLING_CODES:
            return digits[:length]
    return ""


def _standardise(value: object) -> str | None:
    """Give calling code (empty where it is not known) and national number as the two parts."""
    text = _EXTENSION.sub("", as_text(value).replace("(0)", ""))
    digits = re.sub(r"\D", "", text)
    if _LETTERS.search(text) or not 6 <= len(digits) <= 17:
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


def _judge(one: str, other: str) -> int:
    if one == other:
        return 1
    code, national = one.split(PART)
    other_code, other_national = other.split(PART)
    if code and other_code and code != other_code:
        return 4
    if national == other_national:
        return 1
    short, long = sorted((national, other_national), key=len)
    if long.endswith(short) and len(short) >= 7:
        return 2
    return 3 if one_keystroke(national, other_national) and len(short) >= 7 else 4


KIND = Kind(
    name="phone",
    help=__doc__ or "",
    standardise=_standardise,
    valid=_valid,
    parts={
        "": lambda value: (value.split(PART)[1],),
        "national": lambda value: (value.split(PART)[1],),
    },
    levels=(
        Level("same", "the same telephone number", 0.6, 0.01),
        Level("local", "the same local number", 0.04, 0.002),
        Level("one_keystroke", "telephone numbers one keystroke apart", 0.04, 0.005),
        Level("different", "different telephone numbers", 0.32, 0.983),
    ),
    compare=each_pair(_judge),
    accepts=takes_text,
)
