"""Parquet: types become what JSON has, nulls are absent, and damage and bombs are found before the first row."""

import datetime as dt
import decimal
import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from mdm.entity_types import parse, shipped
from mdm.errors import UnreadableFile
from mdm.ingest import Columns, Incoming, Rejected, Row, each_item, incoming_records, parquet, read, read_chunks
from mdm.ingest.rows import Chunk

CUSTOMER = parse(shipped()["customer"], file="customer.yaml")


def written(columns: dict[str, Any], **options: Any) -> bytes:
    output = io.BytesIO()
    pa.parquet.write_table(pa.table(columns), output, **options)
    return output.getvalue()


def rows(data: bytes, file: str = "f.parquet") -> list[Row | Rejected]:
    return list(read(file, stream=io.BytesIO(data)))


def records(data: bytes) -> list[Incoming | Rejected]:
    found = read_chunks("f.parquet", stream=io.BytesIO(data))
    return list(each_item(incoming_records(found, CUSTOMER, source="crm", file="f.parquet", columns=Columns())))


def refused(data: bytes, file: str = "f.parquet") -> str:
    with pytest.raises(UnreadableFile) as caught:
        rows(data, file)
    return caught.value.detail


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array(["a"]), "a"),
        (pa.array(["a"], pa.large_string()), "a"),
        (pa.array(["a"]).dictionary_encode(), "a"),
        (pa.array([7], pa.int8()), 7),
        (pa.array([1.5]), 1.5),
        (pa.array([True]), True),
        (pa.array([decimal.Decimal("12.50")]), "12.50"),
        (pa.array([dt.date(2024, 3, 1)]), "2024-03-01"),
        (pa.array([1_709_285_400_000_000], pa.timestamp("us")), "2024-03-01T09:30:00.000000"),
        (pa.array([1_709_285_400_000], pa.timestamp("ms", "UTC")), "2024-03-01T09:30:00.000Z"),
        (pa.array([["a", "b"]]), ["a", "b"]),
        (pa.array([[decimal.Decimal("1.0")]]), ["1.0"]),
        (pa.array([{"city": "Leeds", "street": None}]), {"city": "Leeds"}),
        (pa.array([[{"rate": decimal.Decimal("9.9"), "until": None}]]), [{"rate": "9.9"}]),
    ],
)
def test_types_become_what_json_has(column: pa.Array, expected: object) -> None:
    (row,) = rows(written({"value": column}))
    assert (row.line, row.values, row.typed) == (1, {"value": expected}, True)


def test_a_null_is_a_value_that_the_row_does_not_have() -> None:
    assert [row.values for row in rows(written({"id": ["1", None], "name": pa.nulls(2)}))] == [{"id": "1"}, {}]


def test_rows_are_numbered_from_one_over_batches_and_row_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "AT_ONCE", 2)
    found = rows(written({"id": list("abcdefg")}, row_group_size=3))
    assert [(row.line, row.values["id"]) for row in found] == list(enumerate("abcdefg", start=1))


def test_columns_with_dots_are_fields_and_lists_are_several_values() -> None:
    data = written({"id": [1], "name": ["Acme"], "email": [["a@b.example", " c@d.example"]], "address.city": ["Leeds"]})
    (record,) = records(data)
    assert isinstance(record, Incoming)
    assert (record.source_id, record.line) == ("1", 1)
    assert record.attributes == {
        "name": "Acme", "email": ["a@b.example", "c@d.example"], "address": {"city": "Leeds"},
    }  # fmt: skip


def test_a_field_given_twice_is_refused() -> None:
    data = written({"id": ["1"], "name": ["Acme"], "address": ["Leeds"], "address.city": ["Leeds"]})
    with pytest.raises(UnreadableFile, match="take out one"):
        records(data)


def test_a_rejected_row_is_kept_with_its_values() -> None:
    first, second = records(written({"id": ["1", "2"], "name": ["Acme", None], "website": ["x", "y"]}))
    assert isinstance(first, Incoming)
    assert isinstance(second, Rejected)
    assert (second.line, second.column, second.rule) == (2, "name", "required")
    assert second.raw == '{"id":"2","website":"y"}'
    assert second.parts is not None
    assert second.parts.typed


