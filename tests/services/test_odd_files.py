"""Deduplicating files as departments send them, without rules: what is in them is found, or said to be lost."""

import csv
import json
import random
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import parquet

from mdm.errors import UnreadableFile
from mdm.ingest.wanted import Wanted
from mdm.services.files.dedupe import Job, Outputs, Report, dedupe


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*files: str, **more: object) -> Report:
    return dedupe(Job(files, outputs=Outputs("clusters.csv", "pairs.csv", "golden.csv", "model.yaml"), **more))


def table(file: str) -> list[dict[str, str]]:
    with Path(file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def together() -> list[list[str]]:
    """The ids of each cluster, in the order of the file."""
    found: dict[str, list[str]] = {}
    for row in table("clusters.csv"):
        found.setdefault(row["cluster_id"], []).append(row["record_id"])
    return list(found.values())


def written(name: str, *lines: str) -> str:
    Path(name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return name


@pytest.mark.parametrize("sign", ["; ", "|", ", ", "\n"])
def test_each_value_of_a_cell_with_several_is_evidence_and_survives(sign):
    run(
        written(
            "records.csv",
            "id,name,email,phone",
            f'1,Anna Meier,"a@x.example{sign}meier@y.example","030 1111111{sign}040 2222222"',
            "2,A. Meier,meier@y.example,",
            f'3,Bob Stone,b@x.example,"0221 3333333{sign}0221 4444444"',
            "4,Robert Stone,,0221 4444444",
            "5,Carl Neu,c@x.example,0228 5555555",
        )
    )
    assert together() == [["1", "2"], ["3", "4"], ["5"]]
    golden = table("golden.csv")
    assert golden[0]["email"] == "a@x.example; meier@y.example"
    assert golden[1]["phone"] == "0221 3333333; 0221 4444444"


NESTED = [
    {"id": 1, "name": "Anna Meier", "address": {"street": "Hauptstr. 1", "city": "Bonn"}, "mails": ["a@x.example"]},
    {"id": 2, "name": "A. Meier", "address": {"street": "Hauptstrasse 1", "city": "Bonn"}, "mails": []},
    {"id": 3, "name": "Bob Stone", "address": None, "mails": ["b@x.example", "stone@y.example"]},
    {"id": 4, "name": "Stone, Robert", "address": None, "mails": ["stone@y.example"]},
]


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_nested_objects_and_lists_are_evidence(ending):
    if ending == "jsonl":
        written("records.jsonl", *map(json.dumps, NESTED))
    else:
        parquet.write_table(pa.Table.from_pylist(NESTED), "records.parquet")
    report = run(f"records.{ending}")
    assert not report.notes
    assert together() == [["1", "2"], ["3", "4"]]
    assert table("golden.csv")[0]["address.city"] == "Bonn"
    dedupe(Job((f"records.{ending}",), rules="model.yaml", outputs=Outputs("again.csv")))
    assert Path("again.csv").read_text() == Path("clusters.csv").read_text()


def test_all_values_of_a_list_survive_whatever_they_are():
    tags = (["new", "red"], ["red"], ["blue", "dear", "old"], [])
    lines = [json.dumps({"id": n, "name": f"Person{n} Meier{n}", "tags": tags[n % 4]}) for n in range(40)]
    run(written("records.jsonl", *lines))
    assert [row["tags"] for row in table("golden.csv")][:4] == ["new; red", "red", "blue; dear; old", ""]
    dedupe(Job(("records.jsonl",), rules="model.yaml", outputs=Outputs("again.csv", golden="golden_again.csv")))
    assert Path("golden_again.csv").read_text() == Path("golden.csv").read_text()


def test_an_encoding_that_cannot_be_told_can_be_named_as_the_refusal_says():
    Path("records.csv").write_bytes("id,name\n1,Peña Hermanos\n2,Pena Hermanos\n".encode("cp1252"))
    with pytest.raises(UnreadableFile, match="say which with --encoding cp1252"):
        run("records.csv")
    run("records.csv", wanted=Wanted(encoding="cp1252"))
    assert table("golden.csv")[0]["name"] == "Peña Hermanos"


def test_of_several_sheets_one_can_be_named_as_the_refusal_says():
    book = openpyxl.Workbook()
    for row in (["note"], ["as of May"]):
        book.active.append(row)
    people = book.create_sheet("People")
    for row in (["id", "name"], [1, "Anna Meier"], [2, "Anna Meier"], [3, "Bob Stone"]):
        people.append(row)
    book.save("records.xlsx")
    with pytest.raises(UnreadableFile, match="name one with --sheet"):
        run("records.xlsx")
    run("records.xlsx", wanted=Wanted(sheet="People"))
    assert together() == [["1", "2"], ["3"]]


def test_two_files_with_other_names_for_the_same_columns_are_linked():
    people = [
        (f"{given} {family}", f"{family}weg {place + 3}", f"{53000 + place}", f"19{50 + place}-03-{place % 27 + 1:02}")
        for place, (given, family) in enumerate(
            (given, family)
            for given in ("Anna", "Robert", "Carla", "Thomas", "Julia")
            for family in ("Meier", "Stone", "Rossi", "Novak", "Jansen", "Dubois")
        )
    ]
    english = [
        f"{n},{name.replace(' ', ',')},{street},{zip_},{born}" for n, (name, street, zip_, born) in enumerate(people)
    ]
    german = [
        f"{n};{';'.join(name.split()[::-1])};{street};{zip_};{born[8:]}.{born[5:7]}.{born[:4]}"
        for n, (name, street, zip_, born) in enumerate(people[:20])
    ]
    report = run(
        written("hr.csv", "id,first_name,last_name,street,zip,dob", *english),
        written("lohn.csv", "id;Nachname;Vorname;Straße;PLZ;Geburtsdatum", *german),
    )
    assert report.model["attributes"].keys() == {"name", "address", "dob"}
    assert sorted(together()) == sorted([[str(n)] * (2 if n < 20 else 1) for n in range(30)])


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("Anna Meier,1980-03-01,anna@x.example", "1980-03-01, anna@x.example"),
        ("1,Anna Meier,Bonn", "(1)"),
        ("name,2023,2024", None),
    ],
)
def test_a_file_that_may_have_no_header_is_said(header, said):
    report = run(written("records.csv", header, "Bob Stone,1,2", "Carla Neu,3,4", "Carla Neu,3,4"))
    told = [warning for warning in report.warnings if "look like a record" in warning]
    assert len(told) == (0 if said is None else 1)
    assert said is None or said in told[0]


