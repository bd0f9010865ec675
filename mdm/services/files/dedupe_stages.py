"""The dear stages of work on whole files, each shared out over the cores; the outcome does not hang on their number."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from matching import score
from matching.columns import Column, Rows, Table, end_to_end
from matching.compare import Comparisons, Levels
from matching.rules import MatchModel
from matching.standardise import TAG, standardise
from mdm.services.files.cores import beside, cores, on_all_cores

Result = TypeVar("Result")
Codes = npt.NDArray[np.int32]

MANY, MANY_PAIRS = 10_000, 100_000
"""So many records, and so many pairs, are worth a second process."""
SLICE = 1 << 21
"""So many pairs are scored at a time, which bounds the memory."""


def standardised(model: MatchModel, values: Mapping[str, Sequence[object]]) -> Table:
    """Clean every attribute of the model as `standardise` does, each by itself, and slice by slice where they are few.

    What occurs in two slices is cleaned twice, and the slices have to be put together: enough attributes go whole.
    """

    def column(name: str, start: int, end: int) -> tuple[Codes, str]:
        found = standardise(model, {name: values[name][start:end]})[name]
        return found.codes, TAG.join(found.cells)  # one long text comes back sooner than many

    names = [name for name in model.attributes if name in values]
    names.sort(key=partial(_dearness, model), reverse=True)
    count = max((len(values[name]) for name in names), default=0)
    slices = _slices(count, cores() if count >= MANY and len(names) < 2 * cores() else 1)
    works = [partial(column, name, *each) for name in names for each in slices]
    done = on_all_cores(works) if count >= MANY else [work() for work in works]
    found = [Column(codes, text.split(TAG) if text else []) for codes, text in done]
    several = len(slices)
    whole = {name: end_to_end(found[place * several : (place + 1) * several]) for place, name in enumerate(names)}
    missing = Column(np.full(count, -1, dtype=np.int32), [])
    return {name: whole.get(name, missing) for name in model.attributes}


def _dearness(model: MatchModel, name: str) -> int:
    """Say how dear an attribute is to clean, so that the dearest go first: names, then what is in several columns."""
    kind = model.kind(name)
    return 2 if "tokens" in kind.parts else int(kind.pieces is not None)


def _slices(count: int, number: int) -> list[tuple[int, int]]:
    """Part so many records, or pairs, into slices."""
    return list(pairwise(np.linspace(0, count, number + 1).astype(np.int64).tolist()))


def scored(model: MatchModel, table: Table, comparisons: Comparisons, pairs: tuple[Rows, Rows]) -> score.Edges:
    """Give the pairs at or above the review threshold as `score.edges` does, slice by slice.

    Values are made ready once.
    """
    left, right = pairs
    edges = score.prepare_edges(model, table, comparisons)
    found = on_all_cores([partial(edges, left[one:end], right[one:end]) for one, end in _pair_slices(len(left))])
    sides = ([getattr(each, name) for each in found] for name in ("left", "right", "weights", "outcomes"))
    return score.Edges(*map(np.concatenate, sides))


def compared(comparisons: Comparisons, left: Rows, right: Rows) -> Levels:
    """Give the levels of pairs as the comparisons do, slice by slice."""
    works = [partial(comparisons.levels, left[one:end], right[one:end]) for one, end in _pair_slices(len(left))]
    return np.concatenate(on_all_cores(works))


def _pair_slices(count: int) -> list[tuple[int, int]]:
    """Part so many pairs into slices, as many for each core; one where there are few."""
    return _slices(count, max(-(-count // (SLICE * cores())) * cores(), 1) if count >= MANY_PAIRS else 1)


def aside(work: Callable[[], Result], size: int) -> AbstractContextManager[Callable[[], Result]]:
    """Have work on so many records or pairs done while this process does something else; gives what waits for it."""
    return beside(work) if size >= MANY else nullcontext(work)
