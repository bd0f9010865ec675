"""Rows taken column by column become what they become one by one: the same records, facts and refusals."""

import csv as csv_module
import io
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mdm.entity_types import parse
from mdm.ingest import Columns, Incoming, Records, Rejected, csv, each_item, each_row, incoming_records
from mdm.ingest.read import read_chunks
from mdm.ingest.rows import Chunk
from mdm.ingest.texts import Texts
from mdm.services.intake.prepared import joined, prepare, prepare_records

TYPE = parse(
    """
entity_type: part
label: Part
id_prefix: prt
attributes:
  name:    {kind: name, required: true}
  email:   {kind: email, many: true}
  address: {kind: address}
  price:   {kind: money}
  made:    {kind: date}
  active:  {kind: boolean}
  grades:  {kind: number, many: true}
  mark:    {kind: code, valid: [{pattern: "[A-Z]+", grade: reject}]}
match:
  block_on: [[name]]
  compare: [name]
""",
    file="part.yaml",
)
HEADER = (
    "id", "version", "event_time", "deleted", "source", "name", "email", "address.street", "address.city", "price",
    "made", "active", "grades", "mark",
)  # fmt: skip

awkward = st.text(st.sampled_from('ab"\\;|,\n\r\t\x00\x07\x1c\x7f\x85\u00a0\u2028é漢 '), max_size=6)
cells = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["1", "2", " 3 ", "", "a\u00a0b", 'q"', "\x07"]),
        "version": st.sampled_from(["", "", "1", "2024-01-01", "x", " 7 "]),
        "event_time": st.sampled_from(["", "2024-01-01", "2024-01-02T03:04:05+02:00", "soon"]),
        "deleted": st.sampled_from(["", "", "", "no", "yes", "False", "perhaps"]),
        "source": st.sampled_from(["", "crm", "crm", "erp"]),
        "name": awkward | st.just("Acme"),
        "email": awkward | st.sampled_from(["a@b.example", "a@b.example; c@d.example|", ";", "a@b, c@d\n"]),
        "address.street": awkward,
        "address.city": awkward | st.just("Leeds"),
        "price": st.sampled_from(["", "12.50", "EUR 3", "dear"]),
        "made": st.sampled_from(["", "2024-02-30", "2024-02-29", "x"]),
        "active": st.sampled_from(["", "true", "no", "perhaps"]),
        "grades": st.sampled_from(["", "1;2", "1|x", " 3 "]),
        "mark": st.sampled_from(["", "AB", "ab"]),
    }
)
tables = st.lists(cells, max_size=12)
usual = st.text(st.sampled_from('ab"\\;|,é漢 '), max_size=6)
usual_cells = st.fixed_dictionaries(
    {
        **dict.fromkeys(HEADER, st.just("")),
        "id": st.sampled_from(["1", "2", " 3 ", 'q"']),
        "version": st.sampled_from(["", "1", " 7 "]),
        "event_time": st.sampled_from(["", "2024-01-01"]),
        "name": usual | st.just("Acme"),
        "email": usual | st.sampled_from(["a@b.example", "a@b, c@d", "a@b|;"]),
        "address.street": usual,
        "address.city": usual,
        "price": st.sampled_from(["", "12.50"]),
        "mark": st.sampled_from(["", "AB", "ab"]),
    }
)
usual_tables = st.lists(usual_cells, max_size=12)
"""Such as most files hold, parsed together: without anything that is not printable."""
EMPTY = dict.fromkeys(HEADER, "")


def written(rows: list[dict[str, str]]) -> bytes:
    output = io.StringIO(newline="")
    writer = csv_module.writer(output, delimiter="\t", lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows([row[name] for name in HEADER] for row in rows)
    return output.getvalue().encode()


def both_ways(data: bytes, file: str) -> tuple[list[Any], list[Any], list[Any]]:
    """By column, row by row, and what stands by column as it is."""
    how: dict[str, Any] = {"source": "crm", "file": file, "columns": Columns()}
    by_column = list(incoming_records(read_chunks(file, stream=io.BytesIO(data)), TYPE, **how))
    by_row = list(each_item(incoming_records(each_row(read_chunks(file, stream=io.BytesIO(data))), TYPE, **how)))
    return list(each_item(by_column)), by_row, by_column


def facts(found: list[Records | Incoming | Rejected]) -> tuple[Any, ...]:
    parts = [
        prepare_records(b"salt", one, "batch") if isinstance(one, Records) else prepare(b"salt", [one], "batch")
        for one in found
    ]
    if not parts:
        return ()
    whole = joined(parts)
    return whole.facts.tokens, list(whole.facts.each_body()), whole.owners, whole.refused


@given(tables)
@example([{**EMPTY, "id": "1", "name": "Acme", "email": 'a"b;c\\d', "address.city": "a\tb"}])
@example([{**EMPTY, "id": "1", "name": "A"}, {**EMPTY, "id": "1", "name": "B"}, {**EMPTY, "id": "1", "name": "A "}])
def test_cells_by_column_become_what_they_become_row_by_row(rows: list[dict[str, str]]) -> None:
    by_column, by_row, records = both_ways(written(rows), "f.tsv")
    assert by_column == by_row
    assert facts(records) == facts(by_row)


@given(st.text(st.sampled_from('ab",;\n\r '), max_size=60), st.integers(1, 4))
@example('a,b\n"c\nd",e\n,\n\na,b,c\n"', 2)
def test_lines_read_together_are_read_as_each_alone(text: str, at_once: int) -> None:
    data = ("id\tname\n" + text.replace(",", "\t")).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv, "AT_ONCE", at_once)
        together = list(each_row(read_chunks("f.tsv", stream=io.BytesIO(data))))
        patch.setattr(csv, "_chunk", lambda *_args, **_named: None)
        assert together == list(each_row(read_chunks("f.tsv", stream=io.BytesIO(data))))


