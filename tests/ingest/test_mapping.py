import io

import pytest

from mdm.entity_types import parse, shipped
from mdm.errors import InvalidRules, UnreadableFile
from mdm.ingest import Columns, Incoming, Rejected, each_item, incoming_records, read
from mdm.ingest.formats import number_format
from mdm.ingest.mapped import mapped, named_as_in_file
from mdm.ingest.mapping import parse_mapping

CUSTOMER = parse(shipped()["customer"], file="customer.yaml")


def taken(mapping: str, text: str, file: str = "c.csv") -> list[object]:
    how = parse_mapping(mapping, CUSTOMER, file="m.yaml")
    rows = mapped(read(file, stream=io.BytesIO(text.encode())), how, file=file)
    items = each_item(incoming_records(rows, CUSTOMER, source="crm", file=file, columns=Columns()))
    return [named_as_in_file(one, how) if isinstance(one, Rejected) else one for one in items]


def attributes(mapping: str, text: str, file: str = "c.csv") -> dict[str, object]:
    [one] = taken(mapping, text, file)
    assert isinstance(one, Incoming), one
    return one.attributes


def refused(mapping: str) -> str:
    with pytest.raises(InvalidRules) as caught:
        parse_mapping(mapping, CUSTOMER, file="m.yaml")
    return caught.value.detail


@pytest.mark.parametrize(
    ("mapping", "text", "expected"),
    [
        ("rename: {Firm: name, Town: address.city}", "id,Firm,Town\n1,A,B\n", {"name": "A", "address": {"city": "B"}}),
        ("constant: {address.country: DE}", "id,name\n1,A\n", {"name": "A", "address": {"country": "DE"}}),
        ("split: [{column: x, by: '|', into: [name, tax_id]}]", "id,x\n1,A | B\n", {"name": "A", "tax_id": "B"}),
        ("concatenate: [{columns: [a, b], into: name}]", "id,a,b\n1,A,B\n", {"name": "A B"}),
        ("concatenate: [{columns: [a, b], into: name}]", "id,a,b\n1,,B\n", {"name": "B"}),
        ("many: {email: /}", "id,name,email\n1,A,a@x.example/b@x.example\n",
         {"name": "A", "email": ["a@x.example", "b@x.example"]}),
        ("drop: [note]", "id,name,note\n1,A,old\n", {"name": "A"}),
        ("{numbers: {x: {decimal: ',', thousands: .}}, rename: {x: name}}", "id;x\n1;-1.234,5\n", {"name": "-1234.5"}),
    ],
)  # fmt: skip
def test_each_rule_makes_attributes_of_columns(mapping, text, expected):
    assert attributes(mapping, text) == expected


def test_lines_of_jsonl_are_mapped_alike():
    mapping = "{rename: {Firm: name, Town: address.city}, many: {email: /}, drop: [x]}"
    line = '{"id": 1, "Firm": "A", "Town": "B", "email": "a@x.example/b@x.example", "x": [1]}\n'
    expected = {"name": "A", "address": {"city": "B"}, "email": ["a@x.example", "b@x.example"]}
    assert attributes(mapping, line, "c.jsonl") == expected


def test_a_date_and_a_flag_order_and_delete_a_record():
    mapping = """
    rename: {Changed: event_time, Gone: deleted}
    dates: {Changed: "%d.%m.%Y %H:%M"}
    booleans: {Gone: {when_true: [ja], when_false: [nein]}}
    """
    [one] = taken(mapping, "id,name,Changed,Gone\n1,A,01.03.2024 09:30,Ja\n")
    assert (one.event_time, one.mode) == ("2024-03-01T09:30:00.000000Z", "delete")


@pytest.mark.parametrize(
    ("mapping", "text", "place"),
    [
        ("{rename: {D: event_time}, dates: {D: '%d.%m.%Y'}}", "id,name,D\n1,A,2024-03-01\n", (2, "D", "date")),
        ("{rename: {N: name}, numbers: {N: {}}}", 'id,N\n1,"1,5"\n', (2, "N", "number")),
        ("{rename: {B: deleted}, booleans: {B: {when_true: [ja], when_false: [nein]}}}", "id,name,B\n1,A,x\n",
         (2, "B", "boolean")),
        ("split: [{column: X, by: '|', into: [name, tax_id]}]", "id,X\n1,A\n", (2, "X", "split")),
        ("rename: {Firm: name}", "id,Firm\n1,\n", (2, "Firm", "required")),
    ],
)  # fmt: skip
def test_what_a_rule_cannot_read_rejects_its_row_only_and_names_the_column_of_the_file(mapping, text, place):
    [one] = taken(mapping, text)
    assert (one.line, one.column, one.rule) == place
    assert one.raw == text.partition("\n")[2]


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ("renam: {a: name}", "/renam: unknown key 'renam'; the nearest is 'rename'"),
        ("rename: {a: nmae}", "/rename/a: 'nmae' is no attribute of customer; the nearest is 'name'"),
        ("rename: {a: name, b: name}", "'name' is filled more than once"),
        ("rename: {a: address, b: address.city}", "both as a whole and by its fields"),
        ("{rename: {a: name}, drop: [a]}", "column 'a' is both dropped and used"),
        ("constant: {address.country: NO}", "put it in quotes"),
        ("dates: {a: dd.mm.yyyy}", "is no pattern"),
        ("many: {name: /}", "'name' takes one value; these take several: email, phone"),
        ("rename: {a: name}\nrename: {b: name}", "line 2, column 1: 'rename' is given twice"),
        ("[]", "the document is not a mapping"),
    ],
)
def test_a_slip_in_the_mapping_is_named_with_what_was_meant(mapping, words):
    assert words in refused(mapping)


