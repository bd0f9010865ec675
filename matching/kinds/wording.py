"""All the words of a record, compared by the letters they are written in.

Groups of three letters that are rare among the records of a file count more than frequent ones (TF-IDF), so that
what is said in different columns, in another order or with slips still meets. It needs the whole file, and so is
for `mdm dedupe` alone.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from matching.kinds.folding import is_junk
from matching.kinds.kind import Kind, Level, always_valid, as_text, takes_text, whole
from matching.kinds.model_numbers import words_of_description
from matching.kinds.pairs import Codes, Outcomes, PairComparison

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_BORDERS = np.array([0.95, 0.85, 0.75, 0.65, 0.55, 0.45, 0.35, 0.25, 0.15])
"""The least similarity of each level but the last."""
_AT_ONCE = 1 << 15
_ROWS_AT_ONCE = 500
_TENTH = 10
_ASKED = 1_000
"""About so many texts are asked for their nearest to see how many are mutual."""
_FREQUENT, _FEW = 0.005, 50
"""What so large a share of the texts holds, and more than a few of them, does not find neighbours where texts are many.
"""
_WORK = 30_000_000
"""Where they are few enough for so many products of two weights, frequent groups do, too: a catalogue of things that
are called by common words has no others."""
_SHADES = 100_000
"""So finely likeness is told apart before it is left to the order of the texts."""
_STEP = 1_000
_LOOKED_AT = 2
"""Of so many times the neighbours, found by what is rare, those are kept that are nearest by all letters."""


def _standardise(value: object) -> str | None:
    text = as_text(value)
    return None if is_junk(text) else words_of_description(text) or None


@lru_cache(maxsize=2)
def _weighted(values: tuple[str, ...], *, phrases: bool) -> "csr_array":
    """Give one row of weights a text, of length 1: (texts, groups of letters).

    With `phrases`, words and pairs of neighbouring words weigh as much as all groups of letters.
    """
    if not phrases:
        return _weights(values, iter, _groups)
    from scipy.sparse import csr_array, hstack  # slow to load, and only texts need it

    spoken = _weights(values, lambda words: chain(words, pairwise(words)), lambda unit: (unit,))
    both = hstack([_weighted(values, phrases=False), spoken], format="csr")
    return csr_array(both * np.float32(np.sqrt(0.5)))


def _weights(
    values: Sequence[str],
    units: Callable[[list[str]], Iterable[Hashable]],
    parts: Callable[[Any], Iterable[Hashable]],
) -> "csr_array":
    """Give one row of weights a text, of length 1, by the parts of the units that its words make: (texts, parts).

    Salton and Buckley (1988): one plus the logarithm of how often a part occurs in the text, times the logarithm of
    how few texts have it.
    """
    from scipy.sparse import csr_array

    numbers: dict[Hashable, int] = {}
    columns: list[int] = []
    ends = [0]

    @cache
    def numbered(unit: Hashable) -> list[int]:
        return [numbers.setdefault(part, len(numbers)) for part in parts(unit)]

    for text in values:
        for unit in units(text.split()):
            columns += numbered(unit)
        ends.append(len(columns))
    counted = csr_array((np.ones(len(columns), np.float32), columns, ends), shape=(len(values), len(numbers)))
    counted.sum_duplicates()
    texts = np.bincount(counted.indices, minlength=len(numbers))
    counted.data = (1 + np.log(counted.data)) * (1 + np.log((1 + len(values)) / (1 + texts)))[counted.indices].astype(
        np.float32
    )
    lengths = (
        np.sqrt(np.add.reduceat(np.append(counted.data, 0) ** 2, counted.indptr[:-1])) if len(values) else np.empty(0)
    )
    counted.data /= np.repeat(np.maximum(lengths, 1e-9), np.diff(counted.indptr)).astype(np.float32)
    return counted


def _groups(word: str) -> Iterator[str]:
    bordered = f" {word} "
    return (bordered[place : place + 3] for place in range(len(bordered) - 2))


def prepare(values: Sequence[str], *, phrases: bool = False) -> PairComparison:
    """Prepare to say how much the words of any pairs of the texts are alike, in levels."""
    weighted = _weighted(tuple(values), phrases=phrases)

    def compare(left: Codes, right: Codes) -> Outcomes:
        levels = np.empty(len(left), dtype=np.int8)
        for start in range(0, len(left), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            products = weighted[left[part]].multiply(weighted[right[part]])
            alike = np.asarray(products.sum(axis=1)).ravel().round(5)
            levels[part] = 1 + (alike[:, None] < _BORDERS).sum(axis=1)
        return levels

    return compare


def nearest(
    values: Sequence[str], count: int, groups: Codes, *, asked: Codes | None = None, phrases: bool = False
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Give for each text the places of the `count` most similar others, as pairs of places; ties by text.

    Those of its own group and those of other groups are counted apart. `asked`: only for the texts in these places.
    """
    weighted = _weighted(tuple(values), phrases=phrases)
    rare = weighted[:, _finding(np.bincount(weighted.indices, minlength=weighted.shape[1]), len(values))]
    turned = rare.T.tocsr()
    by_text = _in_order(values)
    places = np.arange(len(values)) if asked is None else asked
    found = []
    for start in range(0, len(places), _ROWS_AT_ONCE):
        some = places[start : start + _ROWS_AT_ONCE]
        alike = (rare[some] @ turned).tocoo()
        kept = some[alike.row] != alike.col
        number, others = alike.row[kept].astype(np.int64), alike.col[kept]
        rows = some[number]
        question = 2 * number + (groups[rows] != groups[others])
        near = _best_of_each(question, alike.data[kept], by_text[others], _LOOKED_AT * count)
        rows, others, question = rows[near], others[near], question[near]
        whole = np.asarray(weighted[rows].multiply(weighted[others]).sum(axis=1)).ravel()
        best = _best_of_each(question, whole, by_text[others], count)
        found.append(np.array([rows[best], others[best]], dtype=np.int64))
    left, right = np.concatenate([np.empty((2, 0), np.int64), *found], axis=1)
    return left, right


