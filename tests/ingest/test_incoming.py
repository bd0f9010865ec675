import io

import pytest

from mdm.entity_types import parse, shipped
from mdm.errors import UnreadableFile
from mdm.ingest import Columns, Incoming, Rejected, each_item, incoming_records, read, time_text, version_value
from mdm.ingest.columns import id_column

CUSTOMER = parse(shipped()["customer"], file="customer.yaml")


def take(text: str, file: str = "c.csv", **columns: str) -> list[Incoming | Rejected]:
    found = read(file, stream=io.BytesIO(text.encode()))
    return list(each_item(incoming_records(found, CUSTOMER, source="crm", file=file, columns=Columns(**columns))))


def rules(found: list[Incoming | Rejected]) -> list[str]:
    return [one.rule if isinstance(one, Rejected) else one.source_id for one in found]


def refused(text: str, **columns: str) -> str:
    with pytest.raises(UnreadableFile) as caught:
        take(text, **columns)
    return caught.value.detail


def test_cells_become_attributes_with_objects_and_lists():
    (record,) = take(
        "id,name,email,address.street,address.city,website\n"
        "7, Acme Ltd ,a@example.com; b@example.com|,1 High St,Leeds,\n"
    )
    assert record == Incoming(
        "crm",
        "customer",
        "7",
        {
            "name": "Acme Ltd",
            "email": ["a@example.com", "b@example.com"],
            "address": {"street": "1 High St", "city": "Leeds"},
        },
        None,
        None,
        "put",
        2,
        "7, Acme Ltd ,a@example.com; b@example.com|,1 High St,Leeds,\n",
    )


@pytest.mark.parametrize("sign", [";", "|", ",", "\n"])
def test_a_cell_of_several_values_is_parted_where_its_kind_says(sign: str) -> None:
    (record,) = take(f'id,name,email\n1,"Acme, Ltd","a@x.example{sign} b@x.example{sign}"\n')
    assert isinstance(record, Incoming)
    assert record.attributes == {"name": "Acme, Ltd", "email": ["a@x.example", "b@x.example"]}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [(["source_id", "id", "record_id"], "record_id"), (["source_id", "id"], "id"), (["source_id", "x"], "source_id")],
)
def test_the_id_column_defaults_by_name(columns, expected):
    assert id_column(columns, None, "c.csv") == expected


def test_a_file_without_its_id_column_names_the_columns_there_are_and_the_nearest():
    assert "the columns are nr, name" in refused("nr,name\n1,Acme\n")
    detail = refused("account_no,name\n1,Acme\n", id="acount_no")
    assert "no column 'acount_no' for --id; the nearest is 'account_no'" in detail


def test_an_unknown_column_is_refused_with_the_nearest_attribute():
    detail = refused("id,name,taxid\n1,Acme,2\n")
    assert "column 'taxid' is no attribute of customer; the nearest is 'tax_id'; a --mapping file says" in detail
    assert "'address.street'" in refused("id,name,address.stret\n1,Acme,2\n")
    assert "take out one" in refused("id,name,address,address.city\n1,Acme,a,b\n")


def test_all_unknown_columns_are_named_at_once_as_a_mapping_would_take_them():
    detail = refused("id,Name,Kd: Nr,Owner,tax-id\n1,Acme,2,me,3\n")
    assert detail == (
        "c.csv: 4 columns are no attributes of customer; a --mapping file says what a column is (rename), or leaves it "
        'out (drop), such as rename: {"Name": "name", "tax-id": "tax_id"} and drop: ["Kd: Nr", "Owner"]'
    )


def test_missing_ids_are_rejected_with_their_line():
    found = take("id,name\n ,Acme\n2,Omega\n")
    assert rules(found) == ["missing_id", "2"]
    assert found[0].line == 2


def test_an_id_that_comes_twice_with_different_content_stands_as_it_came_first():
    assert rules(take("id,name\n1,Acme\n1,Omega\n1, Acme\n")) == ["1", "duplicate_id", "1"]


def test_an_id_may_come_twice_where_a_version_or_a_time_puts_them_in_order():
    assert rules(take("id,name,version\n1,Acme,1\n1,Omega,2\n")) == ["1", "1"]
    assert rules(take("id,name,seen\n1,Acme,2024-01-01\n1,Omega,2024-01-02\n", event_time="seen")) == ["1", "1"]


def test_versions_and_times_are_read_in_one_spelling():
    (record,) = take("id,name,nr,seen\n1,Acme,7,2024-03-01 10:00:00+01:00\n", version="nr", event_time="seen")
    assert (record.version, record.event_time) == (7, "2024-03-01T09:00:00.000000Z")


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [("version", "seven", "version"), ("event_time", "31/31/2020", "event_time"), ("deleted", "perhaps", "flag")],
)
def test_what_cannot_be_read_names_column_value_and_rule(column, value, rule):
    (found,) = take(f"id,name,{column}\n1,Acme,{value}\n")
    assert (found.column, found.value, found.rule) == (column, value, rule)
    assert str(found).startswith(f"c.csv: line 2: column {column}: ")


