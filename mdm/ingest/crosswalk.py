"""Reads crosswalk files: which record of an old master each source record is."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from mdm.entity_types import EntityType, hint
from mdm.errors import Fault, InvalidInput, UnreadableFile
from mdm.ingest.incoming import source_id
from mdm.ingest.parts import Parts
from mdm.ingest.rows import RefusalError, Rejected, Row
from mdm.log import Key

COLUMNS = ("source", "entity_type", "source_id", "master_id")
LONGEST_SOURCE = 100


class CrosswalkRow(NamedTuple):
    """One source key and the record of the old master that it is; no `master_id`: it is none of them any more."""

    key: Key
    master_id: str | None
    line: int
    raw: str


def crosswalk_rows(
    rows: Iterable[Row | Rejected], *, entity_types: Mapping[str, EntityType], master: str, file: str
) -> Iterator[CrosswalkRow | Rejected]:
    """Make a crosswalk entry of each row, or say why it cannot be one; in the order of the rows.

    Raises:
        UnreadableFile: a file of cells does not have just the columns of a crosswalk.
    """
    checked = False
    for row in rows:
        if isinstance(row, Rejected):
            yield row if row.parts is None else row._replace(parts=row.parts._replace(crosswalk=True))
            continue
        if not row.typed and not checked:
            _check(row.values, file)
            checked = True
        try:
            yield crosswalk_row(row, entity_types=entity_types, master=master)
        except RefusalError as no:
            parts = Parts(row.values, row.typed, crosswalk=True)
            yield Rejected(file, row.line, no.column, no.value, no.rule, no.detail, row.raw, parts)


def crosswalk_row(row: Row, *, entity_types: Mapping[str, EntityType], master: str) -> CrosswalkRow:
    """Read one row.

    Raises:
        RefusalError: it cannot be taken.
    """
    for name in row.values:
        if name not in COLUMNS:
            detail = f"{name!r} is no member of a crosswalk{hint(name, COLUMNS)}; it has {', '.join(COLUMNS)}"
            raise RefusalError(name, None, "unknown_member", detail)
    source = _name(row.values, "source")
    entity_type = _name(row.values, "entity_type")
    if entity_type not in entity_types:
        detail = f"there is no entity type {entity_type!r}{hint(entity_type, entity_types)}"
        raise RefusalError("entity_type", entity_type, "entity_type", detail)
    rules = entity_types[entity_type]
    key = Key(source, entity_type, rules.canonical_id(source, source_id("source_id", row.values.get("source_id"))))
    if "master_id" not in row.values:
        raise RefusalError("master_id", None, "required", "master_id is missing; leave it empty to take a row back")
    given = row.values["master_id"]
    blank = given is None or (isinstance(given, str) and not given.strip())
    master_id = None if blank else rules.canonical_id(master, source_id("master_id", given))
    environments = [rules.source(one).environment for one in (source, master)]
    if environments[0] != environments[1]:
        detail = f"{source} is {environments[0]} and {master} is {environments[1]}: environments are never linked"
        raise RefusalError("source", source, "environment", detail)
    if Key(master, entity_type, master_id or "") == key:
        raise RefusalError("master_id", master_id, "itself", f"{key} cannot be linked to itself")
    return CrosswalkRow(key, master_id, row.line, row.raw)


def mended_crosswalk(parts: Parts, given: Mapping[str, object]) -> Parts:
    """Put values into the columns of a rejected row; an empty one (blank or None) is a value of its own here.

    Raises:
        InvalidInput: a crosswalk has no such column.
    """
    for column, value in given.items():
        if column not in COLUMNS and column not in parts.values:
            detail = f"a crosswalk has no column {column!r}{hint(column, COLUMNS)}"
            raise InvalidInput(detail, faults=[Fault(f"/set/{column}", detail, "column", value)])
    mended = {**parts.values, **given}
    return parts._replace(values={name: value for name, value in mended.items() if name in COLUMNS or value})


def _name(values: Mapping[str, object], column: str) -> str:
    value = values.get(column)
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        raise RefusalError(column, value, "required", f"{column} is missing")
    if len(text) > LONGEST_SOURCE or ":" in text or not text.isprintable():
        detail = f"{column} is at most {LONGEST_SOURCE} characters without a colon or control characters"
        raise RefusalError(column, text[:LONGEST_SOURCE], "key", detail)
    return text


def _check(columns: Collection[str], file: str) -> None:
    for name in COLUMNS:
        if name not in columns:
            detail = f"a crosswalk has the columns {', '.join(COLUMNS)}; this file has {', '.join(columns)}"
            raise UnreadableFile(f"{file}: no column {name!r}{hint(name, columns)}; {detail}")
    for name in columns:
        if name not in COLUMNS:
            detail = f"a crosswalk has just the columns {', '.join(COLUMNS)}; take this one out"
            raise UnreadableFile(f"{file}: column {name!r} is nothing a crosswalk has; {detail}")
