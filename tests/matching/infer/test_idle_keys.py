"""Keys that bring only strangers are told from those that bring matches, by what some pairs are like."""

import numpy as np
import pytest

from matching.infer import idle_keys, keys

PHONE, STREET, TOWN = 1, 2, 4


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Let few pairs be enough, of which one in ten may match."""
    monkeypatch.setattr(keys, "_ENOUGH", 20)
    monkeypatch.setattr(keys, "_ONE_IN", 10)


def idle(*groups: tuple[int, int, int]) -> int:
    """Ask about pairs in groups: (the keys that bring them, how many, how many of them may match)."""
    brought_by = np.repeat(np.array([by for by, _, _ in groups], dtype=np.int32), [many for _, many, _ in groups])
    likely = np.concatenate([np.arange(many) < matching for _, many, matching in groups])
    return idle_keys(brought_by, likely, keys=3)


def test_a_key_is_idle_that_brings_hardly_a_match_by_itself():
    assert idle((PHONE, 40, 30), (STREET, 40, 4), (STREET | PHONE, 40, 40)) == STREET


def test_a_key_is_kept_that_brings_one_match_too_many():
    assert idle((PHONE, 40, 30), (STREET, 40, 5)) == 0


def test_nothing_is_said_of_a_key_that_brings_few_pairs_by_itself():
    assert idle((PHONE, 40, 30), (STREET, 19, 0), (STREET | PHONE, 40, 0)) == 0


def test_of_two_idle_keys_one_is_kept_where_they_bring_matches_together():
    assert idle((STREET, 40, 0), (TOWN, 40, 0), (STREET | TOWN, 40, 40)) == STREET


def test_keys_that_bring_only_strangers_together_are_both_idle():
    assert idle((PHONE, 40, 30), (STREET, 40, 0), (TOWN, 40, 0), (STREET | TOWN, 40, 0)) == STREET | TOWN
