"""Gathers the rows of a file that say the dated lines and values of one record: consecutive rows with one id.

Of dated values a row may say one, in columns like `grade`, `grade.valid_from` and `grade.valid_to`. A record of which
any row is wrong is rejected whole: a rate card that lacks a line would be silently wrong.
"""

import pickle
import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO

from mdm.entity_types import VALUE, EntityType
from mdm.ingest.columns import DAYS, Columns, Layout, layout
from mdm.ingest.parts import Parts
from mdm.ingest.rows import RefusalError, Rejected, Row
from mdm.ingest.several import AT, joined

SCATTERED = "scattered_lines"
"""The rule of a record whose rows do not stand together."""
MOST_ROWS = 10_000
"""Rows that one record may have."""
IN_MEMORY = 16 << 20
_LINE_FIELD = re.compile(r"([^.]+)\.([0-9]+)((?:\.[^.]+)*)")
TellId = Callable[[Rejected], str | None]
"""Says which id a rejected row has, where that can be told."""
Key = tuple[str, str, str]
"""The id, the version and the event time that the rows of one record share."""


Fault = tuple[int, str | None, object, str, str]
"""What is wrong: the line, the column and its value, the rule, and the words."""


@dataclass(slots=True)
class _Group:
    """The rows of one record, and why it cannot be taken."""

    key: Key
    rows: list[Row | Rejected] = field(default_factory=list)
    fault: Fault | None = None


def gathered(
    rows: Iterable[Row | Rejected], entity_type: EntityType, *, file: str, columns: Columns, tell_id: TellId
) -> Iterator[Row | Rejected]:
    """Make one row of the rows of each record, where columns such as `lines.role` say its lines.

    The other cells repeat or are blank. An id that comes back after another one is rejected wherever it stands, so
    the whole file is read (and kept, on disk when long) before the first row is given. Files without such columns
    are passed on as they are.

    Raises:
        UnreadableFile: a column is missing, or is nothing the entity type knows.
    """
    remaining = iter(rows)
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
        found = _first(remaining, spool)
        plan = None if found is None or found.typed else layout(found.values, entity_type, columns, file)
        if plan is None or not _parted(plan, entity_type):
            yield from _held(spool)
            yield from remaining
            return
        for row in remaining:
            pickle.dump(row, spool)
        scattered = _scattered(_groups(_held(spool), plan, tell_id))
        for group in _groups(_held(spool), plan, tell_id):
            group.fault = group.fault or _apart(group, plan.id, scattered)
            yield _taken(group, plan, entity_type, file)


def with_days(entity_type: EntityType, columns: Iterable[str]) -> frozenset[str]:
    """The dated attributes whose values have days in columns of their own."""
    parts = (column.rpartition(".") for column in columns if "." in column)
    return frozenset(name for name, _, field in parts if field in DAYS and name in entity_type.dated)


def _parted(plan: Layout, entity_type: EntityType) -> frozenset[str]:
    """The attributes of which each row says a line or a value."""
    lines = {name for _, name, _ in plan.fields if name in entity_type.lines}
    return with_days(entity_type, (column for column, _, _ in plan.fields)) | lines


def located(rejected: Rejected) -> Rejected:
    """Name the row and the column of a fault in one of a record's lines: `lines.rate` in line 17."""
    found = _LINE_FIELD.fullmatch(rejected.column or "")
    rows = rejected.parts.lines if rejected.parts is not None else ()
    if found is None or int(found[2]) >= len(rows):
        return rejected
    column = _column(found[1], found[3], rejected.parts.values if rejected.parts is not None else ())
    detail = rejected.detail.replace(found[0], column)
    return rejected._replace(line=rows[int(found[2])], column=column, detail=detail)


def _column(name: str, field: str, columns: Collection[str]) -> str:
    """Name the column that holds a field of a line; that of a dated value may be called like the attribute."""
    names = {column.partition(AT)[0] for column in columns}
    without = field.removeprefix(f".{VALUE}")
    return next((one for one in (f"{name}{field}", f"{name}{without}") if one in names), f"{name}{field}")


def _first(rows: Iterator[Row | Rejected], spool: IO[bytes]) -> Row | None:
    """Find the first row that was not rejected, by which the columns are known; what was read is kept."""
    for row in rows:
        pickle.dump(row, spool)
        if isinstance(row, Row):
            return row
    return None


def _held(spool: IO[bytes]) -> Iterator[Row | Rejected]:
    spool.seek(0)
    while True:
        try:
            yield pickle.load(spool)  # noqa: S301  written above, to a file that nobody else can open
        except EOFError:
            return


def _groups(rows: Iterable[Row | Rejected], plan: Layout, tell_id: TellId) -> Iterator[_Group]:
    """Part rows into records. One whose id cannot be told stands alone, and its neighbours may lack it."""
    group: _Group | None = None
    unclear: Fault | None = None
    for row in rows:
        key = _key(row, plan, tell_id)
        if key is None:
            unclear = _may_lack(row)
            if group is not None:
                group.fault = group.fault or unclear
            yield _Group(("", "", ""), [row])
            continue
        if group is not None and _one(group.key, key):
            group.key = _both(group.key, key)
        else:
            if group is not None:
                yield group
            group = _Group(key, fault=unclear)
        unclear = None
        _add(group, row)
    if group is not None:
        yield group


