"""Says which records a file holds, rows that are rejected for anything but their id included."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from mdm.entity_types import EntityType
from mdm.ingest.columns import ID_COLUMNS, INSTANCE, Columns, id_column
from mdm.ingest.incoming import of_instance, source_id
from mdm.ingest.mapped import mapped
from mdm.ingest.mapping import Mapping as MappingFile
from mdm.ingest.rows import RefusalError, Rejected, Row


class Expected(NamedTuple):
    """Whose records a file should hold: of an entity type and a source, which may be declared to be one instance."""

    entity_type: EntityType
    source: str


def ids_of(
    rows: Iterable[Row | Rejected], whose: Expected, *, columns: Columns, mapping: MappingFile | None, file: str
) -> Iterator[str | None]:
    """The id of each row as a source record of it would have it; None where that cannot be read, or is another's.

    A row of another instance than the source's says nothing of the record that has the same id here.

    Raises:
        UnreadableFile: a file of cells has no id column, or lacks a column that its id is made of.
    """
    whole = (_as_row(row) for row in rows)
    if mapping is None:
        yield from (None if row is None else _id(row, whose, columns, file) for row in whole)
        return
    names = {columns.id} if columns.id else set(ID_COLUMNS)
    names |= set() if INSTANCE in whose.entity_type.attributes else {INSTANCE}
    only, used = _only(mapping, names)
    for row in whole:
        if row is None:
            yield None
            continue
        few = {column: value for column, value in row.values.items() if column in used}
        (found,) = mapped([row._replace(values=few)], only, file=file)
        yield None if isinstance(found, Rejected) else _id(found, whose, columns, file)


def _as_row(row: Row | Rejected) -> Row | None:
    """What is left of a row that a reader rejected, where it could be taken apart at all."""
    if isinstance(row, Row):
        return row
    if row.parts is None or not row.parts.values:
        return None
    return Row(row.line, row.parts.values, row.raw, row.parts.typed)


def _id(row: Row, whose: Expected, columns: Columns, file: str) -> str | None:
    column = _column(row.values, columns) if row.typed else id_column(row.values, columns.id, file)
    try:
        if INSTANCE not in whose.entity_type.attributes:
            of_instance(row.values.get(INSTANCE), whose.entity_type, whose.source)
        return source_id(column, row.values.get(column))
    except RefusalError:
        return None


def _column(values: Mapping[str, object], columns: Columns) -> str:
    if isinstance(values.get("attributes"), dict):
        return "source_id"
    return columns.id or next((name for name in ID_COLUMNS if name in values), ID_COLUMNS[0])


def _only(mapping: MappingFile, names: set[str]) -> tuple[MappingFile, set[str]]:
    """As much of a mapping as makes the id, and the columns that go into it: faults elsewhere do not hide a record."""
    rename = {column: target for column, target in mapping.rename.items() if target in names}
    splits = tuple(one for one in mapping.split if names & {*one.into})
    joins = tuple(one for one in mapping.concatenate if one.into in names)
    used = {*rename, *(one.column for one in splits), *(column for one in joins for column in one.columns)}
    own = names - mapping.rename.keys() - {*mapping.drop}
    formats = {
        section: {column: form for column, form in getattr(mapping, section).items() if column in used | own}
        for section in ("dates", "numbers", "booleans", "many")
    }
    constant = {target: value for target, value in mapping.constant.items() if target in names}
    only = MappingFile(rename=rename, split=splits, concatenate=joins, constant=constant, **formats)
    return only, used | own
