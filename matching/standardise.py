"""Standardise source values: raw columns in, dictionary-coded columns of clean cells out."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from matching.arrow import put_together
from matching.coded import Coded
from matching.columns import PART, SEPARATOR, Column, Table, from_cells
from matching.kinds.kind import Kind, Pieces
from matching.objects import Objects
from matching.patterns import MANY, CopiedWords, cleaned_by_pattern
from matching.rules import MatchModel
from matching.sets import grouped, packed

TAG = "\x1d"
"""Marks values of a rule over several attributes, and parts cells that are handed over as one text; like the
separators, no standardised value holds it."""

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
    if isinstance(values, Objects) and kind.pieces is not None:
        return _column_of_objects(kind.pieces, values)
    several = not isinstance(values, Coded) and not {list, tuple}.isdisjoint(map(type, values))
    return _cleaned(partial(_cell, kind.standardise) if several else kind.standardise, values, kind.copied)


def _cleaned(
    clean: Callable[[object], str | None], values: Sequence[object], copied: CopiedWords | None = None
) -> Column:
    """Clean each distinct value once."""
    if isinstance(values, Coded):
        places, texts = values.used()
        if not "".join(texts).isprintable():  # the separators are not
            texts = [text.translate(_CONTROL) for text in texts]
        if copied is not None and len(texts) > MANY:
            column = cleaned_by_pattern(clean, copied, texts)
            return Column(values.mapped(places, np.append(column.codes, np.int32(-1))), column.cells)
        column = from_cells([clean(text) or None for text in (*texts, None)])  # no value may become one, of parts
        return Column(values.mapped(places, column.codes), column.cells)
    keys, distinct = _distinct(values)
    column = from_cells([clean(value) or None for value in distinct.values()])
    codes = dict(zip(distinct, column.codes.tolist(), strict=True))
    return Column(np.fromiter(map(codes.__getitem__, keys), dtype=np.int32, count=len(keys)), column.cells)


def _column_of_objects(pieces: Pieces, objects: Objects) -> Column:
    """Clean each distinct value of each field once, and join each combination of them once."""
    missing = [None] * len(objects)
    columns = {field: _cleaned(clean, objects.fields.get(field, missing)) for field, clean in pieces.clean.items()}
    every = [column.codes + 1 for column in columns.values()]
    number, below = packed(every, [len(column.cells) + 1 for column in columns.values()])
    order, starts = grouped(number, below=below)
    as_they_come = np.argsort(order[starts])
    joined, cells = _joined(pieces, columns, order[starts][as_they_come])
    found, codes = np.empty(len(starts), dtype=np.int32), np.empty(len(number), dtype=np.int32)
    found[as_they_come] = joined
    codes[order] = np.repeat(found, np.diff(starts, append=len(order)))
    return Column(codes, cells)


def _joined(
    pieces: Pieces, columns: Mapping[str, Column], rows: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Join the parts of the values of some records and number these; -1 where no part is enough for a value."""
    texts, told, chosen = ["", PART], np.zeros(len(rows), dtype=bool), []
    for field, column in columns.items():
        codes = column.codes[rows]
        if enough := pieces.enough.get(field):
            told |= np.array([*map(enough, column.cells), False], dtype=bool)[codes]
        chosen += [np.where(codes < 0, 0, codes + len(texts)), np.ones(len(rows), dtype=np.int64)]
        texts += column.cells
    parts = np.stack(chosen[:-1], axis=1)
    return put_together(texts, parts[told].ravel(), np.cumsum(told * parts.shape[1]))


def _distinct(values: Sequence[object]) -> tuple[Sequence[object], Mapping[object, object]]:
    """Give a key for each value, and the first value of each key, without separators."""
    first: dict[object, object] = {}
    if set(map(type, values)) <= _UNMISTAKABLE:
        keys = values
        first = {text: text for text in dict.fromkeys(values)}
        if "".join(str(text) for text in first).isprintable():  # the separators are not
            return keys, first
    else:
        keys = list(map(_key, values))
        for key, value in zip(keys, values, strict=True):
            first.setdefault(key, value)
    return keys, {key: _without_separators(value) for key, value in first.items()}


def _cell(clean: Callable[[object], str | None], value: object) -> str | None:
    """Clean the values of a record that may have several."""
    if not isinstance(value, list | tuple):
        return clean(value)
    return SEPARATOR.join(sorted({text for text in map(clean, value) if text}))


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
    return list(map(_without_separators, value)) if isinstance(value, list | tuple) else value
