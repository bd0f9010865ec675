"""Cyclic garbage is looked for again after the work, however it ends."""

import gc

import pytest

from mdm import pipeline
from mdm.ingest import Incoming
from mdm.services.hub import Hub
from mdm.services.intake import records
from mdm.services.uncollected import uncollected
from tests.conftest import AUTHOR
from tests.services.test_conflicts import shop  # noqa: F401


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


def test_a_resolver_commit_is_worked_out_and_written_without_it(shop: Hub, monkeypatch: pytest.MonkeyPatch):  # noqa: F811
    looked = []
    for step in ("work_out", "publish"):
        done = getattr(pipeline, step)
        monkeypatch.setattr(
            pipeline, step, lambda *given, done=done, **named: (looked.append(gc.isenabled()), done(*given, **named))[1]
        )
    records.put(shop, Incoming("crm", "shop", "1", {"name": "Kiosk"}, None, None, "put"), author=AUTHOR, wait=True)
    assert looked == [False, False]
    assert gc.isenabled()
