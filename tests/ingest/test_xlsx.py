"""Workbooks: made by openpyxl, and by hand where it would not make them."""

import datetime as dt
import io
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from mdm.errors import UnreadableFile
from mdm.ingest import Rejected, read
from mdm.ingest.reading import Reading

NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
ENTITIES = '<!DOCTYPE a [<!ENTITY a0 "lol">' + "".join(
    f'<!ENTITY a{number} "{f"&a{number - 1};" * 10}">' for number in range(1, 12)
)


def book(*sheets: tuple[str, list[list[Any]]], change: Callable[[Any], None] | None = None) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets:
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    if change is not None:
        change(made)
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def with_sheet(xml: str) -> bytes:
    """A workbook whose only sheet is this."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book(("Data", [])))) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, f"<?xml version='1.0'?>{xml}" if name.endswith("sheet1.xml") else old.read(name))
    return made.getvalue()


def sheet_of(rows: str, before: str = "") -> bytes:
    return with_sheet(f"{before}<worksheet {NAMESPACE}><sheetData>{rows}</sheetData></worksheet>")


def rows(content: bytes, file: str = "b.xlsx", **how: Any) -> list[Any]:
    return list(read(file, stream=io.BytesIO(content), reading=Reading(**how)))


def refused(content: bytes, **how: Any) -> str:
    with pytest.raises(UnreadableFile) as caught:
        rows(content, **how)
    assert "\n" not in caught.value.detail
    return caught.value.detail


def test_cells_come_as_a_person_sees_them():
    moment = dt.datetime(2024, 3, 1, 9, 30)  # noqa: DTZ001  a spreadsheet knows no zones
    cells = [100042, 1.5, "007", True, dt.date(2024, 3, 1), moment, dt.time(9, 30), -0.1, 1e20]
    names = [f"c{number}" for number in range(len(cells))]
    [row] = rows(book(("Data", [names, cells])))
    assert list(row.values.values()) == [
        "100042", "1.5", "007", "true", "2024-03-01", "2024-03-01T09:30:00", "09:30:00", "-0.1", "1e+20",
    ]  # fmt: skip
    assert not row.typed


def test_rows_bear_the_numbers_of_the_sheet_and_the_header_is_found_below_a_title():
    reading = Reading(expected=("id", "name"))
    sheet = [["Export of March"], [], ["id", None, "name"], ["1", None, "Acme"], [None, None, None], ["2", None, "B"]]
    found = list(
        read("b.xlsx", stream=io.BytesIO(book(("Data", sheet)))),
    )
    assert [one.line for one in found] == [3, 4, 6]
    found = list(read("b.xlsx", stream=io.BytesIO(book(("Data", sheet))), reading=reading))
    assert [(one.line, one.values) for one in found] == [
        (4, {"id": "1", "name": "Acme"}), (6, {"id": "2", "name": "B"}),
    ]  # fmt: skip
    assert (reading.found.sheet, reading.found.header_line) == ("Data", 3)


def test_a_cell_in_a_column_without_a_name_rejects_its_row():
    found = rows(book(("Data", [["id", None, "name"], [1, "x", "Acme"], [2, None, "B"]])))
    assert isinstance(found[0], Rejected)
    assert (found[0].rule, found[0].line) == ("ragged_row", 2)
    assert found[0].parts.values == {"id": "1", "name": "Acme", "cell 2": "x"}
    assert found[1].values == {"id": "2", "name": "B"}


def test_the_only_sheet_with_something_in_it_is_read_and_others_by_name():
    two = book(("Empty", []), ("One", [["id"], [1]]), ("Two", [["id"], [2]]))
    assert "several sheets have something in them: 'One', 'Two'; name one with --sheet" in refused(two)
    assert rows(two, sheet="Two")[0].values == {"id": "2"}
    assert "no sheet 'Tow'; the nearest is 'Two'; there are Empty, One, Two" in refused(two, sheet="Tow")
    assert "the sheet 'Empty' is empty" in refused(two, sheet="Empty")
    assert "is empty" in refused(book(("Empty", [])))

    def hide(made: Any) -> None:
        made["Two"].sheet_state = "hidden"

    hidden = book(("One", [["id"], [1]]), ("Two", [["id"], [2]]), change=hide)
    assert rows(hidden)[0].values == {"id": "1"}


def test_a_workbook_with_nothing_but_a_header_has_no_rows_and_is_not_empty():
    header = [["id", "name"]]
    assert rows(book(("Data", header))) == []
    assert rows(book(("Data", header), ("Notes", []))) == []
    assert rows(book(("Data", header)), sheet="Data") == []


def test_a_workbook_comes_from_standard_input_and_packed_with_gzip():
    import gzip

    content = book(("Data", [["id"], [1]]))
    assert rows(content, "-")[0].values == {"id": "1"}
    assert rows(gzip.compress(content), "b.xlsx.gz")[0].values == {"id": "1"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no workbook"),
        (b"id,name\n1,Acme\n", "is no workbook"),
        (b"PK\x03\x04" + b"x" * 100, "damaged or cut off"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "with a password, or of the old kind (.xls)"),
        (sheet_of('<row r="1"><c r="A1" t="s"><v>99</v></c></row>'), "cannot be read"),
        (book(("Data", [["id", "id"], [1, 2]])), "two columns are named 'id'"),
    ],
)
def test_what_is_no_workbook_or_a_damaged_one_is_refused_in_one_line(content, words):
    assert words in refused(content)


def test_a_workbook_cut_short_or_with_a_changed_byte_is_refused():
    content = book(("Data", [["id"], [1]]))
    assert "damaged or cut off" in refused(content[: len(content) // 2])
    place = content.index(b"xl/worksheets/sheet1.xml") + 60
    assert "damaged or cut off" in refused(content[:place] + bytes([content[place] ^ 255]) + content[place + 1 :])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (sheet_of('<row r="1"><c r="A1"><v>1</v></c></row><row r="9999"><c r="XFD9999"><v>1</v></c></row>'),
         "spans 9,999 rows and 16,384 columns"),
        (sheet_of('<row r="1"><c r="A1"><v>1</v></c></row><row r="4294967295"><c r="ZZZZZ42949"><v>1</v></c></row>'),
         "delete the cells that stand far"),
        (sheet_of(f"<row>{'<c/>' * 16_000}<c><v>1</v></c></row>{'<row/>' * 9_000}<row><c><v>1</v></c></row>"),
         "delete the cells that stand far"),
        (sheet_of(" " * 70_000_000), "as a zip bomb does"),
        (sheet_of('<row r="1"><c r="A1" t="inlineStr"><is><t>&a11;</t></is></c></row>', ENTITIES + "]>"),
         "unrecognized entity"),
        (sheet_of('<row r="1"><c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row>',
                  '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "unrecognized entity"),
    ],
)  # fmt: skip
def test_bombs_are_refused_before_they_go_off(content, words):
    assert len(content) < 200_000
    assert words in refused(content)


def test_a_bomb_takes_no_memory():
    """In a process of its own that may not have more than a gigabyte: where it is not refused, it ends."""
    content = sheet_of(
        f'<row r="1"><c r="A1" t="inlineStr"><is><t>{"&a11;" * 9}</t></is></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        ENTITIES + "]>",
    )
    program = (
        "import io, sys; from mdm.ingest import read; from mdm.errors import UnreadableFile\n"
        "try: list(read('b.xlsx', stream=io.BytesIO(sys.stdin.buffer.read())))\n"
        "except UnreadableFile as error: print(error.detail)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], input=content, capture_output=True, check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30)),
    )  # fmt: skip
    assert b"spans" in ran.stdout


def test_more_parts_than_any_workbook_has_are_refused():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(10_001):
            archive.writestr(f"{number}", b"")
    assert "10,001 parts" in refused(made.getvalue())
