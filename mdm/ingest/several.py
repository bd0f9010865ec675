"""The rows of one record as one set of columns: `rate@17` is the cell of row 17, `name` one that all rows share."""

from collections.abc import Mapping, Sequence

from mdm.ingest.parts import Parts

AT = "@"


def joined(rows: Sequence[tuple[int, Parts]]) -> Parts:
    """Put rows into one set of columns, each row with its line in the file."""
    lines = tuple(line for line, _ in rows)
    first = rows[0][1]
    columns = dict.fromkeys(column for _, parts in rows for column in parts.values)
    values: dict[str, object] = {}
    for column in columns:
        # A cell that a row lacks is None, as in a row that was rejected for it.
        cells = [parts.values.get(column) for _, parts in rows]
        if all(cell == cells[0] for cell in cells):
            values[column] = cells[0]
        else:
            values.update({f"{column}{AT}{line}": cell for line, cell in zip(lines, cells, strict=True)})
    return first._replace(values=values, lines=lines)


def parted(parts: Parts) -> list[tuple[int, dict[str, object]]]:
    """Take the rows of a record apart again; a cell that a row lacks stays out."""
    rows: list[tuple[int, dict[str, object]]] = [(line, {}) for line in parts.lines]
    for name, value in parts.values.items():
        place = _place(name, parts.lines)
        for line, values in rows:
            if value is not None and (place is None or place[1] == line):
                values[name if place is None else place[0]] = value
    return rows


def split(values: Mapping[str, object], column: str, lines: Sequence[int]) -> dict[str, object] | None:
    """Give each row its own cell of a column that they share, where `column` is one row's; None if it is not."""
    place = _place(column, lines)
    if place is None or place[0] not in values:
        return None
    split_up: dict[str, object] = {}
    for name, value in values.items():
        if name == place[0]:
            split_up.update({f"{name}{AT}{line}": value for line in lines})
        else:
            split_up[name] = value
    return split_up


def of_each(column: str, values: Mapping[str, object]) -> list[str]:
    """Name the cells of a column that rows do not share."""
    return [name for name in values if name.rpartition(AT)[0] == column]


def _place(name: str, lines: Sequence[int]) -> tuple[str, int] | None:
    column, at, line = name.rpartition(AT)
    return (column, int(line)) if at and line.isdecimal() and int(line) in lines else None
