"""Writes rows as a system exports them: in its file format, under the columns that its mapping file reads.

The shipped mapping files say how the columns of a system become attributes; here they are read backwards. A value
that the system keeps in several columns is a tuple.
"""

import gzip
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from random import Random

from mdm.demo.bad_rows import Cells, Sheet, delimited, planted
from mdm.demo.books import Load
from mdm.demo.systems import Row
from mdm.entity_types import EntityType, parse, shipped
from mdm.ingest.mapping import Mapping, parse_mapping

PARQUET = ".parquet"
_ENDLESS = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Format:
    """The files of one system: what stands between cells (None: one object a line), and how times are written."""

    delimiter: str | None
    moment: str = "%Y-%m-%dT%H:%M:%SZ"


FORMATS: dict[str, Format] = {
    "crm": Format(",", "%Y-%m-%dT%H:%M:%S.000+0000"),
    "psa": Format(","),
    "hcm": Format(None, "%Y-%m-%dT%H:%M:%S.000-00:00"),
    "expense": Format("\t"),
    "procurement": Format(None, "%Y-%m-%dT%H:%M:%S+00:00"),
    "billing": Format(None),
    "erp": Format(";"),
}


@dataclass(frozen=True, slots=True)
class Export:
    """A file as its system writes it, and its bad rows: (what is wrong, the line that it stands on)."""

    data: bytes
    bad: tuple[tuple[str, int], ...]


@cache
def entity_type(name: str) -> EntityType:
    """Give a shipped entity type."""
    return parse(shipped()[name], file=f"{name}.yaml")


@cache
def mapping_text(load: Load) -> str:
    """Give the shipped mapping file of one system and entity type."""
    name = f"{load.source}_{load.entity_type}.yaml"
    return files("mdm.demo").joinpath("mappings", name).read_text(encoding="utf-8")


@cache
def mapping(load: Load) -> Mapping:
    """Give that mapping, read."""
    return parse_mapping(mapping_text(load), entity_type(load.entity_type), file=f"{load.name}.yaml")


def export(load: Load, rows: Iterable[Row], random: Random) -> Export:
    """Write the file of one system and entity type, with some bad rows among the good ones."""
    sheet = _sheet(load, rows)
    mixed = _mixed(sheet, random)
    header = 0 if sheet.delimiter is None else 1
    bad = tuple((what, number) for number, (_, what) in enumerate(mixed, start=1 + header) if what)
    if load.file.endswith(PARQUET):
        return Export(_parquet(sheet, [cells for cells, _ in mixed if isinstance(cells, dict)]), bad)
    lines = [cells if isinstance(cells, str) else sheet.line(cells) for cells, _ in mixed]
    if sheet.delimiter is not None:
        lines.insert(0, delimited([*sheet.columns], sheet.delimiter))
    data = "".join(lines).encode()
    # No time inside a packed file: the same rows give the same bytes.
    return Export(gzip.compress(data, mtime=0) if load.file.endswith(".gz") else data, bad)


def _mixed(sheet: Sheet, random: Random) -> list[tuple[Cells | str, str]]:
    """Put bad rows between good ones, never between the rows of one record; the good ones have nothing wrong: ""."""
    ident = sheet.column("id")
    ids = [cells[ident] for cells in sheet.rows]
    borders = [place for place in range(len(ids)) if place == 0 or ids[place] != ids[place - 1]]
    mixed: list[tuple[Cells | str, str]] = [(cells, "") for cells in sheet.rows]
    # A file of changes says little but that records are deleted, and of those nothing else is looked at.
    bad = [] if sheet.load.is_changes else planted(random, sheet)
    for place, (what, cells) in zip(sorted(random.choices(borders, k=len(bad)), reverse=True), bad, strict=True):
        mixed.insert(place, (cells, what))
    return mixed


def _parquet(sheet: Sheet, rows: list[Cells]) -> bytes:
    import pyarrow as pa  # loaded here because it is slow to load
    from pyarrow import parquet

    columns = {column: [cells.get(column) for cells in rows] for column in sheet.columns}
    written = io.BytesIO()
    parquet.write_table(pa.table(columns), written)
    return written.getvalue()


def _sheet(load: Load, rows: Iterable[Row]) -> Sheet:
    said = mapping(load)
    joined = [column for one in said.concatenate for column in one.columns]
    parted = [one.column for one in said.split]
    cells = [made for row in rows for made in _rows(load, said, row)]
    return Sheet(load, said, (*said.rename, *parted, *joined, *said.drop), FORMATS[load.source].delimiter, cells)


def _flat(row: Row) -> dict[str, object]:
    """Name the parts of objects as columns do: `address.city`."""
    values: dict[str, object] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            values.update({f"{name}.{part}": text for part, text in value.items()})
        else:
            values["event_time" if name == "updated" else name] = value
    return values


def _rows(load: Load, said: Mapping, row: Row) -> Iterator[Cells]:
    """Give the rows that a system writes for a record: one for each of its dated lines, where columns are for them."""
    lines = row.get("lines")
    if not isinstance(lines, list) or not any(target.startswith("lines.") for target in said.rename.values()):
        yield dict(_cells(load, said, row))
        return
    rest = {name: value for name, value in row.items() if name != "lines"}
    for number, line in enumerate(lines):
        # The ERP leaves blank what the row above says already; the others repeat it.
        repeated = {"id": row["id"]} if number and load.source == "erp" else rest
        yield dict(_cells(load, said, {**repeated, **{f"lines.{name}": value for name, value in line.items()}}))


def _cells(load: Load, said: Mapping, row: Row) -> Iterator[tuple[str, object]]:
    """Give the cells of one row; what the row lacks has none."""
    values = _flat(row)
    for column, target in said.rename.items():
        if target in values:
            yield column, _written(load, said, column, values[target], is_time=target == "event_time")
    for parted in said.split:
        yield parted.column, parted.by.join(str(values.get(target, "")) for target in parted.into)
    for joined in said.concatenate:
        parts = values.get(joined.into, ())
        yield from zip(joined.columns, parts if isinstance(parts, tuple) else (parts,), strict=False)
    for column in said.drop:
        yield column, "-"


def _written(load: Load, said: Mapping, column: str, value: object, *, is_time: bool) -> object:
    form = FORMATS[load.source]
    if column in said.inclusive and value != _ENDLESS:
        value = (date.fromisoformat(str(value)) - timedelta(days=1)).isoformat()
    if column in said.dates or is_time:
        return datetime.fromisoformat(str(value)).strftime(said.dates.get(column, form.moment))
    if column in said.numbers:
        marks = said.numbers[column]
        return f"{float(str(value)):,.2f}".translate({ord(","): marks.thousands, ord("."): marks.decimal})
    if column in said.booleans:
        words = said.booleans[column]
        return (words.when_true if value else words.when_false)[0]
    if isinstance(value, list) and value and isinstance(value[0], str) and form.delimiter is not None:
        return said.many.get(column, "; ").join(value)
    return value
