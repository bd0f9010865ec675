"""Small pieces of writing that come at the same moment share a transaction, and nothing else."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from mdm.services.hub import Hub
from mdm.store.database import Transaction
from mdm.store.writing_together import WritingTogether


class Counted:
    """Writes to a hub, and counts the transactions that came to an end."""

    def __init__(self, hub: Hub) -> None:
        self.hub, self.committed = hub, 0

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        with self.hub.database.write() as writer:
            yield writer
        self.committed += 1


def save(name: str) -> Callable[[Transaction], str]:
    """A piece of writing that can be read again."""

    def saved(writer: Transaction) -> str:
        writer.run("INSERT INTO hub (id, name, salt) VALUES (?, ?, ?)", int(name), name, b"")
        return name

    return saved


def names(hub: Hub) -> set[str]:
    with hub.database.read() as reader:
        return {row[0] for row in reader.rows("SELECT name FROM hub WHERE id > 100")}


def behind_one(together: WritingTogether, pieces: list[Callable[[Transaction], str]]) -> list[Future[str]]:
    """Do pieces that all come while another one is being done."""
    begun, all_wait = threading.Event(), threading.Event()

    def first(writer: Transaction) -> str:
        begun.set()
        all_wait.wait()
        return save("101")(writer)

    with ThreadPoolExecutor(len(pieces) + 1) as threads:
        found = [threads.submit(together.do, first)]
        begun.wait()
        found += [threads.submit(together.do, piece) for piece in pieces]
        while len(together._waiting) < len(pieces):
            time.sleep(0.001)
        all_wait.set()
    return found


def test_pieces_that_come_while_another_is_done_are_done_in_one_transaction(hub: Hub) -> None:
    counted = Counted(hub)
    found = behind_one(WritingTogether(counted.write), [save(str(number)) for number in range(102, 110)])
    assert [one.result() for one in found] == [str(number) for number in range(101, 110)]
    assert names(hub) == {str(number) for number in range(101, 110)}
    assert counted.committed == 2


def test_one_that_fails_takes_nothing_of_the_others_back_and_is_told_why(hub: Hub) -> None:
    def refused(writer: Transaction) -> str:
        save("105")(writer)
        raise ValueError("it contradicts what is there")

    counted = Counted(hub)
    found = behind_one(WritingTogether(counted.write), [save("102"), refused, save("103")])
    assert [one.result() for one in (found[0], found[1], found[3])] == ["101", "102", "103"]
    with pytest.raises(ValueError, match="contradicts"):
        found[2].result()
    assert names(hub) == {"101", "102", "103"}
    assert counted.committed == 2


def test_where_nothing_can_be_committed_everybody_is_told_so_once(hub: Hub) -> None:
    begun = []

    @contextmanager
    def full() -> Iterator[Transaction]:
        with hub.database.write() as writer:
            begun.append(writer)
            yield writer
            raise OSError("the disk is full")

    found = behind_one(WritingTogether(full), [save("102"), save("103")])
    assert all(isinstance(one.exception(), OSError) for one in found)
    assert names(hub) == set()
    assert len(begun) == 2


def test_what_is_done_is_there_for_everybody_once_it_returns(hub: Hub) -> None:
    for number in range(101, 104):
        hub.database.write_together(save(str(number)))
        assert str(number) in names(hub)
