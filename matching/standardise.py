"""Standardise source values: raw columns in, dictionary-coded columns of clean cells out."""

from collections.abc import Mapping, Sequence

import numpy as np

from matching.columns import PART, SEPARATOR, Column, Table, from_cells
from matching.kinds.kind import Kind
from matching.rules import MatchModel

TAG = "\x1d"
"""Marks values of a rule over several attributes; like the separators, no standardised value holds it."""

_RESERVED = (SEPARATOR, PART, TAG)
_UNMISTAKABLE = {str, type(None)}
_CONTROL = str.maketrans(dict.fromkeys(_RESERVED, " "))


def standardise(model: MatchModel, values: Mapping[str, Sequence[object]]) -> Table:
    """Clean every attribute of the model; each distinct source value is cleaned once.

    `values` holds one entry a record for each attribute, a list where a record has several values. An
    attribute without a column is missing everywhere; columns that are no attribute are left out.
    """
    count = max((len(column) for column in values.values()), default=0)
    return {
        name: _column(model.kind(name), values[name])
        if name in values
        else Column(np.full(count, -1, dtype=np.int32), [])
        for name in model.attributes
    }


def _column(kind: Kind, values: Sequence[object]) -> Column:
    known: dict[object, str | None] = {}
    cells: list[str | None] = []
    for value in values:
        key = value if type(value) is str else _key(value)
        if key not in known:
            known[key] = _cell(kind, value)
        cells.append(known[key])
    return from_cells(cells)


def _cell(kind: Kind, value: object) -> str | None:
    single = value if isinstance(value, list | tuple) else (value,)
    clean = {text for text in (kind.standardise(_without_separators(one)) for one in single) if text}
    return SEPARATOR.join(sorted(clean)) or None


def _key(value: object) -> object:
    """Tell apart what Python holds equal (1, 1.0 and True), and let lists and objects be looked up."""
    if isinstance(value, list | tuple):
        return (list, *map(_key, value))
    if isinstance(value, Mapping):
        if set(map(type, value.values())) <= _UNMISTAKABLE:
            return (dict, *value.items())
        return (dict, *sorted((str(name), _key(part)) for name, part in value.items()))
    return (type(value), value)


def _without_separators(value: object) -> object:
    """Keep the characters that separate values and parts out of what a source sends."""
    if isinstance(value, str):
        return value if value.isprintable() else value.translate(_CONTROL)  # the separators are not printable
    if isinstance(value, Mapping):
        return {name: _without_separators(part) for name, part in value.items()}
    return value
