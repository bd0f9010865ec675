"""Transactions, lists in statements, and locks, alike on both databases."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from mdm.errors import Unavailable
from mdm.services.hub import Hub
from mdm.store import bulk
from mdm.store.connecting import READERS, WRITERS
from mdm.store.database import Database

HOLDER = """
import sys, time
from mdm.store.database import Database
with Database(sys.argv[1]).locked(sys.argv[2]):
    print("held", flush=True)
    time.sleep(600)
"""


def sizes(hub: Hub) -> list[tuple[int, int]]:
    with hub.database.read() as reader:
        return reader.rows("SELECT key, living FROM block_size ORDER BY key")


def put_size(hub: Hub, key: int) -> None:
    with hub.database.write() as writer:
        bulk.insert(writer, "block_size", ("key", "living", "deleted"), [(key, 1, 0)])


@pytest.mark.parametrize(
    "asked",
    [
        [], [7], [3, 3, 9], list(range(-50_000, 50_000)), {1, 2, -9}, (4, 5),
        [2**63 - 1, -(2**63), 0],
    ],
    ids=["none", "one", "repeated", "a hundred thousand", "a set", "a tuple", "the largest"],
)  # fmt: skip
def test_a_list_in_a_statement_finds_what_it_names(hub: Hub, asked: list[int]) -> None:
    stored = [2**63 - 1, -(2**63), *range(-10, 10)]
    with hub.database.write() as writer:
        bulk.insert(writer, "block_size", ("key", "living", "deleted"), [(key, 1, 0) for key in stored])
        found = writer.rows("SELECT key FROM block_size WHERE key {in} ORDER BY key", asked)
    assert found == [(key,) for key in sorted(set(stored) & set(asked))]


@pytest.mark.parametrize("asked", [[], ["it's"], ["it's", 'a "b" \\ %', "漢字", "not there"]])
def test_a_list_of_words_finds_what_it_names(hub: Hub, asked: list[str]) -> None:
    stored = ["it's", 'a "b" \\ %', "漢字", ""]
    with hub.database.write() as writer:
        bulk.insert(writer, "version_sort", ("source", "entity_type", "sort"), [(word, "x", "y") for word in stored])
        found = writer.rows("SELECT source FROM version_sort WHERE entity_type = 'x' AND source {in}", asked)
    assert {row[0] for row in found} == set(stored) & set(asked)


def test_a_percent_sign_in_a_statement_is_itself(hub: Hub) -> None:
    with hub.database.read() as reader:
        assert reader.rows("SELECT entity_type FROM rules_document WHERE entity_type LIKE 'legal%' AND 1 = ?", 1) == [
            ("legal_entity",)
        ]
        assert reader.one("SELECT 1 FROM hub WHERE id = ?", -1) is None


def test_an_error_takes_everything_in_the_transaction_back(hub: Hub) -> None:
    with pytest.raises(KeyError), hub.database.write() as writer:  # noqa: PT012  the transaction is what fails
        bulk.insert(writer, "block_size", ("key", "living", "deleted"), [(key, 1, 0) for key in range(50)])
        raise KeyError
    assert sizes(hub) == []
    put_size(hub, 1)
    assert sizes(hub) == [(1, 1)]


def test_a_statement_that_fails_takes_everything_back(hub: Hub) -> None:
    with pytest.raises(Exception, match="no_such_table"), hub.database.write() as writer:  # noqa: PT012
        bulk.insert(writer, "block_size", ("key", "living", "deleted"), [(1, 1, 0)])
        writer.run("DELETE FROM no_such_table")
    assert sizes(hub) == []


def test_an_interrupt_stays_one_where_the_connection_has_gone_with_it(hub: Hub) -> None:
    with pytest.raises(KeyboardInterrupt), hub.database.write() as writer:  # noqa: PT012  the transaction is what fails
        bulk.insert(writer, "block_size", ("key", "living", "deleted"), [(1, 1, 0)])
        writer.pooled.invalidate()  # as SQLAlchemy does with what it wraps, when an interrupt comes
        raise KeyboardInterrupt
    assert sizes(hub) == []


def test_a_reader_sees_one_state_however_long_it_reads(hub: Hub) -> None:
    with hub.database.read() as reader:
        assert reader.rows("SELECT key FROM block_size") == []
        with ThreadPoolExecutor(1) as pool:
            pool.submit(put_size, hub, 1).result()
        assert reader.rows("SELECT key FROM block_size") == []
    assert sizes(hub) == [(1, 1)]


def test_writers_at_once_lose_nothing(hub: Hub) -> None:
    def add(_: int) -> None:
        with hub.database.write() as writer:
            bulk.add(writer, "block_size", ("key", "living", "deleted"), [(1, 1, 0)], keys=1)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    assert sizes(hub) == [(1, 40)]


def test_many_who_wait_to_write_keep_nobody_from_reading(hub: Hub) -> None:
    waiting = WRITERS + READERS + 1

    def put_size_with_a_fact(key: int) -> None:
        with hub.database.write() as writer:
            writer.lock_log()
            bulk.insert(writer, "block_size", ("key", "living", "deleted"), [(key, 1, 0)])

    with ThreadPoolExecutor(waiting + 1) as pool:
        with hub.database.write() as writer:
            writer.lock_log()
            writes = [pool.submit(put_size_with_a_fact, key) for key in range(waiting)]
            assert pool.submit(sizes, hub).result(timeout=300) == []
            assert not any(write.done() for write in writes)
        for write in writes:
            write.result()
    assert len(sizes(hub)) == waiting


def test_a_session_that_the_server_has_ended_is_not_gone_on_with(postgres_hub: Hub) -> None:
    ended = session(postgres_hub)
    with psycopg.connect(postgres_hub.database.url.render_as_string(hide_password=False), autocommit=True) as server:
        server.execute("SELECT pg_terminate_backend(%s)", (ended,))
        while server.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", (ended,)).fetchone():
            pass
    assert session(postgres_hub) != ended


def session(hub: Hub) -> int:
    with hub.database.read() as reader:
        (number,) = reader.one("SELECT pg_backend_pid()") or (0,)
    return int(number)


def test_postgresql_keeps_what_it_has_prepared_over_errors_and_among_many_statements(postgres_hub: Hub) -> None:
    statements = [f"SELECT {number} + 1" for number in range(200)]
    with postgres_hub.database.read() as reader:
        for statement in statements * 6:  # one is prepared when it has come five times
            reader.rows(statement)
    for begin in (postgres_hub.database.read, postgres_hub.database.write):
        with pytest.raises(psycopg.errors.DivisionByZero), begin() as transaction:
            transaction.rows("SELECT 1 / 0")
    with postgres_hub.database.read() as reader:
        prepared = reader.rows("SELECT statement FROM pg_prepared_statements")
    assert {(statement,) for statement in statements} <= set(prepared)


def test_a_lock_keeps_other_threads_out(hub: Hub) -> None:
    inside, most, counted = [0], [0], threading.Lock()

    def work(_: int) -> None:
        with hub.database.locked("customer"):
            with counted:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            put_size(hub, _)
            with counted:
                inside[0] -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(24)))
    assert most == [1]
    assert len(sizes(hub)) == 24


def test_locks_of_two_names_do_not_wait_for_each_other(hub: Hub) -> None:
    with hub.database.locked("customer"), ThreadPoolExecutor(1) as pool:
        assert pool.submit(_try, hub, "legal_entity").result(timeout=300)


def test_a_lock_is_free_again_after_an_error(hub: Hub) -> None:
    with pytest.raises(KeyError), hub.database.locked("customer"):
        raise KeyError
    assert _try(hub, "customer")


@pytest.fixture
def holder(hub: Hub) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock of customers."""
    url = hub.database.url.render_as_string(hide_password=False)
    process = subprocess.Popen([sys.executable, "-c", HOLDER, url, "customer"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_lock_keeps_other_processes_out_and_dies_with_its_holder(hub: Hub, holder: subprocess.Popen[str]) -> None:
    entered = threading.Event()

    def enter() -> None:
        with hub.database.locked("customer"):
            entered.set()

    waiting = threading.Thread(target=enter)
    waiting.start()
    assert not entered.wait(0.5), "two processes held one lock"
    assert _try(hub, "legal_entity")
    holder.kill()
    assert entered.wait(300), "the lock outlived the process that held it"
    waiting.join()


def _try(hub: Hub, name: str) -> bool:
    with hub.database.locked(name):
        return True


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://user@host/name", "only sqlite and postgresql"),
        ("not an address", "is not a database address"),
        ("postgresql://nobody@127.0.0.1:1/none", "cannot be reached"),
        ("sqlite:////nowhere/at/all.db", "cannot be reached"),
    ],
)
def test_a_database_that_cannot_be_had_is_named_in_one_line(url: str, words: str) -> None:
    with pytest.raises(Unavailable, match=words) as refused, Database(url).read() as reader:
        reader.rows("SELECT 1")
    assert "\n" not in str(refused.value)


def test_whether_there_is_a_database_is_asked_without_making_one(hub: Hub, tmp_path: object) -> None:
    assert hub.database.exists()
    absent = Database(f"sqlite:///{tmp_path}/absent.db")
    assert not absent.exists()
    assert not absent.exists()


def test_a_load_moves_pages_seldom_and_whoever_writes_next_as_usual(sqlite_hub: Hub) -> None:
    def pages(*, load: bool) -> int:
        with sqlite_hub.database.write(load=load) as writer:
            (found,) = writer.one("PRAGMA wal_autocheckpoint") or (0,)
        return int(found)

    assert pages(load=True) > 10 * pages(load=False)
    with pytest.raises(ZeroDivisionError), sqlite_hub.database.write(load=True):
        _ = 1 / 0
    assert pages(load=False) == 1_000
