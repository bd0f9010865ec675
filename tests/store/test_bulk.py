"""Many rows at once, by executemany and by COPY: the same outcome for few rows and for many."""

import pytest

from mdm.services.hub import Hub
from mdm.store import bulk
from mdm.store.database import Transaction

COUNTS = [1, bulk.FEW + 1, bulk.MANY + 1]
EDGE = ("left_id", "right_id", "weight", "living")
SIZE = ("key", "living", "deleted")


def edges(transaction: Transaction) -> list[tuple[object, ...]]:
    rows = transaction.rows("SELECT left_id, right_id, weight, living FROM edge ORDER BY left_id, right_id")
    return [(*row[:3], bool(row[3])) for row in rows]


@pytest.mark.parametrize("count", COUNTS)
def test_rows_inserted_are_read_back_as_they_were(hub: Hub, count: int) -> None:
    rows = [(-(2**63) + number, 2**63 - 1 - number, number, number % 2 == 0) for number in range(count)]
    with hub.database.write() as writer:
        bulk.insert(writer, "edge", EDGE, rows)
    with hub.database.read() as reader:
        assert edges(reader) == sorted(rows)


@pytest.mark.parametrize("count", COUNTS)
def test_bytes_and_awkward_text_survive_the_way_into_the_database(hub: Hub, count: int) -> None:
    nasty = "tab\t newline\n return\r backslash\\ \\N 'quoted' \"twice\" 100 % ? {in} Ünïcode 漢字 🦊"
    rows = [(f"task_{number}", "customer", "review", None, number, None, nasty, 1, None) for number in range(count)]
    columns = ("id", "entity_type", "kind", "left_id", "right_id", "weight", "status", "opened", "closed")
    payloads = [(1000 + number, bytes(range(256)), b"") for number in range(count)]
    with hub.database.write() as writer:
        bulk.insert(writer, "task", columns, rows)
        bulk.insert(writer, "payload", ("position", "salt", "body"), payloads)
    with hub.database.read() as reader:
        assert [row[: len(columns)] for row in reader.rows("SELECT * FROM task ORDER BY right_id")] == rows
        read = reader.rows("SELECT position, salt, body FROM payload WHERE position >= 1000 ORDER BY position")
    assert [(position, bytes(salt), bytes(body)) for position, salt, body in read] == payloads


@pytest.mark.parametrize("count", COUNTS)
def test_an_upsert_replaces_what_is_there_and_adds_the_rest(hub: Hub, count: int) -> None:
    with hub.database.write() as writer:
        bulk.insert(writer, "edge", EDGE, [(number, 1000, 1, True) for number in range(0, count, 2)])
        bulk.insert(writer, "edge", EDGE, [(5000, 5001, 7, True)])
        bulk.upsert(writer, "edge", EDGE, [(number, 1000, 2, False) for number in range(count)], keys=2)
        assert edges(writer) == [*((number, 1000, 2, False) for number in range(count)), (5000, 5001, 7, True)]


@pytest.mark.parametrize("count", COUNTS)
def test_an_upsert_of_keys_alone_leaves_what_is_there(hub: Hub, count: int) -> None:
    rows = [(1, number) for number in range(count)]
    with hub.database.write() as writer:
        bulk.insert(writer, "decision_void", ("voided", "position"), rows[::2])
        bulk.upsert(writer, "decision_void", ("voided", "position"), rows, keys=2)
        assert writer.rows("SELECT voided, position FROM decision_void ORDER BY position") == rows


@pytest.mark.parametrize("count", COUNTS)
def test_adding_counts_on_what_is_there(hub: Hub, count: int) -> None:
    with hub.database.write() as writer:
        bulk.add(writer, "block_size", SIZE, [(number, 5, 1) for number in range(0, count, 2)], keys=1)
        bulk.add(writer, "block_size", SIZE, [(number, -2, 3) for number in range(count)], keys=1)
        rows = writer.rows("SELECT key, living, deleted FROM block_size ORDER BY key")
    assert rows == [(number, -2, 3) if number % 2 else (number, 3, 4) for number in range(count)]


@pytest.mark.parametrize("count", COUNTS)
def test_an_update_changes_the_rows_named_and_no_other(hub: Hub, count: int) -> None:
    before = [(number, 1000, 1, True) for number in range(count + 1)]
    with hub.database.write() as writer:
        bulk.insert(writer, "edge", EDGE, before)
        changes = [(number, 1000, 100 + number) for number in [*range(count), 9999]]
        bulk.update(writer, "edge", ("left_id", "right_id", "weight"), changes, keys=2)
        assert edges(writer) == [*((number, 1000, 100 + number, True) for number in range(count)), before[-1]]


