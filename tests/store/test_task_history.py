"""Tasks as they were: every change of a row ends one interval and begins the next."""

import pytest
from alembic import command
from alembic.script import ScriptDirectory

from mdm.log import Fact
from mdm.services.hub import Hub
from mdm.store import resolution, schema, task_history, task_places, task_writing, tasks
from mdm.store.database import Database, Transaction
from mdm.store.log import append
from tests.store.rows import AUTHOR, task


def stood(transaction: Transaction, id_: str, position: int) -> tuple[object, ...] | None:
    found = tasks.by_id(transaction, id_, position=position)
    return found and (found.status, found.weight, found.opened, found.closed)


def test_a_task_stands_as_it_was_between_two_changes(hub: Hub) -> None:
    one = task("one", weight=5)
    with hub.database.write() as writer:
        task_writing.change(writer, opened=[one], closed=[], position=100)
        task_history.keep(writer, ["one"], position=100)
        task_writing.weigh(writer, [one._replace(weight=9)])
        task_history.keep(writer, ["one"], position=110)
        task_writing.change(writer, opened=[], closed=[one], position=120)
        task_history.keep(writer, ["one"], position=120)
        task_writing.change(writer, opened=[one], closed=[], position=130)
        task_history.keep(writer, ["one"], position=130)
        task_history.keep(writer, [], position=140)
        found = {at: stood(writer, "one", at) for at in (99, 100, 109, 110, 119, 120, 129, 130, 999)}
    assert found == {
        99: None, 100: ("open", 5, 100, None), 109: ("open", 5, 100, None), 110: ("open", 9, 100, None),
        119: ("open", 9, 100, None), 120: ("closed", 9, 100, 120), 129: ("closed", 9, 100, 120),
        130: ("open", 5, 130, None), 999: ("open", 5, 130, None),
    }  # fmt: skip


@pytest.mark.parametrize("count", [3, 40])
def test_pages_hold_what_was_open_then_in_the_order_of_then(hub: Hub, count: int) -> None:
    some = [task(f"task_{number:03}") for number in range(count)]
    names = [one.id for one in some]
    with hub.database.write() as writer:
        task_writing.change(writer, opened=some, closed=[], position=100)
        task_places.place(writer, [(name, 30, -number, "2026-03-08") for number, name in enumerate(names)])
        task_history.keep(writer, names, position=100)
        task_places.place(writer, [(name, 30, number, "2026-03-08") for number, name in enumerate(names)])
        task_history.keep(writer, names, position=110)
        task_writing.change(writer, opened=[], closed=some[1:], position=120)
        task_history.keep(writer, names[1:], position=120)

        def page(position: int, status: str | None = "open") -> list[str]:
            paged, last = list[str](), None
            while found := tasks.page(writer, tasks.Filter(None, None, status), after=last, limit=2, position=position):
                paged += [one.id for one in found]
                last = found[-1]
            return paged

        assert page(99) == page(99, None) == []
        assert page(100) == names[::-1]
        assert page(110) == page(119) == names
        assert page(120) == names[:1]
        assert page(120, "closed") == names[1:]


def test_the_last_commit_of_a_type_is_found_at_any_position(hub: Hub) -> None:
    def resolved(writer: Transaction, of: str, upto: int, rules: str) -> int:
        return append(writer, [Fact("resolved", of, {"upto": upto, "rules_version": rules})], author=AUTHOR)

    with hub.database.write() as writer:
        first = resolved(writer, "x", 7, "a")
        resolved(writer, "y", 9, "b")
        last = resolved(writer, "x", 12, "c")
        found = [resolution.boundary(writer, "x", at=at)[1:] for at in (first - 1, first, last - 1, last, 10**9)]
    assert found == [(0, ""), (7, "a"), (7, "a"), (12, "c"), (12, "c")]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_hub_that_is_migrated_knows_of_its_tasks_what_can_be_known(kind: str, request: pytest.FixtureRequest) -> None:
    database = Database(request.getfixturevalue(f"{kind}_url"))
    _downgrade_before(database, "0011")
    with database.write() as writer:
        task_writing.change(writer, opened=[task("open"), task("closed")], closed=[], position=100)
        task_writing.change(writer, opened=[], closed=[task("closed")], position=110)
    schema.migrate(database)
    with database.read() as reader:
        found = {(id_, at): stood(reader, id_, at) for id_ in ("open", "closed") for at in (99, 100, 110)}
    weight = task("open").weight
    assert found == {
        ("open", 99): None, ("open", 100): ("open", weight, 100, None), ("open", 110): ("open", weight, 100, None),
        ("closed", 99): None, ("closed", 100): ("open", weight, 100, None),
        ("closed", 110): ("closed", weight, 100, 110),
    }  # fmt: skip
    assert schema.differences(database) == []
    database.close()


def _downgrade_before(database: Database, version: str) -> None:
    config = schema._config()
    before = ScriptDirectory.from_config(config).get_revision(version).down_revision
    with database.write() as writer:
        config.attributes["connection"] = writer.connection
        command.downgrade(config, str(before))
