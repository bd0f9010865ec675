"""Decides once what each column of a file is: the id, the version, a flag, an attribute or its field."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from matching.kinds.lines import VALID_FROM, VALID_TO
from mdm.entity_types import VALID_THROUGH, EntityType, hint, slip_of
from mdm.errors import UnreadableFile

ID_COLUMNS = ("record_id", "id", "source_id")
VERSION, EVENT_TIME, DELETED, SOURCE, ENTITY_TYPE = "version", "event_time", "deleted", "source", "entity_type"
PARTIAL = "partial"
"""Says of a whole source record that what it does not name stays as it was."""
CHANGED = "changed"
"""Says that a record has changed, and not how."""
MERGED_INTO, MERGED_FROM, CREATED, ORIGIN = "merged_into", "merged_from", "created", "origin"
INSTANCE = "instance"
MARKS = (MERGED_INTO, MERGED_FROM, CREATED, ORIGIN, INSTANCE)
"""What a record can say of itself besides its values and what orders its versions."""

_WAY_OUT = "a --mapping file says what a column is (rename), or leaves it out (drop)"

DAYS = (VALID_FROM, VALID_TO, VALID_THROUGH)
"""Fields of a dated value that have columns beside its own: `grade`, `grade.valid_from`."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns a caller names; None leaves it to the names that columns usually have."""

    id: str | None = None
    version: str | None = None
    event_time: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """What each column of a file is.

    `marks`: columns named like a mark.  `attributes`: columns named like their attribute.  `fields`: column,
    attribute, field (`address.street`).
    """

    id: str
    version: str | None
    event_time: str | None
    deleted: str | None
    changed: str | None
    marks: tuple[str, ...]
    attributes: tuple[str, ...]
    fields: tuple[tuple[str, str, str], ...]


def id_column(columns: Collection[str], named: str | None, file: str) -> str:
    """Find the column that holds the id.

    Raises:
        UnreadableFile: there is none; names the columns there are, and the nearest word.
    """
    if named is None:
        for usual in ID_COLUMNS:
            if usual in columns:
                return usual
        wanted = f"no id column ({', '.join(ID_COLUMNS)}); name it with --id"
        raise UnreadableFile(f"{file}: {wanted}; the columns are {_listed(columns)}")
    return _there(named, columns, "--id", file)


def layout(columns: Collection[str], entity_type: EntityType, named: Columns, file: str) -> Layout:
    """Decide what each column is.

    Raises:
        UnreadableFile: a column the caller names is not there, or a column is nothing the entity type has.
    """
    ident = id_column(columns, named.id, file)
    version = _usual(columns, entity_type, VERSION, named.version, file)
    event_time = _usual(columns, entity_type, EVENT_TIME, named.event_time, file)
    deleted = _usual(columns, entity_type, DELETED, None, file)
    changed = _usual(columns, entity_type, CHANGED, None, file)
    marks = tuple(name for name in MARKS if _usual(columns, entity_type, name, None, file))
    special = {ident, version, event_time, deleted, changed, *marks, SOURCE, ENTITY_TYPE}
    rest = [name for name in columns if name in entity_type.attributes or name not in special]
    fields = tuple(found for name in rest if (found := _field(name, entity_type)) is not None)
    dotted = {name for name, _, _ in fields}
    attributes = tuple(name for name in rest if name not in dotted)
    _check(attributes, fields, entity_type, file)
    return Layout(ident, version, event_time, deleted, changed, marks, attributes, fields)


def _usual(columns: Collection[str], entity_type: EntityType, usual: str, named: str | None, file: str) -> str | None:
    if named is not None:
        return _there(named, columns, f"--{usual.replace('_', '-')}", file)
    return usual if usual in columns and usual not in entity_type.attributes else None


def _there(named: str, columns: Collection[str], option: str, file: str) -> str:
    if named not in columns:
        near = hint(named, columns)
        raise UnreadableFile(f"{file}: no column {named!r} for {option}{near}; the columns are {_listed(columns)}")
    return named


def _field(column: str, entity_type: EntityType) -> tuple[str, str, str] | None:
    attribute, dot, field = column.partition(".")
    if not dot or attribute not in entity_type.attributes or field not in entity_type.column_fields(attribute):
        return None
    return column, attribute, field


def _check(
    attributes: Collection[str],
    fields: Iterable[tuple[str, str, str]],
    entity_type: EntityType,
    file: str,
) -> None:
    known = [*entity_type.attributes]
    known += [f"{name}.{field}" for name in entity_type.attributes for field in entity_type.column_fields(name)]
    whole = {name for name in attributes if name in entity_type.dated}
    parted = {attribute for _, attribute, field in fields if not (attribute in whole and field in DAYS)}
    for name in sorted(parted & set(attributes)):
        raise UnreadableFile(f"{file}: column {name!r} and columns of its fields are both there; take out one")
    unknown = [column for column in attributes if column not in entity_type.attributes]
    if unknown:
        raise UnreadableFile(f"{file}: {_unknown(unknown, entity_type.entity_type, known)}")


def _unknown(columns: Sequence[str], entity_type: str, known: Collection[str]) -> str:
    """What is wrong with all columns that are nothing, so that a wide export needs one look and not one for each."""
    if len(columns) == 1:
        (column,) = columns
        return f"column {column!r} is no attribute of {entity_type}{hint(column, known)}; {_WAY_OUT}"
    meant = {column: name for column in columns if (name := slip_of(column, known)) is not None}
    others = [column for column in columns if column not in meant]
    suggested = {"rename": meant, "drop": others}
    sections = [f"{name}: {json.dumps(said, ensure_ascii=False)}" for name, said in suggested.items() if said]
    return f"{len(columns)} columns are no attributes of {entity_type}; {_WAY_OUT}, such as {' and '.join(sections)}"


def _listed(columns: Collection[str]) -> str:
    return ", ".join(" ".join(name.split()) for name in columns)  # a quoted name may hold line ends