def test_text_that_is_not_utf_8_rejects_its_row_alone() -> None:
    texts = pa.array([b"good", b"b\xffd"]).view(pa.string())
    first, second = rows(written({"id": ["1", "2"], "name": texts}))
    assert isinstance(first, Row)
    assert isinstance(second, Rejected)
    assert (second.line, second.column, second.rule) == (2, "name", "encoding")


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.dictionary(pa.int32(), pa.binary())])
def test_bytes_that_are_text_are_read_as_such(kind: pa.DataType) -> None:
    names = pa.array(["Müller".encode(), None]).cast(kind)
    data = written({"id": ["1", "2"], "name": names, "email": [[b"a@b.example"], []]})
    assert [row.values for row in rows(data)] == [
        {"id": "1", "name": "Müller", "email": ["a@b.example"]}, {"id": "2", "email": []},
    ]  # fmt: skip


@pytest.mark.parametrize("logo", [b"\x89PNG", [b"\x89PNG"], {"small": b"\x89PNG"}])
def test_a_column_of_bytes_that_are_no_text_is_named_before_the_first_row(
    logo: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "AT_ONCE", 2)
    detail = refused(written({"id": list("abcd"), "logo": [None, None, None, logo]}))
    assert "column 'logo' holds bytes, which are no UTF-8 text in row 4" in detail


def test_standard_input_is_known_by_how_it_begins() -> None:
    assert [row.values for row in rows(written({"id": ["1"]}), "-")] == [{"id": "1"}]


@pytest.mark.parametrize(
    "column", [pa.array([b"a"], pa.binary(1)), pa.array([dt.timedelta(1)]), pa.array([[dt.timedelta(1)]])]
)
def test_a_type_that_no_attribute_can_hold_is_refused_by_name(column: pa.Array) -> None:
    assert "column 'value' is of type" in refused(written({"id": ["1"], "value": column}))


def test_names_are_needed_and_may_stand_once() -> None:
    assert "column 2 has no name" in refused(written({"id": ["1"], " ": ["2"]}))
    output = io.BytesIO()
    pa.parquet.write_table(pa.table([pa.array(["1"]), pa.array(["2"])], names=["id", "id "]), output)
    assert "columns 1 and 2 are both named 'id'" in refused(output.getvalue())


def test_damage_anywhere_is_found_before_the_first_row() -> None:
    whole = written({"id": [str(number) for number in range(5_000)]}, write_page_checksum=True)
    assert "cannot be read as parquet" in refused(b"PAR1")
    assert "cannot be read as parquet" in refused(b"id,name\n1,Acme\n")
    assert "cannot be read as parquet" in refused(whole[:-20])
    for place in range(20, 2_000, 97):
        assert "cannot be read as parquet" in refused(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])


def test_row_groups_with_other_columns_than_the_schema_are_refused() -> None:
    whole = written({"id": ["1"], "email": ["info@acme.example"]})
    footer = whole.rindex(b"\x18\x05email", 0, whole.index(b"ARROW:schema"))
    schema = whole.index(b"\x18\x05email")
    assert schema < footer
    assert "other columns than the schema" in refused(whole[:schema] + whole[schema:].replace(b"email", b"em`il", 1))


def test_a_file_that_expands_too_far_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "UNSUSPICIOUS", 10_000)
    assert "as a bomb does" in refused(written({"id": ["x"] * 1_000_000}))
    monkeypatch.setattr(parquet, "LARGEST", 10_000)
    assert "expands to more than 10,000 bytes" in refused(written({"id": [str(n) for n in range(10_000)]}))


def test_long_texts_that_repeat_are_read_a_few_rows_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "IN_MEMORY", 100_000)
    data = written({"id": ["1"] * 500, "name": ["x" * 5_000] * 500})
    chunks = [one for one in read_chunks("f.parquet", stream=io.BytesIO(data)) if isinstance(one, Chunk)]
    assert max(len(chunk.lines) for chunk in chunks) <= 20
    assert sum(len(chunk.lines) for chunk in chunks) == 500


def test_lists_that_hold_too_much_in_one_row_group_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "IN_MEMORY", 100_000)
    assert "row group 1 has lists of 20,000 values" in refused(written({"id": ["1"], "email": [["x"] * 20_000]}))
