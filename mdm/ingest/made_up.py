"""Makes values of attributes out of several columns of a file: `{surname}, {given_name}`."""

import re
from collections.abc import Mapping, Sequence

from mdm.entity_types.entity_type import Patterns

Cells = list[object]
_COLUMN = re.compile(r"\{([^{}]+)\}")
_MAY_LACK = "?"
"""Before a column's name in a pattern: without it the rest is filled in all the same."""


def made_up(
    cells: Mapping[str, Cells], patterns: Patterns | Mapping[str, Patterns], *, count: int, many: bool
) -> Cells | None:
    """Fill patterns with the cells of each record: the first of them of which every column has one counts.

    A column that is named `{?column}` may lack one.

    With `many` all that can be filled are values. Patterns by field make objects. None where no column is there.
    """
    if not isinstance(patterns, Mapping):
        return _filled(cells, patterns, count=count, many=many)
    fields = {
        field: found for field, each in patterns.items() if (found := _filled(cells, each, count=count, many=False))
    }
    if not fields:
        return None
    return [
        {field: value for field, value in zip(fields, row, strict=True) if value is not None} or None
        for row in zip(*fields.values(), strict=True)
    ]


def _filled(cells: Mapping[str, Cells], patterns: Sequence[str], *, count: int, many: bool) -> Cells | None:
    made = [one for pattern in patterns if (one := _one(cells, pattern, count)) is not None]
    if not made:
        return None
    if many:
        return [[value for value in row if value is not None] or None for row in zip(*made, strict=True)]
    if len(made) == 1:
        return made[0]
    return [next((value for value in row if value is not None), None) for row in zip(*made, strict=True)]


def _one(cells: Mapping[str, Cells], pattern: str, count: int) -> Cells | None:
    """Fill one pattern; a pattern that is one column alone gives its cells as they are."""
    named = _COLUMN.findall(pattern)
    names = [name.removeprefix(_MAY_LACK) for name in named]
    if any(name not in cells for name in names):
        return None
    if len(names) == 1 and pattern == f"{{{names[0]}}}":
        return cells[names[0]]
    between = _COLUMN.split(pattern)[::2]
    needed = [not name.startswith(_MAY_LACK) for name in named]
    rows = zip(*(cells[name] for name in names), strict=True) if names else ((),) * count
    return [_joined(between, needed, row) for row in rows]


def _joined(between: Sequence[str], needed: Sequence[bool], row: tuple[object, ...]) -> str | None:
    texts = ["" if cell is None else str(cell).strip() for cell in row]
    if not any(texts) or not all(text or not must for text, must in zip(texts, needed, strict=True)):
        return None
    return between[0] + "".join(f"{text}{after}" for text, after in zip(texts, between[1:], strict=True))