@pytest.fixture(scope="module")
def blocks() -> Iterator[None]:
    """Lines are parsed in blocks of a few from the first on, which they are otherwise only in large files."""
    with pytest.MonkeyPatch.context() as patch:
        for name, lines in (("MANY", 0), ("BLOCK", 200), ("AT_ONCE", 1)):
            patch.setattr(csv, name, lines)
        yield


@settings(max_examples=200)
@given(usual_tables | tables)
@example([{**EMPTY, "id": "1", "name": ' A"c\\e ', "email": 'a"b', "address.street": "x"}, {**EMPTY, "id": "2"}])
@example([{**EMPTY, "id": "1", "name": "A", "email": "a;b"}, {**EMPTY, "id": "1", "name": "B", "price": "12.5"}])
@example([{**EMPTY, "id": "1", "name": "\u00a0A"}, {**EMPTY, "id": "2", "name": "A"}, {**EMPTY, "name": "A"}])
@example([{**EMPTY, "id": "x" * 1_001, "name": "A"}, {**EMPTY, "id": "2", "name": "\ufeffA"}])
@pytest.mark.usefixtures("blocks")
def test_cells_of_a_block_become_what_they_become_row_by_row(rows: list[dict[str, str]]) -> None:
    by_column, by_row, records = both_ways(written(rows), "f.tsv")
    assert by_column == by_row
    assert facts(records) == facts(by_row)


@settings(max_examples=300)
@given(
    st.lists(st.sampled_from([*'ab",', "a", "\r\n", "\n", "\n", " ", ",", "é", "漢", "\x07", "\u00a0"]), max_size=60)
)
@example(list('a,b\n"c\nd",e\n,\n\na,b,c\n"'))
@example(list('a,b\n"c ""d""",e\nf,g'))
@example(list('"",""\na,b\n'))
@pytest.mark.usefixtures("blocks")
def test_a_block_of_lines_is_read_as_each_alone(letters: list[str]) -> None:
    data = ("id,name\n" + "".join(letters)).encode()
    together = list(each_row(read_chunks("f.csv", stream=io.BytesIO(data))))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv, "chunk_of", lambda *_args, **_named: None)
        patch.setattr(csv, "_chunk", lambda *_args, **_named: None)
        assert together == list(each_row(read_chunks("f.csv", stream=io.BytesIO(data))))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.usefixtures("blocks")
def test_usual_lines_are_read_as_a_block(end: str) -> None:
    data = end.join(["id,name", '1,"Smith, ""Bob"""', '2," Müller "', "3,", '"","漢字"', ""]).encode()
    [chunk] = read_chunks("f.csv", stream=io.BytesIO(data))
    assert isinstance(chunk, Chunk)
    assert isinstance(chunk.columns["name"], Texts)
    assert [*chunk.columns["name"]] == ['Smith, "Bob"', " Müller ", "", "漢字"]
    assert chunk.row(3).values == {"id": "", "name": "漢字"}


typed = st.fixed_dictionaries(
    {
        "id": st.none() | st.sampled_from(["1", " 2", ""]),
        "version": st.none() | st.integers(-3, 3),
        "name": st.none() | awkward | st.just("Acme"),
        "email": st.none() | st.lists(st.none() | awkward, max_size=3),
        "address.city": st.none() | awkward,
        "price": st.none() | st.floats(allow_nan=False),
        "active": st.none() | st.booleans(),
        "made": st.none() | st.dates(),
        "grades": st.none() | st.integers(0, 9),
        "mark": st.none() | st.sampled_from(["A", "a", ""]),
    }
)
SCHEMA = pa.schema(
    {
        "id": pa.string(), "version": pa.int64(), "name": pa.string(), "email": pa.list_(pa.string()),
        "address.city": pa.string(), "price": pa.float64(), "active": pa.bool_(), "made": pa.date32(),
        "grades": pa.int64(), "mark": pa.string(),
    }
)  # fmt: skip


@given(st.lists(typed, max_size=12))
def test_typed_values_by_column_become_what_they_become_row_by_row(rows: list[dict[str, Any]]) -> None:
    output = io.BytesIO()
    rows = [{name: _storable(value) for name, value in row.items()} for row in rows]
    pa.parquet.write_table(pa.Table.from_pylist(rows, SCHEMA), output)
    by_column, by_row, records = both_ways(output.getvalue(), "f.parquet")
    assert [one._replace(raw="") for one in by_column] == [one._replace(raw="") for one in by_row]
    assert facts(records)[:3] == facts(by_row)[:3]


def _storable(value: Any) -> Any:
    return value if not isinstance(value, str) else value.encode("utf-8", "replace").decode()


def test_usual_texts_of_parquet_stay_in_one_piece_and_others_are_taken_one_by_one() -> None:
    output = io.BytesIO()
    names = {"usual": ["Müller ", None], "blank": ["a", " "], "control": ["a", "b\x07"], "long": ["a", "b" * 100_001]}
    pa.parquet.write_table(pa.table({"id": ["1", "2"], **names}), output)
    [chunk] = read_chunks("f.parquet", stream=io.BytesIO(output.getvalue()))
    assert isinstance(chunk, Chunk)
    assert [name for name, cells in chunk.columns.items() if isinstance(cells, Texts)] == ["id", "usual"]
    assert {name: [*cells] for name, cells in chunk.columns.items()} == {"id": ["1", "2"], **names}
    assert chunk.row(1).values == {"id": "2", "blank": " ", "control": "b\x07", "long": "b" * 100_001}
