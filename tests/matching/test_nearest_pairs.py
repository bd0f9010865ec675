"""Pairs that are each other's nearest, for want of any that look like matches."""

import numpy as np

from matching.document import MatchAttribute, MatchRules
from matching.nearest_pairs import each_others_nearest
from matching.rules import match_model


def nearest(kinds: dict[str, str], pairs: list[tuple[int, int, tuple[int, ...]]], sources: list[int]) -> list[tuple]:
    """Give the pairs (left, right) that are each other's nearest, of pairs with their levels."""
    attributes = {name: MatchAttribute(kind=kind) for name, kind in kinds.items()}
    model = match_model("thing", attributes, MatchRules(block_on=[], compare=list(kinds)))
    left, right = (np.array([pair[side] for pair in pairs]) for side in (0, 1))
    levels = np.array([pair[2] for pair in pairs], dtype=np.int8)
    found = each_others_nearest(model, levels, left, right, np.array(sources))
    return [pair[:2] for pair, one in zip(pairs, found.tolist(), strict=True) if one]


CATEGORIES = {"place": "category", "mode": "category"}


def test_both_records_of_a_pair_have_nothing_nearer_in_the_other_source():
    pairs = [(0, 2, (1, 1)), (0, 3, (1, 3)), (1, 3, (3, 3)), (1, 2, (1, 3))]
    assert nearest(CATEGORIES, pairs, [0, 0, 1, 1]) == [(0, 2)]


def test_a_record_stands_on_either_side_of_its_pairs():
    assert nearest(CATEGORIES, [(0, 1, (1, 3)), (1, 2, (1, 1))], [0, 1, 0]) == [(1, 2)]


def test_a_record_with_two_as_near_has_none():
    assert nearest(CATEGORIES, [(0, 1, (1, 1)), (0, 2, (1, 1))], [0, 1, 1]) == []


def test_each_other_source_has_a_nearest_of_its_own():
    assert nearest(CATEGORIES, [(0, 1, (1, 1)), (0, 2, (1, 3))], [0, 1, 2]) == [(0, 1), (0, 2)]


def test_numbers_that_each_system_counts_by_itself_bring_no_pair():
    pairs = [(0, 3, (1, 3, 3)), (0, 2, (4, 1, 1)), (1, 2, (1, 3, 3)), (1, 3, (4, 1, 1))]
    assert nearest({"number": "identifier", **CATEGORIES}, pairs, [0, 0, 1, 1]) == [(0, 2), (1, 3)]
