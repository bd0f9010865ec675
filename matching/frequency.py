"""Frequency: how common values are, which parts agreement on one into steps, from a rare value to a common one.

Two strangers agree on a value as often as it occurs, so agreement on a rare one tells more (Fellegi and Sunter 1969;
Winkler 2000). The best level of an attribute becomes one level for each step, with m and u of its own.
"""

import numpy as np

from matching.columns import Column, picked
from matching.compare import cell_values
from matching.document import Frequencies, Step
from matching.fields import Field
from matching.kinds import Kind
from matching.kinds.steps import FEWEST, Shares, parts

MOST_LISTED = 1_000
FACTOR = 4
"""A step ends where a value is so many times as common, if there is enough on either side."""
_ENOUGH = 0.05
"""So large a share of the records is in each step, and in what is rarer than it."""
_OFTEN = 0.25
"""An attribute on which so many strangers agree is one of few groups, and how large each is tells little."""
_SMALLEST = 1e-9


def counted(kind: Kind, column: Column) -> Frequencies | None:
    """Count the values of a column: None where all are about as common, or nearly all records have one of a few.

    The order of the records does not matter.
    """
    if not kind.evidence or kind.whole_column:
        return None
    values, having = _values(column)
    if not len(having) or (having.max() < FEWEST and not kind.independent_parts):
        return None
    records = int((column.codes >= 0).sum())
    common, shares = [], np.ones(len(values))
    for field in parts(kind, values):
        listed, of_part = _part(field, having, records)
        common.append(listed)
        shares *= of_part
    agreeing = having / records * shares
    if not any(common) or agreeing.sum() > _OFTEN:
        return None
    steps = _steps(shares, having / having.sum(), agreeing / agreeing.sum())
    return Frequencies(records=records, common=common, steps=steps) if len(steps) > 1 else None


def _values(column: Column) -> tuple[list[str], Shares]:
    """Give the distinct values, and how many records have each."""
    times = np.bincount(column.codes[column.codes >= 0], minlength=len(column.cells))
    cells = cell_values(column.cells)
    if cells.single:
        used = np.flatnonzero(times)
        return picked(column.cells, used), times[used].astype(np.float64)
    having = np.bincount(cells.ids, np.repeat(times, np.diff(cells.starts)), len(cells.values))
    used = np.flatnonzero(having)
    return picked(cells.values, used), having[used].astype(np.float64)


def _part(field: Field, having: Shares, records: int) -> tuple[dict[str, int], Shares]:
    """List the common texts, the most common first and then by the text; gives the share of records of each value too.

    Of what is not listed the share is the most that it can be; an empty text says nothing.
    """
    codes, texts = field.known, field.texts
    known = codes >= 0
    tally = np.bincount(codes[known], having[known], len(texts))
    often = sorted(np.flatnonzero(tally >= FEWEST).tolist(), key=lambda place: (-tally[place], texts[place]))
    listed = often[:MOST_LISTED]
    counts = np.full(len(texts) + 1, FEWEST - 1.0)
    counts[listed] = tally[listed]
    counts[-1] = records  # where the code -1 of an empty text leads
    return {texts[place]: int(tally[place]) for place in listed}, counts[codes] / records


def _steps(shares: Shares, having: Shares, agreeing: Shares) -> list[Step]:
    """Part values of these shares, which so many records have and so many pairs agree on, into steps of enough."""
    powers = np.floor(-np.log(shares) / np.log(FACTOR) + 1e-9).astype(np.int64)
    width = int(powers.max()) + 1
    of_records, of_pairs = (np.bincount(powers, each, width).astype(np.float64) for each in (having, agreeing))
    found: list[Step] = []
    start = 0
    for end in range(1, width):
        inside, rarer = of_records[start:end].sum(), of_records[end:].sum()
        if min(inside, rarer) >= _ENOUGH:
            found.append(_step(of_records[start:end], of_pairs[start:end], one_in=FACTOR**end))
            start = end
    return [_step(of_records[start:], of_pairs[start:], one_in=None), *found[::-1]]


def _step(of_records: Shares, of_pairs: Shares, *, one_in: int | None) -> Step:
    m, u = (min(max(float(f"{each.sum():.6g}"), _SMALLEST), 1.0) for each in (of_records, of_pairs))
    return Step(one_in=one_in, m=m, u=u)
