"""Whole files at once: what is read that way is what the reader of rows gives, and what is doubtful is left to it."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mdm.errors import UnreadableFile
from mdm.ingest.read import read
from mdm.ingest.rows import Rejected, Row
from mdm.ingest.whole import Whole, read_whole

CELLS = st.sampled_from(
    ["", "a", " b ", "é", '"c"', '"d,e"', '"f""g"', '"h\ni"', '"h\r\ni"', '"', 'j"k', '"l"m', '""', "\0"]
)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=3).map(",".join), max_size=6)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


def as_rows(found: Whole) -> list[dict[str, str]]:
    columns = {name: [cell or "" for cell in column] for name, column in found.columns.items()}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


@settings(max_examples=150)
@given(rows=ROWS, end=ENDS, last=st.booleans())
@example(rows=['"a,""b"', '"a",","'], end="\n", last=True)
@example(rows=["\0", "\0,\0"], end="\n", last=False)
@example(rows=['"a,', 'b",c'], end="\r\n", last=False)
@example(rows=['"a"b",c', '"d" ,e'], end="\n", last=True)
def test_what_is_read_at_once_is_what_is_read_row_by_row(tmp_path_factory, rows, end, last):
    file = tmp_path_factory.mktemp("whole") / "things.csv"
    file.write_bytes((end.join(["one,other", *rows]) + (end if last else "")).encode())
    try:
        found = read_whole(str(file), least=0)
    except UnreadableFile:  # zero bytes where another encoding would have them
        with pytest.raises(UnreadableFile):
            list(read(str(file)))
        return
    if found is not None:
        assert as_rows(found) == [one.values for one in read(str(file)) if isinstance(one, Row)]
        assert not any(isinstance(one, Rejected) for one in read(str(file)))


def test_usual_files_are_read_at_once(tmp_path: Path):
    file = tmp_path / "things.csv"
    file.write_text('name;city\n"Smith; ""Bob""";Bonn\n\n;\nJones;\n', encoding="utf-8")
    found = read_whole(str(file), least=0)
    assert found is not None
    assert as_rows(found) == [{"name": 'Smith; "Bob"', "city": "Bonn"}, {"name": "Jones", "city": ""}]


@pytest.mark.parametrize("rows", ["a,b,c\n", "a\n", 'a"b"c,d\n"e"f,g\n', "a\0,b\n", "a\rb,c\n", '"a,b\n'])
def test_what_is_out_of_the_ordinary_is_left_to_the_reader_of_rows(tmp_path: Path, rows: str):
    file = tmp_path / "things.csv"
    file.write_text(f"one,other\n{rows}", encoding="utf-8", newline="")
    assert read_whole(str(file), least=0) is None


def test_small_files_other_encodings_and_other_endings_are_left_to_the_reader_of_rows(tmp_path: Path):
    (tmp_path / "small.csv").write_text("one,other\na,b\n", encoding="utf-8")
    (tmp_path / "marked.csv").write_text("one,other\na,b\n", encoding="utf-16")
    (tmp_path / "lines.jsonl").write_text('{"one": 1}\n', encoding="utf-8")
    assert read_whole(str(tmp_path / "small.csv")) is None
    assert [read_whole(str(tmp_path / name), least=0) for name in ("marked.csv", "lines.jsonl")] == [None, None]


def test_a_header_that_names_a_column_twice_is_refused(tmp_path: Path):
    file = tmp_path / "things.csv"
    file.write_text("one,one\na,b\n", encoding="utf-8")
    with pytest.raises(UnreadableFile, match="both named 'one'"):
        read_whole(str(file), least=0)
