"""Finds the row that names the columns, below titles and notes where there are any."""

import re
from collections.abc import Collection, Sequence

from mdm.errors import UnreadableFile

FIRST_ROWS = 20
"""The rows among which the header is looked for."""
_DATA = re.compile(r"\s*|[-+(]?\d[\d\s.,:/+()T-]*Z?|\S+@\S+\.\S+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_TITLED = 3
"""A row of so many columns with one cell filled is a title, where nothing is known of the names."""


def score(cells: Sequence[str], expected: Collection[str]) -> int:
    """Count the cells that are a name of a column; upper and lower case are alike here."""
    return len({cell.strip().casefold() for cell in cells} & {name.casefold() for name in expected})


def header(rows: Sequence[Sequence[str]], expected: Sequence[str], file: str) -> int:
    """Say which of the first rows of a file, blank ones left out, names the columns.

    The first one does, unless a later one has more of the expected names, and at least two or nothing else. Where no
    names are expected, titles that stand alone in the first of several columns are passed over.

    Raises:
        UnreadableFile: no row has an expected name, and the first one is data.
    """
    if not expected or not rows:
        return _below_titles(rows)
    scores = [score(cells, expected) for cells in rows[:FIRST_ROWS]]
    most = max(scores)
    if most == 0 and _is_data(rows[0]):
        shown = ", ".join(" ".join(cell.split())[:30] for cell in rows[0][:4])
        names = ", ".join(expected[:4])
        raise UnreadableFile(
            f"{file}: no header line: the first row ({shown}) is data, not names of columns; "
            f"put a line with names such as {names} above it"
        )
    best = scores.index(most)
    others = len([cell for cell in rows[best] if cell.strip()]) - most
    return best if most > scores[0] and (most >= 2 or others == 0) else 0


def like_data(names: Collection[str]) -> list[str]:
    """Give the names of columns that look like the values of a record; a year may well be a name."""
    return [name for name in names if name.strip() and _DATA.fullmatch(name) and not _YEAR.fullmatch(name.strip())]


def _below_titles(rows: Sequence[Sequence[str]]) -> int:
    if not rows or len(rows[0]) < _TITLED:
        return 0
    filled = [sum(bool(cell.strip()) for cell in cells) for cells in rows[:FIRST_ROWS]]
    place = next((place for place, count in enumerate(filled) if count > 1), 0)
    return 0 if _is_data(rows[place]) else place


def _is_data(cells: Sequence[str]) -> bool:
    """Whether some cell is a number, a date or an e-mail address, or one of several is blank: names never are."""
    filled = [place for place, cell in enumerate(cells) if cell.strip()]
    # Delimiters after the last name part nothing: spreadsheets leave them wherever a column was emptied.
    return any(_DATA.fullmatch(cell) for cell in cells[: filled[-1] + 1 if filled else None])
