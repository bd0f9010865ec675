import io

import pytest

from mdm.entity_types import parse
from mdm.errors import InvalidInput, InvalidRules
from mdm.ingest import Columns, Incoming, Rejected, read
from mdm.ingest.mapping import parse_mapping
from mdm.ingest.mend import mended, read_again
from mdm.ingest.parts import parsed, written
from mdm.ingest.take import take

CARD = parse(
    """
entity_type: card
id_prefix: crd
attributes:
  name: {kind: name, required: true}
  lines:
    kind: lines
    key: [role]
    of: {role: {kind: text}, rate: {kind: money, required: true}}
match: {block_on: [[name]], compare: [name]}
""",
    file="card.yaml",
)
HEADER = "id,name,lines.role,lines.rate\n"
MAPPING = """
rename: {Nr: id, N: name, R: lines.role, V: lines.rate, Till: lines.valid_to}
numbers: {V: {decimal: ","}}
dates: {Till: '%d.%m.%Y'}
inclusive: [Till]
"""


def taken(text: str, mapping: str | None = None) -> list[Incoming | Rejected]:
    how = None if mapping is None else parse_mapping(mapping, CARD, file="m.yaml")
    rows = read("c.csv", stream=io.BytesIO(text.encode()))
    return list(take(rows, CARD, source="psa", file="c.csv", columns=Columns(), mapping=how))


def only(text: str, mapping: str | None = None) -> Rejected:
    [rejected] = [one for one in taken(text, mapping) if isinstance(one, Rejected)]
    return rejected


def place(one: Rejected) -> tuple[int, str | None, str]:
    return one.line, one.column, one.rule


def again(rejected: Rejected, mapping: str | None = None, **given: str) -> Incoming | Rejected:
    """Mend a row as quarantine keeps it, and read it again."""
    assert rejected.parts is not None
    parts = mended(parsed(written(rejected.parts)), given, CARD)
    how = None if mapping is None else parse_mapping(mapping, CARD, file="m.yaml")
    return read_again(parts, CARD, source="psa", file="c.csv", line=rejected.line, mapping=how)


def test_consecutive_rows_of_one_id_are_one_record_with_a_line_each():
    first, second, third = taken(HEADER + "1,A,dev,100\n1,,mgr,200\n1,A,,\n2,B,dev,90\n3,C,,\n")
    assert first.attributes == {"name": "A", "lines": [{"role": "dev", "rate": "100"}, {"role": "mgr", "rate": "200"}]}
    assert (first.line, first.raw) == (2, "1,A,dev,100\n1,,mgr,200\n1,A,,\n")
    assert second.attributes["lines"] == [{"role": "dev", "rate": "90"}]
    assert third.attributes == {"name": "C"}


def test_versions_of_one_record_may_follow_one_another():
    text = "id,name,version,lines.role,lines.rate\n1,A,1,dev,1\n1,,,mgr,2\n1,A,2,dev,3\n2,B,1,dev,4\n1,A,3,dev,5\n"
    assert [(one.source_id, one.version, len(one.attributes["lines"])) for one in taken(text)] == [
        ("1", 1, 2), ("1", 2, 1), ("2", 1, 1), ("1", 3, 1),
    ]  # fmt: skip


def test_a_bad_line_rejects_the_record_in_one_entry_that_names_its_row_and_column():
    rejected = only(HEADER + "1,A,dev,100\n1,,mgr,\n1,,tester,7\n2,B,dev,90\n")
    assert place(rejected) == (3, "lines.rate", "required")
    assert rejected.detail == "lines.rate is required"
    assert rejected.raw == "1,A,dev,100\n1,,mgr,\n1,,tester,7\n"
    fixed = again(rejected, **{"lines.rate@3": "200"})
    assert [line["rate"] for line in fixed.attributes["lines"]] == ["100", "200", "7"]
    assert place(again(rejected)) == (3, "lines.rate", "required")


def test_a_cell_that_all_rows_share_is_set_in_one_or_in_all():
    rejected = only(HEADER + "1,,dev,5\n1,,mgr,5\n")
    assert place(rejected) == (2, "name", "required")
    assert again(rejected, name="A").attributes["name"] == "A"
    fixed = again(rejected, name="A", **{"lines.rate@3": "6"})
    assert [line["rate"] for line in fixed.attributes["lines"]] == ["5", "6"]
    with pytest.raises(InvalidInput, match=r"each their own lines.role; set one of lines.role@2, lines.role@3"):
        again(rejected, **{"lines.role": "x"})
    with pytest.raises(InvalidInput, match=r"has no column 'lines.rate@9'"):
        again(rejected, **{"lines.rate@9": "6"})


