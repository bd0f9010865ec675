"""Reads dates, numbers and booleans that are written in one stated format; nothing is guessed."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from mdm.ingest.rows import RefusalError

Format = Callable[[str], str]
"""Gives the plain form of a text that is not blank; ValueError in words that follow the name of a column."""

REMEMBERED = 50_000
"""Distinct texts of a column whose reading is remembered; then it starts afresh: memory stays bounded."""
_PROBE = datetime(2003, 2, 1)  # noqa: DTZ001  only its digits are looked at


def date_format(pattern: str) -> Format:
    """Read dates or times by a pattern of strptime, such as %d.%m.%Y; gives ISO 8601.

    Raises:
        ValueError: the pattern does not tell year, month and day.
    """
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


def day_after(read: Format | None) -> Format:
    """Read dates, by their own format or as ISO 8601, and give the next day: of a last day the first one without.

    The last day there is, 9999-12-31, stands for no end in many systems; it gives "".
    """

    def following(text: str) -> str:
        written = text if read is None else read(text)
        try:
            day = date.fromisoformat(written[:10])
        except ValueError:
            raise ValueError(f"is not an ISO 8601 date: {text[:80]!r}") from None
        return "" if day == date.max else (day + timedelta(days=1)).isoformat()

    return following


def number_format(decimal: str, thousands: str) -> Format:
    """Read numbers with these marks; gives digits with a point, such as -1234.5."""
    spaced = "[ \u00a0\u202f]" if thousands == " " else re.escape(thousands)
    grouped = rf"[0-9]{{1,3}}(?:{spaced}[0-9]{{3}})+|" if thousands else ""
    written = re.compile(rf"([+-]?)({grouped}[0-9]+)(?:{re.escape(decimal)}([0-9]+))?")

    def read(text: str) -> str:
        found = written.fullmatch(text)
        if found is None:
            marks = f"{decimal!r} before decimals" + (f", {thousands!r} between thousands" if thousands else "")
            raise ValueError(f"is not a number with {marks}: {text[:80]!r}")
        whole = re.sub("[^0-9]", "", found[2])
        return ("-" if found[1] == "-" else "") + whole + ("" if found[3] is None else f".{found[3]}")

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


def cell_reader(column: str, rule: str, form: Format | None, separator: str | None) -> Callable[[object], object]:
    """Make the function that reads one cell: each of its values where there is a separator; a blank one is "".

    A value that is no text keeps its type. The function raises RefusalError with the column and the rule.
    """
    known: dict[str, object] = {}

    def one(text: str) -> str:
        try:
            return form(text) if form is not None and text else text
        except ValueError as error:
            raise RefusalError(column, text, rule, f"{column} {error}") from None

    def read(cell: object) -> object:
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