@pytest.mark.parametrize("column", ["id", "ID", "Record_Id", "unique_id"])
def test_ids_are_found_by_the_name_of_their_column_in_capitals_or_not(column):
    run(written("records.csv", f"{column},name", "7,Anna Meier", "9,Anna Meier", "5,Bob Stone"))
    assert together() == [["7", "9"], ["5"]]


def test_of_two_columns_of_ids_the_one_that_is_written_so_counts():
    run(written("records.csv", "ID,id,name", "7,1,Anna Meier", "9,2,Anna Meier", "5,3,Bob Stone"))
    assert together() == [["1", "2"], ["3"]]


def test_objects_without_ids_are_numbered_unless_others_of_the_file_have_one():
    nameless = ['{"name": "Anna Meier"}', '{"name": "Anna Meier"}', '{"name": "Bob Stone"}']
    run(written("records.jsonl", *nameless))
    assert together() == [["1", "2"], ["3"]]
    report = run(written("records.jsonl", *nameless[1:], '{"id": "1", "name": "Carla Neu"}'))
    assert together() == [["1"]]
    assert [(one.line, one.rule) for one in report.rejected] == [(1, "missing_id"), (2, "missing_id")]
    report = run("records.jsonl", wanted=Wanted(ids=("id",)))
    assert [one.line for one in report.rejected] == [1, 2]
    with pytest.raises(UnreadableFile, match="no column 'nr' for --id"):
        run("records.jsonl", wanted=Wanted(ids=("nr",)))


def test_what_json_can_spell_and_no_file_can_keep_is_refused_by_row_and_column():
    report = run(
        written(
            "records.jsonl",
            '{"id": 1, "name": "Anna Meier"}',
            '{"id": 2, "name": "Anna \\ud83d\\ude00 Meier"}',
            '{"id": 3, "name": "Anna \\ud83d Meier"}',
            '{"id": 4, "name": "Bob Stone", "more": {"note": ["\\uDC00"]}}',
            '{"id": 5.0, "name": "Bob Stone"}',
            '{"name": "Bob Stone"}',
        )
    )
    assert [(one.line, one.column, one.rule) for one in report.rejected] == [
        (3, "name", "encoding"),
        (4, "more", "encoding"),
        (5, "id", "id"),
        (6, None, "missing_id"),
    ]
    assert "an id is a text or a whole number, not 5.0" in report.rejected[2].detail
    assert together() == [["1", "2"]]


