import csv
import subprocess
import sys
from pathlib import Path

import pytest

from mdm.errors import HubError, InvalidInput, UnreadableFile
from mdm.ingest.wanted import Wanted
from mdm.services.files.dedupe import Job, Outputs, dedupe
from mdm.services.files.evaluate import evaluate

RULES = """
entity_type: site
id_prefix: sit
attributes:
  name:  {kind: company_name}
  phone: {kind: phone, many: true}
  code:  {kind: identifier}
match:
  block_on: [[code], [name]]
  compare: [name, code]
survive: {default: longest}
"""
ROWS = """record_id,source,name,phone,code
a1,crm,Holler Maschinenbau GmbH,+49 89 5000001,HRB 44264
b1,erp,Holler Maschinenbau,+49 89 5000002,HRB44264
a2,crm,Omega Logistics Ltd,,
c1,psa,HOLLER MASCHINENBAU GMBH,,HRB 44264
a3,crm,Holler Maschinenbau G.m.b.H.,,HRB 44264
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("rules.yaml").write_text(RULES, encoding="utf-8")
    Path("records.csv").write_text(ROWS, encoding="utf-8")
    return tmp_path


def job(*files: str, **more: object) -> Job:
    outputs = Outputs("clusters.csv", "pairs.csv", "golden.csv")
    return Job(files or ("records.csv",), rules="rules.yaml", outputs=outputs, **more)


def table(file: str) -> list[dict[str, str]]:
    with Path(file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def clusters() -> dict[str, str]:
    return {row["record_id"]: row["cluster_id"] for row in table("clusters.csv")}


def test_every_record_is_in_one_cluster_numbered_in_order_of_the_file(folder):
    report = dedupe(job())
    assert clusters() == {"a1": "1", "b1": "1", "a2": "2", "c1": "1", "a3": "1"}
    assert report.counts["records"] == 5
    assert report.counts["clusters"] == 2
    assert set(report.seconds) == {"read", "standardise", "copies", "block", "compare and score", "cluster", "write"}


def test_the_same_file_gives_the_same_bytes(folder):
    dedupe(job())
    first = {name: Path(name).read_bytes() for name in ("clusters.csv", "pairs.csv", "golden.csv")}
    dedupe(job())
    assert {name: Path(name).read_bytes() for name in first} == first


def test_pairs_carry_weight_probability_and_outcome(folder):
    dedupe(job())
    pairs = table("pairs.csv")
    assert (pairs[0]["record_id_l"], pairs[0]["record_id_r"]) == ("a1", "b1")
    assert {row["outcome"] for row in pairs} <= {"match", "review"}
    assert all(0.7 <= float(row["match_probability"]) <= 1 for row in pairs)


def test_a_golden_record_has_one_value_for_each_attribute_and_all_of_those_with_many(folder):
    dedupe(job())
    golden = table("golden.csv")
    assert [row["cluster_id"] for row in golden] == ["1", "2"]
    assert golden[0]["name"] == "Holler Maschinenbau G.m.b.H."
    assert golden[0]["phone"] == "+49 89 5000001; +49 89 5000002"


def test_linking_only_never_joins_two_records_of_one_source(folder):
    dedupe(job(link_only=True))
    found = clusters()
    assert found["a1"] != found["a3"]
    assert len({found["b1"], found["c1"]} & {found["a1"], found["a3"]}) >= 1
    assert ("a1", "a3") not in {(row["record_id_l"], row["record_id_r"]) for row in table("pairs.csv")}


def test_an_ignored_column_is_no_evidence(folder):
    Path("records.csv").write_text("id,name,code\n1,Acme Ltd,X 1001\n2,Omega Ltd,X 1001\n", encoding="utf-8")
    assert dedupe(job()).counts["candidate_pairs"] == 1
    assert dedupe(job(wanted=Wanted(ignore=("code",)))).counts["candidate_pairs"] == 0
    assert "code" not in table("golden.csv")[0]
    with pytest.raises(UnreadableFile, match=r"no column 'cod' for --ignore; the nearest is 'code'"):
        dedupe(job(wanted=Wanted(ignore=("cod",))))


def test_without_an_id_column_the_number_of_the_row_is_the_id_and_the_file_is_the_source(folder):
    Path("one.csv").write_text("name,code\nAcme Ltd,X 1001\nOmega Ltd,Y 2002\n", encoding="utf-8")
    Path("two.csv").write_text("name,code\nAcme Limited,X 1001\n", encoding="utf-8")
    dedupe(job("one.csv", "two.csv"))
    found = {(row["source"], row["record_id"]): row["cluster_id"] for row in table("clusters.csv")}
    assert found == {("one", "1"): "1", ("one", "2"): "2", ("two", "1"): "1"}


def test_files_may_have_their_ids_in_columns_of_different_names(folder):
    Path("one.csv").write_text("account,name,code\nA7,Acme Ltd,X 1001\n", encoding="utf-8")
    Path("two.csv").write_text("name,code,number\nAcme Limited,X 1001,12\n", encoding="utf-8")
    dedupe(job("one.csv", "two.csv", wanted=Wanted(ids=("account", "number"))))
    assert clusters() == {"A7": "1", "12": "1"}
    with pytest.raises(UnreadableFile, match=r"two\.csv: no column 'account' for --id; "):
        dedupe(job("one.csv", "two.csv", wanted=Wanted(ids=("account",))))
    with pytest.raises(UnreadableFile, match=r"no column 'account' or 'nummer' for --id"):
        dedupe(job("one.csv", "two.csv", wanted=Wanted(ids=("account", "nummer"))))


def test_rows_that_cannot_be_read_are_reported_and_the_others_stand(folder):
    with Path("records.csv").open("a", encoding="utf-8") as opened:
        opened.write("a1,crm,Again,,\n,crm,No id,,\nz9,crm\n")
    report = dedupe(job())
    assert [one.rule for one in report.rejected] == ["duplicate_id", "missing_id", "ragged_row"]
    assert len(clusters()) == 5
    assert report.json()["rejected"][0]["line"] == 7


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (Job(("records.csv",), entity_type="customer", rules="rules.yaml"), "but not both"),
        (Job(("records.csv",), entity_type="custmer"), "the nearest is 'customer'"),
        (Job(("records.csv",), rules="none.yaml"), "none.yaml: No such file"),
        (Job(("none.csv",), rules="rules.yaml"), "none.csv: No such file"),
        (Job(("other.csv",), rules="rules.yaml"), "no column is named like an attribute"),
        (Job(("records.csv",), rules="rules.yaml", wanted=Wanted(ids=("rec",))), "the nearest is 'record_id'"),
        (Job(("records.csv",), rules="rules.yaml", outputs=Outputs("no/such/folder.csv")), "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(folder, wrong, words):
    Path("other.csv").write_text("id,colour\n1,red\n", encoding="utf-8")
    with pytest.raises(HubError) as caught:
        dedupe(wrong)
    assert words in caught.value.detail
    assert "\n" not in caught.value.detail
    assert not Path("clusters.csv").exists()


def test_evaluation_against_clusters_and_against_labelled_pairs(folder):
    dedupe(job())
    Path("truth.csv").write_text("record_id,cluster_id\na1,x\nb1,x\na2,y\nc1,x\na3,z\n", encoding="utf-8")
    figures = evaluate("clusters.csv", "truth.csv")
    assert figures["pairwise"] == {"precision": 0.5, "recall": 1.0, "f1": 0.666667}
    assert (figures["clusters"], figures["true_clusters"]) == (2, 3)
    assert figures["exact_clusters"] == {"precision": 0.5, "recall": 0.333333, "f1": 0.4}
    assert figures["interval"]["level"] == 0.95
    assert figures["interval"]["pairwise"]["recall"] == [1.0, 1.0]
    Path("pairs_truth.csv").write_text(
        "record_id_1,record_id_2,label,split\na1,b1,1,test\na1,a3,0,test\na1,c1,1,train\n", encoding="utf-8"
    )
    assert evaluate("clusters.csv", "pairs_truth.csv", split="test")["pairwise"]["precision"] == 0.5
    judged = evaluate("clusters.csv", "pairs_truth.csv")
    assert judged["pairs"] == 3
    assert judged["interval"]["pairwise"]["recall"] == [0.34238, 1.0]
    with pytest.raises(InvalidInput, match="no labelled pair of split 'dev'"):
        evaluate("clusters.csv", "pairs_truth.csv", split="dev")


def test_clusters_of_sources_that_share_ids_are_judged_by_source_and_id(folder):
    Path("crm.csv").write_text(
        "id,name,code\n1,Acme Works Ltd,HRB 44264\n2,Omega Logistics AG,HRB 9127\n", encoding="utf-8"
    )
    Path("erp.csv").write_text("id,name,code\n1,Omega Logistics,HRB 9127\n2,Acme Works,HRB 44264\n", encoding="utf-8")
    dedupe(Job(("crm.csv", "erp.csv"), rules="rules.yaml", outputs=Outputs("clusters.csv")))
    Path("truth.csv").write_text("source,record_id,cluster_id\ncrm,1,x\ncrm,2,y\nerp,1,y\nerp,2,x\n", encoding="utf-8")
    assert evaluate("clusters.csv", "truth.csv")["pairwise"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0}
    header = "record_id_1,record_id_2,label,source_1,source_2"
    Path("labels.csv").write_text(f"{header}\n1,2,1,crm,erp\n1,1,0,crm,erp\n", encoding="utf-8")
    assert evaluate("clusters.csv", "labels.csv")["pairwise"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0}
    Path("unsaid.csv").write_text("record_id,cluster_id\n1,x\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"line 2: '1' is a record of several sources \(crm, erp\)"):
        evaluate("clusters.csv", "unsaid.csv")


def test_records_of_the_truth_that_the_clusters_lack_are_counted(folder):
    Path("c.csv").write_text("record_id,cluster_id\n007,1\n008,1\n", encoding="utf-8")
    Path("t.csv").write_text("record_id,cluster_id\n007,x\n8,x\n", encoding="utf-8")
    assert evaluate("c.csv", "t.csv")["missing_records"] == 1
    assert "missing_records" not in evaluate("c.csv", "c.csv")
    Path("l.csv").write_text("record_id_1,record_id_2,label\n007,8,1\n", encoding="utf-8")
    assert evaluate("c.csv", "l.csv")["missing_records"] == 1
    for none in ("record_id,cluster_id\n7,x\n8,x\n", "record_id_1,record_id_2,label\n7,8,1\n"):
        Path("none.csv").write_text(none, encoding="utf-8")
        with pytest.raises(InvalidInput, match=r"none.csv: none of its records is in c.csv; ids have to be written"):
            evaluate("c.csv", "none.csv")


def test_evaluation_refuses_what_would_mislead(folder):
    Path("c.csv").write_text("record_id,cluster_id\na,1\na,2\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="line 3: record 'a' is in two clusters"):
        evaluate("c.csv", "c.csv")
    Path("d.csv").write_text("record_id,cluster\na,1\n", encoding="utf-8")
    with pytest.raises(UnreadableFile, match=r"no column 'cluster_id'; the nearest is 'cluster'"):
        evaluate("d.csv", "d.csv")


def test_a_value_that_a_validity_rule_ignores_joins_nothing_and_survives_nowhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rules = """
entity_type: item
id_prefix: itm
attributes: {number: {kind: identifier, valid: {pattern: "[0-9]+", grade: ignore}}, name: {kind: name}}
match: {block_on: [[number]], compare: [number, name], always: [{same: number}]}
"""
    Path("item.yaml").write_text(rules, encoding="utf-8")
    Path("items.csv").write_text("id,number,name\n1,TEMP1,Anna\n2,TEMP1,Bert\n3,10001,Cleo\n4,10001,Cleo\n", "utf-8")
    report = dedupe(Job(files=("items.csv",), rules="item.yaml", outputs=Outputs(golden="golden.csv")))
    assert report.counts["clusters"] == 3
    assert "TEMP1" not in Path("golden.csv").read_text("utf-8")


def test_a_large_csv_is_matched_without_loading_pandas(tmp_path):
    rows = [f"{number},Person{number} Of {number % 700},mail{number}@x{number % 90}.example" for number in range(3_000)]
    (tmp_path / "records.csv").write_text("id,name,email\n" + "\n".join(rows) + "\n", encoding="utf-8")
    program = (
        "import sys\nfrom functools import partial\nfrom mdm.ingest import table, whole\n"
        "from mdm.services.files.dedupe import Job, dedupe\n"
        "table.read_whole = partial(whole.read_whole, least=0)\n"
        "dedupe(Job((sys.argv[1],)))\n"
        "print([name for name in ('pyarrow', 'pandas') if name in sys.modules])"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "records.csv")]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "['pyarrow']"


@pytest.mark.parametrize("rows", [2, 10_000])
def test_records_that_are_all_alike_are_one_cluster_to_be_looked_at(folder, rows):
    lines = [f"{number},Acme Ltd,Berlin" for number in range(rows)]
    Path("alike.csv").write_text("\n".join(["id,name,city", *lines, ""]), encoding="utf-8")
    report = dedupe(Job(("alike.csv",), outputs=Outputs("clusters.csv")))
    assert (report.counts["records"], report.counts["clusters"]) == (rows, 1)
    assert any("figures are those that were there" in one for one in report.warnings)


def test_what_all_records_say_is_left_out_where_another_column_tells_them_apart(folder):
    lines = [f"{number},Acme Ltd,Berlin,person{number // 2}@acme.example" for number in range(40)]
    Path("alike.csv").write_text("\n".join(["id,name,city,email", *lines, ""]), encoding="utf-8")
    report = dedupe(Job(("alike.csv",), outputs=Outputs("clusters.csv")))
    assert report.counts["clusters"] == 20
    assert any("name is not compared: it says the same in every record" in one for one in report.notes)
