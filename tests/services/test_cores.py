"""Work on all cores: the same outcome as in turn, and trouble is told."""

import multiprocessing
import os
import signal

import pytest

from mdm.errors import InvalidInput, Unavailable
from mdm.services.files import cores, dedupe_stages
from mdm.services.files.cores import beside, on_all_cores
from mdm.services.files.dedupe import Job, Outputs, dedupe


@pytest.mark.parametrize("count", [1, 2, 5])
def test_pieces_of_work_come_back_in_their_order(monkeypatch, count):
    monkeypatch.setattr(cores, "cores", lambda: count)
    assert on_all_cores([lambda number=number: number * number for number in range(7)]) == [0, 1, 4, 9, 16, 25, 36]


def test_an_error_in_a_copy_is_raised_here(monkeypatch):
    monkeypatch.setattr(cores, "cores", lambda: 2)

    def refuse():
        raise InvalidInput("no such column")

    with pytest.raises(InvalidInput, match="no such column"):
        on_all_cores([refuse, lambda: 1])


def test_a_copy_that_is_killed_is_told_in_words(monkeypatch):
    monkeypatch.setattr(cores, "cores", lambda: 2)
    with pytest.raises(Unavailable, match="was killed"):
        on_all_cores([lambda: os.kill(os.getpid(), signal.SIGKILL), lambda: 1])


def test_an_interruption_does_not_wait_for_the_copies(monkeypatch):
    monkeypatch.setattr(cores, "cores", lambda: 2)
    asked = os.getpid()

    def interrupt():
        os.kill(asked, signal.SIGINT)
        signal.pause()

    with pytest.raises(KeyboardInterrupt):
        on_all_cores([interrupt, signal.pause])
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("count", [1, 2])
def test_work_beside_this_process_gives_its_outcome_when_it_is_asked_for(monkeypatch, count):
    monkeypatch.setattr(cores, "cores", lambda: count)
    with beside(os.getpid) as outcome:
        here = os.getpid()
        assert (outcome() == here) == (count == 1)


def test_trouble_beside_this_process_is_told_as_it_would_be_here(monkeypatch):
    monkeypatch.setattr(cores, "cores", lambda: 2)

    def refuse():
        raise InvalidInput("no such column")

    with pytest.raises(InvalidInput, match="no such column"), beside(refuse) as outcome:
        outcome()
    with (
        pytest.raises(Unavailable, match="was killed"),
        beside(lambda: os.kill(os.getpid(), signal.SIGKILL)) as outcome,
    ):
        outcome()


def test_trouble_in_this_process_does_not_wait_for_what_is_done_beside_it(monkeypatch):
    monkeypatch.setattr(cores, "cores", lambda: 2)
    with pytest.raises(KeyboardInterrupt), beside(signal.pause):
        raise KeyboardInterrupt
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize(("count", "slice_of"), [(1, 7), (2, 3), (3, 1000)])
def test_sharing_out_the_work_changes_no_byte_of_the_outcome(tmp_path, monkeypatch, count, slice_of):
    rows = [f"{number},Person {chr(97 + number % 20)}eter,mail{number % 25}@x.example" for number in range(60)]
    (tmp_path / "records.csv").write_text("id,name,email\n" + "\n".join(rows) + "\n")

    def pairs(name):
        dedupe(Job((str(tmp_path / "records.csv"),), outputs=Outputs(pairs=str(tmp_path / name))))
        return (tmp_path / name).read_bytes()

    together = pairs("one.csv")
    for module in (cores, dedupe_stages):
        monkeypatch.setattr(module, "cores", lambda: count)
    monkeypatch.setattr(dedupe_stages, "MANY", 1)
    monkeypatch.setattr(dedupe_stages, "SLICE", slice_of)
    assert pairs("shared.csv") == together
    assert len(together.splitlines()) > 20
