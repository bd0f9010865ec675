"""The change feed in the store: gapless positions, pages in order."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from mdm.publish.feed import FeedRow
from mdm.services.hub import Hub
from mdm.store import changes, log, records, resolution
from mdm.store.database import Transaction
from tests.store.rows import record


def append(writer: Transaction, count: int, *, position: int = 7, entity_type: str = "customer") -> None:
    rows = [FeedRow(entity_type, "golden.created", number, version_after=1) for number in range(count)]
    resolution.append_changes(writer, rows, columns=FeedRow._fields, position=position)


@pytest.mark.parametrize("count", [2, 50])
def test_events_follow_what_is_there(hub: Hub, count: int) -> None:
    with hub.database.write() as writer:
        start = changes.head(writer)
        append(writer, count)
        append(writer, 1, position=8)
        append(writer, 0)
        found = changes.page(writer, None, after=start, limit=1000)
        assert [each.sequence for each in found] == list(range(start + 1, start + count + 2))
        assert [each.position for each in found] == [7] * count + [8]
        assert changes.head(writer) == start + count + 1


def test_pages_go_on_where_the_last_one_ended_and_keep_to_a_type(hub: Hub) -> None:
    with hub.database.write() as writer:
        start = changes.head(writer)
        for turn in range(4):
            append(writer, 1, entity_type=("customer", "legal_entity")[turn % 2])
        first = changes.page(writer, "customer", after=start, limit=1)
        second = changes.page(writer, "customer", after=first[0].sequence, limit=5)
        assert [each.sequence - start for each in [*first, *second]] == [1, 3]
        assert changes.page(writer, None, after=start + 4, limit=5) == []


def test_a_commit_that_fails_leaves_no_gap(hub: Hub) -> None:
    with hub.database.read() as reader:
        start = changes.head(reader)
    with pytest.raises(KeyError), hub.database.write() as writer:  # noqa: PT012  the transaction is what fails
        append(writer, 30)
        raise KeyError
    with hub.database.write() as writer:
        append(writer, 1)
        assert changes.head(writer) == start + 1


def test_resolvers_of_two_types_at_once_leave_no_gap(hub: Hub) -> None:
    """They hold the lock of the log, as `commit.write` does."""
    with hub.database.read() as reader:
        start = changes.head(reader)
    together = threading.Barrier(2)

    def resolver(entity_type: str) -> None:
        together.wait()
        for turn in range(10):
            with hub.database.write() as writer:
                writer.lock_log()
                append(writer, 1 + turn, position=log.head(writer), entity_type=entity_type)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(resolver, ["customer", "legal_entity"]))
    with hub.database.read() as reader:
        found = changes.page(reader, None, after=start, limit=10_000)
    assert [each.sequence for each in found] == list(range(start + 1, start + 2 * 55 + 1))


def test_keys_are_written_by_record_id(hub: Hub) -> None:
    with hub.database.write() as writer:
        records.save(writer, [record(1), record(2, source="erp", source_id="a:b")])
        assert changes.keys(writer, [1, 2, 3]) == {1: "crm:customer:1", 2: "erp:customer:a:b"}
        assert changes.keys(writer, []) == {}
