"""A date of birth, in any form of a date, or the year of birth alone.

Of somebody only the year may be known, which many files write as the first of January. Where one of two says no more
than the year, the same year is all that can agree.
"""

import re
from collections.abc import Sequence

import numpy as np

from matching.kinds import date
from matching.kinds.identifier import keystroke_pairs
from matching.kinds.kind import Kind, Level, as_standardised, as_text, whole
from matching.kinds.pairs import Codes, Outcomes, PairComparison, coded, first_level, same
from matching.kinds.strings import as_they_are

_YEAR = re.compile(r"1[5-9]\d\d|20\d\d")
_DIGITS_OF_A_YEAR = 4
_GENERATION = 15
"""Father and son of one name are at least so many years apart."""


def year_of(text: str) -> str | None:
    """Give the year where the text is no more than a year in which somebody may be born, None where it is not."""
    text = text.strip().removesuffix(".0")
    return text if _YEAR.fullmatch(text) else None


def _standardise(value: object) -> str | None:
    return date.KIND.standardise(value) or year_of(as_text(value))


def _accepts(value: object) -> str | None:
    return None if year_of(as_text(value)) else date.KIND.accepts(value)


def _swapped(value: str) -> str:
    return date.swapped(value) if len(value) > _DIGITS_OF_A_YEAR else value


def _prepare(values: Sequence[str]) -> PairComparison:
    year, month = coded([value[:4] for value in values]), coded([value[:7] for value in values])
    both = coded([*values, *map(_swapped, values)])
    there, back = both[: len(values)], both[len(values) :]
    bare = np.fromiter((len(value) == _DIGITS_OF_A_YEAR for value in values), dtype=bool, count=len(values))
    only_year = bare | np.fromiter((value.endswith("-01-01") for value in values), dtype=bool, count=len(values))
    years = np.array([int(value[:_DIGITS_OF_A_YEAR]) for value in values], dtype=np.int64)
    keystroke = keystroke_pairs(values)

    def compare(left: Codes, right: Codes) -> Outcomes:
        full = ~(bare[left] | bare[right])
        conditions = (
            full & (left == right),
            same(year, left, right) & (only_year[left] | only_year[right]),
            full & (back[left] == there[right]),
            full & (same(month, left, right) | keystroke(left, right)),
            same(year, left, right),
            np.abs(years[left] - years[right]) < _GENERATION,
        )
        return first_level(conditions, (1, 2, 3, 4, 5, 6), otherwise=7)

    return compare


KIND = Kind(
    name="birth_date",
    help=__doc__ or "",
    standardise=_standardise,
    valid=date.KIND.valid,
    parts={"": whole, "year": lambda value: (value[:4],)},
    in_bulk={"": as_they_are},
    levels=(
        Level("same", "the same date", 0.8, 0.003),
        Level("same_year", "the same year, of which one says no more", 0.08, 0.03),
        Level("swapped", "day and month swapped", 0.03, 0.0008),
        Level("close", "the same month, or one digit apart", 0.05, 0.008),
        Level("year", "the same year", 0.015, 0.03),
        Level("different", "different dates", 0.017, 0.45, most=0.1),
        Level("generation", "fifteen years apart or more", 0.008, 0.4782, most=0.05),
    ),
    prepare=_prepare,
    accepts=_accepts,
    spelled=as_standardised,
    doubtful=date.is_doubtful,
)