def test_a_column_that_is_not_there_or_fills_a_target_twice_refuses_the_file():
    with pytest.raises(UnreadableFile, match="no column 'Frm', which the mapping names under rename; the nearest is"):
        taken("rename: {Frm: name}", "id,Firm\n1,A\n")
    with pytest.raises(UnreadableFile, match="'name' is filled by column 'name' and by another"):
        taken("constant: {name: A}", "id,name\n1,B\n")


@pytest.mark.parametrize(
    ("mapping", "cell", "expected"),
    [
        ("dates: {event_time: epoch_s}", "1772357400", "2026-03-01T09:30:00.000000Z"),
        ("dates: {event_time: epoch_ms}", "1772357400250", "2026-03-01T09:30:00.250000Z"),
        ("dates: {event_time: epoch_s}", "-1", "1969-12-31T23:59:59.000000Z"),
        ("dates: {event_time: json_date}", "/Date(1772357400000+0100)/", "2026-03-01T09:30:00.000000Z"),
        ("dates: {event_time: json_date}", "1772357400000", "date"),
        ("dates: {event_time: epoch_s}", "2026-03-01", "date"),
        ("dates: {event_time: epoch_ms}", "999999999999999", "date"),
        ("dates: {event_time: excel_days}", "46082", "2026-03-01T00:00:00.000000Z"),
        ("dates: {event_time: excel_days}", "46082.395833333336", "2026-03-01T09:30:00.000000Z"),
        ("dates: {event_time: excel_days}", "46082.3958333333", "2026-03-01T09:30:00.000000Z"),
        ("dates: {event_time: excel_days}", "61", "1900-03-01T00:00:00.000000Z"),
        ("dates: {event_time: excel_days}", "60", "date"),
        ("dates: {event_time: excel_days}", "9999999", "date"),
        ("dates: {event_time: excel_days}", "1.3.2026", "date"),
    ],
)
def test_times_that_are_counted_are_read_as_text_and_as_numbers(mapping, cell, expected):  # type: ignore[no-untyped-def]
    lines = [f'{{"id": "1", "name": "Acme", "event_time": "{cell}"}}\n']
    if cell.isdigit():
        lines.append(f'{{"id": "2", "name": "Acme", "event_time": {cell}}}\n')
    for one in taken(mapping, "".join(lines), "c.jsonl"):
        assert (one.rule if isinstance(one, Rejected) else one.event_time) == expected  # type: ignore[attr-defined]


def test_a_day_and_a_time_of_their_own_columns_are_one_time():
    mapping = """
    concatenate: [{columns: [Day, Time], by: T, into: event_time}]
    booleans: {deleted: {when_true: ["T"], when_false: ["F"]}}
    """
    (one,) = taken(mapping, "id,name,Day,Time,deleted\n1,Acme,2026-03-01,09:30:00,F\n")
    assert (one.event_time, one.mode) == ("2026-03-01T09:30:00.000000Z", "put")  # type: ignore[attr-defined]


@pytest.mark.parametrize(("cell", "expected"), [("12345", "123.45"), ("5", "0.05"), ("-1200", "-12.00"), ("0", "0.00")])
def test_amounts_in_minor_units_get_their_decimals(cell: str, expected: str) -> None:
    assert number_format(".", "", 2)(cell) == expected


def test_losers_listed_with_a_survivor_are_several_ids():
    mapping = "rename: {merged_ids: merged_from, by: origin, born: created}\nmany: {merged_ids: '|'}"
    (one,) = taken(mapping, "id,name,merged_ids,by,born\n9,Acme,2| 1,hub,2026-03-01\n")
    assert (one.merged_from, one.origin, one.created) == (("1", "2"), "hub", "2026-03-01T00:00:00Z")  # type: ignore[attr-defined]
