"""Makes records for matching out of the cells of whole files: the values of attributes that can be evidence."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from matching.kinds.several import parted
from matching.objects import Objects
from mdm.entity_types import EntityType, usable
from mdm.ingest.made_up import made_of, made_up
from mdm.ingest.rows import Rejected
from mdm.ingest.table import Cells, Columns, read_columns
from mdm.ingest.wanted import Wanted


@dataclass(slots=True)
class Records:
    """The records of some files: one id, source and value of each attribute a record, in the order of rows.

    `columns` are all that the files have, `unused` those of them that no attribute is made of, but for the id, the
    source and what was left out; `values` holds only attributes that some column is for, and that can be evidence:
    dated lines cannot.
    """

    ids: list[str]
    sources: list[str]
    values: dict[str, Cells]
    columns: dict[str, None]
    rejected: list[Rejected]
    unused: list[str]

    @property
    def keys(self) -> list[tuple[str, str]]:
        """What tells the records apart: the source and id of each."""
        return list(zip(self.sources, self.ids, strict=True))


def read_records(files: Sequence[str], entity_type: EntityType, wanted: Wanted) -> Records:
    """Read files whose columns are named like the attributes; the id defaults to the number of the row.

    A row that cannot be read, or has the id of one before it in its source, is rejected.

    Raises:
        UnreadableFile: a file cannot be read, or no file has a column that is wanted.
    """
    return as_records(read_columns(files, wanted), entity_type)


def as_records(columns: Columns, entity_type: EntityType) -> Records:
    """Make values of attributes out of cells; those that break a rule of another grade than flag are left out."""
    values = {name: found for name in entity_type.matching.attributes if (found := _values(columns, entity_type, name))}
    for name in entity_type.validity.keys() & values.keys():
        rules = entity_type.attributes[name].valid
        if any(rule.grade != "flag" for rule in rules):
            values[name] = [usable(entity_type.matching.kind(name), rules, value) for value in values[name]]
    unused = _unused(columns.cells, entity_type, values)
    return Records(columns.ids, columns.sources, values, columns.named, columns.rejected, unused)


def _unused(cells: Collection[str], entity_type: EntityType, values: Collection[str]) -> list[str]:
    made = {column for name in values for column in made_of(entity_type.attributes[name].columns)}
    plain = {name for name, attribute in entity_type.attributes.items() if not attribute.columns}
    return [column for column in cells if column not in made and column.partition(".")[0] not in plain]


def _values(columns: Columns, entity_type: EntityType, name: str) -> Cells | None:
    """Give the values of one attribute, None where no column is for it."""
    attribute, between = entity_type.attributes[name], entity_type.between(name)
    if attribute.columns:
        return made_up(columns.cells, attribute.columns, count=len(columns.ids), between=between)
    plain = columns.cells.get(name)
    if plain is not None and between:
        plain = [
            parted(value, between) or None if isinstance(value, str) and not typed else value
            for value, typed in zip(plain, columns.typed, strict=True)
        ]
    dotted = {part: cells for part in entity_type.fields(name) if (cells := columns.cells.get(f"{name}.{part}"))}
    if not dotted:
        return plain
    objects = _objects(dotted)
    return (
        objects
        if plain is None
        else [one if one is not None else other for one, other in zip(plain, objects, strict=True)]
    )


def _objects(fields: Mapping[str, Cells]) -> Objects:
    return Objects({part: [cell or None for cell in cells] for part, cells in fields.items()})
