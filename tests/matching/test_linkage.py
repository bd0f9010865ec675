"""Average linkage: the same clusters as joining by hand, whatever the order of the records."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from matching.linkage import FARTHEST, average_linkage
from matching.score import NEVER

THRESHOLD = 0
TIE = 1e-6


@st.composite
def matrices(draw: st.DrawFn) -> np.ndarray:
    """Weights between all pairs of up to nine records."""
    count = draw(st.integers(1, 9))
    pairs = count * (count - 1) // 2
    values = draw(st.lists(st.integers(-9_000, 9_000), min_size=pairs, max_size=pairs, unique=True))
    found = np.zeros((count, count), dtype=np.int32)
    found[np.triu_indices(count, 1)] = values
    return found + found.T


def linked(between: np.ndarray, order: list[int] | None = None) -> set[frozenset[int]]:
    """Cluster the records in some order; only pairs at or above the threshold are given as edges."""
    count = len(between)
    order = order or list(range(count))
    turned = between[np.ix_(order, order)]
    left, right = (side.astype(np.int64) for side in np.triu_indices(count, 1))
    weights = turned[left, right]
    strong = weights >= THRESHOLD
    leads = average_linkage(
        count, left[strong], right[strong], weights[strong],
        threshold=THRESHOLD, limit=500, ranks=np.array(order), scorer=lambda one, other: turned[one, other],
    )  # fmt: skip
    return {frozenset(order[row] for row in np.flatnonzero(leads == lead)) for lead in set(leads.tolist())}


def by_hand(between: np.ndarray) -> set[frozenset[int]]:
    """Join the two clusters with the highest average until none is at the threshold, within components.

    Matrices in which two averages tie on the way are put aside: which goes first is a matter of ranks.
    """
    clusters = [frozenset([row]) for row in range(len(between))]
    component = components(between)

    def average(one: frozenset[int], other: frozenset[int]) -> float:
        if component[min(one)] != component[min(other)]:
            return -np.inf
        return float(np.mean([between[row, column] for row in one for column in other]))

    while len(clusters) > 1:
        pairs = [(one, other) for one in clusters for other in clusters if min(one) < min(other)]
        *lower, (highest, one, other) = sorted(((average(*pair), *pair) for pair in pairs), key=lambda found: found[0])
        if highest < THRESHOLD:
            break
        assume(not lower or highest - lower[-1][0] > TIE)
        clusters = [cluster for cluster in clusters if cluster not in (one, other)] + [one | other]
    return set(clusters)


def components(between: np.ndarray) -> list[int]:
    found = list(range(len(between)))
    for _ in found:
        for row, column in zip(*np.nonzero(between >= THRESHOLD), strict=True):
            if row != column:
                found[row] = found[column] = min(found[row], found[column])
    return found


@settings(max_examples=150)
@given(matrices())
def test_clusters_are_those_of_joining_by_hand(between):
    assert linked(between) == by_hand(between)


@settings(max_examples=80)
@given(matrices(), st.randoms(use_true_random=False))
def test_the_order_of_the_records_does_not_matter(between, random):
    order = list(range(len(between)))
    random.shuffle(order)
    assert linked(between, order) == linked(between)


def test_one_strong_pair_does_not_hold_two_groups_together():
    between = np.full((4, 4), -8_000, dtype=np.int32)
    for one, other in ((0, 1), (2, 3)):
        between[one, other] = between[other, one] = 9_000
    between[1, 2] = between[2, 1] = 8_000
    assert linked(between) == {frozenset({0, 1}), frozenset({2, 3})}


def test_one_weak_pair_does_not_part_those_that_all_others_hold_together():
    between = np.full((4, 4), 6_000, dtype=np.int32)
    between[0, 3] = between[3, 0] = -9_000
    assert linked(between) == {frozenset({0, 1, 2, 3})}


def test_a_pair_that_a_never_rule_keeps_apart_is_in_no_cluster_together():
    between = np.full((3, 3), FARTHEST, dtype=np.int32)
    between[0, 2] = between[2, 0] = NEVER
    assert not any({0, 2} <= cluster for cluster in linked(between))


@pytest.mark.parametrize("count", [0, 1])
def test_no_pairs_leave_every_record_alone(count):
    nothing = np.empty(0, dtype=np.int64)
    found = average_linkage(
        count, nothing, nothing, np.empty(0, np.int32),
        threshold=0, limit=5, ranks=np.arange(count), scorer=lambda one, _other: one.astype(np.int32),
    )  # fmt: skip
    assert found.tolist() == list(range(count))
