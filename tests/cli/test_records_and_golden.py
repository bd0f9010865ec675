"""Taking records in, looking them up, and asking what is true and why."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import orjson
import pyarrow.parquet
import pytest

from tests.cli.conftest import CUSTOMERS, Mdm

GoldenId = Callable[[str, str], str]


def test_what_was_taken_in_can_be_looked_up(loaded: Mdm) -> None:
    found = loaded("lookup", "crm", "customer", "1", "--json").json
    assert found["status"] == "active"
    assert found["crosswalk"] == [{"source": "crm", "source_id": "1"}, {"source": "erp", "source_id": "1"}]
    assert found["golden_id"] in loaded("lookup", "erp", "customer", "1").out


def test_lookup_shows_one_target_only(loaded: Mdm) -> None:
    found = loaded("lookup", "crm", "customer", "1", "--target", "erp", "--json").json
    assert found["crosswalk"] == [{"source": "erp", "source_id": "1"}]


def test_what_never_arrived_is_refused_in_one_line(loaded: Mdm) -> None:
    ran = loaded("lookup", "crm", "customer", "404")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "mdm: no source record 'crm:customer:404' has arrived\n"


def test_the_same_file_again_changes_nothing(loaded: Mdm) -> None:
    again = loaded("ingest", "crm.csv", "--source", "crm", "--type", "customer", "--json").json["files"]
    assert [(one["rows"], one["accepted"], one["unchanged"], one["same"]) for one in again] == [(2, 0, 2, True)]
    shown = loaded("ingest", "crm.csv", "--source", "crm", "--type", "customer").out
    assert "crm.csv: every row was there already; nothing has changed" in shown


@pytest.mark.parametrize(
    ("source", "words"), [("a:b", "a colon"), ("", "blank"), (" crm", "a space"), ("x" * 101, "101 characters")]
)
def test_a_file_of_what_no_source_can_be_called_is_refused(mdm: Mdm, source: str, words: str) -> None:
    """Its keys would be read as those of another source, and no other way in takes it."""
    Path("crm.csv").write_text(CUSTOMERS, encoding="utf-8")
    of = ("--source", source, "--type", "customer")
    for command in (("crm.csv", *of), ("crm.csv", *of, "--preview"), ("crm.csv", *of, "--snapshot")):
        ran = mdm("ingest", *command)
        assert (ran.code, ran.err.startswith("mdm: source "), words in ran.err) == (1, True, True)
    assert mdm("stats", "--json").json["entity_types"]["customer"]["source_records"] == 0


def test_an_old_master_and_a_key_are_of_a_source_that_can_be_called_so(mdm: Mdm) -> None:
    Path("old.csv").write_text("source,entity_type,source_id,master_id\ncrm,customer,1,M1\n", encoding="utf-8")
    for command in (("ingest", "--crosswalk", "old.csv"), ("key", "create", "--role", "source")):
        assert "source must not hold a colon" in mdm(*command, "--source", "a:b").err


def test_rows_that_are_older_than_what_there_is_of_their_records_are_told(mdm: Mdm) -> None:
    ingest = ("ingest", "crm.csv", "--source", "crm", "--type", "customer")
    Path("crm.csv").write_text("id,name,modified\n1,Acme,2026-03-01\n2,Bravo,2026-03-01\n", encoding="utf-8")
    assert mdm(*ingest, "--event-time", "modified", "--json").json["files"][0]["older"] == 0
    Path("crm.csv").write_text("id,name\n1,Acme Ltd\n2,Bravo\n3,Corvus\n", encoding="utf-8")
    ran = mdm(*ingest)
    assert (ran.code, "2 of 3 accepted rows are older" in " ".join(ran.out.split())) == (0, True)
    assert "Acme Ltd" not in mdm("export", "--type", "customer", "-").out


def test_the_same_file_again_with_rejected_rows_is_the_same_too(mdm: Mdm) -> None:
    Path("bad.csv").write_text("id,name\n1,Acme\n2,\n", encoding="utf-8")
    ingest = ("ingest", "bad.csv", "--source", "crm", "--type", "customer", "--json")
    assert [mdm(*ingest).json["files"][0]["same"] for _ in range(2)] == [False, True]
    Path("bad.csv").write_text("id,name\n1,Acme\n3,\n", encoding="utf-8")
    assert not mdm(*ingest).json["files"][0]["same"]


def test_no_resolve_acknowledges_and_leaves_golden_records_to_the_next_who_resolves(mdm: Mdm) -> None:
    Path("crm.csv").write_text(CUSTOMERS, encoding="utf-8")
    ran = mdm("ingest", "crm.csv", "--source", "crm", "--type", "customer", "--no-resolve")
    assert (ran.code, "Taken in, to be resolved" in ran.out) == (0, True)
    waiting = mdm("lookup", "crm", "customer", "1", "--json")
    assert (waiting.code, waiting.json["golden_id"], waiting.json["crosswalk"]) == (0, None, [])
    assert mdm("ingest", "crm.csv", "--source", "erp", "--type", "customer").code == 0
    found = mdm("lookup", "crm", "customer", "1", "--json").json
    assert found["crosswalk"] == [{"source": "crm", "source_id": "1"}, {"source": "erp", "source_id": "1"}]


def test_a_summary_and_a_preview_say_how_a_file_was_read(mdm: Mdm) -> None:
    text = "Kunden;\nid;name\n1;Müller Söhne\n2;Größe Straßenbau\n3;Köln Düsseldorf\n"
    Path("a.csv").write_bytes(text.encode("cp1252"))
    named = ("ingest", "a.csv", "--source", "crm", "--type", "customer")
    found = {"encoding": "cp1252", "delimiter": ";", "sheet": None, "header_line": 2}
    for one in (mdm(*named, "--preview", "--json").json, mdm(*named, "--json").json):
        assert one["files"][0].items() >= found.items()
    assert "Read as: encoding cp1252, parted by semicolons, header in line 2." in mdm(*named, "--preview").out
    assert "a.csv: encoding cp1252, parted by semicolons, header in line 2" in mdm(*named).out


def test_a_sheet_of_a_workbook_can_be_named(mdm: Mdm) -> None:
    book = openpyxl.Workbook()
    for sheet, name in ((book.active, "Acme"), (book.create_sheet("Other"), "Omega")):
        sheet.append(["id", "name"])
        sheet.append([100042, name])
    book.save("b.xlsx")
    named = ("ingest", "b.xlsx", "--source", "crm", "--type", "customer")
    ran = mdm(*named)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "name one with --sheet" in ran.err
    assert "b.xlsx: sheet Other" in mdm(*named, "--sheet", "Other").out
    golden = mdm("lookup", "crm", "customer", "100042", "--json").json["golden_id"]
    assert mdm("golden", golden, "--json").json["attributes"]["name"] == "Omega"


def test_records_come_from_standard_input_too(mdm: Mdm) -> None:
    ran = mdm("ingest", "-", "--source", "crm", "--type", "customer", "--json", stdin=CUSTOMERS)
    assert ran.json["files"][0]["accepted"] == 2


def test_columns_can_be_named(mdm: Mdm) -> None:
    Path("a.csv").write_text("account,rev,changed,name\nA1,3,2026-01-01,Acme Ltd\n", encoding="utf-8")
    named = ("--id", "account", "--version", "rev", "--event-time", "changed")
    assert mdm("ingest", "a.csv", "--source", "crm", "--type", "customer", *named).code == 0
    assert mdm("lookup", "crm", "customer", "A1").code == 0


def test_rows_that_cannot_be_taken_are_kept_and_the_others_count(mdm: Mdm) -> None:
    Path("bad.csv").write_text("id,name\n1,Acme Ltd\n2,\n,Nameless\n", encoding="utf-8")
    ran = mdm("ingest", "bad.csv", "--source", "crm", "--type", "customer", "--json")
    assert ran.code == 1
    assert ran.json["files"][0]["quarantined"] == 2
    assert ran.err == "mdm: 2 of 3 rows were refused and kept: see `mdm quarantine list`\n"
    kept = mdm("quarantine", "list", "--json").json["items"]
    assert sorted((one["line"], one["file"]) for one in kept) == [(3, "bad.csv"), (4, "bad.csv")]
    assert mdm("quarantine", "show", kept[0]["id"], "--json").json == kept[0]
    assert "bad.csv" in mdm("quarantine", "list").out
    assert "bad.csv" in mdm("quarantine", "show", kept[0]["id"]).out
    assert mdm("lookup", "crm", "customer", "1").code == 0


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("missing.csv", None, "No such file"),
        ("empty.csv", b"", "empty"),
        ("twice.csv", b"id,name,name\n1,a,b\n", "name"),
        ("half.csv", "id,name\n1,Müller GmbH\n".encode("utf-16")[:-1], "is not utf-16, as the file begins"),
        ("book.xlsx", b"PK", "is no workbook"),
        ("book.xls", b"", "save the workbook as .xlsx"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_and_leaves_nothing(
    mdm: Mdm, file: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        Path(file).write_bytes(content)
    ran = mdm("ingest", file, "--source", "crm", "--type", "customer")
    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1
    assert mdm("export", "--type", "customer", "-").out == ""


def test_an_unknown_entity_type_names_the_nearest(mdm: Mdm) -> None:
    ran = mdm("ingest", "a.csv", "--source", "crm", "--type", "custmer")
    assert ran.code == 1
    assert "did you mean 'customer'" in ran.err


def test_golden_shows_the_record_and_where_it_was_at_a_position(loaded: Mdm, golden_id: GoldenId) -> None:
    id_ = golden_id("crm", "1")
    now = loaded("golden", id_, "--json").json
    assert len(now["crosswalk"]) == 2
    first = loaded("lookup", "crm", "customer", "1", "--json").json["since"]
    assert len(loaded("golden", id_, "--as-of", first, "--json").json["crosswalk"]) == 1
    assert "Waldsee" in loaded("golden", id_).out


def test_golden_says_in_one_line_that_nothing_is_left_of_an_id(mdm: Mdm, tmp_path: Path) -> None:
    key = {"source": "crm", "entity_type": "customer", "source_id": "1"}
    for said in ({"attributes": {"name": "Alder Consulting"}}, {"deleted": True}):
        path = tmp_path / "crm.jsonl"
        path.write_bytes(orjson.dumps({**key, **said}))
        assert mdm("ingest", path, "--source", "crm", "--type", "customer").code == 0
    golden_id = mdm("lookup", "crm", "customer", "1", "--json").json["golden_id"]
    assert mdm("golden", golden_id).out.startswith(f"{golden_id} (retired), version 2\n")


def test_lineage_names_winner_losers_file_and_line(loaded: Mdm, golden_id: GoldenId) -> None:
    id_ = golden_id("crm", "1")
    entry = loaded("lineage", id_, "name", "--json").json["lineage"]["name"]
    assert {entry["winner"]["file"], entry["losers"][0]["file"]} == {"crm.csv", "erp.csv"}
    shown = loaded("lineage", id_).out
    assert "wins" in shown
    assert "loses" in shown
    nothing = loaded("lineage", id_, "nmae")
    assert nothing.code == 1
    assert "'name'" in nothing.err


def test_why_sums_to_the_whole(loaded: Mdm) -> None:
    pair = ("crm:customer:1", "erp:customer:1")
    found = loaded("why", *pair, "--json").json
    assert found["prior"] + sum(one["weight"] for one in found["comparisons"]) == pytest.approx(found["match_weight"])
    assert "bits" in loaded("why", *pair).out


def test_export_writes_every_format_whole(loaded: Mdm) -> None:
    assert loaded("export", "--type", "customer", "--format", "csv", "out.csv", "--json").json["golden_records"] == 2
    lines = Path("out.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("golden_id,version,name,tax_id")
    assert len(lines) == 3
    assert "crm:1; erp:1" in lines[1]
    assert not Path("out.csv.part").exists()
    ids = [line.split('"')[3] for line in loaded("export", "--type", "customer", "-").out.splitlines()]
    assert ids == sorted(ids)
    assert len(ids) == 2
    assert loaded("export", "--type", "customer", "--format", "parquet", "out.parquet").code == 0
    table = pyarrow.parquet.read_table("out.parquet")
    assert table.column_names == lines[0].split(",")
    assert table["golden_id"].to_pylist() == ids
    assert table["email"].to_pylist()[0] == ["info@waldsee.example"]
    assert table["address.city"].to_pylist()[0] == "München"
    assert not Path("out.parquet.part").exists()


def test_export_says_what_it_cannot_write(loaded: Mdm) -> None:
    nowhere = loaded("export", "--type", "customer", "no/such/folder/out.jsonl")
    assert nowhere.code == 1
    assert "cannot be written" in nowhere.err


def test_values_cannot_steer_the_terminal(mdm: Mdm) -> None:
    Path("a.csv").write_text("id,name\n1,[red]Acme[/red] \x1b[2J Ltd\n", encoding="utf-8")
    mdm("ingest", "a.csv", "--source", "crm", "--type", "customer")
    shown = mdm("quarantine", "list").out + mdm("export", "--type", "customer", "-").out
    assert "\x1b" not in shown


def test_a_preview_shows_rows_as_stored_and_writes_nothing(mdm: Mdm) -> None:
    Path("a.csv").write_text("id,Firm\n1,Acme Ltd\n2,\n3,Omega\n", encoding="utf-8")
    Path("m.yaml").write_text("rename: {Firm: name}\n", encoding="utf-8")
    named = ("a.csv", "--source", "crm", "--type", "customer", "--mapping", "m.yaml")
    ran = mdm("ingest", *named, "--preview", "--rows", 2, "--json")
    [shown] = ran.json["files"]
    assert (ran.code, shown["more"]) == (1, True)
    assert [one["status"] for one in shown["rows"]] == ["accepted", "rejected"]
    assert shown["rows"][0]["attributes"] == {"name": "Acme Ltd"}
    assert (shown["rows"][1]["column"], shown["rows"][1]["rule"]) == ("Firm", "required")
    assert mdm("lookup", "crm", "customer", "1").code == 1
    assert mdm("quarantine", "list", "--json").json["items"] == []
    assert mdm("ingest", *named, "--json").json["files"][0]["accepted"] == 2


def test_what_is_required_and_lacking_is_said_of_a_golden_record(mdm: Mdm, tmp_path: Path) -> None:
    key = {"source": "crm", "entity_type": "customer", "source_id": "1"}
    path = tmp_path / "crm.jsonl"
    path.write_bytes(orjson.dumps({**key, "partial": True, "attributes": {"website": "https://lone.example"}}))
    assert mdm("ingest", path, "--source", "crm", "--type", "customer").code == 0
    golden_id = mdm("lookup", "crm", "customer", "1", "--json").json["golden_id"]
    assert mdm("golden", golden_id, "--json").json["missing"] == ["name"]
    assert "Required, and no valid value is there: name" in mdm("golden", golden_id).out
