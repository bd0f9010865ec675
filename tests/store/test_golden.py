"""Golden versions and cross-references: intervals without a gap or an overlap, read as of any position."""

from itertools import pairwise

import pytest

from mdm.services.hub import Hub
from mdm.store import golden, golden_writing, records, xref
from mdm.store.database import Transaction
from tests.store.rows import record

Row = tuple[object, ...]


def version(number: int, of: int, since: int, *, values: bytes | None = b"{}", due: str | None = None) -> Row:
    lineage = None if values is None else b"lineage"
    return (number, of, "customer", since, None, "rules", values, lineage, due, None)


def write(writer: Transaction, rows: list[Row], *, closed: list[tuple[int, int]], position: int) -> None:
    golden_writing.add_versions(writer, rows, closed=closed, position=position)


@pytest.mark.parametrize("count", [2, 40])
def test_one_version_ends_where_the_next_begins(hub: Hub, count: int) -> None:
    numbers = range(1, count + 1)
    with hub.database.write() as writer:
        for turn, position in enumerate((100, 110, 125), 1):
            rows = [version(number, turn, position, values=b"%d" % turn) for number in numbers]
            write(writer, rows, closed=[(n, turn - 1) for n in numbers] if turn > 1 else [], position=position)
        for number in numbers:
            found = golden.versions(writer, number)
            assert [each.version for each in found] == [1, 2, 3]
            assert all(one.until == other.since for one, other in pairwise(found))
            assert found[-1].until is None
        told = {
            at: golden.at(writer, [1], position=at)[1].version if golden.at(writer, [1], position=at) else None
            for at in (99, 100, 109, 110, 124, 125, 10**6)
        }
        assert told == {99: None, 100: 1, 109: 1, 110: 2, 124: 2, 125: 3, 10**6: 3}
        assert golden_writing.current(writer, [1, 999]) == {1: (3, b"3", b"lineage", None, None)}
        assert golden_writing.current(writer, []) == {}
        assert golden.numbered(writer, [(1, 2), (2, 9)])[1, 2].attributes == b"2"
        assert (2, 9) not in golden.numbered(writer, [(1, 2), (2, 9)])


def test_a_golden_record_that_ended_is_not_living_and_on_no_page(hub: Hub) -> None:
    with hub.database.write() as writer:
        write(writer, [version(number, 1, 100) for number in (1, 2, 3)], closed=[], position=100)
        write(writer, [version(2, 2, 110, values=None)], closed=[(2, 1)], position=110)
        write(writer, [version(2, 3, 120)], closed=[(2, 2)], position=120)
        write(writer, [version(3, 2, 130, values=None)], closed=[(3, 1)], position=130)
        assert golden.living(writer, [1, 2, 3]) == {1, 2}
        assert golden.living(writer, [1, 2, 3], position=115) == {1, 3}
        assert golden.living(writer, [1, 2, 3], position=99) == set()
        pages = {
            at: [each.golden for each in golden.page(writer, "customer", after=0, limit=9, position=at)]
            for at in (99, 105, 115, 125, xref.NOW)
        }
        assert pages == {99: [], 105: [1, 2, 3], 115: [1, 3], 125: [1, 2, 3], xref.NOW: [1, 2]}
        assert [each.golden for each in golden.page(writer, None, after=1, limit=1)] == [2]
        assert golden.page(writer, "legal_entity", after=0, limit=9) == []


def test_what_is_due_is_found_by_the_day_it_is_due_and_only_as_it_stands(hub: Hub) -> None:
    days = ("2026-01-05", "2026-01-10", None)
    with hub.database.write() as writer:
        write(writer, [version(n, 1, 100, due=due) for n, due in enumerate(days, 1)], closed=[], position=100)
        due = {day: golden_writing.due(writer, "customer", tick=f"2026-01-{day:02}", limit=9) for day in (4, 5, 9, 10)}
        assert due == {4: [], 5: [1], 9: [1], 10: [1, 2]}
        assert golden_writing.due(writer, "customer", tick="2026-01-10", limit=1) == [1]
        assert golden_writing.due(writer, "legal_entity", tick="2026-02-01", limit=9) == []
        write(writer, [version(1, 2, 110)], closed=[(1, 1)], position=110)
        assert golden_writing.due(writer, "customer", tick="2026-01-10", limit=9) == [2]


@pytest.mark.parametrize("count", [2, 40])
def test_a_record_bears_one_golden_number_at_a_time(hub: Hub, count: int) -> None:
    ids = range(1, count + 1)
    with hub.database.write() as writer:
        records.save(writer, [record(n) for n in ids])
        golden_writing.move(writer, [(n, 1000 + n, n, False) for n in ids], position=100)
        golden_writing.move(writer, [(n, 1000 + n, 1, True) for n in ids if n > 1], position=110)
        golden_writing.move(writer, [(2, 1002, 2, True)], position=120)
        told = {
            at: xref.of_records(writer, [2], at=at)[2].golden if xref.of_records(writer, [2], at=at) else None
            for at in (99, 100, 109, 110, 119, 120, xref.NOW)
        }
        assert told == {99: None, 100: 2, 109: 2, 110: 1, 119: 1, 120: 2, xref.NOW: 2}
        assert writer.rows("SELECT record_id FROM xref WHERE until IS NULL ORDER BY record_id") == [(n,) for n in ids]
        assert [each.record_id for each in xref.crosswalks(writer, [1], at=115)[1]] == sorted(ids, key=str)
        assert {each.record_id for each in xref.crosswalks(writer, [1])[1]} == set(ids) - {2}
        assert {each.record_id: each.golden for each in xref.bearers(writer, 2)} == {2: 2}
        assert {each.record_id: each.golden for each in xref.bearers(writer, 1)} == {n: 2 if n == 2 else 1 for n in ids}
        way = [(since, until) for id_, _, _, since, until in xref.moves(writer, 2) if id_ == 2]
        assert way == [(100, 110), (110, 120), (120, None)]
        assert xref.of_records(writer, []) == {}


def test_the_keys_that_moved_at_a_position_are_named_at_both_ends(hub: Hub) -> None:
    with hub.database.write() as writer:
        records.save(writer, [record(1), record(2)])
        golden_writing.move(writer, [(1, 1001, 1, False), (2, 1002, 2, False)], position=100)
        golden_writing.move(writer, [(2, 1002, 1, True)], position=110)
        moved = xref.moved(writer, [1, 2], [110])
    assert moved[110, 1] == ["crm:customer:2"]
    assert moved[110, 2] == ["crm:customer:2"]


def test_a_key_that_only_a_decision_names_has_not_arrived(hub: Hub) -> None:
    with hub.database.write() as writer:
        records.save(writer, [record(1), record(-2)])
        assert xref.arrived(writer, [1001, 998, 5]) == {1001: (1, "crm:customer:1")}
        assert xref.arrived(writer, []) == {}
