"""Reads dates, numbers and booleans that are written in one stated format; nothing is guessed."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from mdm.ingest.rows import RefusalError

Format = Callable[[str], str]
"""Gives the plain form of a text that is not blank; ValueError in words that follow the name of a column."""

REMEMBERED = 50_000
"""Distinct texts of a column whose reading is remembered; then it starts afresh: memory stays bounded."""
EXCEL_DAYS = "excel_days"
COUNTED = ("epoch_s", "epoch_ms", "json_date", EXCEL_DAYS)
"""Formats of times that are counted: since 1970, or in days as spreadsheets do."""
_PROBE = datetime(2003, 2, 1)  # noqa: DTZ001  only its digits are looked at


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COUNTED = re.compile("-?[0-9]{1,15}")
_EXCEL_DAY = re.compile(r"([0-9]{1,7})(?:\.([0-9]{1,15}))?")
_EXCEL_EPOCH, _FIRST_EXCEL_DAY = datetime(1899, 12, 30), 61  # noqa: DTZ001  a day of no zone
"""Spreadsheets take 1900 for a leap year: of the days before 1 March 1900 no two programs think alike."""
_JSON_DATE = re.compile(r"\\?/Date\((-?[0-9]{1,15})(?:[+-][0-9]{4})?\)\\?/")


def date_format(pattern: str) -> Format:
    """Read dates or times by a pattern of strptime, such as %d.%m.%Y, or counted since 1970; gives ISO 8601.

    Counted are `epoch_s` and `epoch_ms`, whole seconds and milliseconds, `json_date`, which is `/Date(ms)/`, and
    `excel_days`, the number that a spreadsheet shows for a date in a cell without a format: 45658 is 2025-01-01.

    Raises:
        ValueError: the pattern does not tell year, month and day.
    """
    if pattern == EXCEL_DAYS:
        return _excel_day
    if pattern in COUNTED:
        return _counted(pattern)
    try:
        told = datetime.strptime(_PROBE.strftime(pattern), pattern)  # noqa: DTZ007
    except (ValueError, re.error):
        told = None
    if told is None or told.date() != _PROBE.date():
        raise ValueError(f"is no pattern that tells year, month and day, such as %d.%m.%Y: {pattern!r}")
    timed = any(part in pattern for part in ("%H", "%I", "%X", "%c"))

    def read(text: str) -> str:
        try:
            moment = datetime.strptime(text.encode("ascii", "strict").decode(), pattern)  # noqa: DTZ007
        except ValueError:
            raise ValueError(f"is not written as {pattern}: {text[:80]!r}") from None
        return moment.isoformat() if timed else moment.date().isoformat()

    return read


def _counted(name: str) -> Format:
    unit, written = (1 if name == "epoch_s" else 1_000), (_JSON_DATE if name == "json_date" else _COUNTED)

    def read(text: str) -> str:
        found = written.fullmatch(text)
        words = f"is not written as {name}: {text[:80]!r}"
        if found is None:
            raise ValueError(words)
        try:  # the offset of a JSON date says where it was written; what is counted is UTC
            moment = _EPOCH + timedelta(milliseconds=int(found[found.re.groups]) * (1_000 // unit))
        except OverflowError:
            raise ValueError(words) from None
        return moment.replace(tzinfo=None).isoformat() + "Z"

    return read


def _excel_day(text: str) -> str:
    found = _EXCEL_DAY.fullmatch(text)
    if found is None or int(found[1]) < _FIRST_EXCEL_DAY:
        raise ValueError(f"is not written as {EXCEL_DAYS}: {text[:80]!r}")
    part = Fraction(int(found[2]), 10 ** len(found[2])) if found[2] else Fraction(0)
    try:
        moment = _EXCEL_EPOCH + timedelta(days=int(found[1]), seconds=round(part * 86_400))
    except OverflowError:
        raise ValueError(f"is not written as {EXCEL_DAYS}: {text[:80]!r}") from None
    return moment.isoformat() if part else moment.date().isoformat()


def day_after(read: Format | None) -> Format:
    """Read dates, by their own format or as ISO 8601, and give the next day: of a last day the first one without.

    The last day there is, 9999-12-31, stands for no end in many systems; it gives "".
    """

    def following(text: str) -> str:
        written = text if read is None else read(text)
        try:
            day = date.fromisoformat(written[:10])
        except ValueError:
            raise ValueError(
                f"is not an ISO 8601 date: {text[:80]!r}; `dates` in the mapping says how it is written"
            ) from None
        return "" if day == date.max else (day + timedelta(days=1)).isoformat()

    return following


def number_format(decimal: str, thousands: str, minor_units: int = 0) -> Format:
    """Read numbers with these marks; gives digits with a point, such as -1234.5.

    minor_units: how many of the digits before the mark are decimals: 2 for cents.
    """
    spaced = "[ \u00a0\u202f]" if thousands == " " else re.escape(thousands)
    grouped = rf"[0-9]{{1,3}}(?:{spaced}[0-9]{{3}})+|" if thousands else ""
    written = re.compile(rf"([+-]?)({grouped}[0-9]+)(?:{re.escape(decimal)}([0-9]+))?")

    def read(text: str) -> str:
        found = written.fullmatch(text)
        if found is None:
            marks = f"{decimal!r} before decimals" + (f", {thousands!r} between thousands" if thousands else "")
            raise ValueError(f"is not a number with {marks}: {text[:80]!r}")
        whole, decimals = re.sub("[^0-9]", "", found[2]), found[3] or ""
        if minor_units:
            padded = whole.zfill(minor_units + 1)
            whole, decimals = padded[:-minor_units], padded[-minor_units:] + decimals
        return ("-" if found[1] == "-" else "") + whole + (f".{decimals}" if decimals else "")

    return read


def boolean_format(when_true: Sequence[str], when_false: Sequence[str]) -> Format:
    """Read these words, in upper or lower case; gives true or false."""
    words = {word.casefold(): "true" for word in when_true} | {word.casefold(): "false" for word in when_false}

    def read(text: str) -> str:
        found = words.get(text.casefold())
        if found is None:
            raise ValueError(f"is none of {', '.join([*when_true, *when_false])}: {text[:80]!r}")
        return found

    return read


def cell_reader(
    column: str, rule: str, form: Format | None, separator: str | None, *, counts: bool = False
) -> Callable[[object], object]:
    """Make the function that reads one cell: each of its values where there is a separator; a blank one is "".

    A value that is no text keeps its type; `counts`: but a whole number is read as its digits. The function raises
    RefusalError with the column and the rule.
    """
    known: dict[str, object] = {}

    def one(text: str) -> str:
        try:
            return form(text) if form is not None and text else text
        except ValueError as error:
            raise RefusalError(column, text, rule, f"{column} {error}") from None

    def read(cell: object) -> object:
        if counts and isinstance(cell, int) and not isinstance(cell, bool):
            return one(str(cell))
        if not isinstance(cell, str):
            return cell
        if cell not in known:
            if len(known) >= REMEMBERED:
                known.clear()
            if separator is None:
                known[cell] = one(cell.strip())
            else:
                known[cell] = tuple(one(part.strip()) for part in cell.split(separator) if part.strip()) or ""
        return known[cell]

    return read
