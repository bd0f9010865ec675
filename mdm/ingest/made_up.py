"""Makes values of attributes out of several columns of a file: `{surname}, {given_name}`."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import chain, compress
from typing import cast

import numpy as np

from matching.coded import Coded
from matching.kinds.kind import as_text
from matching.kinds.several import parted
from matching.objects import Objects
from matching.sets import grouped, packed
from mdm.entity_types.attribute import Patterns

Cells = Sequence[object]
_COLUMN = re.compile(r"\{([^{}]+)\}")
_MAY_LACK = "?"
"""Before a column's name in a pattern: without it the rest is filled in all the same."""


def made_up(
    cells: Mapping[str, Cells], patterns: Patterns | Mapping[str, Patterns], *, count: int, between: str = ""
) -> Cells | None:
    """Fill patterns with the cells of each record: the first of them of which every column has one counts.

    A column that is named `{?column}` may lack one.

    With `between`, characters that part several values in one text, all that can be filled are values. Patterns by
    field make objects. None where no column is there.
    """
    if not isinstance(patterns, Mapping):
        return _filled(cells, patterns, count=count, between=between)
    fields = {
        field: found for field, each in patterns.items() if (found := _filled(cells, each, count=count, between=""))
    }
    if not fields:
        return None
    return Objects(fields)


def made_of(patterns: Patterns | Mapping[str, Patterns]) -> set[str]:
    """Name the columns that patterns take cells of."""
    each = chain.from_iterable(patterns.values()) if isinstance(patterns, Mapping) else patterns
    return {name.removeprefix(_MAY_LACK) for pattern in each for name in _COLUMN.findall(pattern)}


def _filled(cells: Mapping[str, Cells], patterns: Sequence[str], *, count: int, between: str) -> Cells | None:
    made = [one for pattern in patterns if (one := _one(cells, pattern, count)) is not None]
    if not made:
        return None
    if between:
        several = [_several(one, between) for one in made]
        return [list(chain.from_iterable(row)) or None for row in zip(*several, strict=True)]
    return reduce(_or_else, made)


def _several(cells: Cells, between: str) -> Iterator[Sequence[object]]:
    """Give all values of each cell; each distinct text of a column is parted once."""
    if isinstance(cells, Coded):
        known = [*(parted(text, between) for text in cells.texts), []]
        return (known[code] for code in cells.codes.tolist())
    return (_values(cell, between) for cell in cells)


def _values(cell: object, between: str) -> Sequence[object]:
    if isinstance(cell, str):
        return parted(cell, between)
    return cell if isinstance(cell, list) else [] if cell is None else [cell]


def _or_else(cells: Cells, others: Cells) -> Cells:
    if isinstance(cells, Coded) and isinstance(others, Coded):
        second = np.where(others.codes < 0, others.codes, others.codes + len(cells.texts))
        codes = np.where(cells.codes < 0, second, cells.codes)
        return Coded(codes.astype(np.int32), [*cells.texts, *others.texts])
    return [other if cell is None else cell for cell, other in zip(cells, others, strict=True)]


def _one(cells: Mapping[str, Cells], pattern: str, count: int) -> Cells | None:
    """Fill one pattern; a pattern that is one column alone gives its cells as they are."""
    named = _COLUMN.findall(pattern)
    names = [name.removeprefix(_MAY_LACK) for name in named]
    if any(name not in cells for name in names):
        return None
    if len(names) == 1 and pattern == f"{{{names[0]}}}":
        return cells[names[0]]
    if names and all(isinstance(cells[name], Coded) for name in names):
        return _combined([cast("Coded", cells[name]) for name in names], pattern, named)
    texts = [[_words(cell) for cell in cells[name]] for name in names]
    filled = _fills([not name.startswith(_MAY_LACK) for name in named])
    template = _template(pattern)
    rows = zip(*texts, strict=True) if names else ((),) * count
    return [template % row if filled(row) else None for row in rows]


def _words(cell: object) -> str:
    """Give the text of a cell beside others; of a list that of all its values."""
    return " ".join(filter(None, map(_words, cell))) if isinstance(cell, list) else as_text(cell)


def _template(pattern: str) -> str:
    return "%s".join(between.replace("%", "%%") for between in _COLUMN.split(pattern)[::2])


def _combined(columns: Sequence[Coded], pattern: str, named: Sequence[str]) -> Coded:
    """Fill a pattern once for each combination of texts that occurs."""
    number, below = packed([column.codes + 1 for column in columns], [len(column.texts) + 1 for column in columns])
    order, starts = grouped(number, below=below)
    first = order[starts]
    parts = []
    for column in columns:
        texts = [*map(str.strip, column.texts), ""]
        parts.append([texts[code] for code in column.codes[first].tolist()])
    filled, template = _fills([not name.startswith(_MAY_LACK) for name in named]), _template(pattern)
    made = Coded.of([template % row if filled(row) else None for row in zip(*parts, strict=True)])
    codes = np.empty(len(number), dtype=np.int32)
    codes[order] = np.repeat(made.codes, np.diff(starts, append=len(order)))
    return Coded(codes, made.texts)


def _fills(needed: Sequence[bool]) -> Callable[[tuple[str, ...]], bool]:
    """Say whether the texts of a record fill a pattern: none that is needed may lack, nor all of them."""
    if needed and all(needed):
        return all
    return lambda row: any(row) and all(compress(row, needed))