@pytest.mark.parametrize("word", ["true", "1", "YES"])
def test_a_deleted_record_is_a_tombstone_whatever_else_it_says(word):
    (record,) = take(f"id,name,deleted\n1,,{word}\n")
    assert (record.mode, record.attributes) == ("delete", {})


def test_a_row_of_another_source_is_not_taken_for_this_one():
    assert rules(take("id,source,name\n1,crm,Acme\n2,erp,Acme\n")) == ["1", "other_source"]


def test_required_and_unstorable_values_reject_their_row():
    found = take('id,name,tax_id\n1,,2\n2,"a\x07b",\n3,Acme,\n')
    assert rules(found) == ["required", "control_character", "3"]
    assert [one.column for one in found[:2]] == ["name", "name"]


def test_objects_are_attributes_or_whole_source_records():
    found = take(
        '{"id": 1, "name": "Acme", "email": ["a@example.com"], "address": {"city": "Leeds"}}\n'
        '{"source_id": "2", "source": "crm", "attributes": {"name": "Omega"}, "version": 3, "event_time": null}\n'
        '{"source_id": "3", "deleted": true}\n'
        '{"id": "4", "attributes": {"name": "X"}}\n'
        '{"name": "X"}\n'
        '{"id": 1.5, "name": "X"}\n'
        '{"id": 6, "nmae": "X"}\n'
        '{"id": 7, "name": "x\\u0000"}\n'
        '{"id": 8, "name": "X", "event_time": 17}\n',
        "c.jsonl",
    )
    assert rules(found) == [
        "1", "2", "3", "unknown_member", "missing_id", "id", "unknown_attribute", "control_character", "event_time",
    ]  # fmt: skip
    assert found[0].attributes["address"] == {"city": "Leeds"}
    assert (found[1].attributes, found[1].version) == ({"name": "Omega"}, 3)
    assert found[2].mode == "delete"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-03-01", "2024-03-01T00:00:00.000000Z"),
        ("2024-03-01T09:30:00.5", "2024-03-01T09:30:00.500000Z"),
        ("20240301T093000Z", "2024-03-01T09:30:00.000000Z"),
        ("2024-03-01T00:30:00+02:00", "2024-02-29T22:30:00.000000Z"),
    ],
)
def test_times_of_iso_8601_are_written_in_utc(value, expected):
    assert time_text(value) == expected
    assert time_text(expected) == expected


@pytest.mark.parametrize(
    "value", ["", "yesterday", "2024-13-01", "0001-01-01T00:00+14:00", "２０２４-01-01", 5, None, True]
)
def test_other_times_are_refused_in_words(value):
    with pytest.raises(ValueError, match=r"^is not a"):
        time_text(value)


def test_a_version_is_a_whole_number_or_a_time():
    assert version_value(" 12 ") == 12
    assert version_value(12) == 12
    assert version_value("2024-03-01") == "2024-03-01T00:00:00.000000Z"
    for wrong in ("1.5", "x", True, 1.5, None, 2**63):
        with pytest.raises(ValueError, match=r"^is "):
            version_value(wrong)


def test_a_loser_names_its_winner_and_needs_no_values_when_it_is_deleted_too():
    found = take("id,name,deleted,merged_into\n1,Acme,,\n2,Acme Ltd,,1\n3,,true, 1 \n4,Acme,,4\n")
    assert [(one.source_id, one.mode, one.merged_into) for one in found if isinstance(one, Incoming)] == [
        ("1", "put", None), ("2", "put", "1"), ("3", "delete", "1"),
    ]  # fmt: skip
    assert rules(found)[3] == "itself"


def test_lines_of_jsonl_name_their_winner_beside_the_attributes_or_among_them():
    found = take(
        '{"id": 1, "name": "Acme", "merged_into": 2}\n'
        '{"source_id": "3", "attributes": {"name": "Acme"}, "merged_into": "2"}\n',
        file="c.jsonl",
    )
    assert [one.merged_into for one in found if isinstance(one, Incoming)] == ["2", "2"]


def test_an_attribute_may_be_named_merged_into():
    document = shipped()["customer"].replace("attributes:", "attributes:\n  merged_into: {kind: text}", 1)
    rows = read("c.csv", stream=io.BytesIO(b"id,name,merged_into\n1,Acme,1\n"))
    own = parse(document, file="customer.yaml")
    (record,) = each_item(incoming_records(rows, own, source="crm", file="c.csv", columns=Columns()))
    assert isinstance(record, Incoming)
    assert (record.merged_into, record.attributes["merged_into"]) == (None, "1")
