"""Pieces: what of a connected component is clustered together, so that no component is too large to look at."""

import numpy as np
import numpy.typing as npt

from matching.cluster import components
from matching.columns import Rows
from matching.rules import ALWAYS_WEIGHT

GRID_STEP = 1_000
"""Thousandths of a bit by which the threshold rises where a piece is over its limit."""

Weights = npt.NDArray[np.int32]


def pieces(count: int, left: Rows, right: Rows, weights: Weights, *, threshold: int, limit: int) -> Rows:
    """Give each of `count` rows the smallest row of its piece: its component at the lowest threshold that fits.

    `threshold` is at most that of the weakest edge. It rises in steps of GRID_STEP until the component holds at most
    `limit` rows; past the strongest edges a row is a piece by itself.
    """
    piece = np.arange(count, dtype=np.int64)
    rows = piece.copy()
    while len(rows):
        leads = components(len(rows), left, right)
        large = np.bincount(leads, minlength=len(rows))[leads] > limit
        piece[rows[~large]] = rows[leads[~large]]
        inside = large[left]
        kept = inside & (weights >= _raised(weights[inside], threshold))
        places = np.cumsum(large) - 1
        rows, left, right, weights = rows[large], places[left[kept]], places[right[kept]], weights[kept]
    return piece


def _raised(weights: Weights, threshold: int) -> int:
    """Give the lowest threshold of the grid that cuts at least one of these edges."""
    weakest = int(weights.min(initial=ALWAYS_WEIGHT))
    raised = threshold + ((weakest - threshold) // GRID_STEP + 1) * GRID_STEP
    return raised if weakest == ALWAYS_WEIGHT else min(raised, ALWAYS_WEIGHT)
