"""What is written is there whole or not at all, and nothing else is harmed by it."""

import os
import threading
from pathlib import Path

import pytest

from mdm.errors import InvalidInput, UnreadableFile
from mdm.services.files.dedupe import Job, Outputs, dedupe
from mdm.services.whole_files import check_outputs, whole_file

ROWS = "id,name\n1,Anna Meier\n2,Bob Stone\n"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(file: str, text: str = "new") -> None:
    with whole_file(file) as opened:
        opened.write(text)


def test_a_file_is_replaced_once_it_is_whole():
    Path("out.csv").write_text("old")
    with pytest.raises(KeyError), whole_file("out.csv") as opened:
        opened.write({"halfway": "new"}["whole"])
    assert Path("out.csv").read_text() == "old"
    write("out.csv")
    assert Path("out.csv").read_text() == "new"
    assert os.listdir() == ["out.csv"]


def test_a_link_stays_one_and_what_it_leads_to_is_replaced():
    Path("real.csv").write_text("old")
    os.symlink("real.csv", "link.csv")
    write("link.csv")
    assert Path("link.csv").is_symlink()
    assert Path("real.csv").read_text() == "new"


def test_a_pipe_is_written_to_and_not_replaced():
    os.mkfifo("pipe")
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(Path("pipe").read_text()), daemon=True)
    reader.start()
    write("pipe")
    reader.join()
    assert read == ["new"]
    assert Path("pipe").is_fifo()


def test_a_dash_is_standard_output_which_stays_open(capfdbinary):
    write("-", "Köln\n")
    write("-", "Bonn\n")
    assert capfdbinary.readouterr().out == "Köln\nBonn\n".encode()
    assert os.listdir() == []


def test_standard_output_takes_one_file_and_is_not_what_is_read():
    check_outputs(["-"], inputs=["-"])
    with pytest.raises(InvalidInput, match="- would be written twice"):
        check_outputs(["-", "-"], inputs=[])


@pytest.mark.parametrize(
    ("outputs", "words"),
    [
        (Outputs("records.csv"), "records.csv is read and would be overwritten"),
        (Outputs("link.csv"), "link.csv is read and would be overwritten"),
        (Outputs("clusters.csv", "./clusters.csv"), "would be written twice"),
    ],
)
def test_no_file_that_is_read_is_overwritten_and_none_is_written_twice(outputs, words):
    Path("records.csv").write_text(ROWS)
    os.symlink("records.csv", "link.csv")
    with pytest.raises(InvalidInput, match=words):
        dedupe(Job(("records.csv",), outputs=outputs))
    assert Path("records.csv").read_text() == ROWS


@pytest.mark.parametrize(
    ("model", "words"),
    [("none/model.yaml", "No such file or directory"), ("folder", "Is a directory")],
)
def test_what_cannot_be_written_is_said_before_anything_is(model, words):
    Path("records.csv").write_text(ROWS)
    Path("folder").mkdir()
    with pytest.raises(UnreadableFile, match=f"{model}: cannot be written: {words}"):
        dedupe(Job(("records.csv",), outputs=Outputs("clusters.csv", model=model)))
    assert not Path("clusters.csv").exists()


def test_a_device_may_be_named_for_all_that_is_not_wanted():
    check_outputs([os.devnull, os.devnull], inputs=[os.devnull])
