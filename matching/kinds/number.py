"""A number. 1,234.50 and 1.234,50 are both understood; trailing zeros do not count.

Golden records show plain decimal text: thousands are not parted, and decimals follow a point. A text with
one comma or point and three digits behind it (1,250 or 1.250) may mean either, so they show it as it came; a
mapping can say how a source means it.
"""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from matching.kinds.folding import is_junk
from matching.kinds.kind import Kind, Level, always_valid, as_standardised, as_text, each_pair, whole
from matching.kinds.strings import as_they_are

_MOST_DIGITS = 100
"""A power of ten beyond this is no number that anybody writes: 1e999999 would be a text of a million digits."""
_SPACES = re.compile(r"[\s'’_]")
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*(?:[.,]\d+)?")
_THREE_DIGITS_BEHIND = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")


def decimal_text(text: str) -> str | None:
    """Give the plain decimal notation of a number as people write it, None where it is no number."""
    text = _SPACES.sub("", text)
    comma, point = text.rfind(","), text.rfind(".")
    grouped = _GROUPED.fullmatch(text)
    both = comma >= 0 and point >= 0
    if grouped and (both or text.count(grouped.group(1)) > 1 or grouped.group(1) == ","):
        text = text.replace(grouped.group(1), "")
    elif both:
        return None
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        return None
    if not number:
        return "0"
    plain = format(number, "f")  # to normalise it would round it to 28 digits
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _is_doubtful(value: object) -> bool:
    """Say whether the one comma or point of a text may part thousands as well as decimals."""
    return isinstance(value, str) and _THREE_DIGITS_BEHIND.fullmatch(_SPACES.sub("", value)) is not None


def _standardise(value: object) -> str | None:
    return decimal_text(as_text(value)) if takes_number(value) is None else None


def takes_number(value: object) -> str | None:
    """Say why a source value is not a number, None where it is one or is missing."""
    text = as_text(value)
    if value is None or (not isinstance(value, bool | dict | list) and is_number_or_junk(text)):
        return None
    return f"is not a number: {value!r}"


def is_number_or_junk(text: str) -> bool:
    """Say whether the text is a number or stands in for a missing one."""
    return decimal_text(text) is not None or is_junk(text)


def nearness(steps: tuple[Decimal, ...]) -> Callable[[str, str], int]:
    """Make a judge of pairs: 1 where equal, then one level for each relative distance, then the last."""

    def judge(one: str, other: str) -> int:
        if one == other:
            return 1
        first, second = Decimal(one), Decimal(other)
        size = max(abs(first), abs(second))
        apart = abs(first - second)
        return 2 + sum(apart > step * size for step in steps)

    return judge


KIND = Kind(
    name="number",
    help=__doc__ or "",
    standardise=_standardise,
    valid=always_valid,
    parts={"": whole},
    in_bulk={"": as_they_are},
    levels=(
        Level("same", "the same number", 0.85, 0.05),
        Level("near", "numbers within 1 %", 0.05, 0.03),
        Level("similar", "numbers within 10 %", 0.04, 0.12),
        Level("different", "different numbers", 0.06, 0.8),
    ),
    prepare=each_pair(nearness((Decimal("0.01"), Decimal("0.1")))),
    accepts=takes_number,
    spelled=as_standardised,
    doubtful=_is_doubtful,
)
