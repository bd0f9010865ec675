"""Dated lines: a list of objects that each hold from one day to another, such as the rates of a rate card.

`of` describes the fields of a line as attributes are described: kind, required, list, label, description
and privacy; a line holds no references and no lines. `key` names the fields that tell lines apart, such as
role and currency: one missing counts as a value of its own, and without `key` all lines stand in one line
of time. `valid_from` is the first day on which a line holds, `valid_to` the first on which it no longer
does; either may be left out, and is open then. 9999-12-31 as `valid_to`, and 0001-01-01, 1900-01-01 and
1970-01-01 as `valid_from`, are open as well.

Lines are no evidence: they can neither be blocked on nor compared. Of the lines that several sources have
for one key, the strategy picks one for every day. Codes, currencies, countries, dates, numbers, amounts,
identifiers and yes or no stand in a golden line as their kind writes them, other values as they were sent.
"""

from matching.kinds.date import iso_date
from matching.kinds.kind import Kind, always_valid, as_text, same_or_different

VALID_FROM = "valid_from"
VALID_TO = "valid_to"
_SINCE_EVER = frozenset({"0001-01-01", "1900-01-01", "1970-01-01"})
_FOR_EVER = frozenset({"9999-12-31"})


def first_day(value: object) -> str | None:
    """Give the ISO date of the first day on which a line holds, None where it is open; ValueError for no day."""
    return _day(value, open_=_SINCE_EVER, never=_FOR_EVER)


def end_day(value: object) -> str | None:
    """Give the ISO date of the first day on which a line no longer holds, as `first_day` does."""
    return _day(value, open_=_FOR_EVER, never=_SINCE_EVER)


def _day(value: object, *, open_: frozenset[str], never: frozenset[str]) -> str | None:
    if value is None:
        return None
    day = iso_date(as_text(value))
    if day is None or day in never:
        raise ValueError(f"is not a day (such as 2020-12-31) on which a line can begin or end: {value!r}")
    return None if day in open_ else day


def _standardise(_value: object) -> str | None:
    return None


def _accepts(value: object) -> str | None:
    return None if value is None or isinstance(value, list) else f"is not a list of lines: {value!r}"


KIND = Kind(
    name="lines",
    help=__doc__ or "",
    standardise=_standardise,
    valid=always_valid,
    parts={},
    levels=(),
    prepare=same_or_different,
    accepts=_accepts,
)
