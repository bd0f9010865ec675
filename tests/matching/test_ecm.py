"""The second opinion recovers what was planted."""

import numpy as np
import pytest

from matching.ecm import estimate

M = [[0.85, 0.1, 0.05], [0.9, 0.1], [0.7, 0.2, 0.06, 0.04]]
U = [[0.02, 0.08, 0.9], [0.01, 0.99], [0.005, 0.03, 0.2, 0.765]]


def planted(pairs, prior):
    """Draw comparison levels, a tenth of them missing, with the shares M among matches and U among others."""
    generator = np.random.default_rng(5)
    match = generator.random(pairs) < prior
    levels = np.zeros((pairs, len(M)), dtype=np.int8)
    for place, (m, u) in enumerate(zip(M, U, strict=True)):
        drawn = [generator.choice(len(shares), pairs, p=shares) for shares in (m, u)]
        levels[:, place] = np.where(match, *drawn) + 1
        levels[generator.random(pairs) < 0.1, place] = 0
    return levels


def test_planted_shares_are_recovered_and_the_matches_told_from_the_others():
    found = estimate(planted(20_000, 0.1), [3, 2, 4], seed=3)
    assert found.prior == pytest.approx(0.1, abs=0.01)
    for got, wanted in zip([*found.m, *found.u], [*M, *U], strict=True):
        assert got.tolist() == pytest.approx(wanted, abs=0.03)
        assert got.sum() == pytest.approx(1)


def test_the_same_seed_gives_the_same_estimate_and_the_global_generator_is_left_alone():
    levels = planted(500, 0.3)
    np.random.seed(11)  # noqa: NPY002
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    one, other = estimate(levels, [3, 2, 4], seed=3), estimate(levels, [3, 2, 4], seed=3)
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002
    assert one.prior == other.prior
    assert all((a == b).all() for a, b in zip(one.m + one.u, other.m + other.u, strict=True))


def test_a_level_that_never_occurs_is_rare_and_not_impossible():
    found = estimate(planted(500, 0.3), [3, 3, 4], seed=3)
    assert 0 < found.m[1][2] < 1e-5
    assert 0 < found.u[1][2] < 1e-5


def test_no_pairs_teach_nothing():
    with pytest.raises(ValueError, match="no candidate pairs"):
        estimate(np.zeros((0, 2), dtype=np.int8), [2, 2], seed=1)
