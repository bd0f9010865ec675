"""Pieces: a component that is too large is cut at the lowest threshold that fits."""

import numpy as np

from matching.pieces import pieces


def cut(count: int, edges: list[tuple[int, int, int]], limit: int) -> list[int]:
    left, right, weights = (np.array(column) for column in zip(*edges, strict=True))
    return pieces(count, left, right, weights.astype(np.int32), threshold=6_629, limit=limit).tolist()


def test_the_weakest_edges_of_a_large_component_are_cut_first():
    edges = [(0, 1, 20_000), (1, 2, 20_000), (2, 3, 9_000), (3, 4, 20_000), (5, 6, 7_000)]
    assert cut(8, edges, limit=3) == [0, 0, 0, 3, 3, 5, 5, 7]
    assert cut(8, edges, limit=5) == [0, 0, 0, 0, 0, 5, 5, 7]


def test_a_component_that_only_always_rules_hold_together_falls_apart_into_records():
    assert cut(3, [(0, 1, 100_000), (1, 2, 100_000)], limit=2) == [0, 1, 2]
