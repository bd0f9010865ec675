"""Reads csv and tsv: a header line, then one row a record; nothing in a row is guessed."""

import csv
import io
from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple, TextIO

from mdm.entity_types import LONGEST_TEXT
from mdm.errors import UnreadableFile
from mdm.ingest.block import chunk_of
from mdm.ingest.delimiter import start_of
from mdm.ingest.parts import Parts, uneven
from mdm.ingest.reading import Reading
from mdm.ingest.rows import Chunk, Rejected, Row
from mdm.ingest.storable import storable

LONGEST_CELL = 8 << 20
"""Characters from which a cell is taken for a quote that was never closed."""


ENDLESS, BEGINNING = "endless_cell", 100_000
AT_ONCE = 250
"""Lines that are parsed together, and one by one where something is wrong with any of them."""
MANY, BLOCK = 20_000, 512 << 10
"""Lines of a file from which it is worth loading what parses a whole block at once, and the characters of one."""


class Beginning(NamedTuple):
    """How a file begins: its header, its delimiter, and how many lines stand above the first row."""

    header: list[str]
    delimiter: str
    above: int


def read_csv(text: TextIO, file: str, *, reading: Reading) -> Iterator[Chunk | Row | Rejected]:
    """Read rows separated by comma, semicolon, tab or bar, whichever fits the first lines best."""
    return _read(text, file, reading, delimiter=None)


def read_tsv(text: TextIO, file: str, *, reading: Reading) -> Iterator[Chunk | Row | Rejected]:
    """Read rows separated by tabs."""
    return _read(text, file, reading, delimiter="\t")


def _read(text: TextIO, file: str, reading: Reading, *, delimiter: str | None) -> Iterator[Chunk | Row | Rejected]:
    header, delimiter, above = beginning(text, file, reading, delimiter=delimiter)
    long = _is_long(reading, above)
    while block := text.read(BLOCK) + text.readline() if long else "".join(islice(text, AT_ONCE)):
        chunk = chunk_of(block, header, delimiter=delimiter, above=above) if long else None
        if chunk is not None:
            yield chunk
            above += len(chunk.lines)
        else:
            lines = list(io.StringIO(block, newline=""))
            above = yield from _groups(text, file, header, delimiter=delimiter, above=above, lines=lines)
        long = long or _is_long(reading, above)


def _is_long(reading: Reading, above: int) -> bool:
    """Say whether a file has many lines, as far as can be told from those read so far and their share of it."""
    share = reading.found.share
    return share is not None and above >= MANY * share()


def _groups(
    text: TextIO, file: str, header: list[str], *, delimiter: str, above: int, lines: list[str]
) -> Generator[Chunk | Row | Rejected, None, int]:
    """Read group by group until these lines, and what belongs to the last of them, are read; gives the last line."""
    end, rest = above + len(lines), chain(lines, text)
    while above < end and (group := list(islice(rest, min(AT_ONCE, end - above)))):
        chunk = _chunk(group, header, delimiter=delimiter, above=above)
        if chunk is not None:
            yield chunk
            above += len(group)
        else:
            above = yield from _rows(rest, file, header, delimiter=delimiter, above=above, lines=group)
    return above


def beginning(text: TextIO, file: str, reading: Reading, *, delimiter: str | None) -> Beginning:
    """Read the header, which leaves the text at its first row.

    Raises:
        UnreadableFile: there is no header, or it does not name each column once.
    """
    csv.field_size_limit(LONGEST_CELL)  # of the whole process; the module has no other way
    delimiter, above = start_of(text, file, expected=reading.expected, delimiter=delimiter)
    for _ in range(above):
        text.readline()
    taken: list[str] = []
    reader = csv.reader(_kept(text, taken), delimiter=delimiter, strict=True)
    header = _header(reader, taken, file)
    reading.found.delimiter, reading.found.header_line = delimiter, above + 1
    return Beginning(header, delimiter, above + reader.line_num)