def standing_out(values: Sequence[str]) -> float:
    """Say by how much the nearest other text is more alike than the tenth nearest, on average over the texts."""
    if len(values) <= _TENTH:
        return 0.0
    weighted = _weighted(tuple(values), phrases=False)
    turned, total = weighted.T.tocsr(), 0.0
    for start in range(0, len(values), _ROWS_AT_ONCE):
        alike = (weighted[start : start + _ROWS_AT_ONCE] @ turned).toarray()
        places = np.arange(len(alike))
        alike[places, places + start] = 0
        ranked = np.partition(alike, (-_TENTH, -1), axis=1)
        total += float((ranked[:, -1] - ranked[:, -_TENTH]).sum())
    return total / len(values)


def mutual(values: Sequence[str], *, phrases: bool = False) -> float:
    """Say how many texts have a nearest other text that has them for its nearest, estimated from some of them.

    Two texts of one thing are each other's nearest where likeness tells things apart; what is alike for another reason
    has a nearest that is nearer to something else.
    """
    asked = np.argsort(_in_order(values))[:: len(values) // _ASKED + 1]
    nearest_of = np.full(len(values), -1, dtype=np.int64)
    together = np.zeros(len(values), dtype=np.int64)
    one, other = nearest(values, 1, together, asked=asked, phrases=phrases)
    nearest_of[one] = other
    back, again = nearest(values, 1, together, asked=np.unique(other), phrases=phrases)
    nearest_of[back] = again
    return float((nearest_of[other] == one).sum()) * len(values) / max(len(asked), 1)


def _in_order(values: Sequence[str]) -> Codes:
    """Give the place of each text among all of them in order."""
    return np.argsort(np.argsort(np.array(values, dtype=object)))


def _finding(texts: Codes, count: int) -> Codes:
    """Give the places of the groups that find neighbours, given how many of `count` texts have each."""
    order = np.argsort(texts, kind="stable")
    work = np.cumsum(texts[order].astype(np.int64) ** 2)
    most = max(_FREQUENT * count, _FEW, *texts[order[work <= _WORK]][-1:].tolist())
    return np.flatnonzero(texts <= most)


def _best_of_each(asked: Codes, alike: npt.NDArray[np.float32], ties: Codes, count: int) -> Codes:
    """Give the places of the `count` most alike of those that belong to one question."""
    # One number to sort by in place of three takes a quarter of the time. Long texts may be alike by a hair over 1.
    likeness = np.minimum(np.rint(alike * _SHADES), _SHADES).astype(np.int64)
    maybe = _maybe_best(asked, likeness, count)
    asked, likeness, ties = asked[maybe], likeness[maybe], ties[maybe]
    order = np.argsort((asked * (_SHADES + 1) + _SHADES - likeness) * (int(ties.max(initial=0)) + 1) + ties)
    firsts = np.flatnonzero(np.diff(asked[order], prepend=-1))
    rank = np.arange(len(order)) - np.repeat(firsts, np.diff(firsts, append=len(order)))
    return maybe[order[rank < count]]


def _maybe_best(asked: Codes, likeness: Codes, count: int) -> Codes:
    """Leave out those of which as many as are wanted are more alike, step by step: most of them, without sorting."""
    steps, step = _SHADES // _STEP + 1, likeness // _STEP
    questions = int(asked.max(initial=-1)) + 1
    counts = np.bincount(asked * steps + step, minlength=questions * steps).reshape(questions, steps)
    better = np.cumsum(counts[:, ::-1], axis=1)[:, ::-1] - counts
    return np.flatnonzero(better.reshape(-1)[asked * steps + step] < count)


_M = (0.25, 0.2, 0.15, 0.12, 0.1, 0.08, 0.05, 0.03, 0.015, 0.005)
_U = (0.0005, 0.001, 0.002, 0.004, 0.01, 0.03, 0.08, 0.17, 0.3, 0.4025)

KIND = Kind(
    name="wording",
    help=__doc__ or "",
    standardise=_standardise,
    valid=always_valid,
    parts={"": whole},
    levels=tuple(
        Level(f"above_{round(100 * border)}" if border else "below", words, m, u)
        for border, words, m, u in zip(
            (*_BORDERS.tolist(), 0.0),
            (
                *(f"the words are alike by {border:.2f} of 1" for border in _BORDERS.tolist()),
                "the words are hardly alike",
            ),
            _M,
            _U,
            strict=True,
        )
    ),
    prepare=prepare,
    accepts=takes_text,
    whole_column=True,
)
