"""Steward tasks: opened, weighed, closed and opened again under the same id; pages by their places in the queue."""

import pytest

from mdm.services.hub import Hub
from mdm.store import records, task_places, task_writing, tasks
from mdm.store.database import Transaction
from mdm.store.task_writing import OpenTask
from tests.store.rows import record, task


def ids(found: list[tasks.StoredTask]) -> list[str]:
    return [each.id for each in found]


def change(
    writer: Transaction, position: int, *, opened: tuple[OpenTask, ...] = (), closed: tuple[OpenTask, ...] = ()
) -> None:
    task_writing.change(writer, opened=opened, closed=closed, position=position)


@pytest.mark.parametrize("count", [2, 40])
def test_tasks_are_opened_and_closed_at_a_position(hub: Hub, count: int) -> None:
    some = tuple(task(f"task_{number:03}", left=number, right=number + 1) for number in range(count))
    with hub.database.write() as writer:
        change(writer, 100, opened=some)
        assert sorted(task_writing.open_of_type(writer, "customer")) == sorted(some)
        change(writer, 110, closed=some[1:])
        assert task_writing.open_of_type(writer, "customer") == [some[0]]
        found = tasks.by_id(writer, "task_001")
        assert found is not None
        assert (found.status, found.opened, found.closed) == ("closed", 100, 110)
        change(writer, 120, opened=some[1:2])
        found = tasks.by_id(writer, "task_001")
        assert found is not None
        assert (found.status, found.opened, found.closed) == ("open", 120, None)


@pytest.mark.parametrize("count", [2, 40])
def test_a_task_weighed_anew_stays_as_old_as_it_is(hub: Hub, count: int) -> None:
    some = [task(f"task_{number:03}", weight=1) for number in range(count)]
    with hub.database.write() as writer:
        change(writer, 100, opened=tuple(some))
        task_writing.weigh(writer, [each._replace(weight=9) for each in some])
        found = [tasks.by_id(writer, each.id) for each in some]
    assert [(each.weight, each.opened, each.status) for each in found if each] == [(9, 100, "open")] * count


def test_open_tasks_are_found_from_either_end(hub: Hub) -> None:
    one, other, none = task("one", left=1, right=2), task("two", left=2, right=3), task("of type", kind="oversized")
    none = none._replace(left_id=None, right_id=None)
    with hub.database.write() as writer:
        change(writer, 100, opened=(one, other, none, task("closed", left=2, right=9)))
        change(writer, 110, closed=(task("closed", left=2, right=9),))
        assert sorted(task_writing.open_about(writer, [2])) == [one, other]
        assert task_writing.open_about(writer, [3]) == [other]
        assert task_writing.open_about(writer, []) == []
        assert len(task_writing.open_of_type(writer, "customer")) == 3
        assert task_writing.open_of_type(writer, "legal_entity") == []


def test_a_record_has_its_place_beside_others_or_alone_and_a_steward_is_asked_about_it_or_not(hub: Hub) -> None:
    with hub.database.write() as writer:
        records.save(writer, [record(n, golden=n) for n in (1, 3, 9)])
        records.save(writer, [record(2, golden=1)])
        change(writer, 100, opened=(task("one", left=1, right=3), task("closed", left=2, right=9)))
        change(writer, 110, closed=(task("closed", left=2, right=9),))
        found = [records.place_of(writer, record(id_).key_token) for id_ in (1, 2, 3, 9)]
    assert [one[:3] for one in found] == [(1, True, True), (1, True, False), (3, False, True), (9, False, False)]
    assert all(one.living for one in found)


def test_a_page_has_the_smallest_places_first_and_a_cursor_goes_on_where_it_ended(hub: Hub) -> None:
    places = {"a": 7, "b": -900, "c": -7, "d": 7, "e": -900, "f": 2**50}
    with hub.database.write() as writer:
        change(writer, 100, opened=tuple(map(task, places)))
        task_places.place(writer, [(id_, 0, place, "2026-03-08") for id_, place in places.items()])
        whole = ids(tasks.page(writer, tasks.Filter(), after=None, limit=10))
        assert whole == ["b", "e", "c", "a", "d", "f"]
        paged, last = list[str](), None
        while part := tasks.page(writer, tasks.Filter(), after=last, limit=2):
            paged, last = paged + ids(part), part[-1]
        assert paged == whole


def test_a_page_keeps_to_what_is_wanted(hub: Hub) -> None:
    with hub.database.write() as writer:
        change(
            writer, 100, opened=(task("a"), task("b", kind="contradiction"), task("c")._replace(entity_type="other"))
        )
        change(writer, 110, closed=(task("a"),))
        asked = {
            "open": tasks.Filter(), "all": tasks.Filter(status=None), "kind": tasks.Filter(kind="contradiction"),
            "type": tasks.Filter(entity_type="other"), "closed": tasks.Filter(status="closed"),
        }  # fmt: skip
        found = {name: sorted(ids(tasks.page(writer, wanted, after=None, limit=9))) for name, wanted in asked.items()}
    assert found == {"open": ["b", "c"], "all": ["a", "b", "c"], "kind": ["b"], "type": ["c"], "closed": ["a"]}
    with hub.database.read() as reader:
        assert tasks.by_id(reader, "none") is None
