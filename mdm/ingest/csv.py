"""Reads csv and tsv: a header line, then one row a record; nothing in a row is guessed."""

import csv
from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import TextIO

from mdm.entity_types import LONGEST_TEXT
from mdm.errors import UnreadableFile
from mdm.ingest.parts import Parts, uneven
from mdm.ingest.rows import Chunk, Rejected, Row

LONGEST_CELL = 8 << 20
"""Characters from which a cell is taken for a quote that was never closed."""


AT_ONCE = 250
"""Lines that are parsed together, and one by one where something is wrong with any of them."""


def read_csv(text: TextIO, file: str) -> Iterator[Chunk | Row | Rejected]:
    """Read rows separated by comma, semicolon or tab, whichever parts the header into most columns."""
    start = text.readline()
    text.seek(0)
    counts = {delimiter: len(next(csv.reader([start], delimiter=delimiter))) for delimiter in ",;\t"}
    return _read(text, file, max(counts, key=lambda delimiter: counts[delimiter]))


def read_tsv(text: TextIO, file: str) -> Iterator[Chunk | Row | Rejected]:
    """Read rows separated by tabs."""
    return _read(text, file, "\t")


def _read(text: TextIO, file: str, delimiter: str) -> Iterator[Chunk | Row | Rejected]:
    csv.field_size_limit(LONGEST_CELL)  # of the whole process; the module has no other way
    taken: list[str] = []
    reader = csv.reader(_kept(text, taken), delimiter=delimiter, strict=True)
    header = _header(reader, taken, file)
    above = reader.line_num
    while lines := list(islice(text, AT_ONCE)):
        chunk = _chunk(lines, header, delimiter=delimiter, above=above)
        if chunk is not None:
            yield chunk
            above += len(lines)
        else:
            above = yield from _rows(text, file, header, delimiter=delimiter, above=above, lines=lines)


def _chunk(lines: list[str], header: list[str], *, delimiter: str, above: int) -> Chunk | None:
    """Parse lines together; None where they are not just so many rows with a cell for each column."""
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    if len(rows) != len(lines) or set(map(len, rows)) != {len(header)}:
        return None
    if max(map(len, lines)) > LONGEST_TEXT or "\0" in "".join(lines):
        return None
    columns: dict[str, Sequence[object]] = dict(zip(header, zip(*rows, strict=True), strict=True))
    return Chunk(range(above + 1, above + 1 + len(lines)), columns, lines)


def _rows(
    text: TextIO, file: str, header: list[str], *, delimiter: str, above: int, lines: list[str]
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
            malformed = _malformed(file, line, error, "".join(taken))
            yield malformed._replace(parts=Parts(dict.fromkeys(header)))
            continue
        if not cells:
            continue
        raw = taken[0] if len(taken) == 1 else "".join(taken)
        if len(cells) != len(header):
            detail = f"{len(cells)} cells, where the header has {len(header)} columns"
            yield Rejected(file, line, None, None, "ragged_row", detail, raw, Parts(uneven(header, cells)))
        elif "\0" in raw or len(raw) > LONGEST_TEXT:
            yield _unstorable(file, line, dict(zip(header, cells, strict=True)), raw)
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


def _malformed(file: str, line: int, error: csv.Error, raw: str) -> Rejected:
    words = str(error)
    if "field limit" in words:
        raise UnreadableFile(
            f"{file}: line {line}: a cell that starts here has over {LONGEST_CELL:,} characters; "
            "is a closing quote missing?"
        )
    if "unexpected end" in words:
        return Rejected(file, line, None, None, "unclosed_quote", "a quote opened in this row is never closed", raw)
    return Rejected(file, line, None, None, "malformed_row", f"not readable as csv: {words}", raw)


def _unstorable(file: str, line: int, values: dict[str, object], raw: str) -> Row | Rejected:
    for column, cell in values.items():
        text = str(cell)
        if "\0" in text:
            return Rejected(file, line, column, None, "nul_byte", "holds a NUL byte", raw, Parts(values))
        if len(text) > LONGEST_TEXT:
            detail = f"has {len(text):,} characters; at most {LONGEST_TEXT:,} are taken"
            return Rejected(file, line, column, None, "text_too_long", detail, raw, Parts(values))
    return Row(line, values, raw)
