"""Reads whole files into columns, for work without a hub: any columns are taken, and cells are not refused."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from mdm.entity_types import EntityType, hint, usable
from mdm.errors import UnreadableFile
from mdm.ingest.cells import BETWEEN_VALUES
from mdm.ingest.read import read, stem
from mdm.ingest.rows import Rejected, Row

USUAL_IDS = ("record_id", "id")
USUAL_SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which columns hold the id and the source (None: the usual ones, if there), and which are left out."""

    id: str | None = None
    source: str | None = None
    ignore: tuple[str, ...] = ()


@dataclass(slots=True)
class Records:
    """The records of some files: one id, source and value of each attribute a record, in the order of rows.

    `columns` are all that the files have; `values` holds only attributes that some column is named like, and that
    can be evidence: dated lines cannot.
    """

    ids: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    values: dict[str, list[object]] = field(default_factory=dict)
    columns: dict[str, None] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)

    def disqualify(self, entity_type: EntityType) -> None:
        """Take away the values that break a validity rule of another grade than flag."""
        for name in entity_type.validity.keys() & self.values.keys():
            attribute = entity_type.attributes[name]
            if any(rule.grade != "flag" for rule in attribute.valid):
                kind = entity_type.matching.kind(name)
                self.values[name] = [usable(kind, attribute.valid, value) for value in self.values[name]]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the columns of a row are: `plain` are attributes, `fields` (column, attribute, field)."""

    id: str | None
    source: str | None
    plain: tuple[str, ...]
    fields: tuple[tuple[str, str, str], ...]


def read_table(files: Sequence[str], entity_type: EntityType, wanted: Wanted) -> Records:
    """Read files whose columns are named like the attributes; the id defaults to the number of the row.

    A row that cannot be read, or has the id of one before it in its source, is rejected.

    Raises:
        UnreadableFile: a file cannot be read, or no file has a column that is wanted.
    """
    gather = _Gather(entity_type, wanted)
    for file, source in zip(files, _sources(files), strict=True):
        for number, row in enumerate(read(file), start=1):
            if isinstance(row, Rejected):
                gather.records.rejected.append(row)
            else:
                gather.add(row, number, file=file, source=source)
    gather.finish(", ".join(files))
    return gather.records


def _sources(files: Sequence[str]) -> list[str]:
    """Name each file as the source of its rows; by its whole path where two have one name."""
    stems = [stem(file) for file in files]
    return list(files) if len(set(stems)) < len(stems) else stems


class _Gather:
    """Gathers rows into columns; rows with the same columns share one plan."""

    def __init__(self, entity_type: EntityType, wanted: Wanted) -> None:
        self.entity_type = entity_type
        self.wanted = wanted
        self.records = Records(values={name: [] for name in entity_type.matching.attributes})
        self.seen: set[tuple[str, str]] = set()
        self.plans: dict[tuple[str, ...], _Plan] = {}

    def add(self, row: Row, number: int, *, file: str, source: str) -> None:
        values = row.values
        columns = tuple(values)
        plan = self.plans.get(columns)
        if plan is None:
            plan = self.plans[columns] = self._plan(columns, file)
            self.records.columns.update(dict.fromkeys(columns))
        ident = str(number) if plan.id is None else _text(values[plan.id])
        if plan.source is not None:
            source = _text(values[plan.source]) or source
        if not ident:
            self._reject(row, file, (plan.id, None), ("missing_id", "the record has no id"))
        elif (source, ident) in self.seen:
            detail = f"id {ident!r} came before in source {source!r}"
            self._reject(row, file, (plan.id, ident), ("duplicate_id", detail))
        else:
            self.seen.add((source, ident))
            self.records.sources.append(source)
            self.records.ids.append(ident)
            self._append(row, plan)

    def finish(self, files: str) -> None:
        """Check that what was named is there, and drop the attributes that no column is named like."""
        records, columns = self.records, self.records.columns
        for option, name in [
            ("--source-column", self.wanted.source),
            *(("--ignore", one) for one in self.wanted.ignore),
        ]:
            if name is not None and name not in columns and columns:
                raise UnreadableFile(_no_column(files, name, option, columns))
        used = {name for plan in self.plans.values() for name in plan.plain}
        used |= {attribute for plan in self.plans.values() for _, attribute, _ in plan.fields}
        records.values = {name: values for name, values in records.values.items() if name in used}
        records.disqualify(self.entity_type)

    def _plan(self, columns: tuple[str, ...], file: str) -> _Plan:
        wanted, entity_type = self.wanted, self.entity_type
        if wanted.id is not None and wanted.id not in columns:
            raise UnreadableFile(_no_column(file, wanted.id, "--id", columns))
        ident = wanted.id or next((name for name in USUAL_IDS if name in columns), None)
        source = wanted.source or USUAL_SOURCE
        left = [name for name in columns if name not in {ident, source, *wanted.ignore}]
        dotted = [(name, *name.partition(".")[::2]) for name in left]
        return _Plan(
            id=ident,
            source=source if source in columns else None,
            plain=tuple(name for name in left if name in entity_type.attributes),
            fields=tuple(
                (column, name, part)
                for column, name, part in dotted
                if name in entity_type.attributes and part in entity_type.fields(name)
            ),
        )

    def _append(self, row: Row, plan: _Plan) -> None:
        found: dict[str, object] = {}
        objects: dict[str, dict[str, object]] = {}
        for column, name, part in plan.fields:
            if cell := row.values[column]:
                objects.setdefault(name, {})[part] = cell
        for name in plan.plain:
            value = row.values[name]
            if isinstance(value, str) and not row.typed and self.entity_type.attributes[name].many:
                found[name] = BETWEEN_VALUES.split(value)
            elif value != "":
                found[name] = value
        for name, values in self.records.values.items():
            values.append(found.get(name, objects.get(name)))

    def _reject(self, row: Row, file: str, cell: tuple[str | None, object], rule: tuple[str, str]) -> None:
        self.records.rejected.append(Rejected(file, row.line, *cell, *rule, row.raw))


def _text(value: object) -> str:
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _no_column(file: str, name: str, option: str, columns: Collection[str]) -> str:
    return f"{file}: no column {name!r} for {option}{hint(name, columns)}; the columns are {', '.join(columns)}"
