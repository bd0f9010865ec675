"""All the words of a record, compared by the letters they are written in.

Groups of three letters that are rare among the records of a file count more than frequent ones (TF-IDF), so that
what is said in different columns, in another order or with slips still meets. It needs the whole file, and so is
for `mdm dedupe` alone.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from matching.kinds.folding import plain
from matching.kinds.kind import Kind, Level, always_valid, as_text, takes_text, whole
from matching.kinds.pairs import Codes, Outcomes, PairComparison

_BORDERS = np.array([0.95, 0.85, 0.75, 0.65, 0.55, 0.45, 0.35, 0.25, 0.15])
"""The least similarity of each level but the last."""
_AT_ONCE = 1 << 15
_ROWS_AT_ONCE = 500
_FREQUENT = 0.1
"""What so large a share of the texts holds does not find neighbours."""


def _standardise(value: object) -> str | None:
    return plain(as_text(value)) or None


@lru_cache(maxsize=2)
def _weighted(values: tuple[str, ...]) -> Any:
    """Give one row of weights a text, of length 1: (texts, groups of letters), sparse."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    maker = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), sublinear_tf=True, lowercase=False, dtype=np.float32)
    return maker.fit_transform(values)


def _prepare(values: Sequence[str]) -> PairComparison:
    weighted = _weighted(tuple(values))

    def compare(left: Codes, right: Codes) -> Outcomes:
        levels = np.empty(len(left), dtype=np.int8)
        for start in range(0, len(left), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            products = weighted[left[part]].multiply(weighted[right[part]])
            alike = np.asarray(products.sum(axis=1)).ravel().round(5)
            levels[part] = 1 + (alike[:, None] < _BORDERS).sum(axis=1)
        return levels

    return compare


def nearest(values: Sequence[str], count: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Give for each text the places of the `count` most similar others, as pairs of places; ties by place."""
    weighted = _weighted(tuple(values)).tocsc()
    frequent = np.diff(weighted.indptr) > max(_FREQUENT * len(values), 50)
    rare = weighted[:, np.flatnonzero(~frequent)].tocsr()
    turned = rare.T.tocsr()
    left, right = [], []
    for start in range(0, len(values), _ROWS_AT_ONCE):
        alike = (rare[start : start + _ROWS_AT_ONCE] @ turned).tocsr()
        for row in range(alike.shape[0]):
            span = slice(alike.indptr[row], alike.indptr[row + 1])
            others, similarity = alike.indices[span], alike.data[span].round(5)
            kept = others != start + row
            others, similarity = others[kept], similarity[kept]
            best = others[np.lexsort((others, -similarity))[:count]]
            left.append(np.full(len(best), start + row, dtype=np.int64))
            right.append(best.astype(np.int64))
    return np.concatenate([np.empty(0, np.int64), *left]), np.concatenate([np.empty(0, np.int64), *right])


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
            (*(f"the words are alike by {border:.2f} of 1" for border in _BORDERS.tolist()), "the words are hardly alike"),
            _M,
            _U,
            strict=True,
        )
    ),
    prepare=_prepare,
    accepts=takes_text,
    whole_column=True,
)
