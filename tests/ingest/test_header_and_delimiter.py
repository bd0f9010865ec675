import io

import pytest

from mdm.errors import UnreadableFile
from mdm.ingest import Rejected, read
from mdm.ingest.reading import Found, Reading

EXPECTED = ("id", "name", "tax_id", "email", "address.city")


def seen(text: str, expected: tuple[str, ...] = EXPECTED) -> tuple[Found, list[object]]:
    reading = Reading(expected=expected)
    rows = [
        one.rule if isinstance(one, Rejected) else (one.line, one.values)
        for one in read("c.csv", stream=io.BytesIO(text.encode()), reading=reading)
    ]
    return reading.found, rows


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_each_delimiter_is_found_with_and_without_knowing_the_columns(mark):
    text = f'id{mark}name\n1{mark}"Acme, Inc.; the {mark} firm"\n2{mark}Omega\n'
    for expected in (EXPECTED, ()):
        found, rows = seen(text, expected)
        assert found.delimiter == mark
        assert rows[0] == (2, {"id": "1", "name": f"Acme, Inc.; the {mark} firm"})


def test_a_delimiter_is_found_from_rows_where_the_header_says_nothing():
    found, rows = seen("nr|firm, short\n1|Acme, Ltd\n2|Omega, Inc, Leeds\n", ())
    assert found.delimiter == "|"
    assert rows[1] == (3, {"nr": "2", "firm, short": "Omega, Inc, Leeds"})


def test_commas_in_numbers_do_not_outvote_the_delimiter():
    found, _ = seen("id;name\n1;1,5\n2;2,5\n3;3,5\n")
    assert found.delimiter == ";"


def test_a_line_of_a_spreadsheet_states_the_delimiter():
    found, rows = seen("sep=;\nid;name\n1;a,b\n")
    assert (found.delimiter, found.header_line, rows) == (";", 2, [(3, {"id": "1", "name": "a,b"})])


def test_titles_blank_lines_and_notes_above_the_header_are_left_out():
    text = 'Customer export;;\n"of 1 March,\n2024";;\n\n;;\nid;name;tax_id\n1;Acme;2\n'
    found, rows = seen(text)
    assert found.header_line == 6
    assert rows == [(7, {"id": "1", "name": "Acme", "tax_id": "2"})]


def test_titles_are_left_out_though_no_names_are_expected():
    text = "Customers;;\nas of May;;\n\nnr;firm;place\n1;Acme;Leeds\n"
    assert seen(text, ())[0].header_line == 4
    assert seen(text, ())[1] == [(5, {"nr": "1", "firm": "Acme", "place": "Leeds"})]


@pytest.mark.parametrize("text", ["nr;firm\n1;Acme\n", "nr;;\n1;Acme;2024-03-01\n", "nr;;\n1;;\n2;;\n"])
def test_a_row_that_may_be_a_header_is_no_title(text):
    assert seen(text, ())[0].header_line == 1


@pytest.mark.parametrize(
    "text",
    [
        "id,account\nname,tax_id\n",  # the first row has an expected name, and a later one no more than two
        "account,firm\nAcme,Leeds\n",
    ],
)
def test_a_first_row_of_names_stays_the_header_unless_another_fits_better(text):
    assert seen(text)[0].header_line == (2 if "tax_id" in text else 1)


def test_a_later_row_with_as_many_names_is_a_row():
    found, rows = seen("id,name\nid,name\n")
    assert found.header_line == 1
    assert len(rows) == 1


@pytest.mark.parametrize("text", ["1,Acme,2024-03-01\n2,Omega,2024-03-02\n", "Acme;info@acme.example\n", "7\n8\n"])
def test_a_file_without_a_header_is_refused_with_what_to_do(text):
    with pytest.raises(UnreadableFile, match=r"no header line: the first row \(.*\) is data.*id, name, tax_id, email"):
        seen(text)


def test_blank_cells_after_the_names_do_not_make_data_of_a_header():
    found, rows = seen("KdNr;Firma;Ort;;\n1;Acme;Leeds;;\n")
    assert (found.header_line, rows) == (1, [(2, {"KdNr": "1", "Firma": "Acme", "Ort": "Leeds"})])


def test_rows_of_delimiters_only_say_nothing_and_are_left_out():
    assert seen("id,name\n1,Acme\n,\n,\n")[1] == [(2, {"id": "1", "name": "Acme"})]
