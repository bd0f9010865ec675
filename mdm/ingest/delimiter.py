"""Finds what parts the cells of a csv file, from its first lines, quoted ones included."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple, TextIO

from mdm.ingest.header import FIRST_ROWS, header, score

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_LINES = 100
SAMPLE_CHARACTERS = 1 << 16
_STATED = re.compile(r'"?sep=([^\w\s"]|\t)"?\s*', re.IGNORECASE)


class Start(NamedTuple):
    """How a csv file begins: its delimiter, and how many lines stand above the header."""

    delimiter: str
    above: int


class _Parted(NamedTuple):
    """The first rows that are not blank, as one delimiter parts them, each with the lines above it."""

    rows: list[list[str]]
    above: list[int]


def start_of(text: TextIO, file: str, *, expected: Sequence[str], delimiter: str | None = None) -> Start:
    """Find the delimiter, unless it is given, and the header; the text is left at its start.

    A first line `sep=;`, as spreadsheets write it, states the delimiter.

    Raises:
        UnreadableFile: there is no header.
    """
    lines = _sample(text)
    stated = _STATED.fullmatch(lines[0]) if lines and delimiter is None else None
    first = 1 if stated else 0
    choices = (delimiter,) if delimiter else (stated[1],) if stated else DELIMITERS
    parted = {choice: _parted(lines, first, choice) for choice in choices}
    best = max(choices, key=lambda choice: _fit(parted[choice].rows, expected))
    rows, above = parted[best]
    place = header(rows, expected, file)
    return Start(best, above[place] if above else first)


def _sample(text: TextIO) -> list[str]:
    lines: list[str] = []
    left = SAMPLE_CHARACTERS
    while left > 0 and len(lines) < SAMPLE_LINES and (line := text.readline(left)):
        lines.append(line)
        left -= len(line)
    text.seek(0)
    return lines


def _parted(lines: list[str], first: int, delimiter: str) -> _Parted:
    # Not strict: a row that is malformed is judged when its turn comes, not here.
    reader = csv.reader(lines[first:], delimiter=delimiter)
    rows, above, before = list[list[str]](), list[int](), 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(cells)
                above.append(first + before)
            before = reader.line_num
    except csv.Error:  # the rows before it have said enough
        pass
    return _Parted(rows, above)


def _fit(rows: Sequence[Sequence[str]], expected: Sequence[str]) -> tuple[int, int, int]:
    """How well a delimiter fits: names in the best header, rows of one width, and that width."""
    names = max((score(cells, expected) for cells in rows[:FIRST_ROWS]), default=0)
    widths = Counter(len(cells) for cells in rows if len(cells) > 1)
    width, agreeing = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return names, agreeing, width
