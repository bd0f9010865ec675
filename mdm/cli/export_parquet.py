"""Writes golden records as parquet: the columns that csv has, lists and dated lines as lists of their own."""

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any, TextIO

from mdm.cli.export_cells import cell, columns_of

if TYPE_CHECKING:
    from mdm.entity_types import EntityType

Document = dict[str, Any]
ROWS_OF_A_GROUP = 10_000


def write_parquet(file: TextIO, entity_type: "EntityType", documents: Iterable[Document]) -> int:
    """Write one golden record a row; returns how many.

    Values are text, absent ones null; an attribute with `many` is a list, dated lines and the crosswalk are lists
    of objects.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = _schema(entity_type)
    columns, remaining, count = columns_of(entity_type), iter(documents), 0
    with pq.ParquetWriter(file.buffer, schema) as writer:
        while group := list(islice(remaining, ROWS_OF_A_GROUP)):
            rows = [_row(entity_type, columns, document) for document in group]
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))
            count += len(group)
    return count


def _schema(entity_type: "EntityType") -> Any:
    import pyarrow as pa

    text = pa.string()
    fields = [pa.field("golden_id", text), pa.field("version", pa.int64())]
    for name, part in columns_of(entity_type):
        attribute = entity_type.attributes[name]
        kind = pa.list_(text) if attribute.many else text
        if attribute.of:
            kind = pa.list_(pa.struct([(field, text) for field in attribute.line_fields]))
        fields.append(pa.field(_named(name, part), kind))
    key = pa.struct([("source", text), ("source_id", text)])
    return pa.schema([*fields, pa.field("crosswalk", pa.list_(key))])


def _named(name: str, part: str) -> str:
    return f"{name}.{part}" if part else name


def _row(entity_type: "EntityType", columns: Iterable[tuple[str, str]], document: Document) -> Document:
    values = document["attributes"]
    row = {name: document[name] for name in ("golden_id", "version", "crosswalk")}
    for name, part in columns:
        attribute, value = entity_type.attributes[name], values.get(name)
        listed = value if isinstance(value, list) else [value]
        if attribute.of:
            told: Any = [_line(one) for one in listed if isinstance(one, dict)]
        elif attribute.many:
            told = [text for text in (cell(one, part) for one in listed) if text]
        else:
            told = cell(value, part) or None
        row[_named(name, part)] = told
    return row


def _line(line: Document) -> Document:
    import orjson

    return {
        field: value if value is None or isinstance(value, str) else orjson.dumps(value).decode()
        for field, value in line.items()
    }
