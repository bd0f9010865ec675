"""Writes rows as a system exports them: in its file format, under the columns that its mapping file reads.

The shipped mapping files say how the columns of a system become attributes; here they are read backwards. A value
that the system keeps in several columns is a tuple.
"""

import csv
import gzip
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files

from mdm.demo.books import Load
from mdm.demo.systems import Row
from mdm.entity_types import EntityType, parse, shipped
from mdm.ingest.mapping import Mapping, parse_mapping

Cells = dict[str, object]
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
    "procurement": Format(",", "%Y-%m-%dT%H:%M:%S+00:00"),
    "billing": Format(None),
    "erp": Format(";"),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file before it is put into bytes: its columns, and each row's cells."""

    load: Load
    columns: tuple[str, ...]
    rows: list[Cells]

    @property
    def delimiter(self) -> str | None:
        """What stands between the cells of a line; None where each line is an object."""
        return FORMATS[self.load.source].delimiter


@cache
def entity_type(name: str) -> EntityType:
    """Give a shipped entity type."""
    return parse(shipped()[name], file=f"{name}.yaml")


def mapping_text(load: Load) -> str:
    """Give the shipped mapping file of one system and entity type."""
    name = f"{load.source}_{load.entity_type}.yaml"
    return files("mdm.demo").joinpath("mappings", name).read_text(encoding="utf-8")


@cache
def mapping(load: Load) -> Mapping:
    """Give that mapping, read."""
    return parse_mapping(mapping_text(load), entity_type(load.entity_type), file=f"{load.name}.yaml")


def sheet(load: Load, rows: Iterable[Row]) -> Sheet:
    """Put rows into the columns of their system."""
    said = mapping(load)
    joined = [column for one in said.concatenate for column in one.columns]
    parted = [one.column for one in said.split]
    cells = [made for row in rows for made in _rows(load, said, row)]
    return Sheet(load, (*said.rename, *parted, *joined, *said.drop), cells)


def lines(made: Sheet) -> list[str]:
    """Write a sheet as lines of text, each with its end; a table begins with its header."""
    if made.delimiter is None:
        return [json.dumps(row, ensure_ascii=False) + "\n" for row in made.rows]
    table = [made.columns, *([row.get(column, "") for column in made.columns] for row in made.rows)]
    return [line(cells, made.delimiter) for cells in table]


def line(cells: Iterable[object], delimiter: str) -> str:
    """Write one line of a table."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerow(cells)
    return text.getvalue()


def packed(name: str, text: str) -> bytes:
    """Give the bytes of a file, packed where its name says so; no time inside, so the same text is the same bytes."""
    return gzip.compress(text.encode(), mtime=0) if name.endswith(".gz") else text.encode()


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
        plain = f"{float(str(value)):,.2f}"
        return plain.translate({ord(","): marks.thousands, ord("."): marks.decimal})
    if column in said.booleans:
        words = said.booleans[column]
        return (words.when_true if value else words.when_false)[0]
    if isinstance(value, list) and form.delimiter is not None:
        return said.many.get(column, "; ").join(value)
    return value