@pytest.mark.parametrize("count", COUNTS)
def test_a_deletion_takes_the_rows_named_and_no_other(hub: Hub, count: int) -> None:
    with hub.database.write() as writer:
        bulk.insert(writer, "block_member", ("key", "record_id"), [(n % 3, n) for n in range(count + 5)])
        bulk.delete(writer, "block_member", ("key", "record_id"), [(n % 3, n) for n in range(count)])
        left = writer.rows("SELECT record_id FROM block_member ORDER BY record_id")
    assert left == [(number,) for number in range(count, count + 5)]


def test_the_same_table_twice_in_one_transaction(hub: Hub) -> None:
    """The staging tables of PostgreSQL last as long as the transaction."""
    rows = [(number, 1000, 1, True) for number in range(50)]
    with hub.database.write() as writer:
        bulk.upsert(writer, "edge", EDGE, rows, keys=2)
        bulk.update(writer, "edge", ("left_id", "right_id", "weight"), [(*row[:2], 2) for row in rows], keys=2)
        bulk.delete(writer, "edge", ("left_id", "right_id"), [row[:2] for row in rows[:49]])
        bulk.upsert(writer, "edge", EDGE, rows[:30], keys=2)
        assert len(edges(writer)) == 31


def test_no_rows_are_no_statement(hub: Hub) -> None:
    with hub.database.write() as writer:
        bulk.insert(writer, "no_such_table", ("a",), [])
        bulk.upsert(writer, "no_such_table", ("a",), [], keys=1)
        bulk.add(writer, "no_such_table", ("a",), [], keys=1)
        bulk.update(writer, "no_such_table", ("a", "b"), [], keys=1)
        bulk.delete(writer, "no_such_table", ("a",), [])


@pytest.mark.parametrize("count", [2, 50])
def test_a_row_that_is_there_already_fails_the_insert_and_leaves_nothing(hub: Hub, count: int) -> None:
    rows = [(number, 1000, 1, True) for number in range(count)]
    with pytest.raises(Exception, match=r"UNIQUE constraint|duplicate key"):  # noqa: SIM117
        with hub.database.write() as writer:
            bulk.insert(writer, "edge", EDGE, [*rows, rows[0]])
    with hub.database.read() as reader:
        assert edges(reader) == []


@pytest.mark.parametrize("count", [0, *COUNTS])
def test_columns_become_rows_at_positions_that_follow_one_another(hub: Hub, count: int) -> None:
    salts = bytes(range(256)) * 16 * count
    bodies = [bytes([number % 256]) * (number % 3 + 1) for number in range(count)]
    columns: dict[str, bulk.Column] = {
        "salt": bulk.Packed(salts[: 16 * count], 16),
        "body": bulk.Bytes(b"".join(bodies), [*map(len, bodies)]),
    }
    with hub.database.write() as writer:
        bulk.insert_run(writer, "payload", columns, first=5_000, count=count)
        rows = writer.rows("SELECT position, salt, body FROM payload WHERE position >= 5000 ORDER BY position")
    expected = [(5_000 + n, salts[16 * n : 16 * (n + 1)], body) for n, body in enumerate(bodies)]
    assert [(position, bytes(salt), bytes(body)) for position, salt, body in rows] == expected


def test_a_text_stands_in_every_row_and_a_number_in_each(hub: Hub) -> None:
    numbers = [None, -(2**63), 2**63 - 1]
    columns: dict[str, bulk.Column] = {
        "kind": "tick", "entity_type": None, "actor": "test ?", "correlation_id": None, "recorded_at": "2026",
        "key_token": bulk.Numbers(numbers), "commitment": bulk.Packed(b"abc", 1),
        "previous_hash": bulk.Packed(b"def", 1),
    }  # fmt: skip
    with hub.database.write() as writer:
        bulk.insert_run(writer, "log", columns, first=5_000, count=3)
        rows = writer.rows("SELECT actor, entity_type, key_token FROM log WHERE position >= 5000 ORDER BY position")
    assert rows == [("test ?", None, number) for number in numbers]


def test_plain_rows_that_are_there_stay_as_they_are(hub: Hub) -> None:
    columns = ("source", "entity_type", "sort")
    nasty = 'tab\t "quoted" \\ Ünïcode 漢字 🦊'
    with hub.database.write() as writer:
        bulk.insert_new_plain(writer, "version_sort", columns, [("a", nasty, "1"), ("b", "x", "2")], keys=2)
        bulk.insert_new_plain(writer, "version_sort", columns, [("a", nasty, "3"), ("c", "x", "4")], keys=2)
        bulk.insert_new_plain(writer, "version_sort", columns, [], keys=2)
        rows = writer.rows("SELECT source, entity_type, sort FROM version_sort WHERE source < 'd' ORDER BY source")
    assert rows == [("a", nasty, "1"), ("b", "x", "2"), ("c", "x", "4")]
