"""Dated values in flat files: a value and its days in columns, one row for each value of a record."""

import io
from typing import Any

import pytest

from mdm.entity_types import EntityType, parse
from mdm.errors import InvalidRules, UnreadableFile
from mdm.ingest import Columns, Incoming, Rejected, read
from mdm.ingest.mapping import parse_mapping
from mdm.ingest.mend import mended, read_again
from mdm.ingest.parts import parsed, written
from mdm.ingest.take import take

PERSON = parse(
    """
entity_type: person
id_prefix: per
attributes:
  name: {kind: text, required: true}
  limit: {kind: number, dated: true}
  desk: {kind: address, dated: true}
match: {block_on: [[name]], compare: [name]}
""",
    file="person.yaml",
)
CARD = parse(
    """
entity_type: card
id_prefix: crd
attributes:
  name: {kind: text, required: true}
  rates: {kind: lines, of: {role: {kind: text}, fee: {kind: number}}}
match: {block_on: [[name]], compare: [name]}
""",
    file="card.yaml",
)
HEADER = "id,name,limit,limit.valid_from,limit.valid_to\n"
MAPPING = """
rename: {Nr: id, N: name, L: limit, From: limit.valid_from, Till: limit.valid_to}
dates: {From: '%d.%m.%Y', Till: '%d.%m.%Y'}
inclusive: [Till]
"""


def taken(text: str, mapping: str | None = None, *, of: EntityType = PERSON) -> list[Any]:
    how = None if mapping is None else parse_mapping(mapping, of, file="m.yaml")
    rows = read("p.csv", stream=io.BytesIO(text.encode()))
    return list(take(rows, of, source="hcm", file="p.csv", columns=Columns(), mapping=how))


def values(text: str, name: str = "limit", mapping: str | None = None) -> list[Any]:
    return [one.attributes.get(name) for one in taken(text, mapping)]


def test_each_row_says_one_value_of_its_record_and_the_days_on_which_it_holds() -> None:
    text = HEADER + "1,Ann,100,2025-01-01,2026-01-01\n1,,200,2026-01-01,\n2,Bob,50,,\n3,Cleo,,,\n"
    assert values(text) == [
        [
            {"value": "100", "valid_from": "2025-01-01", "valid_to": "2026-01-01"},
            {"value": "200", "valid_from": "2026-01-01"},
        ],
        [{"value": "50"}],
        None,
    ]


def test_the_last_day_may_be_said_instead_of_the_end_and_in_a_systems_own_form() -> None:
    through = "id,name,limit.value,limit.valid_through\n1,Ann,100,2025-12-31\n"
    assert values(through) == [[{"value": "100", "valid_to": "2026-01-01"}]]
    mapped = "Nr,N,L,From,Till\n1,Ann,100,01.01.2025,31.12.2025\n"
    assert values(mapped, mapping=MAPPING) == [[{"value": "100", "valid_from": "2025-01-01", "valid_to": "2026-01-01"}]]


def test_lines_may_say_their_last_day_too() -> None:
    text = (
        "id,name,rates.role,rates.fee,rates.valid_from,rates.valid_through\n1,Ann,a,5,2025-01-01,2025-12-31\n1,,b,6,,\n"
    )
    first = {"role": "a", "fee": "5", "valid_from": "2025-01-01", "valid_to": "2026-01-01"}
    assert [one.attributes["rates"] for one in taken(text, of=CARD)] == [[first, {"role": "b", "fee": "6"}]]
    assert taken(text.replace("12-31", "13-31"), of=CARD)[0].column == "rates.valid_through"


def test_a_value_of_parts_has_a_column_for_each_beside_its_days() -> None:
    text = "id,name,desk.street,desk.city,desk.valid_from\n1,Ann,Seestr. 5,Zug,2025-01-01\n1,,Weg 1,Bonn,2026-01-01\n"
    assert values(text, "desk") == [
        [
            {"value": {"street": "Seestr. 5", "city": "Zug"}, "valid_from": "2025-01-01"},
            {"value": {"street": "Weg 1", "city": "Bonn"}, "valid_from": "2026-01-01"},
        ]
    ]


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ("1,Ann,100,2025-01-01,2026-01-01\n1,,200,2026-01-01,soon\n", (3, "limit.valid_to", "date")),
        ("1,Ann,100,2025-01-01,2024-01-01\n", (2, "limit.valid_to", "interval")),
        ("1,Ann,100,,\n2,Bob,50,,\n1,,200,2026-01-01,\n", (2, "id", "scattered_lines")),
        ("1,Ann,100,,\n1,Anne,200,2026-01-01,\n", (3, "name", "differs")),
        ("1,Ann,100,,\n1,,200,32.01.2026,\n", (3, "limit.valid_from", "date")),
    ],
)
def test_what_is_wrong_is_named_by_row_column_and_rule(rows: str, place: tuple[int, str, str]) -> None:
    found = next(one for one in taken(HEADER + rows) if isinstance(one, Rejected))
    assert (found.line, found.column, found.rule) == place


def test_a_rejected_record_is_mended_in_the_columns_of_its_file() -> None:
    [rejected] = taken(HEADER + "1,Ann,100,2025-01-01,2026-01-01\n1,,200,2026-01-01,soon\n")
    parts = mended(parsed(written(rejected.parts)), {"limit.valid_to@3": "2027-01-01"}, PERSON)
    again = read_again(parts, PERSON, source="hcm", file="p.csv", line=rejected.line, mapping=None)
    assert isinstance(again, Incoming)
    assert again.attributes["limit"][1] == {"value": "200", "valid_from": "2026-01-01", "valid_to": "2027-01-01"}


def test_a_value_given_twice_and_days_of_what_has_none_are_refused() -> None:
    with pytest.raises(UnreadableFile, match="take out one"):
        taken("id,name,limit,limit.value,limit.valid_from\n1,Ann,1,2,\n")
    with pytest.raises(UnreadableFile, match="no attribute of person"):
        taken("id,name,name.valid_from\n1,Ann,2026-01-01\n")
    with pytest.raises(InvalidRules, match="not the end of a line or a dated value"):
        parse_mapping("inclusive: [limit.valid_from]", PERSON, file="m.yaml")