def _chunk(lines: list[str], header: list[str], *, delimiter: str, above: int) -> Chunk | None:
    """Parse lines together; None where they are not just so many rows with a cell for each column."""
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    if len(rows) != len(lines) or set(map(len, rows)) != {len(header)} or not all(map(any, rows)):
        return None
    if max(map(len, lines)) > LONGEST_TEXT or "\0" in "".join(lines):
        return None
    columns: dict[str, Sequence[object]] = dict(zip(header, zip(*rows, strict=True), strict=True))
    return Chunk(range(above + 1, above + 1 + len(lines)), columns, lines)


def _rows(
    text: Iterator[str], file: str, header: list[str], *, delimiter: str, above: int, lines: list[str]
) -> Generator[Row | Rejected, None, int]:
    """Read row by row until these lines, and what belongs to the last of them, are read; gives the last line."""
    taken: list[str] = []
    reader = csv.reader(_kept(chain(lines, text), taken), delimiter=delimiter, strict=True)
    while reader.line_num < len(lines):
        taken.clear()
        line = above + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            malformed = _malformed(file, line, error, taken)
            yield malformed._replace(parts=Parts(dict.fromkeys(header)))
            if malformed.rule == ENDLESS:
                for _ in text:  # it belongs to that cell, for all one can know
                    pass
                break
            continue
        if not any(cells):  # a blank line, or one of delimiters only
            continue
        raw = taken[0] if len(taken) == 1 else "".join(taken)
        if len(cells) > len(header) and not any(map(str.strip, cells[len(header) :])):
            del cells[len(header) :]  # delimiters after the last cell part nothing
        if len(cells) != len(header):
            detail = f"{len(cells)} cells, where the header has {len(header)} columns"
            yield Rejected(file, line, None, None, "ragged_row", detail, raw, Parts(uneven(header, cells)))
        elif "\0" in raw or len(raw) > LONGEST_TEXT:
            yield storable(Row(line, dict(zip(header, cells, strict=True)), raw), file)
        else:
            yield Row(line, dict(zip(header, cells, strict=True)), raw)
    return above + reader.line_num


def _kept(text: Iterable[str], taken: list[str]) -> Iterator[str]:
    """Pass lines on, and keep those of the row being read: a row in quarantine is kept as it stood."""
    for line in text:
        taken.append(line)
        yield line


def _header(reader: "Iterator[list[str]]", taken: list[str], file: str) -> list[str]:
    try:
        names = next((cells for cells in reader if cells), [])
    except csv.Error as error:
        raise UnreadableFile(f"{file}: the header cannot be read: {error}") from None
    names = [name.strip() for name in names]
    while len(names) > 1 and not names[-1]:
        names.pop()
    if "\0" in "".join(taken):
        raise UnreadableFile(f"{file}: the header holds NUL bytes; this is not a text file")
    for number, name in enumerate(names, start=1):
        if not name:
            raise UnreadableFile(f"{file}: column {number} has no name; name it or take it out")
        if name in names[: number - 1]:
            first = names.index(name) + 1
            raise UnreadableFile(
                f"{file}: columns {first} and {number} are both named {name!r}; rename or take out one"
            )
    return names


def _malformed(file: str, line: int, error: csv.Error, taken: list[str]) -> Rejected:
    words = str(error)
    if "field limit" in words:
        detail = (
            f"a cell that starts here has over {LONGEST_CELL:,} characters; is a closing quote missing? "
            "The file was not read further, and only the beginning of the row is kept"
        )
        return Rejected(file, line, None, None, ENDLESS, detail, "".join(taken[:1_000])[:BEGINNING])
    raw = "".join(taken)
    if "unexpected end" in words:
        return Rejected(file, line, None, None, "unclosed_quote", "a quote opened in this row is never closed", raw)
    return Rejected(file, line, None, None, "malformed_row", f"not readable as csv: {words}", raw)
