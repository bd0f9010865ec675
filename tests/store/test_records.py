"""Source records as they stand, what refers to them, and what is marked to be resolved again."""

import pytest

from mdm.services.hub import Hub
from mdm.store import records
from mdm.store.database import Transaction
from tests.store.rows import record


def marks(transaction: Transaction) -> list[int]:
    return records.marked(transaction, "customer", limit=1_000)


@pytest.mark.parametrize("count", [3, 60])
def test_records_come_back_as_they_were_saved(hub: Hub, count: int) -> None:
    saved = [
        record(n, cells=b'{"a":"b"}', keys=bytes(range(16)), deleted=n % 2 == 0, hangs_on=n + 1 if n % 3 else None)
        for n in range(1, count)
    ]
    with hub.database.write() as writer:
        records.save(writer, [record(1, cells=b"old")])
        records.save(writer, saved)
        assert records.of_type(writer, "customer") == saved
        assert records.of_type(writer, "legal_entity") == []


@pytest.mark.parametrize("count", [3, 60])
def test_placing_changes_where_records_stand_and_nothing_else(hub: Hub, count: int) -> None:
    before = [record(n, cells=b"kept") for n in range(1, count)]
    with hub.database.write() as writer:
        records.save(writer, before)
        after = [
            record(n, cells=b"not written", deleted=True, cluster=1, golden=1, hangs_on=2, cut=True)
            for n in range(1, count)
        ]
        records.place(writer, after)
        found = records.of_type(writer, "customer")
    assert found == [record(n, cells=b"kept", cluster=1, golden=1, hangs_on=2, cut=True) for n in range(1, count)]


def test_records_are_found_by_each_column_the_resolver_asks_for(hub: Hub) -> None:
    with hub.database.write() as writer:
        records.save(writer, [record(1), record(2, cluster=1, golden=1), record(3, hangs_on=2)])
        asked = {"id": [2, 3], "key_token": [1001], "cluster": [1], "golden": [1, 3], "hangs_on": [2]}
        found = {
            column: sorted(each.id for each in records.by_column(writer, column, values))
            for column, values in asked.items()
        }
        assert records.by_column(writer, "id", []) == []
        assert records.cells(writer, [1, 2]) == [(1, b"{}", False), (2, b"{}", False)]
        assert records.cells(writer, []) == []
    assert found == {"id": [2, 3], "key_token": [1], "cluster": [1, 2], "golden": [1, 2, 3], "hangs_on": [3]}


def test_two_rows_of_one_key_are_refused(hub: Hub) -> None:
    with pytest.raises(Exception, match=r"UNIQUE constraint|duplicate key"), hub.database.write() as writer:
        records.save(writer, [record(1), record(2, key_token=1001)])
    with hub.database.read() as reader:
        assert records.of_type(reader, "customer") == []


def test_the_next_record_that_has_not_arrived_gets_one_less_than_the_lowest(hub: Hub) -> None:
    with hub.database.write() as writer:
        assert records.lowest_id(writer) == 0
        records.save(writer, [record(5)])
        assert records.lowest_id(writer) == 0
        records.save(writer, [record(-1), record(-2)])
        assert records.lowest_id(writer) == -2


def test_a_record_is_represented_by_the_smallest_key_that_bears_its_golden_number(hub: Hub) -> None:
    with hub.database.write() as writer:
        records.save(
            writer,
            [
                record(1, source="psa", source_id="9"), record(2, source="crm", source_id="20", golden=1, deleted=True),
                record(3, source="erp", source_id="1", golden=1), record(4, source="zzz"), record(-1),
            ],
        )  # fmt: skip
        found = records.representatives(writer, [1001, 1003, 1004, 999, 777])
        assert records.representatives(writer, []) == {}
    together = "crm:customer:20"
    assert found == {1001: together, 1003: together, 1004: "zzz:customer:4"}


def test_a_key_leads_to_something_living_while_any_member_of_its_golden_record_lives(hub: Hub) -> None:
    with hub.database.write() as writer:
        records.save(
            writer,
            [
                record(1, golden=1, deleted=True), record(2, golden=1), record(3, golden=3, deleted=True),
                record(4, golden=4), record(-1),
            ],
        )  # fmt: skip
        found = records.lead_to_living(writer, [1001, 1002, 1003, 1004, 999, 777])
    assert sorted(found) == [1001, 1002, 1004]


def test_what_a_key_stands_together_with_is_read_in_order(hub: Hub) -> None:
    with hub.database.write() as writer:
        records.save(writer, [record(3, golden=7), record(2, golden=7), record(1, golden=8), record(4)])
        assert records.borne_with(writer, [1003, 1004, 999]) == {
            1003: ["crm:customer:2", "crm:customer:3"],
            1004: ["crm:customer:4"],
        }


@pytest.mark.parametrize("count", [3, 60])
def test_what_refers_to_a_key_is_marked_once_and_unmarked(hub: Hub, count: int) -> None:
    ids = list(range(1, count))
    with hub.database.write() as writer:
        records.save(writer, [record(n) for n in ids])
        records.save(writer, [record(5000, entity_type="legal_entity")])
        records.link(writer, [(77, n) for n in ids] + [(78, 1), (79, 5000)], instead_of=[])
        records.mark_referring(writer, [77, 78])
        records.mark_referring(writer, [77])
        assert marks(writer) == ids
        assert records.marked(writer, "customer", limit=2) == [1, 2]
        assert records.marked_among(writer, "customer", [0, 2, 5000]) == {2}
        assert records.count_marked(writer) == {"customer": len(ids)}
        assert records.marked(writer, "legal_entity", limit=1_000) == []
        records.unmark(writer, "customer", ids[1:])
        assert marks(writer) == ids[:1]
        records.mark_referring(writer, [])
        assert marks(writer) == ids[:1]


def test_a_record_that_refers_elsewhere_now_is_no_longer_marked(hub: Hub) -> None:
    with hub.database.write() as writer:
        records.save(writer, [record(1), record(2)])
        records.link(writer, [(77, 1), (77, 2)], instead_of=[])
        records.link(writer, [(78, 1)], instead_of=[(77, 1)])
        records.link(writer, [(78, 1)], instead_of=[])
        records.mark_referring(writer, [77])
        assert marks(writer) == [2]
