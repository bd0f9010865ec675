"""Dated lines on the command line: shown as tables, on a day, with where they came from, and exported."""

import csv
import json
from pathlib import Path

import pyarrow.parquet
import pytest

from tests.cli.conftest import Mdm
from tests.day_rates import ERP, PSA, RULES


@pytest.fixture
def golden_id(mdm: Mdm) -> str:
    """The golden ID of a rate card that two systems know."""
    Path("day_rate.yaml").write_text(RULES, encoding="utf-8")
    assert mdm("rules", "apply", "day_rate.yaml").code == 0
    for source, lines in (("erp", ERP), ("psa", PSA)):
        record = {"id": "1", "code": "RC-20261", "lines": lines}
        Path(f"{source}.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
        assert mdm("ingest", f"{source}.jsonl", "--source", source, "--type", "day_rate").code == 0
    return str(mdm("lookup", "erp", "day_rate", "1", "--json").json["golden_id"])


def test_lines_are_a_table_and_a_day_leaves_those_in_force(mdm: Mdm, golden_id: str) -> None:
    shown = mdm("golden", golden_id).out
    assert "valid_from" in shown
    assert all(rate in shown for rate in ("│ 80 ", "│ 118 ", "│ 120 ", "│ 125 ", "│ 130 "))
    on = mdm("golden", golden_id, "--on", "2025-03-01")
    assert "│ 120 " in on.out
    assert "│ 118 " not in on.out
    nothing = mdm("golden", golden_id, "--on", "2026-03-01")
    assert "valid_from" not in nothing.out
    assert mdm("golden", golden_id, "--on", "March").code == 1


def test_lineage_names_line_file_overlap_and_gap(mdm: Mdm, golden_id: str) -> None:
    shown = mdm("lineage", golden_id, "lines").out
    assert "lines 2024-06-01 to 2025-01-01" in shown
    assert "rate: 118" in shown
    assert "psa.jsonl" in shown
    assert "Overlaps: a record has several lines for one day" in shown
    assert "lines.1: currency: EUR, rate: 125" in shown
    assert "lines 2026-01-01 to 2027-01-01" in shown
    assert "Gaps" not in mdm("lineage", golden_id, "code").out


def test_lines_are_exported_as_json_in_csv_and_as_lists_in_parquet(mdm: Mdm, golden_id: str) -> None:
    lines = mdm("golden", golden_id, "--json").json["attributes"]["lines"]
    assert mdm("export", "--type", "day_rate", "--format", "csv", "out.csv").code == 0
    with Path("out.csv").open(encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    assert list(row) == ["golden_id", "version", "code", "lines", "crosswalk", "status"]
    assert json.loads(row["lines"]) == lines
    assert mdm("export", "--type", "day_rate", "--format", "parquet", "out.parquet").code == 0
    [record] = pyarrow.parquet.read_table("out.parquet").to_pylist()
    assert record["lines"] == lines
    assert record["crosswalk"] == [{"source": source, "source_id": "1"} for source in ("erp", "psa")]
    assert mdm("export", "--type", "day_rate", "--on", "2025-03-01", "out.jsonl").code == 0
    assert [line["rate"] for line in json.loads(Path("out.jsonl").read_text())["attributes"]["lines"]] == ["120"]
