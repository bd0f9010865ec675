"""Which records a snapshot file holds: a row that is rejected for anything but its id counts as there."""

import io

import pytest

from mdm.entity_types import EntityType, parse, shipped
from mdm.errors import UnreadableFile
from mdm.ingest import Columns, read
from mdm.ingest.mapping import parse_mapping
from mdm.ingest.presence import Expected, ids_of

CUSTOMER = parse(shipped()["customer"], file="customer.yaml")


def ids(
    text: str, *, file: str = "c.csv", mapping: str | None = None, of: EntityType = CUSTOMER, **columns: str
) -> list[str | None]:
    rows = read(file, stream=io.BytesIO(text.encode()))
    how = None if mapping is None else parse_mapping(mapping, CUSTOMER, file="m.yaml")
    return list(ids_of(rows, Expected(of, "crm"), columns=Columns(**columns), mapping=how, file=file))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id,name\n1,Acme\n 2 ,\n", ["1", "2"]),
        ("id,name\n1\n2,a,b\n", ["1", "2"]),
        ("name,id\nAcme\n", [None]),
        ("id,name\n,Acme\n", [None]),
        ('id,name\n1,"Acme\n', [None]),
        ("name,version\nx,1\n", None),
    ],
)
def test_ids_are_read_where_they_can_be(text: str, expected: list[str | None] | None) -> None:
    if expected is None:
        with pytest.raises(UnreadableFile, match="no id column"):
            ids(text)
    else:
        assert ids(text) == expected


def test_the_id_column_may_be_named() -> None:
    assert ids("nr,id\n7,1\n", id="nr") == ["7"]


def test_lines_of_jsonl_that_are_no_objects_have_no_id() -> None:
    lines = '{"id": 1}\n{"source_id": "2", "attributes": {}}\n{"name": "x"}\n[1]\n{"id": \n'
    assert ids(lines, file="c.jsonl") == ["1", "2", None, None, None]


@pytest.mark.parametrize(
    "mapping",
    [
        "{rename: {Nr: id, Stand: event_time}, dates: {Stand: '%d.%m.%Y'}}",
        "{split: [{column: Nr, by: '-', into: [id, name]}], drop: [Stand]}",
        "{concatenate: [{columns: [Nr, Ort], by: '', into: id}], drop: [Stand]}",
    ],
)
def test_through_a_mapping_only_what_makes_the_id_must_be_right(mapping: str) -> None:
    text = "Nr;Stand;Ort\nA-B;soon;\n"
    assert ids(text, mapping=mapping) == ["A-B" if "split" not in mapping else "A"]


def test_an_id_that_the_mapping_cannot_make_is_none() -> None:
    mapping = "{split: [{column: Nr, by: '-', into: [id, name]}]}"
    assert ids("Nr;x\nA\n", mapping=mapping) == [None]


@pytest.mark.parametrize(
    "mapping",
    [None, "{rename: {id: id, org: instance}, drop: [name]}", "{constant: {instance: P9}, drop: [name, org]}"],
)
def test_rows_of_another_instance_hold_no_record_of_this_one(mapping: str | None) -> None:
    declared = parse(shipped()["customer"] + "sources: {crm: {instance: P1}}\n", file="customer.yaml")
    column = "instance" if mapping is None else "org"
    expected = [None, None, None] if mapping and "constant" in mapping else ["1", None, "3"]
    assert ids(f"id,name,{column}\n1,a,P1\n2,b,P2\n3,c,\n", mapping=mapping, of=declared) == expected
