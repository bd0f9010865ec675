"""Reads that belong together: one state for all of them, nothing asked twice, nothing written."""

import pytest

from mdm.services.hub import Hub
from mdm.store import hubs
from mdm.store.database import Transaction
from mdm.store.log import head
from tests.services.two_people import ANNA
from tests.stories.stewards import fill


def test_all_reads_see_the_state_of_the_first(hub: Hub) -> None:
    with hub.at_one_moment() as still:
        with still.database.read() as reader:
            before = head(reader)
        fill(hub, 1, ANNA)
        with still.database.read() as reader:
            assert head(reader) == before
        assert "thing" not in still.entity_types()
    with hub.at_one_moment() as still, still.database.read() as reader:
        assert head(reader) > before
        assert "thing" in still.entity_types()


def test_what_was_asked_once_is_at_hand(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    run = Transaction._run
    monkeypatch.setattr(
        Transaction, "_run", lambda self, text, values: (asked.append(text), run(self, text, values))[1]
    )
    with hub.at_one_moment() as still, still.database.read() as reader:
        first = reader.rows("SELECT entity_type FROM rules_document WHERE position > ? ORDER BY position", 0)
        first.clear()
        again = reader.rows("SELECT entity_type FROM rules_document WHERE position > ? ORDER BY position", 0)
        assert again, "who was told first may do with it what they like"
        assert reader.rows("SELECT entity_type FROM rules_document WHERE position > ? ORDER BY position", 10**9) == []
        assert hubs.salt(reader) == hubs.salt(reader) == hub.salt
    assert len(asked) == 3


def test_nobody_writes_or_locks_in_between(hub: Hub) -> None:
    with hub.at_one_moment() as still:
        with pytest.raises(RuntimeError, match="only read"):
            still.database.write()
        with pytest.raises(RuntimeError, match="only read"):
            still.database.locked("thing")
        still.close()
    assert hub.entity_types()