def _key(row: Row | Rejected, plan: Layout, tell_id: TellId) -> Key | None:
    if isinstance(row, Rejected):
        told = tell_id(row)
        return None if told is None else (told, "", "")
    ident, version, event_time = (
        "" if column is None else str(row.values[column]).strip() for column in (plan.id, plan.version, plan.event_time)
    )
    return (ident, version, event_time) if ident else None


def _one(old: Key, new: Key) -> bool:
    """Whether two rows that follow one another are of one record: a version or time may be left out of the second."""
    return old[0] == new[0] and all(not a or not b or a == b for a, b in zip(old[1:], new[1:], strict=True))


def _both(old: Key, new: Key) -> Key:
    return old[0], old[1] or new[1], old[2] or new[2]


def _add(group: _Group, row: Row | Rejected) -> None:
    if isinstance(row, Rejected):
        group.fault = group.fault or (row.line, row.column, row.value, row.rule, row.detail)
    if len(group.rows) < MOST_ROWS:
        group.rows.append(row)
    else:
        detail = f"over {MOST_ROWS:,} rows have the id {group.key[0]!r}; the first of them are kept here"
        group.fault = (row.line, None, None, "too_many", detail)


def _may_lack(row: Row | Rejected) -> Fault:
    detail = f"the row in line {row.line} tells no id and may be one of this record's; retry it when it is whole"
    return row.line, None, None, "lost_line", detail


def _scattered(groups: Iterable[_Group]) -> dict[Key, tuple[int, int]]:
    """Find the records whose rows stand apart, with the line where each begins and where it comes back."""
    seen: dict[Key, int] = {}
    scattered: dict[Key, tuple[int, int]] = {}
    for group in groups:
        line = group.rows[0].line
        first = seen.setdefault(group.key, line)
        if group.key[0] and first != line:
            scattered.setdefault(group.key, (first, line))
    return scattered


def _apart(group: _Group, column: str, scattered: dict[Key, tuple[int, int]]) -> Fault | None:
    """Say of a record whose rows stand apart where the others are."""
    if group.key not in scattered:
        return None
    line = group.rows[0].line
    other = next(one for one in reversed(scattered[group.key]) if one != line)
    ident = group.key[0]
    detail = f"the rows of {ident!r} stand apart, others from line {other}; sort the file by {column} and send it again"
    return line, column, ident, SCATTERED, detail


def _taken(group: _Group, plan: Layout, entity_type: EntityType, file: str) -> Row | Rejected:
    """Make one row of a record's, or say in one entry why none can be made."""
    if not group.key[0] and isinstance(group.rows[0], Rejected):
        return group.rows[0]  # it says itself what is wrong with it
    # As they stand in the file: a row of a workbook has no line end of its own.
    raw = "".join(row.raw if row.raw.endswith("\n") else row.raw + "\n" for row in group.rows)
    parts = joined([(row.line, _parts(row)) for row in group.rows])
    if group.fault is not None:
        return Rejected(file, *group.fault, raw, parts)
    rows = [row for row in group.rows if isinstance(row, Row)]
    try:
        return Row(rows[0].line, _values(rows, plan, entity_type), raw, apart=parts)
    except RefusalError as no:
        line = next(row.line for row in rows if row.values.get(no.column or "") == no.value)
        return Rejected(file, line, no.column, no.value, no.rule, no.detail, raw, parts)


def _parts(row: Row | Rejected) -> Parts:
    if isinstance(row, Row):
        return row.apart or Parts(row.values)
    return row.parts or Parts({})


def _values(rows: list[Row], plan: Layout, entity_type: EntityType) -> dict[str, object]:
    parted = _parted(plan, entity_type)
    own = {column: (name, part) for column, name, part in plan.fields if name in parted}
    own |= {name: (name, VALUE) for name in plan.attributes if name in parted}
    values: dict[str, object] = {}
    for row in rows:
        for column, cell in row.values.items():
            if column in own:
                continue
            if not values.get(column):
                values[column] = cell
            elif cell and cell != values[column]:
                detail = f"{column} is {cell!r} here, and {values[column]!r} in another row of one record"
                raise RefusalError(column, cell, "differs", detail)
    for name in parted:
        # One object for each row, an empty one too: the place of a fault in the list is that of its row.
        lines = [_line(row, name, own) for row in rows]
        if name in entity_type.dated:
            lines = [_dated(line) for line in lines]
        values[name] = lines if any(lines) else ""
    return values


def _line(row: Row, name: str, own: dict[str, tuple[str, str]]) -> dict[str, object]:
    return {part: cell for column, (owner, part) in own.items() if owner == name and (cell := row.values[column])}


def _dated(line: dict[str, object]) -> dict[str, object]:
    """Put the fields of a value that has such into it, beside its days; what has no value says nothing."""
    fields = {part: cell for part, cell in line.items() if part not in {VALUE, *DAYS}}
    value = fields or line.get(VALUE)
    return {VALUE: value, **{day: line[day] for day in DAYS if day in line}} if value else {}