def test_columns_that_given_rules_have_no_attribute_for_are_said(folder):
    file = written("records.csv", "id,source,name,first_name,email", "1,crm,Acme Ltd,Anna,a@x.example")
    report = run(file, entity_type="customer", wanted=Wanted(ignore=("email",)))
    assert report.notes == ["column first_name is for no attribute of customer"]


def test_the_report_lists_no_column_that_an_attribute_is_made_of():
    people = [f"{n},{given},{family},12" for n, (given, family) in enumerate([("Anna", "Meier"), ("Bob", "Stone")] * 9)]
    file = written("records.csv", "id,first_name,surname,same", *people)
    dedupe(Job((file,), outputs=Outputs("clusters.csv", report="report.html")))
    said = Path("report.html").read_text(encoding="utf-8")
    assert "<dt>No attribute</dt><dd>same</dd>" in said


def test_linking_only_one_source_is_said_to_join_none():
    file = written("records.csv", "id,name", "1,Anna Meier", "2,Anna Meier", "3,Bob Stone")
    assert (
        "all records are of one source, records, so that --link-only joins none" in run(file, link_only=True).warnings
    )
    assert len(together()) == 3


def test_a_golden_record_has_the_facts_and_not_their_words_once_more():
    lines = ['{"id": 1, "name": "Anna Meier", "vip": true}', '{"id": 2, "name": "Bob Stone", "vip": false}']
    report = run(written("records.jsonl", *lines))
    assert "all_words" in report.model["attributes"]
    assert table("golden.csv") == [
        {"cluster_id": "1", "name": "Anna Meier", "vip": "true"},
        {"cluster_id": "2", "name": "Bob Stone", "vip": "false"},
    ]


def test_a_description_that_makes_all_items_alike_is_said_to_be_left_out_and_survives():
    made = random.Random(5)
    phrases = "award winning software", "learn at your own pace", "everything you need", "protects", "new", "in stock"
    words = ["".join(made.choices("abcdefghijklm", k=6)) for _ in range(150)]
    items = [" ".join(made.sample(words, 3)) for _ in range(100)]
    rows = [f"{number},{items[number // 2]},{' '.join(made.choices(phrases, k=5))}" for number in range(200)]
    report = run(written("records.csv", "id,title,description", *rows))
    assert "column description is not compared: its words make different records alike" in report.notes
    assert report.model["attributes"]["all_words"] == {"kind": "nearness", "columns": ["{?title}"]}
    assert all(row["description"] for row in table("golden.csv"))


def offers(count: int) -> list[str]:
    """Make offers of software in two shops, of which editions differ in a word; only the first names the maker."""
    made = random.Random(7)
    programs = [f"{one} {two}" for one in ("photo", "tax", "music", "home") for two in ("studio", "tutor", "office")]
    editions = "standard", "deluxe", "upgrade", "academic", "premium", "mac", "5 user", "2007", "2008"
    rows = []
    for number in range(count):
        title = [made.choice(programs), *made.sample(editions, made.choice((1, 2, 2, 3)))]
        short = [word for word in title if made.random() < 0.9]
        rows.append(f"{number}a,market,{' '.join(title)},{made.choice(('orchid systems', 'redpine games'))}")
        rows.append(f"{number}b,feed,{' '.join([*short, *made.sample(('retail', 'oem', 'cd', 'new'), 2)])},")
    return rows


def test_where_much_stays_doubtful_pairs_match_below_even_odds():
    report = run(written("records.csv", "id,source,title,maker", *offers(150)))
    assert 0.1 <= report.model["match"]["thresholds"]["match"] < 0.47
    told = {row["outcome"] for row in table("pairs.csv") if 0.47 < float(row["match_probability"]) < 0.5}
    assert told <= {"match"}


def test_where_nothing_was_learnt_even_odds_stay():
    report = run(written("records.csv", "id,source,title,maker", *offers(3)))
    assert report.warnings
    assert report.model["match"]["thresholds"]["match"] == 0.5
