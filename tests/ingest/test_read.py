import io

import pytest

from mdm.errors import UnreadableFile
from mdm.ingest import Rejected, Row, read


def rows(text: str | bytes, file: str = "c.csv") -> list[Row | Rejected]:
    return list(read(file, stream=io.BytesIO(text.encode() if isinstance(text, str) else text)))


def refused(text: str | bytes, file: str = "c.csv") -> str:
    with pytest.raises(UnreadableFile) as caught:
        rows(text, file)
    assert "\n" not in caught.value.detail
    assert file.lstrip("-") in caught.value.detail
    return caught.value.detail


def rules(found: list[Row | Rejected]) -> list[str | dict[str, object]]:
    return [one.rule if isinstance(one, Rejected) else one.values for one in found]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_read_from_the_header(delimiter):
    assert rules(rows(f"id{delimiter}name\n1{delimiter}Acme\n")) == [{"id": "1", "name": "Acme"}]


def test_tsv_is_parted_by_tabs_and_jsonl_by_lines():
    assert rules(rows("id\tname\n1\ta,b\n", "c.tsv")) == [{"id": "1", "name": "a,b"}]
    assert rules(rows('{"id": 1}\n\n{"id": 2}\n', "c.jsonl")) == [{"id": 1}, {"id": 2}]


def test_standard_input_is_told_by_its_first_character():
    assert rules(rows('{"id": 1}\n', "-")) == [{"id": 1}]
    assert rules(rows("id\n1\n", "-")) == [{"id": "1"}]


def test_a_byte_order_mark_and_utf_16_are_understood():
    assert rules(rows("\ufeffid\nÜ\n".encode())) == [{"id": "Ü"}]
    assert rules(rows("id\nÜ\n".encode("utf-16"))) == [{"id": "Ü"}]


def test_an_encoding_that_cannot_be_told_names_line_byte_and_the_way_out():
    detail = refused("id,name\n1,Acme\n2,Peña\n".encode("cp1252"))
    assert "line 3: byte 20 (0xf1) is not UTF-8" in detail
    assert "(cp1252 or cp1250)" in detail
    assert "--encoding cp1252" in detail


def test_wrong_encoding_at_the_end_of_a_long_file_is_found_before_the_first_row():
    text = b"id\n" + b"12345678\n" * 200_000 + b"\xff\n"
    stream = read("c.csv", stream=io.BytesIO(text))
    with pytest.raises(UnreadableFile, match="line 200002: byte 1,800,004"):
        next(stream)


def test_a_character_on_the_border_of_two_chunks_is_no_fault():
    text = "a" * ((1 << 20) - 1) + "ü\n"
    assert len(rows("id\n" + text)) == 1


def test_ragged_rows_are_rejected_and_the_others_stand():
    found = rows("id,name\n1,Acme\n2\n3,a,b\n4,Omega\n")
    assert rules(found) == [{"id": "1", "name": "Acme"}, "ragged_row", "ragged_row", {"id": "4", "name": "Omega"}]
    assert found[1][:7] == ("c.csv", 3, None, None, "ragged_row", "1 cells, where the header has 2 columns", "2\n")


@pytest.mark.parametrize("header", ["id,name", "id,name,", "id,name, ,"])
def test_delimiters_after_the_last_cell_part_nothing(header):
    found = rows(f"{header}\n1,Acme,\n2,Omega\n3,Omega,, \n4,Acme,x\n5\n")
    assert [one.values["id"] for one in found[:3]] == ["1", "2", "3"]
    assert rules(found[:1]) == [{"id": "1", "name": "Acme"}]
    assert rules(found[3:]) == ["ragged_row", "ragged_row"]


def test_lines_are_counted_as_an_editor_counts_them():
    found = rows('id,name\n1,"Acme\nLeeds"\n\n2,Omega\n3\n')
    assert [one.line for one in found] == [2, 5, 6]
    assert found[0].raw == '1,"Acme\nLeeds"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        (" \n\n", "is empty"),
        ("id,name,id\n", "columns 1 and 3 are both named 'id'"),
        ("id,,name\n", "column 2 has no name"),
        ("id,na\x00me\n", "NUL"),
        ('id,"name\n1,2\n', "header cannot be read"),
    ],
)
def test_a_file_without_a_usable_header_is_refused(text, words):
    assert words in refused(text)


def test_nul_bytes_and_texts_that_are_too_long_reject_their_row_only():
    found = rows("id,name\n1,a\x00b\n2," + "x" * 1_000_000 + "\n3,c\n")
    assert rules(found) == ["nul_byte", "text_too_long", {"id": "3", "name": "c"}]
    assert found[0].column == "name"


def test_a_quote_that_is_never_closed_is_not_guessed_at():
    assert rules(rows('id,name\n1,"Acme\n2,Omega\n')) == ["unclosed_quote"]
    assert rules(rows('id,name\n1,"Ac"me\n2,Omega\n')) == ["malformed_row", {"id": "2", "name": "Omega"}]


def test_a_cell_without_an_end_is_rejected_and_what_stood_before_it_stands():
    found = rows('id,name\n0,Acme\n1,"' + "x\n" * (5 << 20))
    assert rules(found) == [{"id": "0", "name": "Acme"}, "endless_cell"]
    assert (found[1].line, len(found[1].raw)) == (3, 2_003)


@pytest.mark.parametrize(
    "line",
    ["{", "[1]", '{"id": NaN}', '{"id": 1, "id": 2}', "[" * 100_000, '"\ud800"'.encode("utf-8", "replace").decode()],
)
def test_a_malformed_line_of_jsonl_is_rejected_and_the_next_stands(line):
    assert rules(rows(line + '\n{"id": 1}\n', "c.jsonl")) == ["malformed_json", {"id": 1}]


def test_a_file_that_is_not_there_or_has_no_reader_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="No such file"):
        list(read(str(tmp_path / "none.csv")))
    with pytest.raises(UnreadableFile, match=r"no reader for .docx; use .csv"):
        list(read("a.docx"))
    (tmp_path / "d.csv").mkdir()
    with pytest.raises(UnreadableFile, match="directory"):
        list(read(str(tmp_path / "d.csv")))