def test_a_cell_that_differs_between_the_rows_of_one_record_rejects_it():
    rejected = only(HEADER + "1,A,dev,1\n1,B,mgr,2\n")
    assert place(rejected) == (3, "name", "differs")
    assert again(rejected, **{"name@3": ""}).attributes["name"] == "A"


def test_an_id_that_comes_back_later_is_rejected_wherever_it_stands():
    first, whole, last = taken(HEADER + "1,A,dev,1\n2,B,dev,2\n1,A,mgr,3\n")
    assert isinstance(whole, Incoming)
    assert [place(one) for one in (first, last)] == [(2, "id", "scattered_lines"), (4, "id", "scattered_lines")]
    assert "others from line 4; sort the file by id" in first.detail
    assert "others from line 2" in last.detail


def test_a_ragged_row_rejects_its_record_and_can_be_put_right():
    rejected = only(HEADER + "1,A,dev,1\n1,A,mgr\n1,A,tester,3,x\n")
    assert place(rejected) == (3, None, "ragged_row")
    still = again(rejected, **{"lines.rate@3": "2"})
    assert still.detail == "cells left over: cell 5@4; put each column right and empty these"
    fixed = again(rejected, **{"lines.rate@3": "2", "cell 5@4": ""})
    assert len(fixed.attributes["lines"]) == 3


@pytest.mark.parametrize("bad", [",A,mgr,2\n", '"x"y,A,mgr,2\n'])
def test_a_row_that_tells_no_id_rejects_its_neighbours_too(bad):
    found = taken(HEADER + "1,A,dev,1\n" + bad + "2,B,dev,2\n3,C,dev,2\n")
    assert [one.rule if isinstance(one, Rejected) else one.source_id for one in found] == [
        "missing_id" if bad.startswith(",") else "malformed_row", "lost_line", "lost_line", "3",
    ]  # fmt: skip
    lost = found[1]
    assert lost.line == 3
    assert again(lost).source_id == "1"


def test_a_record_of_more_rows_than_any_has_is_rejected():
    rejected = only(HEADER + "1,A,dev,1\n" * 10_001)
    assert rejected.rule == "too_many"
    assert len(rejected.parts.lines) == 10_000


def test_a_mapping_fills_lines_and_turns_the_last_day_into_the_day_after():
    text = "Nr;N;R;V;Till\n1;A;dev;1,5;31.12.2024\n1;;mgr;2;31.12.9999\n1;;boss;3;\n"
    [record] = taken(text, MAPPING)
    assert record.attributes["lines"] == [
        {"role": "dev", "rate": "1.5", "valid_to": "2025-01-01"}, {"role": "mgr", "rate": "2"},
        {"role": "boss", "rate": "3"},
    ]  # fmt: skip


def test_a_row_that_a_mapping_refuses_is_mended_in_the_columns_of_its_file():
    rejected = only("Nr;N;R;V;Till\n1;A;dev;1,5;31.12.2024\n1;;mgr;2;2024-12-31\n", MAPPING)
    assert place(rejected) == (3, "Till", "date")
    assert again(rejected, MAPPING, **{"Till@3": "31.12.2025"}).attributes["lines"][1]["valid_to"] == "2026-01-01"
    assert place(again(rejected, MAPPING)) == (3, "Till", "date")
    missing = only("Nr;N;R;V;Till\n1;A;dev;;\n", MAPPING)
    assert place(missing) == (2, "V", "required")
    with pytest.raises(InvalidInput, match=r"has no column 'lines.rate'"):
        again(missing, MAPPING, **{"lines.rate": "1"})


def test_only_the_end_of_a_line_can_be_a_last_day():
    with pytest.raises(
        InvalidRules, match=r"/inclusive/0: 'name' is not the end of a line or a dated value; these are: lines.valid_to"
    ):
        parse_mapping("{rename: {N: name}, inclusive: [N]}", CARD, file="m.yaml")
