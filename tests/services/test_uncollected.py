"""Cyclic garbage is looked for again after the work, however it ends."""

import gc

import pytest

from mdm.services.uncollected import uncollected


def test_nothing_is_collected_until_the_work_ends():
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_work_that_fails_leaves_the_collector_as_it_was():
    with pytest.raises(ValueError, match="half way"), uncollected():
        raise ValueError("half way")
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off():
    with uncollected():
        with uncollected():
            pass
        assert not gc.isenabled()
