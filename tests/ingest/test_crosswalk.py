"""Crosswalk files: rows of an old master's ids, and what is wrong with those that cannot be taken."""

import io

import pytest

from mdm.entity_types import parse, shipped
from mdm.errors import InvalidInput, UnreadableFile
from mdm.ingest import Rejected, read
from mdm.ingest.crosswalk import CrosswalkRow, crosswalk_rows, mended_crosswalk
from mdm.ingest.parts import Parts, parsed, written
from mdm.log import Key

TYPES = {name: parse(shipped()[name], file=f"{name}.yaml") for name in ("customer", "legal_entity")}
HEADER = "source,entity_type,source_id,master_id\n"


def take(text: str, file: str = "x.csv") -> list[CrosswalkRow | Rejected]:
    rows = read(file, stream=io.BytesIO(text.encode()))
    return list(crosswalk_rows(rows, entity_types=TYPES, master="master", file=file))


def test_rows_name_a_key_and_the_old_id_or_none() -> None:
    assert take(HEADER + "crm,customer, 1 ,M1\nerp,customer,2,\n") == [
        CrosswalkRow(Key("crm", "customer", "1"), "M1", 2, "crm,customer, 1 ,M1\n"),
        CrosswalkRow(Key("erp", "customer", "2"), None, 3, "erp,customer,2,\n"),
    ]


@pytest.mark.parametrize("master_id", ["7", '"7"'])
def test_lines_of_jsonl_are_taken_alike(master_id: str) -> None:
    line = f'{{"source": "crm", "entity_type": "customer", "source_id": 1, "master_id": {master_id}}}\n'
    (row,) = take(line, "x.jsonl")
    assert isinstance(row, CrosswalkRow)
    assert (row.key, row.master_id) == (Key("crm", "customer", "1"), "7")


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        (",customer,1,M1", "source", "required"),
        ("crm,,1,M1", "entity_type", "required"),
        ("crm,custmer,1,M1", "entity_type", "entity_type"),
        ("crm,customer,,M1", "source_id", "missing_id"),
        ("a:b,customer,1,M1", "source", "key"),
        (f"crm,customer,1,{'9' * 1001}", "master_id", "id"),
        ("master,customer,M1,M1", "master_id", "itself"),
        ("crm,customer,1", None, "ragged_row"),
    ],
)
def test_a_row_that_cannot_be_taken_names_column_and_rule(row: str, column: str | None, rule: str) -> None:
    (rejected,) = take(HEADER + row + "\n")
    assert isinstance(rejected, Rejected)
    assert (rejected.line, rejected.rule) == (2, rule)
    assert column is None or rejected.column == column
    assert rejected.parts is not None
    assert parsed(written(rejected.parts)).crosswalk


def test_an_object_without_an_old_id_or_with_other_members_is_rejected() -> None:
    found = take('{"source": "crm", "entity_type": "customer", "source_id": "1"}\n{"sorce": "crm"}\n', "x.jsonl")
    assert [one.rule for one in found if isinstance(one, Rejected)] == ["required", "unknown_member"]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("source,entity_type,source_id", "no column 'master_id'"),
        ("source,entity_type,sourceid,master_id", "no column 'source_id'; the nearest is 'sourceid'"),
        ("source,entity_type,source_id,master_id,label", "column 'label' is nothing a crosswalk has"),
    ],
)
def test_a_file_with_other_columns_is_refused_as_a_whole(header: str, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        take(f"{header}\n{','.join('x' * (header.count(',') + 1))}\n")


def test_a_rejected_row_is_mended_in_its_own_columns_only() -> None:
    parts = Parts({"source": "crm", "cell 5": "x"}, crosswalk=True)
    assert mended_crosswalk(parts, {"source_id": "1", "cell 5": ""}).values == {"source": "crm", "source_id": "1"}
    with pytest.raises(InvalidInput, match="no column 'sorce'"):
        mended_crosswalk(parts, {"sorce": "crm"})


def test_parts_kept_before_there_were_crosswalks_are_read() -> None:
    assert parsed('[{"id": "1"}, false, [null, null, null]]') == Parts({"id": "1"})
