"""Conditions of `always` and `never` rules: between two records, and between two groups of records."""

from collections.abc import Collection, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt

from matching.columns import Column, Rows, Table, numbered
from matching.compare import CellValues, cell_values, value_pairs
from matching.kinds.kind import Kind, whole
from matching.rules import Condition, MatchModel
from matching.sets import ranges, sorted_set
from matching.standardise import TAG

Codes = npt.NDArray[np.int32]
Values = frozenset[str]


def holds(model: MatchModel, condition: Condition, table: Table, *, left: Rows, right: Rows) -> npt.NDArray[np.bool_]:
    """Say for every pair whether the condition holds on all of its attributes.

    `same` wants a valid value in common, `different` wants valid values on both sides and none in common: nothing by
    which the kind holds two values for alike.
    """
    result = np.ones(len(left), dtype=bool)
    for name in condition.attributes:
        pairs = np.flatnonzero(result)
        column = table[name]
        result[pairs] = _holds_on(
            model.kind(name), column, condition.word, column.codes[left[pairs]], column.codes[right[pairs]]
        )
    return result


def valid_values(model: MatchModel, condition: Condition, table: Table) -> list[Values]:
    """Give the valid values of every record for a condition, in the form that `group_values` reads.

    For `different` it is what they are alike by.
    """
    plain = condition.word == "different" and len(condition.attributes) == 1
    columns = []
    for number, name in enumerate(condition.attributes):
        tag = "" if plain else TAG.join((condition.word, str(len(condition.attributes)), str(number), ""))
        column = table[name]
        columns.append(_tagged(_valid_cells(model.kind(name), column, column.codes, condition.word), tag, column))
    if len(columns) == 1:
        return columns[0]
    return [frozenset().union(*row) for row in zip(*columns, strict=True)]


def group_values(records: Sequence[Values]) -> tuple[str, list[list[Values]]]:
    """Read the values of one condition back: its word, and for each attribute the values of each record."""
    sample = next((value for values in records for value in values), "")
    if sample.count(TAG) < 3:
        return "different", [list(records)]
    word, count, _, _ = sample.split(TAG, 3)
    attributes = [
        [_untagged(values, TAG.join((word, count, str(number), ""))) for values in records]
        for number in range(int(count))
    ]
    return word, attributes


def bars(word: str, left: Sequence[Collection[str]], right: Sequence[Collection[str]]) -> bool:
    """Say whether a `never` condition keeps two groups apart, given their values for each attribute.

    Groups compare as sets: different when both have values and none in common, same when one is shared.
    """
    if word == "same":
        return all(not set(one).isdisjoint(other) for one, other in zip(left, right, strict=True))
    return all(one and other and set(one).isdisjoint(other) for one, other in zip(left, right, strict=True))


def _untagged(values: Values, tag: str) -> Values:
    return frozenset(value.removeprefix(tag) for value in values if value.startswith(tag))


def _tagged(cells: CellValues, tag: str, column: Column) -> list[Values]:
    ids = cells.ids.tolist()
    each = [
        frozenset(tag + cells.values[place] for place in ids[start:end])
        for start, end in zip(cells.starts[:-1].tolist(), cells.starts[1:].tolist(), strict=True)
    ]
    each.append(frozenset())  # code -1, a missing cell, finds this one
    return [each[code] for code in column.codes.tolist()]


def _holds_on(kind: Kind, column: Column, word: str, left: Codes, right: Codes) -> npt.NDArray[np.bool_]:
    """Say for every pair of cells whether a condition holds on one attribute, asking few values if they are valid."""
    if word == "same":
        _, alike = _shared(cell_values(column.cells), left, right)
        pairs = np.flatnonzero(alike)
        _, shared = _shared(_valid_cells(kind, column, left[pairs], word), left[pairs], right[pairs])
        alike[pairs] = shared
        return alike
    known, shared = _shared(_valid_cells(kind, column, np.append(left, right), word), left, right)
    return known & ~shared


def _valid_cells(kind: Kind, column: Column, codes: Codes, word: str) -> CellValues:
    """Take apart the cells, and keep the valid values of those with these codes; what others keep means nothing.

    For `different` it is what these are alike by.
    """
    cells = cell_values(column.cells)
    asked = _values_of(cells, codes)
    valid = np.zeros(len(cells.values), dtype=bool)
    valid[asked] = [kind.valid(cells.values[place]) for place in asked.tolist()]
    kept = valid[cells.ids]
    before = np.append(0, np.cumsum(kept))
    found = CellValues(cells.values, cells.ids[kept], before[cells.starts], single=False)
    return found if word == "same" or kind.alike_by is whole else _alike_by(kind, found)


def _alike_by(kind: Kind, cells: CellValues) -> CellValues:
    """Put what values are alike by in their places."""
    used = sorted_set(cells.ids)
    told = [kind.alike_by(cells.values[place]) for place in used.tolist()]
    sizes = np.zeros(len(cells.values), dtype=np.int64)
    sizes[used] = list(map(len, told))
    numbers, texts = numbered(list(chain.from_iterable(told)), missing=None)
    each = sizes[cells.ids]
    ids = numbers[ranges((np.cumsum(sizes) - sizes)[cells.ids], each)]
    return CellValues(texts, ids, np.append(0, np.cumsum(each))[cells.starts], single=False)


def _values_of(cells: CellValues, codes: Codes) -> Rows:
    """The ids of the values that occur in the cells with these codes."""
    occurs = np.zeros(len(cells.starts), dtype=bool)
    occurs[codes] = True
    return np.flatnonzero(np.bincount(cells.ids[np.repeat(occurs[:-1], np.diff(cells.starts))]))


def _shared(cells: CellValues, left: Codes, right: Codes) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Say for every pair of cells whether both hold values, and whether they hold one in common."""
    sizes = np.append(np.diff(cells.starts), 0)
    known = (sizes[left] > 0) & (sizes[right] > 0)
    if sizes.max() <= 1:
        only = np.full(len(sizes), -1, dtype=np.int64)
        only[sizes == 1] = cells.ids
        return known, known & (only[left] == only[right])
    shared = np.zeros(len(left), dtype=bool)
    pairs = np.flatnonzero(known)
    pair, one, other = value_pairs(cells, left[pairs].astype(np.int64), right[pairs].astype(np.int64))
    shared[pairs[pair[one == other]]] = True
    return known, shared
