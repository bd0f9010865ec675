"""A date. ISO dates, 31.12.2020, 31/12/2020, 20201231 and dates with month names are understood.

Where day and month cannot be told apart, the day comes first with dots and dashes, and with a slash
as well; a date that is only possible the other way round is read that way. Two dates with day and
month swapped count as close.

Golden records show the ISO form, whatever a source writes. Where slashes leave it open which is the day and
which the month (03/04/2020), they show the date as it came; a mapping can say how a source means it.
"""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from matching.kinds.folding import is_junk, plain
from matching.kinds.identifier import keystroke_pairs
from matching.kinds.kind import Kind, Level, as_standardised, as_text, whole
from matching.kinds.pairs import Codes, Outcomes, PairComparison, coded, first_level, same
from matching.kinds.strings import as_they_are

_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})(?:[T ].*)?")
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/\d{4}(?:[T ].*)?")
_DAY_NAME = re.compile(r"(\d{1,2})(?:st|nd|rd|th)? (?:de |of )?([a-z]+) (?:de )?(\d{4})")
_NAME_DAY = re.compile(r"([a-z]+) (\d{1,2})(?:st|nd|rd|th)? (\d{4})")
_MONTHS = (
    ("jan", "ene", "gen", "janv", "sty"),
    ("feb", "fev", "lut", "febr"),
    ("mar", "mae", "mrz", "mrt", "marz"),
    ("apr", "avr", "abr", "kwi"),
    ("may", "mai", "mag", "mei", "maj"),
    ("jun", "juin", "giu", "cze"),
    ("jul", "juil", "lug", "lip"),
    ("aug", "aou", "ago", "sie"),
    ("sep", "set", "wrz"),
    ("oct", "okt", "ott", "out", "paz"),
    ("nov", "lis"),
    ("dec", "dez", "dic", "gru"),
)


def _month(word: str) -> int:
    for length in (4, 3):
        for number, beginnings in enumerate(_MONTHS, start=1):
            if word[:length] in beginnings:
                return number
    return 0


def _iso(year: str, month: str | int, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _in_words(text: str) -> str | None:
    words = plain(text)
    if found := _DAY_NAME.fullmatch(words):
        return _iso(found[3], _month(found[2]), found[1])
    if found := _NAME_DAY.fullmatch(words):
        return _iso(found[3], _month(found[1]), found[2])
    return None


@lru_cache(maxsize=100_000)  # dated lines say the same days again and again
def iso_date(text: str) -> str | None:
    """Give the ISO form of a date as people write it, None where it is no date."""
    text = text.strip()
    if found := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        return _iso(found[1], found[2], found[3])
    if found := _YEAR_LAST.fullmatch(text):
        return _iso(found[3], found[2], found[1]) or _iso(found[3], found[1], found[2])
    return _in_words(text)


def is_doubtful(value: object) -> bool:
    """Say whether a date with slashes would be another one with the month first."""
    found = _SLASHES.fullmatch(value.strip()) if isinstance(value, str) and "/" in value else None
    return found is not None and int(found[1]) != int(found[2]) and max(int(found[1]), int(found[2])) <= len(_MONTHS)


def _standardise(value: object) -> str | None:
    found = iso_date(as_text(value))
    return None if found in {"1900-01-01", "1970-01-01", "0001-01-01", "9999-12-31"} else found


def _accepts(value: object) -> str | None:
    text = as_text(value)
    placeholder = not isinstance(value, dict | list | bool) and (is_junk(text) or set(text) <= set("0-/. "))
    if value is None or placeholder or iso_date(text):
        return None
    return f"is not a date (such as 2020-12-31): {value!r}"


def swapped(value: str) -> str:
    """Give a standardised date with day and month swapped."""
    year, month, day = value.split("-")
    return f"{year}-{day}-{month}"


def _prepare(values: Sequence[str]) -> PairComparison:
    year, month = coded([value[:4] for value in values]), coded([value[:7] for value in values])
    both = coded([*values, *map(swapped, values)])
    there, back = both[: len(values)], both[len(values) :]
    keystroke = keystroke_pairs(values)

    def compare(left: Codes, right: Codes) -> Outcomes:
        close = same(month, left, right) | keystroke(left, right)
        conditions = (left == right, back[left] == there[right], close, same(year, left, right))
        return first_level(conditions, (1, 2, 3, 4), otherwise=5)

    return compare


KIND = Kind(
    name="date",
    help=__doc__ or "",
    standardise=_standardise,
    valid=lambda value: "1850" < value < "2200",
    parts={"": whole, "year": lambda value: (value[:4],)},
    in_bulk={"": as_they_are},
    levels=(
        Level("same", "the same date", 0.88, 0.003),
        Level("swapped", "day and month swapped", 0.03, 0.0008),
        Level("close", "the same month, or one digit apart", 0.05, 0.008),
        Level("year", "the same year", 0.015, 0.03),
        Level("different", "different dates", 0.025, 0.9582),
    ),
    prepare=_prepare,
    accepts=_accepts,
    spelled=as_standardised,
    doubtful=is_doubtful,
)
